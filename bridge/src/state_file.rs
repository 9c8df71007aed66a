//! The flash of an emulated host as a file: raw bytes, offset 0 = start of the flash.
//!
//! Every flash operation is written through before the host goes on, so that killing the process
//! is a power cut. `FILE.meta` says which board and layout the bytes belong to; which cells are
//! programmed follows from the bytes (a unit that reads erased counts as not programmed).

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use fixtures::board::Board;
use fixtures::flash::{Mirror, StrictFlash};
use serde::{Deserialize, Serialize};

use crate::trouble::{Describe, Trouble};

/// Version of `FILE.meta`.
pub const META_VERSION: u32 = 1;
/// Bytes that are read or written at once.
const PIECE_BYTES: usize = 64 << 10;

/// What `FILE.meta` says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// [`META_VERSION`].
    pub version: u32,
    /// Name of the board.
    pub board: String,
    /// Name of the layout.
    pub layout: String,
}

/// A state file that is not taken.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Path of the file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// There is a state file without its `.meta`, or the `.meta` makes no sense.
    #[error("{path}: {detail}")]
    Meta {
        /// Path of the `.meta` file.
        path: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The state is that of another host.
    #[error("{path}: the state of a {found}, not of a {wanted}")]
    Other {
        /// Path of the state file.
        path: String,
        /// Board and layout that the state is of.
        found: String,
        /// Board and layout that were asked for.
        wanted: String,
    },
    /// The file has the wrong length.
    #[error("{path}: {found} bytes, the flash has {wanted}")]
    Length {
        /// Path of the state file.
        path: String,
        /// Its length.
        found: u64,
        /// Length of the flash.
        wanted: u64,
    },
    /// Another process uses the file.
    #[error("{path}: another emulated host is using this state")]
    Busy {
        /// Path of the state file.
        path: String,
    },
}

/// A state file that is open and locked.
#[derive(Debug)]
pub struct StateFile {
    file: File,
    path: PathBuf,
}

impl StateFile {
    /// Opens the state of a host that exists; `None` when there is no such file.
    ///
    /// # Errors
    /// When the file is in use, unreadable, or the state of another host.
    pub fn open(
        path: &Path,
        board: &'static Board,
        layout: &str,
    ) -> Result<Option<(Self, StrictFlash)>, StateError> {
        let Some(file) = open_existing(path)? else {
            return Ok(None);
        };
        let state = Self {
            file,
            path: path.to_owned(),
        };
        state.lock()?;
        check_meta(path, board, layout)?;
        let found = state
            .file
            .metadata()
            .map_err(|source| state.failed(source))?
            .len();
        let wanted = u64::from(board.flash_len());
        if found != wanted {
            return Err(StateError::Length {
                path: text(path),
                found,
                wanted,
            });
        }
        let flash = state.read_flash(board)?;
        Ok(Some((state, flash)))
    }

    /// Makes the state file of a new host; it appears under its name when it is complete.
    ///
    /// # Errors
    /// When a file cannot be written.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the driver file that keeps flash states"
    )]
    pub fn create(
        path: &Path,
        board: &'static Board,
        layout: &str,
        flash: &StrictFlash,
    ) -> Result<Self, StateError> {
        let meta = Meta {
            version: META_VERSION,
            board: board.name.to_owned(),
            layout: layout.to_owned(),
        };
        let draft = with_suffix(path, ".new");
        let failed = |source| StateError::Io {
            path: text(path),
            source,
        };
        let state = Self {
            file: create_file(&draft).map_err(failed)?,
            path: path.to_owned(),
        };
        state.lock()?;
        state.write_flash(board, flash)?;
        write_meta(path, &meta).map_err(failed)?;
        std::fs::rename(&draft, path).map_err(failed)?;
        Ok(state)
    }

    /// A mirror that writes every change of the flash to the file; what goes wrong there is put
    /// into `failure`.
    #[must_use]
    pub fn mirror(self, failure: Arc<Mutex<Option<String>>>) -> Box<dyn Mirror + Send + Sync> {
        Box::new(FileMirror {
            state: self,
            failure,
        })
    }

    fn lock(&self) -> Result<(), StateError> {
        match self.file.try_lock() {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => Err(StateError::Busy {
                path: text(&self.path),
            }),
            Err(TryLockError::Error(source)) => Err(self.failed(source)),
        }
    }

    fn read_flash(&self, board: &'static Board) -> Result<StrictFlash, StateError> {
        let mut flash = StrictFlash::new(board);
        let erased = vec![board.geometry.erased; PIECE_BYTES];
        let mut piece = vec![0; PIECE_BYTES];
        let end = u64::from(board.flash_len());
        let mut offset = 0;
        while offset < end {
            let len = PIECE_BYTES.min(usize::try_from(end - offset).unwrap_or(PIECE_BYTES));
            let Some(piece) = piece.get_mut(..len) else {
                break;
            };
            self.file
                .read_exact_at(piece, offset)
                .map_err(|source| self.failed(source))?;
            if Some(&*piece) != erased.get(..len) {
                flash.load(offset, piece);
            }
            offset += len as u64;
        }
        Ok(flash)
    }

    fn write_flash(&self, board: &Board, flash: &StrictFlash) -> Result<(), StateError> {
        let end = u64::from(board.flash_len());
        self.file
            .set_len(end)
            .map_err(|source| self.failed(source))?;
        let mut piece = vec![0; PIECE_BYTES];
        let mut offset = 0;
        while offset < end {
            let len = PIECE_BYTES.min(usize::try_from(end - offset).unwrap_or(PIECE_BYTES));
            let Some(piece) = piece.get_mut(..len) else {
                break;
            };
            flash.dump_into(offset, piece);
            // What reads zero anyway stays a hole.
            if piece.iter().any(|byte| *byte != 0) {
                self.file
                    .write_all_at(piece, offset)
                    .map_err(|source| self.failed(source))?;
            }
            offset += len as u64;
        }
        Ok(())
    }

    fn failed(&self, source: io::Error) -> StateError {
        StateError::Io {
            path: text(&self.path),
            source,
        }
    }
}

/// Writes every change of a flash to its file.
struct FileMirror {
    state: StateFile,
    failure: Arc<Mutex<Option<String>>>,
}

impl FileMirror {
    fn keep(&self, result: io::Result<()>) {
        if let (Err(error), Ok(mut failure)) = (result, self.failure.lock()) {
            failure.get_or_insert_with(|| format!("{}: {error}", self.state.path.display()));
        }
    }
}

impl Mirror for FileMirror {
    fn programmed(&mut self, offset: u64, bytes: &[u8]) {
        self.keep(self.state.file.write_all_at(bytes, offset));
    }

    fn erased(&mut self, offset: u64, len: u64, value: u8) {
        let bytes = vec![value; usize::try_from(len).unwrap_or(0)];
        self.keep(self.state.file.write_all_at(&bytes, offset));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that keeps flash states"
)]
fn open_existing(path: &Path) -> Result<Option<File>, StateError> {
    match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StateError::Io {
            path: text(path),
            source,
        }),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that keeps flash states"
)]
fn create_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that keeps flash states"
)]
fn write_meta(path: &Path, meta: &Meta) -> io::Result<()> {
    let mut file = File::create(with_suffix(path, ".meta"))?;
    serde_json::to_writer_pretty(&mut file, meta)?;
    file.write_all(b"\n")
}

fn check_meta(path: &Path, board: &Board, layout: &str) -> Result<(), StateError> {
    let meta_path = with_suffix(path, ".meta");
    let broken = |detail: String| StateError::Meta {
        path: text(&meta_path),
        detail,
    };
    let meta = read_meta(&meta_path).map_err(|error| broken(error.to_string()))?;
    if meta.version != META_VERSION {
        return Err(broken(format!(
            "version {}, this program knows {META_VERSION}",
            meta.version
        )));
    }
    if meta.board != board.name || meta.layout != layout {
        return Err(StateError::Other {
            path: text(path),
            found: format!(
                "{} ({})",
                meta.board.escape_default(),
                meta.layout.escape_default()
            ),
            wanted: format!("{} ({layout})", board.name),
        });
    }
    Ok(())
}

/// Longest `FILE.meta` that is read, bytes.
const META_BYTES_MAX: u64 = 4096;

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that keeps flash states"
)]
fn read_meta(path: &Path) -> io::Result<Meta> {
    let mut text = String::new();
    File::open(path)?
        .take(META_BYTES_MAX)
        .read_to_string(&mut text)?;
    Ok(serde_json::from_str(&text)?)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

impl Describe for StateError {
    fn trouble(&self) -> Trouble {
        let (headline, cause, next_step) = match self {
            Self::Io { .. } => (
                "The state file cannot be used",
                "without it the flash of the host would not outlive this process",
                "name a file in a folder that you may write to",
            ),
            Self::Meta { .. } => (
                "The state file has no good .meta beside it",
                "nothing says which board the bytes belong to",
                "restore FILE.meta, or remove FILE to begin with a new device",
            ),
            Self::Other { .. } => (
                "The state file is another host's",
                "one board's flash makes no sense on another",
                "name the board of the state with --board, or another --state",
            ),
            Self::Length { .. } => (
                "The state file has the wrong length",
                "it was cut or extended by something else than otarig",
                "restore it, or remove it to begin with a new device",
            ),
            Self::Busy { .. } => (
                "The state file is in use",
                "two hosts on one flash would destroy it",
                "stop the other host, or name another --state",
            ),
        };
        Trouble::new(headline, self.to_string(), cause, next_step)
    }
}

#[cfg(test)]
mod tests {
    use fixtures::board::board;
    use host_agent::flash::Flash as _;

    use super::*;

    #[test]
    fn every_operation_is_in_the_file_at_once_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dut.bin");
        let board = board("nrf51822").unwrap();
        assert!(StateFile::open(&path, board, "two-slot").unwrap().is_none());
        let mut flash = StrictFlash::new(board);
        let failure = Arc::new(Mutex::new(None));
        let state = StateFile::create(&path, board, "two-slot", &flash).unwrap();
        flash.set_mirror(state.mirror(Arc::clone(&failure)));
        let start = board.two_slot.secondary.start;
        flash.erase(start).unwrap();
        flash.program(start, &[1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
        assert!(matches!(
            StateFile::open(&path, board, "two-slot"),
            Err(StateError::Busy { .. })
        ));
        let before = flash.dump();
        drop(flash);
        let (state, again) = StateFile::open(&path, board, "two-slot").unwrap().unwrap();
        assert_eq!(again.dump(), before);
        assert_eq!(
            state.file.metadata().unwrap().len(),
            u64::from(board.flash_len())
        );
        assert_eq!(*failure.lock().unwrap(), None);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test that damages a state")]
    fn the_state_of_another_host_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dut.bin");
        let small = board("nrf51822").unwrap();
        drop(StateFile::create(&path, small, "two-slot", &StrictFlash::new(small)).unwrap());
        let open = |name: &str, layout: &str| StateFile::open(&path, board(name).unwrap(), layout);
        assert!(matches!(
            open("stm32f405", "two-slot"),
            Err(StateError::Other { .. })
        ));
        assert!(matches!(
            open("nrf51822", "in-place"),
            Err(StateError::Other { .. })
        ));
        open_existing(&path).unwrap().unwrap().set_len(100).unwrap();
        assert!(matches!(
            open("nrf51822", "two-slot"),
            Err(StateError::Length { .. })
        ));
        std::fs::remove_file(with_suffix(&path, ".meta")).unwrap();
        assert!(matches!(
            open("nrf51822", "two-slot"),
            Err(StateError::Meta { .. })
        ));
    }
}
