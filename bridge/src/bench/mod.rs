//! The virtual bench: module, line and host in one thread, on a clock that jumps.
//!
//! Nothing sleeps: the clock goes to whatever is due next. The same scenario and seed give the
//! same events, byte for byte.

mod conduct;
mod download;
mod driver;
mod expect;
mod look;
mod patch;
mod setup;
mod sound;
mod story;
mod struck;
#[cfg(test)]
mod tests;

use fixtures::host::HostNote;
use fixtures::rng::Seed;
use fixtures::scenario::{Fault, Scenario};
use fixtures::watch::Watch as HostWatch;
use protocol_spec::tick::Tick;

use crate::download::FetchEvent;
use crate::event::Stamped;
use crate::link::faulty::Sent;
use crate::transcript;
use crate::verdict::{Class, Verdict};

pub use crate::inject::{ArmError, Struck, When};
pub use conduct::Conductor;
pub use driver::{Bench, STEPS_MAX};
pub(crate) use patch::make_file as make_patch_file;
pub use setup::SetupError;
pub use sound::Soundness;

/// Something that happened on the bench, oldest first.
#[derive(Clone, PartialEq, Debug)]
pub enum Told<'a> {
    /// A run of the update begins: its number from 1, and how many there are.
    Run(u32, u32),
    /// An event of the engine.
    Engine(&'a Stamped),
    /// Something that the host did.
    Host(Tick, &'a HostNote),
    /// Something of the download before the update.
    Download(Tick, &'a FetchEvent),
    /// A fault of the scenario has struck.
    Struck(Tick, &'a Struck),
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
    /// Whether the run kept what must hold in every run; `None` when nobody has asked.
    pub soundness: Option<Soundness>,
    /// Indexes of the scenario's faults that never struck in the updates.
    pub unstruck: Vec<usize>,
    /// What the updates have cost.
    pub work: Work,
    /// The seed of the run.
    pub seed: u64,
}

/// What a run has cost: bytes and frames on the line, erases and programs of flash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Work {
    /// What the module handed over.
    pub to_host: Sent,
    /// What the host handed over.
    pub to_module: Sent,
    /// Erases and programs of the host, those of its start included.
    pub operations: u64,
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
        ..
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
    run_watched(scenario, seed, None, sink)
}

/// As [`run_with`]; `watch` sees what the host goes through.
pub fn run_watched(
    scenario: &Scenario,
    seed: Option<u64>,
    watch: Option<&HostWatch>,
    sink: &mut dyn FnMut(&Told<'_>),
) -> Conclusion {
    conduct(scenario, seed, watch, &mut conduct::Listener(sink))
}

/// As [`run_with`]; `conductor` decides how fast time goes by.
pub fn run_conducted(
    scenario: &Scenario,
    seed: Option<u64>,
    conductor: &mut dyn Conductor,
) -> Conclusion {
    conduct(scenario, seed, None, conductor)
}

fn conduct(
    scenario: &Scenario,
    seed: Option<u64>,
    watch: Option<&HostWatch>,
    conductor: &mut dyn Conductor,
) -> Conclusion {
    let seed = seed.unwrap_or(scenario.seed);
    match setup::Parts::make(scenario, Seed(seed), watch) {
        Ok(parts) => run_parts(scenario, parts, seed, conductor),
        Err(error) => {
            let verdict = error.verdict();
            let unmet = vec!["the scenario could not be set up".to_owned()];
            Conclusion {
                verdict,
                updates: Vec::new(),
                unmet,
                soundness: None,
                unstruck: Vec::new(),
                work: Work::default(),
                seed,
            }
        }
    }
}

fn run_parts(
    scenario: &Scenario,
    mut parts: setup::Parts,
    seed: u64,
    conductor: &mut dyn Conductor,
) -> Conclusion {
    let Some(mut line) = parts.line.take() else {
        unreachable!("parts are made with a line")
    };
    conductor.meet(line.host_mut());
    let mut bench = Bench::new(line, Tick::from_secs(scenario.time_limit_s.into()))
        .with_mischief(setup::mischief(scenario))
        .with_armoury(scenario.dialect, parts.layout, Seed(seed).split("armed"));
    if scenario.expect.sound.is_some() {
        bench.watch(parts.watch(scenario));
    }
    let (mut work, mut soundness) = (Work::default(), None);
    let mut unstruck = Vec::new();
    let mut updates = Vec::new();
    let mut unmet = Vec::new();
    for number in 1..=scenario.repeat {
        if scenario.repeat > 1 {
            conductor.hear(&Told::Run(number, scenario.repeat));
        }
        let mut sink = |told: &Told<'_>| conductor.hear(told);
        let verdict = match fetch(scenario, &mut parts, &mut bench, &mut sink) {
            Ok(()) => bench.update(parts.job(scenario, Seed(seed), number), conductor),
            Err(verdict) => *verdict,
        };
        if verdict.class == Class::Aborted {
            updates.push(verdict);
            break;
        }
        let last = number == scenario.repeat;
        if last {
            bench.settle(&mut |told| conductor.hear(told));
            work = bench.work();
            unstruck = unstruck_of(&scenario.faults, bench.faults_left());
        }
        let expect = if last {
            Some(&scenario.expect)
        } else {
            scenario.expect_before.as_ref()
        };
        if let Some(expect) = expect {
            unmet.extend(expect::unmet(expect, &verdict, &parts, bench.host()));
        }
        if let Some(sound) = scenario.expect.sound.filter(|_| last) {
            let found = sound::judge(scenario, &parts, &mut bench, &verdict, Seed(seed));
            unmet.extend(expect::unsound(sound, &found));
            soundness = Some(found);
        }
        updates.push(verdict);
    }
    let verdict = expect::conclude(&updates, &unmet);
    Conclusion {
        verdict,
        updates,
        unmet,
        soundness,
        unstruck,
        work,
        seed,
    }
}

/// Indexes of those of `faults` that are `left`.
fn unstruck_of(faults: &[Fault], mut left: Vec<Fault>) -> Vec<usize> {
    let mut is_left = |fault: &Fault| {
        let at = left.iter().position(|other| other == fault);
        at.map(|at| left.swap_remove(at)).is_some()
    };
    let numbered = faults.iter().enumerate();
    let left = numbered.filter(|(_, fault)| is_left(fault));
    left.map(|(index, _)| index).collect()
}

/// Fetches the image where the scenario has a download; the host starts meanwhile.
fn fetch(
    scenario: &Scenario,
    parts: &mut setup::Parts,
    bench: &mut Bench,
    sink: &mut dyn FnMut(&Told<'_>),
) -> Result<(), Box<Verdict>> {
    if let Some(spec) = &scenario.download {
        let fetched = download::fetch(scenario, spec, &parts.image, bench.now(), sink)?;
        bench.wait(fetched.at);
        parts.fetched = Some(fetched);
    }
    Ok(())
}
