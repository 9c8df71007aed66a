//! A run that a sweep has found, to be played again on the first screen.

use std::sync::Arc;

use fixtures::scenario::Scenario;

/// A run with all that makes it fail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replay {
    /// Which run it is, in a few words.
    pub title: String,
    /// Where it goes wrong: the faults, or the power cuts.
    pub place: String,
    /// The scenario, with these faults or cuts.
    pub scenario: Arc<Scenario>,
    /// Seed of the run.
    pub seed: u64,
    /// The command line that does the same.
    pub line: String,
}
