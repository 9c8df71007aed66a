//! A file on disk as an image, read piece by piece.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{ImageError, LOADED_BYTES_MAX};
use crate::image_source::{ImageReadError, ImageSource};

/// A file of plain bytes.
#[derive(Debug)]
pub struct FileImage {
    file: File,
    path: PathBuf,
    len: u32,
}

impl FileImage {
    /// Opens a file that is to be an image.
    ///
    /// # Errors
    /// When it is missing, unreadable, empty, or longer than 4 GiB.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the driver file that reads images"
    )]
    pub fn open(path: &Path) -> Result<Self, ImageError> {
        let text = || path.display().to_string();
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => ImageError::Missing { path: text() },
            _ => ImageError::Unreadable {
                path: text(),
                detail: error.to_string(),
            },
        };
        // A pipe would be waited for by opening it.
        let about = std::fs::metadata(path).map_err(failed)?;
        if !about.is_file() {
            let detail = "this is not a file".to_owned();
            return Err(ImageError::Unreadable {
                path: text(),
                detail,
            });
        }
        if about.len() == 0 {
            return Err(ImageError::Empty { path: text() });
        }
        let file = File::open(path).map_err(failed)?;
        let len = u32::try_from(about.len()).map_err(|_| ImageError::TooLarge {
            path: text(),
            bytes: about.len(),
            max: u64::from(u32::MAX),
        })?;
        Ok(Self {
            file,
            path: path.to_owned(),
            len,
        })
    }

    /// The whole file, for formats that cannot be streamed.
    ///
    /// # Errors
    /// When it is too large for that or unreadable.
    pub(super) fn read_whole(&mut self) -> Result<Vec<u8>, ImageError> {
        if u64::from(self.len) > LOADED_BYTES_MAX {
            return Err(ImageError::TooLarge {
                path: self.path.display().to_string(),
                bytes: u64::from(self.len),
                max: LOADED_BYTES_MAX,
            });
        }
        let mut bytes = vec![0; self.len as usize];
        self.read_at(0, &mut bytes)
            .map_err(|error| self.unreadable(&error))?;
        Ok(bytes)
    }

    pub(super) fn unreadable(&self, error: &ImageReadError) -> ImageError {
        ImageError::Unreadable {
            path: self.path.display().to_string(),
            detail: error.to_string(),
        }
    }
}

impl ImageSource for FileImage {
    fn len(&self) -> u32 {
        self.len
    }

    fn read_at(&mut self, offset: u32, buf: &mut [u8]) -> Result<(), ImageReadError> {
        let end = u64::from(offset) + buf.len() as u64;
        if end > u64::from(self.len) {
            return Err(ImageReadError::OutOfRange {
                offset,
                len: buf.len(),
                image: self.len,
            });
        }
        let failed = |error: io::Error| ImageReadError::Medium {
            offset,
            text: error.to_string(),
        };
        self.file
            .seek(SeekFrom::Start(u64::from(offset)))
            .map_err(failed)?;
        self.file.read_exact(buf).map_err(failed)
    }
}
