//! What a sweep has found, as a scenario in a file.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use fixtures::scenario::Scenario;

use crate::trouble::{Describe, Trouble};

/// A scenario that was found and cannot be saved.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}")]
pub(super) struct SaveError {
    path: String,
    reason: String,
}

/// Most files of one name.
const ALIKE_MAX: u32 = 1000;

/// Writes `scenario` to the file `name.toml` in `folder`, which is made when it is not there.
///
/// A file that is there stays as it is: where it holds something else, the next free one of
/// `name-2.toml` and so on is written.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that saves what a sweep has found"
)]
pub(super) fn save(folder: &Path, name: &str, scenario: &Scenario) -> Result<PathBuf, SaveError> {
    let failed = |path: &Path, reason: String| SaveError {
        path: path.display().to_string(),
        reason,
    };
    let text = scenario
        .render()
        .map_err(|error| failed(folder, error.to_string()))?;
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error.to_string()))?;
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
            "A scenario that was found cannot be saved",
            self.to_string(),
            "what was found would be lost",
            "name a folder that you may write to, or leave --save out",
        )
    }
}
