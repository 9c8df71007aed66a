//! The files of the patch commands: images read whole, results written whole or not at all.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use protocol_spec::patch::IMAGE_LEN_MAX;

use crate::cli::sinks::same_file;
use crate::formats::{self, ImageError, LOADED_BYTES_MAX};
use crate::patch_file::PatchFileError;
use crate::text::grouped;
use crate::trouble::{Describe, Trouble};

/// An image, read whole.
#[derive(Debug)]
pub(in crate::cli) struct Image {
    pub(in crate::cli) bytes: Vec<u8>,
    /// Address of the first byte, in formats that carry addresses.
    pub(in crate::cli) address: Option<u32>,
    pub(super) notes: Vec<String>,
}

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum FileError {
    /// An image file that is not taken.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// An image that no patch can be about.
    #[error("{path}: {} bytes, an image in a patch has at most {}", grouped(*.bytes), grouped(IMAGE_LEN_MAX.into()))]
    LongImage { path: String, bytes: u64 },
    /// A patch file that cannot be read.
    #[error(transparent)]
    Patch(#[from] PatchFileError),
    /// The result cannot be written.
    #[error("{path}: {detail}")]
    Output { path: String, detail: String },
}

/// Reads an image of any format.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that reads and writes patches"
)]
pub(in crate::cli) fn read_image(path: &Path) -> Result<Image, FileError> {
    let text = || path.display().to_string();
    let long = |bytes: u64| FileError::LongImage {
        path: text(),
        bytes,
    };
    // No format takes as many bytes for an image that is short enough.
    if let Ok(about) = std::fs::metadata(path)
        && about.is_file()
        && about.len() > LOADED_BYTES_MAX
    {
        return Err(long(about.len()));
    }
    let mut loaded = formats::open(path, None)?;
    let len = loaded.source.len();
    if len > IMAGE_LEN_MAX {
        return Err(long(len.into()));
    }
    let mut bytes = vec![0; len as usize];
    let read = loaded.source.read_at(0, &mut bytes);
    read.map_err(|error| ImageError::Unreadable {
        path: text(),
        detail: error.to_string(),
    })?;
    Ok(Image {
        bytes,
        address: loaded.address,
        notes: loaded.notes,
    })
}

/// A file that will be written, and was looked at before anything is computed.
#[derive(Debug)]
pub(in crate::cli) struct OutputFile {
    path: PathBuf,
}

impl OutputFile {
    /// Refuses what must not be replaced: one of the inputs, and whatever is no plain file.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the driver file that reads and writes patches"
    )]
    pub(in crate::cli) fn new(path: &Path, inputs: &[&Path]) -> Result<Self, FileError> {
        let failed = |detail: &str| FileError::Output {
            path: path.display().to_string(),
            detail: detail.to_owned(),
        };
        if inputs.iter().any(|input| same_file(path, input)) {
            return Err(failed("this command reads that file, it is not replaced"));
        }
        if path == Path::new("-") {
            let detail = "standard output cannot be written to; './-' is a file of that name";
            return Err(failed(detail));
        }
        match std::fs::metadata(path) {
            Ok(about) if about.is_dir() => Err(failed("this is a folder")),
            Ok(about) if !about.is_file() => Err(failed("this is not a plain file")),
            // A link is followed, so that it leads to the new content too.
            Ok(_) => Ok(Self {
                path: path.canonicalize().unwrap_or_else(|_| path.to_owned()),
            }),
            Err(_) if path.is_symlink() => Err(failed("this is a link that leads nowhere")),
            Err(_) if path.file_name().is_none() => Err(failed("this is no name of a file")),
            Err(_) => Ok(Self {
                path: path.to_owned(),
            }),
        }
    }

    /// Writes `bytes`; the file appears under its name when it is complete.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the driver file that reads and writes patches"
    )]
    pub(in crate::cli) fn write(&self, bytes: &[u8]) -> Result<(), FileError> {
        let draft = self.draft();
        let written = write_new(&draft, bytes).and_then(|()| std::fs::rename(&draft, &self.path));
        written.map_err(|error| {
            if error.kind() != io::ErrorKind::AlreadyExists {
                // There may be none.
                let _ = std::fs::remove_file(&draft);
            }
            FileError::Output {
                path: self.path.display().to_string(),
                detail: error.to_string(),
            }
        })
    }

    /// A name beside the file that nobody else uses.
    fn draft(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        PathBuf::from(name)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that reads and writes patches"
)]
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)
}

impl Describe for FileError {
    fn trouble(&self) -> Trouble {
        let (headline, cause, next_step) = match self {
            Self::Image(error) => return image_trouble(error),
            Self::Patch(error) => return error.trouble(),
            Self::LongImage { .. } => (
                "The image is too long for a patch",
                "offsets in a patch have 24 bits",
                "check that the file is a firmware; send it as a full image",
            ),
            Self::Output { .. } => (
                "The result cannot be written",
                "nothing was written",
                "name another file with -o, in a folder that you may write to",
            ),
        };
        Trouble::new(headline, self.to_string(), cause, next_step)
    }
}

/// The words of an update's image, less those that are about an update or its options.
fn image_trouble(error: &ImageError) -> Trouble {
    let mut trouble = error.trouble();
    let next_step = match error {
        ImageError::Missing { .. } => "correct the path",
        ImageError::Unreadable { .. } => "name a file that you may read",
        ImageError::NotWhatItIsCalled { .. } => "name the right file, or rename this one",
        ImageError::TooLarge { .. } => "check that the file is a firmware",
        ImageError::Broken { .. } if trouble.next_step.contains("--format") => {
            "make the file again, or name it after its format"
        }
        ImageError::Patch { .. } => "name the image that the patch is about",
        ImageError::Broken { .. } | ImageError::Empty { .. } => return trouble,
    };
    next_step.clone_into(&mut trouble.next_step);
    if matches!(
        error,
        ImageError::Missing { .. } | ImageError::Unreadable { .. } | ImageError::Patch { .. }
    ) {
        "nothing was done".clone_into(&mut trouble.cause);
    }
    trouble
}
