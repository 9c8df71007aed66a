//! Files: opened, spooled and copied. Nothing else of the panel touches them for the wire view.

use std::fs::{File, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

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

/// Why a capture was not saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unsaved {
    /// There is a file of this name already, and it was not touched.
    There,
    /// It could not be written.
    Failed(Box<Trouble>),
}

/// Copies what was captured to a file and tells how many bytes that were. It gets its name when it
/// is complete; a file of this name goes only then, and only if it is to be replaced.
///
/// # Errors
/// Why there is no copy.
pub fn copy(origin: &Origin, to: &Path, replace: bool) -> Result<u64, Unsaved> {
    let failed = |error: &dyn std::fmt::Display| {
        Unsaved::Failed(Box::new(Trouble::new(
            "The capture was not saved",
            format!("{}: {error}", to.display()),
            "Nothing was lost: what was captured is still here.",
            "Choose another name or folder, and look whether there is room on the disk.",
        )))
    };
    if to.is_dir() {
        return Err(failed(&"this is a folder"));
    }
    if !replace && to.symlink_metadata().is_ok() {
        return Err(Unsaved::There);
    }
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(failed(&"there is no such folder"));
    }
    let (source, len) = origin.open().map_err(|error| failed(&error))?;
    let mut copy = new_file(folder).map_err(|error| failed(&error))?;
    let copied = io::copy(&mut source.take(len), &mut copy).map_err(|error| failed(&error))?;
    copy.flush().map_err(|error| failed(&error))?;
    let named = if replace {
        copy.persist(to)
    } else {
        copy.persist_noclobber(to)
    };
    match named {
        Ok(_) => Ok(copied),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(Unsaved::There),
        Err(error) => Err(failed(&error.error)),
    }
}

/// A file without a name of its own yet, which others may read as any other.
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".otarig-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)
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
    fn a_copy_replaces_a_file_only_when_it_shall() {
        let folder = tempfile::tempdir().unwrap();
        let mut source = NamedTempFile::new_in(&folder).unwrap();
        source.write_all(b"bytes").unwrap();
        let origin = Origin::File(source.path().to_owned());
        let to = folder.path().join("copy.pcapng");
        assert_eq!(copy(&origin, &to, false), Ok(5));
        source.write_all(b" and more").unwrap();
        assert_eq!(copy(&origin, &to, false), Err(Unsaved::There));
        assert_eq!(to.symlink_metadata().unwrap().len(), 5);
        assert_eq!(copy(&origin, &to, true), Ok(14));
        assert_eq!(to.symlink_metadata().unwrap().len(), 14);
        assert_eq!(copy(&origin, source.path(), false), Err(Unsaved::There));
    }

    #[test]
    fn what_cannot_be_written_is_told_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let source = NamedTempFile::new().unwrap();
        let origin = Origin::File(source.path().to_owned());
        for to in [
            folder.path().to_owned(),
            folder.path().join("no/such.pcapng"),
        ] {
            let Err(Unsaved::Failed(trouble)) = copy(&origin, &to, true) else {
                panic!("{to:?}");
            };
            assert!(trouble.what.contains(to.to_str().unwrap()), "{trouble:?}");
        }
        let gone = Origin::File(folder.path().join("gone"));
        assert!(copy(&gone, &folder.path().join("copy"), false).is_err());
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}
