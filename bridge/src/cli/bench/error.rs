//! Why a figure could not be measured.

use std::io;

use crate::trouble::{Describe, Trouble};

/// A figure that could not be measured.
#[derive(Debug, thiserror::Error)]
pub(super) enum BenchError {
    #[error("{what}: {source}")]
    Io {
        what: &'static str,
        source: io::Error,
    },
    #[error("{what}: {detail}")]
    Failed { what: &'static str, detail: String },
}

/// What the system said, and of what.
pub(super) fn io_error(what: &'static str) -> impl Fn(io::Error) -> BenchError {
    move |source| BenchError::Io { what, source }
}

impl Describe for BenchError {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "A figure cannot be measured",
            self.to_string(),
            "a part of the measurement did not run to its end",
            "run it by hand to see why",
        )
    }
}
