//! What an update is made of, as it is named: an image, a patch, or two images to make one of.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use protocol_spec::text::{Escaped, Version};

use crate::formats::{self, FileFormat, ImageError, LoadedImage};
use crate::image_head::content_check;
use crate::job::{ContentCheck, DialectKind, offered_version};
use crate::object::{DeltaObject, Object, PatchObject};
use crate::patch::{DECODE_RAM_MAX, LOAD_ADDRESS_GRAIN, Objection, check};
use crate::patch_file;
use crate::text::{bytes, grouped};
use crate::trouble::{Describe, Trouble};

/// The files of an update. With a patch, `image` is not read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ObjectFiles {
    /// The new image: bin, Intel HEX, S-record, ELF or UF2.
    pub image: Option<PathBuf>,
    /// Version text that the host must report afterwards; a patch may say it itself.
    pub version: Option<String>,
    /// The image that the host runs: where the host can, it gets a patch from this one to `image`; a
    /// patch file is tried on it.
    pub from: Option<PathBuf>,
    /// A patch file.
    pub patch: Option<PathBuf>,
    /// Format of the image files; found out from content and extension when `None`.
    pub format: Option<FileFormat>,
}

/// What is sent, as read.
#[derive(Debug)]
pub struct Loaded {
    /// What is sent.
    pub object: Object,
    /// What the host must report afterwards.
    pub version: Version,
    /// What the image says of itself.
    pub content: ContentCheck,
    /// What the reader of the verdict should know.
    pub notes: Vec<String>,
}

/// A patch that cannot be sent like this.
#[derive(Debug, thiserror::Error)]
enum ObjectError {
    #[error("--patch with --dialect ayla")]
    Dialect,
    #[error("{path}: no version text in its head, and no --version")]
    NoVersion { path: String },
    #[error("{path}: {}", objection.found())]
    Objection { path: String, objection: Objection },
    #[error("{path}: its head says version {said}, --version says {given}")]
    OtherVersion {
        path: String,
        said: Version,
        given: Version,
    },
}

impl ObjectFiles {
    /// Reads everything that is named.
    ///
    /// # Errors
    /// What cannot be read, or does not go together, in the words of the command line.
    pub fn load(&self, dialect: DialectKind) -> Result<Loaded, Trouble> {
        match (&self.patch, &self.image) {
            (Some(path), _) => self.load_patch(path, dialect),
            (None, Some(path)) => self.load_image(path),
            // Told as a file that is not there.
            (None, None) => self.load_image(Path::new("")),
        }
    }

    fn load_patch(&self, path: &Path, dialect: DialectKind) -> Result<Loaded, Trouble> {
        if dialect == DialectKind::Ayla {
            return Err(ObjectError::Dialect.into());
        }
        let patch = patch_file::open(path)?;
        let version = self.version_of(&patch, path)?;
        let mut notes = vec![told(&patch)];
        if let Some(from) = &self.from {
            let mut old = self.open_from(from)?;
            notes.append(&mut old.notes);
            tried(&patch, &whole(&mut old, from)?, path)?;
        }
        Ok(Loaded {
            notes,
            object: Object::Patch(patch),
            version,
            content: ContentCheck::None,
        })
    }

    fn version_of(&self, patch: &PatchObject, path: &Path) -> Result<Version, Trouble> {
        let path = || path.display().to_string();
        let said = patch.facts.new.version;
        let Some(given) = &self.version else {
            return if said.is_empty() {
                Err(ObjectError::NoVersion { path: path() }.into())
            } else {
                Ok(said)
            };
        };
        let given = offered_version(given)?;
        if !said.is_empty() && said != given {
            let path = path();
            return Err(ObjectError::OtherVersion { path, said, given }.into());
        }
        Ok(given)
    }

    fn load_image(&self, path: &Path) -> Result<Loaded, Trouble> {
        let version = offered_version(self.version.as_deref().unwrap_or_default())?;
        let mut image = self.open(path)?;
        let content = content_check(&mut *image.source);
        let mut notes = std::mem::take(&mut image.notes);
        let object = match &self.from {
            None => Object::image(image.source, image.digest),
            Some(from) => {
                let mut old = self.open_from(from)?;
                notes.append(&mut old.notes);
                let address = image.address.or(old.address);
                let fits = |at: &u32| at.is_multiple_of(LOAD_ADDRESS_GRAIN);
                if let Some(odd) = address.filter(|address| !fits(address)) {
                    notes.push(format!(
                        "the load address 0x{odd:08x} is not used for a patch: it is no multiple of \
                         {LOAD_ADDRESS_GRAIN}"
                    ));
                }
                Object::Delta(DeltaObject {
                    old: Arc::new(whole(&mut old, from)?),
                    new: Arc::new(whole(&mut image, path)?),
                    digest: image.digest,
                    load_address: address.filter(fits),
                })
            }
        };
        Ok(Loaded {
            object,
            version,
            content,
            notes,
        })
    }

    /// Opens the old image; what is wrong with it is told of the option that names it.
    fn open_from(&self, path: &Path) -> Result<LoadedImage, Trouble> {
        self.open(path).map_err(|error| {
            let mut trouble = error.trouble();
            trouble.next_step = trouble.next_step.replace("--image", "--from");
            trouble
        })
    }

    fn open(&self, path: &Path) -> Result<LoadedImage, ImageError> {
        formats::open(path, self.format)
    }
}

/// Applies the patch in memory, as the host would: nothing is sent that would stop it.
fn tried(patch: &PatchObject, old: &[u8], path: &Path) -> Result<(), Trouble> {
    let told = |objection| {
        let path = path.display().to_string();
        ObjectError::Objection { path, objection }.trouble()
    };
    let checked = check(&patch.file, old, None, DECODE_RAM_MAX);
    checked.map(|_| ()).map_err(told)
}

/// What a patch is for, in words.
fn told(patch: &PatchObject) -> String {
    let facts = &patch.facts;
    let board = match &facts.board[..] {
        [] => "any board".to_owned(),
        name => Escaped(name).to_string(),
    };
    format!(
        "patch for {board}, {} of {} blocks of {} change",
        grouped(facts.changed.into()),
        grouped(facts.blocks.into()),
        bytes(facts.block_len.into())
    )
}

fn whole(image: &mut LoadedImage, path: &Path) -> Result<Vec<u8>, ImageError> {
    let mut bytes = vec![0; image.source.len() as usize];
    match image.source.read_at(0, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => Err(ImageError::Unreadable {
            path: path.display().to_string(),
            detail: error.to_string(),
        }),
    }
}

impl Describe for ObjectError {
    fn trouble(&self) -> Trouble {
        let (headline, cause, next_step) = match self {
            Self::Objection { objection, .. } => {
                let Objection { status, advice, .. } = objection;
                let cause = format!("nothing was sent: a host would end with code {status}");
                return Trouble::new(
                    "The patch does not work on the old image that was given",
                    self.to_string(),
                    &format!("{cause}; {}", advice.cause),
                    &advice.next_step,
                );
            }
            Self::Dialect => (
                "A patch cannot be sent in ayla",
                "patches travel in the rig dialect only",
                "send the whole image with --image, or speak rig to the host",
            ),
            Self::NoVersion { .. } => (
                "The patch does not say which version it makes",
                "after the update the host is asked for its version, and must report it",
                "give --version, or make the patch with a version text",
            ),
            Self::OtherVersion { .. } => (
                "The patch is for another version",
                "after the update the host would report another version than is asked for",
                "leave --version out, or name the right patch",
            ),
        };
        Trouble::new(headline, self.to_string(), cause, next_step)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use tempfile::{Builder, NamedTempFile};

    use super::*;

    /// Four bytes at an address.
    fn hex(address: u16) -> String {
        let [high, low] = address.to_be_bytes();
        let record = |bytes: &[u8]| {
            let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
            let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            format!(":{digits}{:02X}\n", sum.wrapping_neg())
        };
        let at = record(&[2, 0, 0, 4, high, low]);
        at + &record(&[4, 0, 0, 0, 1, 2, 3, 4]) + ":00000001FF\n"
    }

    fn file(end: &str, bytes: &[u8]) -> NamedTempFile {
        let mut file = Builder::new().suffix(end).tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn load_address(old: &NamedTempFile, new: &NamedTempFile) -> Option<u32> {
        let files = ObjectFiles {
            image: Some(new.path().to_owned()),
            version: Some("1".to_owned()),
            from: Some(old.path().to_owned()),
            ..ObjectFiles::default()
        };
        match files.load(DialectKind::Rig).map(|loaded| loaded.object) {
            Ok(Object::Delta(delta)) => delta.load_address,
            other => panic!("{:?}", other.is_ok()),
        }
    }

    #[test]
    fn the_load_address_is_that_of_the_new_file_or_else_of_the_old_one() {
        let plain = file(".bin", &[1, 2, 3, 5]);
        let low = file(".hex", hex(0x0800).as_bytes());
        let high = file(".hex", hex(0x0801).as_bytes());
        assert_eq!(load_address(&plain, &plain), None);
        assert_eq!(load_address(&low, &plain), Some(0x0800_0000));
        assert_eq!(load_address(&plain, &high), Some(0x0801_0000));
        assert_eq!(load_address(&low, &low), Some(0x0800_0000));
    }
}
