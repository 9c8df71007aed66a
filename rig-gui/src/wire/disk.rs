//! Files: opened, spooled and copied. Nothing else of the panel touches them for the wire view.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use bridge::capture::ReadError;
use bridge::trouble::Trouble;
use tempfile::NamedTempFile;

/// Bytes that are read around what is asked for.
const LENS_BYTES: usize = 64 * 1024;

/// Where the bytes of an index lie.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A file of the user.
    File(PathBuf),
    /// The capture of the run that goes on.
    Spool(Arc<Spool>),
}

/// The capture of a run, in the temp folder; it goes when nobody looks at it any more.
#[derive(Debug, Default)]
pub struct Spool {
    file: OnceLock<NamedTempFile>,
    /// Bytes that have been written.
    written: AtomicU64,
}

impl Spool {
    /// Begins the file.
    ///
    /// # Errors
    /// Why there can be none.
    pub fn begin(self: &Arc<Self>) -> io::Result<SpoolWriter> {
        let file = tempfile::Builder::new()
            .prefix("otarig-")
            .suffix(".pcapng")
            .tempfile()?;
        let writing = file.reopen()?;
        if self.file.set(file).is_err() {
            return Err(io::Error::other("it has begun already"));
        }
        Ok(SpoolWriter {
            spool: self.clone(),
            file: writing,
            held: Vec::new(),
        })
    }

    /// Bytes that have been written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }
}

/// Writes a spool.
#[derive(Debug)]
pub struct SpoolWriter {
    spool: Arc<Spool>,
    file: File,
    held: Vec<u8>,
}

impl Write for SpoolWriter {
    /// Holds bytes back until their block is complete, so that readers find whole blocks.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        while let Some(block) = first_block(&self.held) {
            self.file.write_all(block)?;
            let len = block.len();
            self.held.drain(..len);
            let len = u64::try_from(len).unwrap_or_default();
            self.spool.written.fetch_add(len, Ordering::Release);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The first block, when all of it is there: type, length, the rest.
fn first_block(bytes: &[u8]) -> Option<&[u8]> {
    let len = bytes.get(4..)?.first_chunk::<4>()?;
    let len = usize::try_from(u32::from_le_bytes(*len)).ok()?;
    bytes.get(..len).filter(|block| !block.is_empty())
}

impl Origin {
    /// Opens it; its length as well.
    ///
    /// # Errors
    /// Why it cannot be read.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the panel opens captures"
    )]
    pub fn open(&self) -> io::Result<(File, u64)> {
        match self {
            Self::File(path) => {
                // A pipe would wait for its other end when it is opened.
                let about = std::fs::metadata(path)?;
                if !about.is_file() {
                    let kind = if about.is_dir() {
                        "a folder"
                    } else {
                        "no file"
                    };
                    return Err(io::Error::other(format!("this is {kind}")));
                }
                Ok((File::open(path)?, about.len()))
            }
            Self::Spool(spool) => {
                let file = spool.file.get();
                let file = file.ok_or_else(|| io::Error::other("nothing was written yet"))?;
                Ok((file.reopen()?, spool.written()))
            }
        }
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Spool(_) => "the capture of this run".to_owned(),
        }
    }
}

/// Copies what was captured to a new file and tells how many bytes that were.
///
/// # Errors
/// Why there is no copy; a file that is there already is not touched.
pub fn copy(origin: &Origin, to: &Path) -> Result<u64, Trouble> {
    let failed = |error: &dyn std::fmt::Display| {
        Trouble::new(
            "The capture was not saved",
            format!("{}: {error}", to.display()),
            "Nothing was lost: what was captured is still here.",
            "Choose another name or folder, and look whether there is room on the disk.",
        )
    };
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (source, len) = origin.open().map_err(|error| failed(&error))?;
    let mut copy = NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    let copied = io::copy(&mut source.take(len), &mut copy).map_err(|error| failed(&error))?;
    copy.flush().map_err(|error| failed(&error))?;
    copy.persist_noclobber(to)
        .map_err(|error| failed(&error.error))?;
    Ok(copied)
}

/// Reads pieces of a file; those that lie near each other with one read.
#[derive(Debug)]
pub struct Lens {
    file: File,
    from: u64,
    held: Vec<u8>,
}

impl Lens {
    /// A lens over a file.
    #[must_use]
    pub fn new(file: File) -> Self {
        Self {
            file,
            from: 0,
            held: Vec::new(),
        }
    }

    /// The file itself; what the lens holds stays as it is.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// `len` bytes from `offset` on.
    ///
    /// # Errors
    /// Why they cannot be read; [`io::ErrorKind::UnexpectedEof`] when the file ends before.
    pub fn get(&mut self, offset: u64, len: usize) -> io::Result<&[u8]> {
        if self.range(offset, len).is_none() {
            self.file.seek(SeekFrom::Start(offset))?;
            self.held.clear();
            self.from = offset;
            let limit = u64::try_from(len.max(LENS_BYTES)).unwrap_or(u64::MAX);
            let mut piece = Read::by_ref(&mut self.file).take(limit);
            piece.read_to_end(&mut self.held)?;
        }
        let range = self.range(offset, len);
        range
            .and_then(|range| self.held.get(range))
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn range(&self, offset: u64, len: usize) -> Option<std::ops::Range<usize>> {
        let start = usize::try_from(offset.checked_sub(self.from)?).ok()?;
        let end = start.checked_add(len)?;
        (end <= self.held.len()).then_some(start..end)
    }
}

/// A file that cannot be shown, or not to its end, in the words of a report.
#[must_use]
pub fn trouble(origin: &Origin, error: &ReadError) -> Trouble {
    let (headline, cause, next_step) = match error {
        ReadError::Io(_) => (
            "The file cannot be read",
            "It is not there, it is no file, or you may not read it.",
            "Choose a file that exists and that you may read.",
        ),
        ReadError::NoCapture(_) => (
            "This is no capture and no transcript",
            "It is another kind of file, or its beginning is lost.",
            "Choose a file that --capture or --transcript wrote.",
        ),
        ReadError::Cut { .. } => (
            "The capture is cut short",
            "The program that wrote it was ended, or the copy is not complete.",
            "What is there is shown; copy the file again for the rest.",
        ),
        ReadError::Block { .. } => (
            "The capture is damaged",
            "A part of it was overwritten, or another program wrote it otherwise.",
            "What stands before the damage is shown; capture the run again for the rest.",
        ),
    };
    Trouble::new(
        headline,
        format!("{}: {error}", origin.name()),
        cause,
        next_step,
    )
}

/// A capture without a packet of this program, in the words of a report.
#[must_use]
pub fn foreign_trouble(origin: &Origin, packets: u64) -> Trouble {
    Trouble::new(
        "The capture is of another program",
        format!(
            "{}: none of its {packets} packets is a frame that otarig wrote.",
            origin.name()
        ),
        "Its packets have another link type or no head of otarig.",
        "Choose a file that --capture wrote.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lens_reads_what_lies_near_once() {
        let mut file = NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..=255).cycle().take(200_000).collect();
        file.write_all(&bytes).unwrap();
        let mut lens = Lens::new(file.reopen().unwrap());
        for (offset, len) in [(0, 10), (60_000, 9000), (199_990, 10), (3, 100_000)] {
            let at = usize::try_from(offset).unwrap();
            assert_eq!(lens.get(offset, len).unwrap(), &bytes[at..at + len]);
        }
        let error = lens.get(199_990, 11).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_copy_never_replaces_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut source = NamedTempFile::new_in(&folder).unwrap();
        source.write_all(b"bytes").unwrap();
        let origin = Origin::File(source.path().to_owned());
        let to = folder.path().join("copy.pcapng");
        assert_eq!(copy(&origin, &to), Ok(5));
        let trouble = copy(&origin, &to).unwrap_err();
        assert!(trouble.what.contains("copy.pcapng"), "{trouble:?}");
        assert!(copy(&origin, source.path()).is_err());
        assert_eq!(origin.open().unwrap().1, 5);
    }
}
