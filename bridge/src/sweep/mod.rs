//! Sweeps: one scenario, run again and again with another fault each time.
//!
//! A run is judged by what must hold in every run ([`Soundness`]), not by whether the update
//! passes: a fault may end it, if that is said.

pub mod cut_run;
pub mod found;
pub mod mixed;
pub mod power;
pub mod shrink;
#[cfg(test)]
mod tests;
pub mod wire;
pub mod words;

use std::collections::BTreeMap;

use fixtures::cores::{Stop, in_order};
use fixtures::scenario::{Expect, Fault, Runs, Scenario};

use crate::bench::{self, Conclusion, Soundness, Work};
use crate::verdict::{Class, Verdict};

/// Most unsound runs that are kept; all are counted.
pub const KEPT_MAX: usize = 100;

/// Most unsound runs that are shrunk.
pub const SHRUNK_MAX: usize = 10;
const _: () = assert!(
    SHRUNK_MAX <= KEPT_MAX,
    "only those that are kept can be shrunk"
);

/// How one run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// What held and what did not.
    pub soundness: Soundness,
    /// Whether the update passed.
    pub passed: bool,
}

/// The ends of many runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Runs that were made.
    pub executed: u64,
    /// The update passed, and rightly.
    pub survived: u64,
    /// The update did not pass, and said so.
    pub failed_honestly: u64,
    /// The verdict was a pass that was none.
    pub lies: u64,
    /// The update had no end.
    pub hangs: u64,
    /// A mix of images was entered.
    pub mixes: u64,
    /// The host took no image afterwards.
    pub stuck: u64,
    /// The old image came back before it was confirmed, and the dialect cannot show it.
    pub unseen: u64,
    /// Runs that could not be made: their faults do not go with the scenario.
    pub unmade: u64,
    /// Runs that were left out, as somebody wanted no more.
    pub left_out: u64,
    /// The first unsound runs: number and end.
    pub unsound: BTreeMap<u64, Soundness>,
}

impl Tally {
    /// Whether every run was made, and nothing was found.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.class() == Class::Pass
    }

    /// The class of the sweep.
    #[must_use]
    pub const fn class(&self) -> Class {
        match (self.left_out, self.bad(), self.unmade) {
            (1.., ..) => Class::Aborted,
            (0, 1.., _) => Class::HostFailed,
            (0, 0, 0) if self.executed > 0 => Class::Pass,
            _ => Class::RigError,
        }
    }

    /// Unsound runs.
    #[must_use]
    pub const fn bad(&self) -> u64 {
        self.lies + self.hangs + self.mixes + self.stuck
    }

    fn add(&mut self, index: u64, outcome: Outcome) {
        self.executed += 1;
        let count = match &outcome.soundness {
            Soundness::Sound if outcome.passed => &mut self.survived,
            Soundness::Sound => &mut self.failed_honestly,
            Soundness::Lie(_) => &mut self.lies,
            Soundness::Hang(_) => &mut self.hangs,
            Soundness::Mix => &mut self.mixes,
            Soundness::Stuck(_) => &mut self.stuck,
            Soundness::Unseen => &mut self.unseen,
        };
        *count += 1;
        if !outcome.soundness.holds() {
            self.unsound.insert(index, outcome.soundness);
            if self.unsound.len() > KEPT_MAX {
                self.unsound.pop_last();
            }
        }
    }
}

/// Why a scenario cannot be swept.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum SweepError {
    /// The scenario expects another end than a pass.
    #[error("the scenario expects {class}, a sweep starts from one that passes")]
    NotPass {
        /// What it expects.
        class: Class,
    },
    /// The scenario fetches its image, which a sweep does not do again and again.
    #[error("the scenario downloads its image")]
    Downloads,
    /// The scenario has power cuts of its own, and those come without a line.
    #[error("the scenario has power cuts of its own, and is run without a line")]
    Cuts,
    /// Without any further fault the scenario does not end as it expects.
    #[error("without a further fault: {} {}", .verdict.headline, .verdict.what)]
    NotClean {
        /// How it ends.
        verdict: Box<Verdict>,
    },
}

/// The scenario, ready to be swept, and what its run costs without a further fault.
///
/// # Errors
/// [`SweepError`] when it does not pass as it is.
pub fn prepare(scenario: &Scenario, seed: u64) -> Result<(Scenario, Work), SweepError> {
    let class = Class::from(scenario.expect.class);
    if class != Class::Pass {
        return Err(SweepError::NotPass { class });
    }
    if scenario.download.is_some() {
        return Err(SweepError::Downloads);
    }
    if !scenario.cuts.is_empty() {
        return Err(SweepError::Cuts);
    }
    let sound = demanding(scenario);
    let end = bench::run_with(&sound, Some(seed), &mut |_| ());
    if !end.unmet.is_empty() {
        let verdict = Box::new(end.verdict);
        return Err(SweepError::NotClean { verdict });
    }
    Ok((sound, end.work))
}

/// The scenario, with everything expected of it that must hold in every run that passes.
#[must_use]
pub fn demanding(scenario: &Scenario) -> Scenario {
    let pass = Class::from(scenario.expect.class) == Class::Pass;
    let expect = Expect {
        runs: scenario.expect.runs.or(pass.then_some(Runs::New)),
        sound: Some(scenario.expect.sound.unwrap_or(true)),
        ..scenario.expect.clone()
    };
    Scenario {
        expect,
        ..scenario.clone()
    }
}

/// Runs the scenario with these faults in addition; `None` when they do not go with it.
#[must_use]
pub fn run_one(scenario: &Scenario, faults: &[Fault], seed: u64) -> Option<(Outcome, Conclusion)> {
    let scenario = scenario.with_faults(faults).ok()?;
    let end = bench::run_with(&scenario, Some(seed), &mut |_| ());
    let passed = end.updates.last().is_some_and(Verdict::passed);
    let soundness = end.soundness.clone();
    let soundness = soundness.unwrap_or_else(|| Soundness::Stuck(end.verdict.headline.clone()));
    Some((Outcome { soundness, passed }, end))
}

/// Makes runs 0 to `count` on all cores, or the first of them until `stop`; the result is the same on
/// any number of cores.
///
/// `run` makes the run of a number, `None` when it cannot be made; `made` hears what all those that are
/// over have come to, after each.
pub fn run_all(
    count: u64,
    stop: &Stop,
    run: &(dyn Fn(u64) -> Option<Outcome> + Sync),
    made: &mut dyn FnMut(&Tally),
) -> Tally {
    let mut tally = Tally::default();
    let mut index = 0;
    in_order(count, None, stop, run, &mut |outcome| {
        match outcome {
            Some(outcome) => tally.add(index, outcome),
            None => tally.unmade += 1,
        }
        index += 1;
        made(&tally);
    });
    tally.left_out = count - index;
    tally
}
