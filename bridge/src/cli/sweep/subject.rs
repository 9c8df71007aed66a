//! What a sweep with a line begins with.

use fixtures::scenario::Scenario;

use super::super::output::Output;
use super::super::run::load;
use crate::bench::Work;
use crate::sweep;

/// The scenario of a sweep, with what its runs cost.
pub(super) struct Subject {
    pub(super) scenario: Scenario,
    pub(super) work: Work,
    pub(super) seed: u64,
}

impl Subject {
    /// The scenario called `name`, which passes as it is; an error is told, and the exit code that
    /// goes with it comes back.
    pub(super) fn load(output: &Output, name: &str, seed: Option<u64>) -> Result<Self, u8> {
        let scenario = load(name).map_err(|error| output.trouble(&error))?;
        let seed = seed.unwrap_or(scenario.seed);
        let prepared = sweep::prepare(&scenario, seed);
        let (scenario, work) = prepared.map_err(|error| output.trouble(&error))?;
        Ok(Self {
            scenario,
            work,
            seed,
        })
    }
}
