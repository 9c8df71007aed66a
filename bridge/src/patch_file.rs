//! A patch file on disk: read whole, and looked at before anything is sent.

use std::path::Path;

use host_agent::patch::PatchFault;
use protocol_spec::codes::Status;
use protocol_spec::patch::head::file_crc;
use protocol_spec::patch::{Head, HeadError, IMAGE_LEN_MAX};

use crate::formats::{FileImage, ImageError};
use crate::image_source::ImageSource as _;
use crate::object::PatchObject;
use crate::text::grouped;
use crate::trouble::{Describe, Trouble};

/// Longest patch file that is read, bytes: more than any patch between two images.
pub const PATCH_BYTES_MAX: u32 = 2 * IMAGE_LEN_MAX;

/// A patch file that is not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PatchFileError {
    /// The file cannot be read, or is empty.
    #[error(transparent)]
    File(#[from] ImageError),
    /// No patch is as long.
    #[error("{path}: {} bytes, too many for a patch: at most {} are read", grouped(*.bytes), grouped(PATCH_BYTES_MAX.into()))]
    TooLong {
        /// Path of the file.
        path: String,
        /// Its length.
        bytes: u64,
    },
    /// Its head is none, or cut short.
    #[error("{path}: {error}")]
    Head {
        /// Path of the file.
        path: String,
        /// What is wrong with the head.
        error: HeadError,
    },
    /// It is not as long as its head says.
    #[error("{path}: {} bytes, its head says {}", grouped((*.found).into()), grouped((*.stated).into()))]
    Length {
        /// Path of the file.
        path: String,
        /// Bytes that there are.
        found: u32,
        /// Bytes that there should be.
        stated: u32,
    },
    /// It does not have the CRC of its head.
    #[error("{path}: its CRC-32 is {found:08x}, its head says {stated:08x} (at offset 8)")]
    Crc {
        /// Path of the file.
        path: String,
        /// CRC of the bytes.
        found: u32,
        /// CRC in the head.
        stated: u32,
    },
}

/// Reads the patch file at `path`, whatever is in it.
///
/// # Errors
/// It cannot be read, is empty, or longer than [`PATCH_BYTES_MAX`].
pub fn read(path: &Path) -> Result<Vec<u8>, PatchFileError> {
    let text = || path.display().to_string();
    let mut file = FileImage::open(path).map_err(|error| match error {
        ImageError::TooLarge { path, bytes, .. } => PatchFileError::TooLong { path, bytes },
        error => error.into(),
    })?;
    let bytes = file.len();
    if bytes > PATCH_BYTES_MAX {
        return Err(PatchFileError::TooLong {
            path: text(),
            bytes: bytes.into(),
        });
    }
    let mut content = vec![0; bytes as usize];
    file.read_at(0, &mut content)
        .map_err(|error| ImageError::Unreadable {
            path: text(),
            detail: error.to_string(),
        })?;
    Ok(content)
}

/// As [`read`], of a file that at least begins as a patch does, or ends before that shows.
///
/// # Errors
/// As [`read`], or it is another file.
pub fn read_patch(path: &Path) -> Result<Vec<u8>, PatchFileError> {
    let content = read(path)?;
    match Head::decode(&content) {
        Err(error @ HeadError::Magic) => Err(PatchFileError::Head {
            path: path.display().to_string(),
            error,
        }),
        _ => Ok(content),
    }
}

/// Reads the patch file at `path` and checks head, length and CRC.
///
/// # Errors
/// What is wrong with it.
pub fn open(path: &Path) -> Result<PatchObject, PatchFileError> {
    checked(read(path)?, &path.display().to_string())
}

/// The patch file `content`, after its head, length and CRC were checked; `path` is for the error.
///
/// # Errors
/// What is wrong with it.
pub fn checked(content: Vec<u8>, path: &str) -> Result<PatchObject, PatchFileError> {
    check(&content, path)?;
    PatchObject::new(content).map_err(|error| PatchFileError::Head {
        path: path.to_owned(),
        error,
    })
}

/// Checks the bytes of a patch file; `path` is for the error.
fn check(file: &[u8], path: &str) -> Result<(), PatchFileError> {
    let path = || path.to_owned();
    let (head, _) = Head::decode(file).map_err(|error| PatchFileError::Head {
        path: path(),
        error,
    })?;
    let found = u32::try_from(file.len()).unwrap_or(u32::MAX);
    if head.file_len != found {
        return Err(PatchFileError::Length {
            path: path(),
            found,
            stated: head.file_len,
        });
    }
    match file_crc(file) {
        Some(crc) if crc != head.crc => Err(PatchFileError::Crc {
            path: path(),
            found: crc,
            stated: head.crc,
        }),
        _ => Ok(()),
    }
}

impl PatchFileError {
    /// What a host would say to it; `None` when there is nothing that could be sent.
    fn status(&self) -> Option<Status> {
        match self {
            Self::File(_) | Self::TooLong { .. } => None,
            Self::Head { error, .. } => Some(PatchFault::from(*error).status()),
            Self::Length { .. } => Some(PatchFault::FileLength.status()),
            Self::Crc { .. } => Some(PatchFault::FileCrc.status()),
        }
    }

    fn headline(&self) -> &'static str {
        match self {
            Self::File(ImageError::Missing { .. }) => "The patch file is not there",
            Self::File(_) | Self::TooLong { .. } => "The patch file cannot be read",
            Self::Head {
                error: HeadError::Short { .. },
                ..
            } => "The patch file is cut short",
            Self::Head { .. } => "The file is no patch that this program knows",
            Self::Length { found, stated, .. } if found < stated => "The patch file is cut short",
            Self::Length { .. } => "The patch file is too long",
            Self::Crc { .. } => "The patch file is damaged",
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::File(ImageError::Missing { .. }) => "correct the path",
            Self::File(_) | Self::TooLong { .. } => "name a file that 'otarig patch make' wrote",
            Self::Head { error, .. } if !matches!(error, HeadError::Short { .. }) => {
                "name a file that 'otarig patch make' wrote; an image goes with --image"
            }
            Self::Head { .. } | Self::Length { .. } | Self::Crc { .. } => {
                "copy the file again, or make it anew with 'otarig patch make'"
            }
        }
    }
}

impl Describe for PatchFileError {
    fn trouble(&self) -> Trouble {
        let cause = match self.status() {
            None => "nothing was done".to_owned(),
            Some(status) => format!("nothing was done: a host would refuse it with code {status}"),
        };
        Trouble::new(self.headline(), self.to_string(), &cause, self.next_step())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::{Options, make};

    fn file() -> Vec<u8> {
        let (old, mut new) = (vec![7; 9000], vec![7; 9000]);
        new[5000] = 1;
        make(&old, &new, &Options::default()).unwrap().file
    }

    #[test]
    fn a_file_that_is_longer_than_any_patch_is_not_read() {
        let long = tempfile::NamedTempFile::new().unwrap();
        let (limit, path) = (u64::from(PATCH_BYTES_MAX), long.path());
        for len in [limit + 1, 5 << 30] {
            long.as_file().set_len(len).unwrap();
            for error in [open(path).unwrap_err(), read(path).unwrap_err()] {
                let told = PatchFileError::TooLong {
                    path: path.display().to_string(),
                    bytes: len,
                };
                assert_eq!(error, told);
            }
        }
        long.as_file().set_len(limit).unwrap();
        assert_eq!(read(path).unwrap().len() as u64, limit);
    }

    #[test]
    fn a_file_cut_at_any_length_is_told() {
        let file = file();
        check(&file, "p").unwrap();
        for len in 0..file.len() {
            let error = check(&file[..len], "p").unwrap_err();
            let headline = error.trouble().headline;
            assert!(
                matches!(
                    error,
                    PatchFileError::Head { .. } | PatchFileError::Length { .. }
                ),
                "{len}: {headline}"
            );
        }
    }

    #[test]
    fn every_flipped_bit_is_told() {
        let file = file();
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut broken = file.clone();
                broken[at] ^= 1 << bit;
                assert!(check(&broken, "p").is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_byte_too_many_is_told() {
        let mut file = file();
        file.push(0xff);
        let error = check(&file, "p").unwrap_err();
        assert_eq!(error.trouble().headline, "The patch file is too long");
    }
}
