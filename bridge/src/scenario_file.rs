//! Scenarios, by the name of a shipped one or by path.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use fixtures::scenario::{SCENARIO_BYTES_MAX, Scenario, ScenarioError, parse, shipped_text};

use crate::trouble::{Describe, Trouble};

/// A scenario that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioFileError {
    /// Nothing is called like that.
    #[error("{name}: neither a file nor a shipped scenario")]
    Missing {
        /// The name.
        name: String,
    },
    /// The file cannot be read.
    #[error("{name}: {source}")]
    Io {
        /// The path.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is a folder, a pipe or the like.
    #[error("{name}: this is not a file")]
    NotFile {
        /// The path.
        name: String,
    },
    /// It is longer than any scenario.
    #[error("{name}: longer than {SCENARIO_BYTES_MAX} bytes")]
    TooLong {
        /// The path.
        name: String,
    },
    /// It is no text.
    #[error("{name}: not UTF-8 text")]
    NotText {
        /// The path.
        name: String,
    },
    /// It is no scenario.
    #[error("{name}:{}:{}: {}", .error.line, .error.column, .error.message)]
    Scenario {
        /// The path.
        name: String,
        /// Where, and what is wrong.
        error: ScenarioError,
    },
}

/// The scenario that `name` names: a shipped one, or a path.
///
/// # Errors
/// [`ScenarioFileError`]; at most [`SCENARIO_BYTES_MAX`] bytes are read.
pub fn open(name: &str) -> Result<Scenario, ScenarioFileError> {
    let text = match shipped_text(name) {
        Some(text) => text.to_owned(),
        None => read(name)?,
    };
    let name = name.to_owned();
    parse(&text).map_err(|error| ScenarioFileError::Scenario { name, error })
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that reads scenarios"
)]
fn read(name: &str) -> Result<String, ScenarioFileError> {
    let path = Path::new(name);
    let name = || name.to_owned();
    if !path.exists() {
        return Err(ScenarioFileError::Missing { name: name() });
    }
    let failed = |source| ScenarioFileError::Io {
        name: name(),
        source,
    };
    // A pipe would be waited for by opening it.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(ScenarioFileError::NotFile { name: name() });
    }
    let mut bytes = Vec::new();
    let limit = SCENARIO_BYTES_MAX as u64 + 1;
    File::open(path)
        .map_err(failed)?
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > SCENARIO_BYTES_MAX {
        return Err(ScenarioFileError::TooLong { name: name() });
    }
    String::from_utf8(bytes).map_err(|_| ScenarioFileError::NotText { name: name() })
}

impl Describe for ScenarioFileError {
    fn trouble(&self) -> Trouble {
        let (cause, next_step) = match self {
            Self::Missing { .. } => (
                "a scenario is a path, or a name that 'otarig run --list' shows",
                "correct the name",
            ),
            Self::Io { .. } => ("the file cannot be read", "name a file that you may read"),
            Self::NotFile { .. } | Self::TooLong { .. } | Self::NotText { .. } => {
                ("a scenario is a short TOML text", "name the right file")
            }
            Self::Scenario { .. } => (
                "unknown keys and values out of range are refused, so that no typing error passes \
                 unseen",
                "correct that line",
            ),
        };
        Trouble::new(
            "The scenario cannot be run",
            self.to_string(),
            cause,
            next_step,
        )
    }
}
