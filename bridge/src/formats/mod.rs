//! Image files: plain bytes, Intel HEX, S-record, ELF and UF2.
//!
//! Plain bytes are streamed from the file, so that memory does not grow with the image. The other
//! formats are loaded whole into one image that begins at their lowest address; gaps become `ff`,
//! with a note.

mod areas;
mod elf;
mod error;
mod file;
mod hex;
mod srec;
mod uf2;

use std::path::Path;

use protocol_spec::digest::Digest;
use protocol_spec::patch::MAGIC;
use sha2::{Digest as _, Sha256};

use crate::image_source::ImageSource;
use crate::text;

pub use error::ImageError;
pub use file::FileImage;

/// Largest file of a format that is loaded whole, bytes.
pub const LOADED_BYTES_MAX: u64 = 256 << 20;
/// Largest image that a format with addresses may span, bytes.
pub const SPAN_BYTES_MAX: u64 = 64 << 20;
/// What fills the gaps between the areas of a file.
pub const GAP_BYTE: u8 = 0xff;

/// A format of image files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileFormat {
    /// Plain bytes.
    Bin,
    /// Intel HEX.
    Hex,
    /// Motorola S-record.
    Srec,
    /// ELF, loadable segments at their load addresses.
    Elf,
    /// UF2 blocks.
    Uf2,
}

impl FileFormat {
    /// All formats, with the name that options and texts use.
    pub const NAMES: [(Self, &'static str); 5] = [
        (Self::Bin, "bin"),
        (Self::Hex, "hex"),
        (Self::Srec, "srec"),
        (Self::Elf, "elf"),
        (Self::Uf2, "uf2"),
    ];

    /// The name that options and texts use.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(format, _)| *format == self)
            .map_or("bin", |(_, name)| name)
    }

    /// What the extension of a path promises.
    #[must_use]
    pub fn by_extension(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "bin" | "img" => Self::Bin,
            "hex" | "ihex" | "ihx" => Self::Hex,
            "srec" | "s19" | "s28" | "s37" | "mot" => Self::Srec,
            "elf" | "axf" | "out" => Self::Elf,
            "uf2" => Self::Uf2,
            _ => return None,
        })
    }

    /// What the first bytes of a file look like.
    #[must_use]
    pub fn by_content(head: &[u8]) -> Self {
        let text = head.trim_ascii_start();
        let hex_digits = |bytes: Option<&[u8]>| {
            bytes.is_some_and(|bytes| bytes.iter().all(u8::is_ascii_hexdigit))
        };
        if head.starts_with(b"\x7fELF") {
            Self::Elf
        } else if head.starts_with(&uf2::MAGIC_START) {
            Self::Uf2
        } else if text.first() == Some(&b':') && hex_digits(text.get(1..9)) {
            Self::Hex
        } else if text.first() == Some(&b'S') && hex_digits(text.get(1..8)) {
            Self::Srec
        } else {
            Self::Bin
        }
    }
}

/// An image that was read from a file.
pub struct LoadedImage {
    /// The bytes.
    pub source: Box<dyn ImageSource + Send>,
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// The format of the file.
    pub format: FileFormat,
    /// Address of the first byte, in formats that carry addresses.
    pub address: Option<u32>,
    /// What the reader of a report should know: gaps, skipped blocks.
    pub notes: Vec<String>,
}

impl std::fmt::Debug for LoadedImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoadedImage")
            .field("length", &self.source.len())
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// Opens an image file; without `format` its content and its extension say what it is.
///
/// # Errors
/// [`ImageError`] with the path, the place in the file and the reason.
pub fn open(path: &Path, format: Option<FileFormat>) -> Result<LoadedImage, ImageError> {
    let mut file = FileImage::open(path)?;
    let mut head = [0; 64];
    let head = head
        .get_mut(..64.min(file.len() as usize))
        .unwrap_or_default();
    file.read_at(0, head)
        .map_err(|error| file.unreadable(&error))?;
    if head.starts_with(&MAGIC) {
        return Err(ImageError::Patch {
            path: path.display().to_string(),
        });
    }
    let format = detect(path, head, format)?;
    if format == FileFormat::Bin {
        return finish(Box::new(file), format, None, Vec::new(), path);
    }
    let bytes = file.read_whole()?;
    let content = parse(&bytes, format).map_err(|reason| reason.in_file(path, format))?;
    let address = Some(content.address);
    let (len, start) = (content.bytes.len() as u64, content.address);
    let (name, len) = (format.name(), text::bytes(len));
    let first = format!("read as {name}, {len} from address 0x{start:08x} on");
    let notes = core::iter::once(first).chain(content.notes);
    let notes = notes
        .map(|note| format!("{}: {note}", path.display()))
        .collect();
    finish(Box::new(content.bytes), format, address, notes, path)
}

fn detect(path: &Path, head: &[u8], wanted: Option<FileFormat>) -> Result<FileFormat, ImageError> {
    let found = FileFormat::by_content(head);
    if let Some(wanted) = wanted {
        return Ok(wanted);
    }
    match FileFormat::by_extension(path) {
        Some(promised) if promised != found && promised != FileFormat::Bin => {
            Err(ImageError::NotWhatItIsCalled {
                path: path.display().to_string(),
                promised: promised.name(),
                found: found.name(),
            })
        }
        _ => Ok(found),
    }
}

/// An image made of the areas of a file.
#[derive(Debug, PartialEq, Eq)]
struct Content {
    address: u32,
    bytes: Vec<u8>,
    notes: Vec<String>,
}

/// Reads a file of a format with addresses.
fn parse(bytes: &[u8], format: FileFormat) -> Result<Content, error::Defect> {
    let areas = match format {
        FileFormat::Bin => areas::Areas::at(0, bytes),
        FileFormat::Hex => hex::parse(bytes)?,
        FileFormat::Srec => srec::parse(bytes)?,
        FileFormat::Elf => elf::parse(bytes)?,
        FileFormat::Uf2 => uf2::parse(bytes)?,
    };
    areas.join()
}

fn finish(
    mut source: Box<dyn ImageSource + Send>,
    format: FileFormat,
    address: Option<u32>,
    notes: Vec<String>,
    path: &Path,
) -> Result<LoadedImage, ImageError> {
    let digest = digest_of(&mut *source).map_err(|error| ImageError::Unreadable {
        path: path.display().to_string(),
        detail: error.to_string(),
    })?;
    Ok(LoadedImage {
        source,
        digest,
        format,
        address,
        notes,
    })
}

/// SHA-256 of a source, read in pieces.
///
/// # Errors
/// When a piece cannot be read.
pub fn digest_of(
    source: &mut (dyn ImageSource + Send),
) -> Result<Digest, crate::image_source::ImageReadError> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; 64 << 10];
    let mut offset = 0;
    while offset < source.len() {
        let left = source.len() - offset;
        let len = left.min(64 << 10);
        let piece = piece.get_mut(..len as usize).unwrap_or_default();
        source.read_at(offset, piece)?;
        hash.update(&*piece);
        offset += len;
    }
    Ok(Digest(hash.finalize().into()))
}

#[cfg(test)]
mod tests;
