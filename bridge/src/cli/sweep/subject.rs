//! What a sweep with a line begins with.

use std::path::Path;
use std::sync::Arc;

use fixtures::cores::Stop;
use fixtures::scenario::Scenario;

use super::super::output::Output;
use super::super::runtime::RuntimeError;
use super::save::Folder;
use crate::bench::Work;
use crate::scenario_file;
use crate::sweep;

/// The scenario of a sweep, with what its runs cost.
pub(super) struct Subject {
    pub(super) scenario: Scenario,
    pub(super) work: Work,
    pub(super) seed: u64,
    /// Where what is found is saved.
    pub(super) folder: Folder,
    /// The wish to make no more runs.
    pub(super) stop: Arc<Stop>,
}

impl Subject {
    /// The scenario called `name`, which passes as it is; an error is told, and the exit code that
    /// goes with it comes back.
    pub(super) fn load(
        output: &Output,
        stop: Result<Arc<Stop>, RuntimeError>,
        (name, seed, save): (&str, Option<u64>, Option<&Path>),
    ) -> Result<Self, u8> {
        let stop = stop.map_err(|error| output.trouble(&error))?;
        let scenario = scenario_file::open(name).map_err(|error| output.trouble(&error))?;
        let seed = seed.unwrap_or(scenario.seed);
        let prepared = sweep::prepare(&scenario, seed);
        let (scenario, work) = prepared.map_err(|error| output.trouble(&error))?;
        let folder = Folder::open(save).map_err(|error| output.trouble(&error))?;
        Ok(Self {
            scenario,
            work,
            seed,
            folder,
            stop,
        })
    }
}
