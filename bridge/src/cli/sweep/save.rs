//! What a sweep has found, as a scenario in a file.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use fixtures::scenario::Scenario;
use serde_json::json;

use super::super::output::Output;
use crate::trouble::{Describe, Trouble};

/// A folder or a file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}")]
pub(super) struct SaveError {
    path: String,
    reason: String,
}

/// Most files of one name.
const ALIKE_MAX: u32 = 1000;

/// Where a sweep saves what it finds, if that is wanted.
pub(super) struct Folder(Option<PathBuf>);

impl Folder {
    /// The folder at `path`, which is made when it is not there; a file is written in it and removed.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the driver file that saves what a sweep has found"
    )]
    pub(super) fn open(path: Option<&Path>) -> Result<Self, SaveError> {
        let Some(folder) = path else {
            return Ok(Self(None));
        };
        let trial = folder.join(format!(".otarig-{}", std::process::id()));
        std::fs::create_dir_all(folder)
            .and_then(|()| File::create_new(&trial)?.write_all(b"\n"))
            .and_then(|()| std::fs::remove_file(&trial))
            .map_err(|error| failed(folder, error.to_string()))?;
        Ok(Self(Some(folder.to_owned())))
    }

    /// Saves `scenario` as [`save`] does, where that is wanted; where it fails that is told, and what was
    /// found is to be told without a file.
    pub(super) fn keep(&self, output: &Output, name: &str, scenario: &Scenario) -> Option<PathBuf> {
        let saved = save(self.0.as_deref()?, name, scenario);
        let tell = |error: SaveError| {
            let text = format!("the next one is not saved: {error}");
            output.json(|| json!({ "event": "note", "text": text }));
            output.text(&format!("  {text}\n"));
        };
        saved.map_err(tell).ok()
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.0.is_some()
    }
}

fn failed(path: &Path, reason: String) -> SaveError {
    SaveError {
        path: path.display().to_string(),
        reason,
    }
}

/// Writes `scenario` to the file `name.toml` in `folder`.
///
/// A file that is there stays as it is: where it holds something else, the next free one of
/// `name-2.toml` and so on is written.
fn save(folder: &Path, name: &str, scenario: &Scenario) -> Result<PathBuf, SaveError> {
    let text = scenario
        .render()
        .map_err(|error| failed(folder, error.to_string()))?;
    for number in 1..=ALIKE_MAX {
        let path = folder.join(match number {
            1 => format!("{name}.toml"),
            number => format!("{name}-{number}.toml"),
        });
        match File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes())) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(failed(&path, error.to_string()));
            }
            // The same was found before.
            Err(_) if holds(&path, &text) => return Ok(path),
            Err(_) => {}
        }
    }
    let reason = format!("there are {ALIKE_MAX} scenarios called {name} already");
    Err(failed(folder, reason))
}

/// Whether the file at `path` holds `text` and nothing else.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that saves what a sweep has found"
)]
fn holds(path: &Path, text: &str) -> bool {
    let limit = text.len() as u64 + 1;
    let mut held = Vec::new();
    let read = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut held));
    read.is_ok() && held == text.as_bytes()
}

impl Describe for SaveError {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "The folder for what is found cannot be written",
            format!("--save {self}"),
            "nothing was run yet: what a sweep found could not be saved",
            "name a folder that you may write to, or leave --save out",
        )
    }
}
