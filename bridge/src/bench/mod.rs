//! The virtual bench: module, line and host in one thread, on a clock that jumps.
//!
//! Nothing sleeps: the clock goes to whatever is due next. The same scenario and seed give the
//! same events, byte for byte.

mod driver;
mod expect;
mod patch;
mod setup;
#[cfg(test)]
mod tests;

use fixtures::host::HostNote;
use fixtures::rng::Seed;
use fixtures::scenario::Scenario;
use protocol_spec::tick::Tick;

use crate::event::Stamped;
use crate::transcript;
use crate::verdict::Verdict;

pub use driver::{Bench, STEPS_MAX};
pub use setup::SetupError;

/// Something that happened on the bench, oldest first.
#[derive(Clone, PartialEq, Debug)]
pub enum Told<'a> {
    /// A run of the update begins: its number from 1, and how many there are.
    Run(u32, u32),
    /// An event of the engine.
    Engine(&'a Stamped),
    /// Something that the host did.
    Host(Tick, &'a HostNote),
}

/// What became of a scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct Conclusion {
    /// The verdict about the scenario: pass when every update ended as it expects.
    pub verdict: Verdict,
    /// The verdict of every update.
    pub updates: Vec<Verdict>,
    /// Expectations that were not met, in words.
    pub unmet: Vec<String>,
    /// The seed of the run.
    pub seed: u64,
}

/// A whole run, kept in memory.
#[derive(Clone, PartialEq, Debug)]
pub struct RunOutcome {
    /// The verdict about the scenario: pass when every update ended as it expects.
    pub verdict: Verdict,
    /// The verdict of every update.
    pub updates: Vec<Verdict>,
    /// Expectations that were not met, in words.
    pub unmet: Vec<String>,
    /// Events of all updates.
    pub events: Vec<Stamped>,
    /// The transcript.
    pub transcript: String,
    /// The seed of the run.
    pub seed: u64,
}

/// Runs a scenario and keeps everything; `seed` replaces the scenario's own.
#[must_use]
pub fn run(scenario: &Scenario, seed: Option<u64>) -> RunOutcome {
    let mut events = Vec::new();
    let mut text = String::new();
    let end = run_with(scenario, seed, &mut |told| {
        if let Told::Engine(event) = told {
            events.push((*event).clone());
        }
        if let Some(line) = transcript::told_line(told) {
            text.push_str(&line);
            text.push('\n');
        }
    });
    text.push_str(&transcript::conclusion_line(&end));
    text.push('\n');
    let Conclusion {
        verdict,
        updates,
        unmet,
        seed,
    } = end;
    RunOutcome {
        verdict,
        updates,
        unmet,
        events,
        transcript: text,
        seed,
    }
}

/// Runs a scenario and tells `sink` what happens; `seed` replaces the scenario's own.
pub fn run_with(
    scenario: &Scenario,
    seed: Option<u64>,
    sink: &mut dyn FnMut(&Told<'_>),
) -> Conclusion {
    let seed = seed.unwrap_or(scenario.seed);
    match setup::Parts::make(scenario, Seed(seed)) {
        Ok(parts) => run_parts(scenario, parts, seed, sink),
        Err(error) => {
            let verdict = error.verdict();
            let unmet = vec!["the scenario could not be set up".to_owned()];
            Conclusion {
                verdict,
                updates: Vec::new(),
                unmet,
                seed,
            }
        }
    }
}

fn run_parts(
    scenario: &Scenario,
    mut parts: setup::Parts,
    seed: u64,
    sink: &mut dyn FnMut(&Told<'_>),
) -> Conclusion {
    let Some(line) = parts.line.take() else {
        unreachable!("parts are made with a line")
    };
    let mut bench = Bench::new(line, Tick::from_secs(scenario.time_limit_s.into()));
    let mut updates = Vec::new();
    let mut unmet = Vec::new();
    for number in 1..=scenario.repeat {
        if scenario.repeat > 1 {
            sink(&Told::Run(number, scenario.repeat));
        }
        let verdict = bench.update(parts.job(scenario, Seed(seed), number), sink);
        let last = number == scenario.repeat;
        if last {
            bench.settle(sink);
        }
        let expect = if last {
            Some(&scenario.expect)
        } else {
            scenario.expect_before.as_ref()
        };
        if let Some(expect) = expect {
            unmet.extend(expect::unmet(expect, &verdict, &parts, bench.host()));
        }
        updates.push(verdict);
    }
    let verdict = expect::conclude(&updates, &unmet);
    Conclusion {
        verdict,
        updates,
        unmet,
        seed,
    }
}
