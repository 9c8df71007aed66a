//! Why an image file is not taken.

use std::path::Path;

use super::FileFormat;
use crate::trouble::{Describe, Trouble};

/// An image file that is not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ImageError {
    /// There is no such file.
    #[error("{path}: no such file")]
    Missing {
        /// Path of the file.
        path: String,
    },
    /// The file cannot be read.
    #[error("{path}: {detail}")]
    Unreadable {
        /// Path of the file.
        path: String,
        /// What the system said.
        detail: String,
    },
    /// The file has no bytes.
    #[error("{path} is empty")]
    Empty {
        /// Path of the file.
        path: String,
    },
    /// The file is larger than any image may be.
    #[error("{path}: {bytes} bytes, most are {max}")]
    TooLarge {
        /// Path of the file.
        path: String,
        /// Its length.
        bytes: u64,
        /// Most that is taken.
        max: u64,
    },
    /// The file is a patch.
    #[error("{path}: this is an otarig patch, not an image")]
    Patch {
        /// Path of the file.
        path: String,
    },
    /// The extension says one format and the content is another.
    #[error("{path}: called {promised}, looks like {found}")]
    NotWhatItIsCalled {
        /// Path of the file.
        path: String,
        /// What the extension promises.
        promised: &'static str,
        /// What the content looks like.
        found: &'static str,
    },
    /// The content breaks a rule of its format.
    #[error("{path}: {defect}")]
    Broken {
        /// Path of the file.
        path: String,
        /// The format that was read.
        format: &'static str,
        /// What is wrong.
        defect: Defect,
    },
}

/// What is wrong inside a file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Defect {
    /// A line or block breaks a rule of the format.
    #[error("{place}: {rule}")]
    Rule {
        /// Line, block or header.
        place: String,
        /// What is wrong with it.
        rule: String,
    },
    /// There is nothing to load.
    #[error("nothing in it is to be loaded")]
    NoBytes,
    /// Two areas hold different bytes for one address.
    #[error("two areas overlap at 0x{at:08x}")]
    Overlap {
        /// First address that both hold.
        at: u32,
    },
    /// The areas lie too far apart to be one image.
    #[error("the areas {areas} span {span} bytes, most are {max}")]
    FarApart {
        /// The areas, as text.
        areas: String,
        /// From the first address to the last.
        span: u64,
        /// Most that one image may span.
        max: u64,
    },
}

impl Defect {
    pub(super) fn rule(place: impl std::fmt::Display, rule: impl std::fmt::Display) -> Self {
        Self::Rule {
            place: place.to_string(),
            rule: rule.to_string(),
        }
    }

    pub(super) fn in_file(self, path: &Path, format: FileFormat) -> ImageError {
        let path = path.display().to_string();
        ImageError::Broken {
            path,
            format: format.name(),
            defect: self,
        }
    }
}

impl Describe for ImageError {
    fn trouble(&self) -> Trouble {
        match self {
            Self::Missing { .. } => Trouble::new(
                "The image file is not there",
                self.to_string(),
                "nothing was sent; the host is as it was",
                "correct --image",
            ),
            Self::Unreadable { .. } => Trouble::new(
                "The image file cannot be read",
                self.to_string(),
                "nothing was sent; the host is as it was",
                "name a file that you may read",
            ),
            Self::Empty { .. } => Trouble::new(
                "The image file is empty",
                self.to_string(),
                "an image of no bytes cannot boot; a build may have failed half way",
                "build the image again",
            ),
            Self::TooLarge { .. } => Trouble::new(
                "The image file is too large",
                self.to_string(),
                "no host behind a serial line takes so much; it may be the wrong file",
                "check that --image names the firmware, not an archive or a disk image",
            ),
            Self::Patch { .. } => Trouble::new(
                "The image file is a patch",
                self.to_string(),
                "a host that ran these bytes would run no program",
                "name the image itself; a patch is sent with 'otarig update --patch'",
            ),
            Self::NotWhatItIsCalled {
                promised, found, ..
            } => Trouble::new(
                "The image file is not what it is called",
                self.to_string(),
                &format!("the name promises {promised} and the content is not that"),
                &format!("name the right file, or say --format {found} if that is meant"),
            ),
            Self::Broken { format, defect, .. } => Trouble::new(
                &format!("The image file is not good {format}"),
                self.to_string(),
                meaning(defect),
                next_step(defect),
            ),
        }
    }
}

fn meaning(defect: &Defect) -> &'static str {
    match defect {
        Defect::Rule { .. } => "the file was cut short or changed, or it is another format",
        Defect::NoBytes => "the file is well formed and holds no part of a firmware",
        Defect::Overlap { .. } => "the file says two things about one address",
        Defect::FarApart { .. } => {
            "an image is one run of bytes; configuration words far away from the code do not \
             belong to it"
        }
    }
}

fn next_step(defect: &Defect) -> &'static str {
    match defect {
        Defect::Rule { .. } => "make the file again, or name its format with --format",
        Defect::NoBytes => "check which sections the linker puts into flash",
        Defect::Overlap { .. } => "check how the file was merged; each address may occur once",
        Defect::FarApart { .. } => {
            "leave the far area out when making the file (objcopy --remove-section)"
        }
    }
}
