//! The sweep desk: one update again and again, each time with another fault.
//!
//! What is swept and how is a [`Draft`]; how far it is and what was found is a [`SweepView`]. The runs
//! are made by `bridge`, on a thread of their own.

mod actions;
mod draft;
mod subject;
#[cfg(test)]
mod tests;
mod view;

pub use actions::actions;
pub use draft::{Draft, Field, Kind, Plan};
pub use subject::Subject;
pub use view::{Counts, Ending, FINDS_MAX, Find, News, SweepStage, SweepView};

use fixtures::sweep::Tears;

use crate::model::Setup;

/// What the user wants of the sweep desk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SweepCommand {
    /// Power, wire or mixed.
    Kind(Kind),
    /// So many power cuts in one run.
    Depth(u32),
    /// How an operation is torn.
    Tears(Tears),
    /// A number, as typed.
    Type(Field, String),
    /// Start the sweep.
    Start,
    /// Make no more runs; or, where what was found is being shrunk, leave the rest as it is.
    Stop,
    /// Put the sweep's verdict away, and what it has found.
    Dismiss,
    /// Play what was found again on the first screen, by its place in the list.
    Replay(usize),
}

/// What is swept, and what came of it.
#[derive(Debug, Default)]
pub struct SweepDesk {
    /// The next sweep.
    pub draft: Draft,
    /// The sweep that goes on, or the last one.
    pub view: SweepView,
}

impl SweepDesk {
    /// What keeps the sweep from being started, in words; `None` when nothing does.
    #[must_use]
    pub fn obstacle(&self, setup: &Setup) -> Option<String> {
        self.order(setup).err()
    }

    /// What would be swept, and how.
    ///
    /// # Errors
    /// What keeps it from being started, in words.
    pub fn order(&self, setup: &Setup) -> Result<(Subject, Plan), String> {
        Ok((Subject::of(setup)?, self.draft.plan()?))
    }

    /// The command line that does the same as the button.
    #[must_use]
    pub fn line(&self, setup: &Setup) -> String {
        match self.order(setup) {
            Ok((subject, plan)) => subject.line(&plan.words(subject.name())),
            Err(_) => format!("otarig sweep {} --help", self.draft.kind.name()),
        }
    }
}
