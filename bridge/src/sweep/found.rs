//! A run of a sweep that is unsound, made small, as a scenario of its own.

use fixtures::scenario::{Class, Expect, Fault, Runs, Scenario};

use super::run_one;
use super::shrink::shrink;
use crate::bench::Soundness;

/// A run that failed, with the fewest faults that make it fail in this way.
#[derive(Clone, Debug)]
pub struct Found {
    /// Number of the run.
    pub index: u64,
    /// Seed of the run.
    pub seed: u64,
    /// Its faults as they were drawn.
    pub drawn: Vec<Fault>,
    /// Those that are left.
    pub faults: Vec<Fault>,
    /// How it ends with these.
    pub soundness: Soundness,
    /// The scenario that shows it again.
    pub scenario: Scenario,
}

/// Shrinks the run with this number and seed, which is known to end as `soundness` when `drawn`
/// strike `scenario`; `sweep` names the sweep that has found it.
pub(super) fn find(
    scenario: &Scenario,
    (index, seed): (u64, u64),
    drawn: Vec<Fault>,
    soundness: &Soundness,
    sweep: &str,
) -> Option<Found> {
    let kind = soundness.name();
    let faults = shrink(drawn.clone(), &mut |faults| {
        let run = run_one(scenario, faults, seed);
        run.is_some_and(|(outcome, _)| outcome.soundness.name() == kind)
    });
    let (outcome, end) = run_one(scenario, &faults, seed)?;
    let class = class_of(end.updates.last()?.class);
    let mut scenario = scenario.with_faults(&faults).ok()?;
    scenario.seed = seed;
    scenario.title = format!("Found by a {sweep} sweep: {}", outcome.soundness.name());
    scenario.expect = Expect {
        class,
        code: None,
        host_err: None,
        reported: None,
        resumed: None,
        runs: (class == Class::Pass).then_some(Runs::New),
        sound: Some(true),
    };
    Some(Found {
        index,
        seed,
        drawn,
        faults,
        soundness: outcome.soundness,
        scenario,
    })
}

fn class_of(class: crate::verdict::Class) -> Class {
    use crate::verdict::Class as Found;
    match class {
        Found::Pass => Class::Pass,
        Found::HostFailed => Class::HostFailed,
        Found::RigError => Class::RigError,
        Found::LinkError => Class::LinkError,
        Found::Aborted => Class::Aborted,
        Found::Skipped => Class::Skipped,
    }
}
