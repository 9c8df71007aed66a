//! The pairs of images in a folder.

use std::io;
use std::path::{Path, PathBuf};

use super::manifest::{self, Reference};
use crate::cli::patch::files::{FileError, Image, read_image};
use crate::trouble::{Describe, Trouble};

/// A folder of pairs that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli::bench) enum PairsError {
    #[error("{path}: {source}")]
    Folder { path: String, source: io::Error },
    #[error("{path}: it has no subfolder")]
    Empty { path: String },
    #[error("{path}: {missing} is missing")]
    Incomplete { path: String, missing: String },
    #[error(transparent)]
    Image(#[from] FileError),
}

/// A subfolder with two images.
#[derive(Debug)]
pub(in crate::cli::bench) struct Pair {
    pub(in crate::cli::bench) name: String,
    pub(super) reference: Reference,
    old: PathBuf,
    new: PathBuf,
}

impl Pair {
    /// The files of both images.
    pub(in crate::cli::bench) fn paths(&self) -> [&Path; 2] {
        [&self.old, &self.new]
    }

    /// Reads both images.
    pub(in crate::cli::bench) fn images(&self) -> Result<(Image, Image), PairsError> {
        self.check()?;
        Ok((read_image(&self.old)?, read_image(&self.new)?))
    }

    /// Whether both files are there.
    fn check(&self) -> Result<(), PairsError> {
        // A link that leads nowhere is told of by whoever opens it.
        let lacks = |path: &&Path| path.symlink_metadata().is_err();
        let Some(missing) = self.paths().into_iter().find(lacks) else {
            return Ok(());
        };
        let text = |part: Option<&Path>| part.unwrap_or(missing).display().to_string();
        Err(PairsError::Incomplete {
            path: text(missing.parent()),
            missing: text(missing.file_name().map(Path::new)),
        })
    }

    /// Whether it is said which processor the images are for.
    pub(super) fn has_processor(&self) -> bool {
        self.reference.cpu.is_some()
    }
}

/// Every pair in `folder`, by name; one of them at least is complete.
pub(in crate::cli::bench) fn find(folder: &Path) -> Result<Vec<Pair>, PairsError> {
    let failed = |source| PairsError::Folder {
        path: folder.display().to_string(),
        source,
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !name.starts_with('.') {
            names.push((name.into_owned(), path));
        }
    }
    if names.is_empty() {
        let path = folder.display().to_string();
        return Err(PairsError::Empty { path });
    }
    names.sort();
    let mut references = manifest::parse(&manifest_text(folder)?);
    let pair = |(name, path): (String, PathBuf)| Pair {
        old: path.join("old.bin"),
        new: path.join("new.bin"),
        reference: references.remove(&name).unwrap_or_default(),
        name,
    };
    let pairs: Vec<Pair> = names.into_iter().map(pair).collect();
    let checks: Result<Vec<()>, PairsError> = pairs.iter().map(Pair::check).collect();
    match checks {
        Err(first) if pairs.iter().all(|pair| pair.check().is_err()) => Err(first),
        _ => Ok(pairs),
    }
}

/// The text of MANIFEST.md; none where there is no such file.
#[expect(
    clippy::disallowed_methods,
    reason = "the bench reads the folder that it is given"
)]
fn manifest_text(folder: &Path) -> Result<String, PairsError> {
    let path = folder.join("MANIFEST.md");
    if !path.is_file() {
        return Ok(String::new());
    }
    std::fs::read_to_string(&path).map_err(|source| PairsError::Folder {
        path: path.display().to_string(),
        source,
    })
}

impl Describe for PairsError {
    fn trouble(&self) -> Trouble {
        let cause = match self {
            Self::Image(error) => return error.trouble(),
            Self::Folder { .. } => "it is not there, is no folder, or may not be read",
            Self::Empty { .. } | Self::Incomplete { .. } => {
                "each pair is a subfolder with old.bin and new.bin"
            }
        };
        let headline = match self {
            Self::Incomplete { .. } => "A pair of images is not complete",
            _ => "The folder holds no pairs of images",
        };
        Trouble::new(
            headline,
            self.to_string(),
            cause,
            "name a folder whose subfolders hold old.bin and new.bin",
        )
    }
}
