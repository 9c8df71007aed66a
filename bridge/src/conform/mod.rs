//! The conformance suite: scripts against a host, on the bench or on a real line.
//!
//! [`Runner`] plays one script behind the five doors, as the engine plays an update. It speaks the
//! dialects with the codecs alone, so that it can say what no module would; [`bench::run_script`]
//! drives it in virtual time, `drive::drive_script` on a real link. [`suite`] runs many scripts and
//! [`snapshot`] compares their transcripts with accepted ones.

mod ayla_frame;
mod ayla_line;
pub mod bench;
pub mod everybody;
mod heard;
pub mod junit;
mod matching;
mod objects;
pub mod port;
mod rig_line;
mod runner;
pub mod snapshot;
mod speaker;
mod stack;
pub mod suite;
#[cfg(test)]
mod tests;
pub mod transcript;
mod transfer;

use protocol_spec::tick::Tick;

use crate::verdict::Class;

pub use objects::{MadeObject, ObjectError, Objects};
pub use runner::{PowerOrder, Runner, Stage};
pub use transcript::{Line, Transcript};

/// How a script ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Pass, or why not.
    pub class: Class,
    /// Line of the script file at which it ended; 0 when it is not about one.
    pub line: usize,
    /// What happened there, one sentence; empty for a pass.
    pub what: String,
}

/// A script and how it ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScriptResult {
    /// Name of the script.
    pub name: String,
    /// Its title.
    pub title: String,
    /// How it ended.
    pub outcome: Outcome,
    /// When it ended, since its own start.
    pub elapsed: Tick,
    /// What was said.
    pub transcript: Transcript,
}

impl Outcome {
    pub(crate) fn pass() -> Self {
        Self {
            class: Class::Pass,
            line: 0,
            what: String::new(),
        }
    }

    pub(crate) fn new(class: Class, line: usize, what: String) -> Self {
        Self { class, line, what }
    }
}

impl ScriptResult {
    /// A script that is not run.
    #[must_use]
    pub fn skipped(name: &str, title: &str, why: String) -> Self {
        Self::unplayed((name, title), Class::Skipped, why)
    }

    /// The script before which the user stopped the suite.
    #[must_use]
    pub fn stopped(name: &str, title: &str) -> Self {
        let what = "stopped by the user before the script began";
        Self::unplayed((name, title), Class::Aborted, what.to_owned())
    }

    fn unplayed((name, title): (&str, &str), class: Class, what: String) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            outcome: Outcome::new(class, 0, what),
            elapsed: Tick::ZERO,
            transcript: Transcript::default(),
        }
    }

    /// Whether something is wrong.
    #[must_use]
    pub fn failed(&self) -> bool {
        !matches!(self.outcome.class, Class::Pass | Class::Skipped)
    }
}
