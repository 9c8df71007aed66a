//! What a sweep has found, as a scenario in a file.

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

/// Writes `scenario` to the file `name` in `folder`, which is made when it is not there.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that saves what a sweep has found"
)]
pub(super) fn save(folder: &Path, name: &str, scenario: &Scenario) -> Result<PathBuf, SaveError> {
    let path = folder.join(name);
    let failed = |reason: String| SaveError {
        path: path.display().to_string(),
        reason,
    };
    let text = scenario
        .render()
        .map_err(|error| failed(error.to_string()))?;
    std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
    std::fs::write(&path, text).map_err(|error| failed(error.to_string()))?;
    Ok(path)
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
