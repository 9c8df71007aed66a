//! Sweeps over the line: of its bytes and frames, and of faults of every kind.

use std::sync::Arc;
use std::time::Duration;

use bridge::bench::{Soundness, Work};
use bridge::replay_line;
use bridge::sweep::found::Found;
use bridge::sweep::mixed::MixedSweep;
use bridge::sweep::wire::WireSweep;
use bridge::sweep::{self, Outcome, SHRUNK_MAX, Tally};
use bridge::text::grouped;
use bridge::trouble::Trouble;
use fixtures::scenario::{Fault, Scenario};

use super::teller::Teller;
use crate::replay::Replay;
use crate::sweep::{Counts, Ending, Find, News, Subject};

/// What a run that is unsound means.
const UNSOUND: &str =
    "A fault may end an update, if that is said. These runs ended in another way.";

/// The runs of a sweep.
pub(super) enum Runs {
    /// Each byte and each frame.
    Wire(WireSweep),
    /// So many, with faults that are drawn.
    Mixed(MixedSweep, u64),
}

/// A sweep, and what its finds are told with.
struct Swept<'a> {
    subject: &'a Subject,
    scenario: Scenario,
    seed: u64,
    runs: Runs,
}

/// Sweeps; what was found by then is told when somebody wants no more. `runs` are those over a scenario,
/// what its run takes, and a seed.
///
/// # Errors
/// What keeps it from beginning.
pub(super) fn sweep(
    subject: &Subject,
    seed: Option<u64>,
    runs: impl FnOnce(Scenario, Work, u64) -> Runs,
    teller: &mut Teller,
) -> Result<Ending, Trouble> {
    let scenario = subject.open()?;
    let seed = seed.unwrap_or(scenario.seed);
    let (scenario, work) = sweep::prepare(&scenario, seed)?;
    let swept = Swept {
        subject,
        runs: runs(scenario.clone(), work, seed),
        scenario,
        seed,
    };
    let tally = swept.run(teller);
    swept.shrink(&tally, teller);
    Ok(super::ended(tally.class(), tally.ending(), UNSOUND))
}

impl Swept<'_> {
    fn run(&self, teller: &mut Teller) -> Tally {
        let of = self.runs.count();
        teller.begin(News::Begun {
            title: format!("{}: {}", self.subject.name(), self.scenario.title),
            about: format!("seed {}; {}", self.seed, self.runs.about()),
            of: Some(of),
        });
        let stop = teller.stop_runs();
        let mut next = 0;
        let made = &mut |tally: &Tally| {
            for (index, soundness) in tally.unsound.range(next..) {
                next = index + 1;
                teller.say(News::Found(Box::new(self.drawn(*index, soundness))));
            }
            teller.counts(|elapsed| counts(tally, of, elapsed));
        };
        let tally = sweep::run_all(of, &stop, &|index| self.runs.run(index), made);
        teller.say(News::Counts(counts(&tally, of, teller.elapsed())));
        tally
    }

    /// Makes the first runs that were found small, as `otarig sweep mixed` does.
    fn shrink(&self, tally: &Tally, teller: &mut Teller) {
        let first = tally.unsound.iter().take(SHRUNK_MAX);
        let Runs::Mixed(sweep, _) = &self.runs else {
            return;
        };
        let of = first.len();
        for (place, (index, soundness)) in first.enumerate() {
            if teller.stops.shrinking.is_set() {
                return;
            }
            teller.say(News::Shrinking(place + 1, of));
            if let Some(found) = sweep.shrink(*index, soundness) {
                teller.say(News::Shrunk(place, Box::new(self.shrunk(&found))));
            }
        }
    }

    /// A run as it was drawn.
    fn drawn(&self, index: u64, soundness: &Soundness) -> Find {
        let faults = self.runs.faults(index);
        let seed = match &self.runs {
            Runs::Wire(_) => self.seed,
            Runs::Mixed(sweep, _) => sweep.seed(index),
        };
        self.find((index, seed), &faults, soundness.to_string())
    }

    fn shrunk(&self, found: &Found) -> Find {
        let (left, drawn) = (found.faults.len(), found.drawn.len());
        let what = format!("{}; {left} of {drawn} faults left", found.soundness);
        self.find((found.index, found.seed), &found.faults, what)
    }

    fn find(&self, (index, seed): (u64, u64), faults: &[Fault], what: String) -> Find {
        let line = replay_line::with_faults(self.subject.name(), seed, faults);
        let words: Vec<String> = faults.iter().map(words).collect();
        // It was run with these faults before.
        let with_faults = self.scenario.with_faults(faults);
        let scenario = with_faults.unwrap_or_else(|_| self.scenario.clone());
        Find {
            number: index,
            what,
            replay: Replay {
                title: format!("run {index} of the {} sweep", self.runs.name()),
                place: words.join("; "),
                scenario: Arc::new(scenario),
                seed,
                line: self.subject.line(&line),
            },
        }
    }
}

impl Runs {
    const fn name(&self) -> &'static str {
        match self {
            Self::Wire(_) => "wire",
            Self::Mixed(..) => "mixed",
        }
    }

    fn count(&self) -> u64 {
        match self {
            Self::Wire(sweep) => sweep.runs(),
            Self::Mixed(_, runs) => *runs,
        }
    }

    fn about(&self) -> String {
        let runs = grouped(self.count());
        let Self::Wire(sweep) = self else {
            return format!("{runs} runs");
        };
        let stride = match sweep.stride() {
            1 => String::new(),
            stride => format!(", one of {stride} bytes and frames each"),
        };
        let operations = grouped(sweep.operations());
        format!("{operations} bytes and frames, {runs} runs{stride}")
    }

    fn run(&self, index: u64) -> Option<Outcome> {
        match self {
            Self::Wire(sweep) => sweep.run(index),
            Self::Mixed(sweep, _) => sweep.run(index),
        }
    }

    fn faults(&self, index: u64) -> Vec<Fault> {
        match self {
            Self::Wire(sweep) => sweep.fault(index).into_iter().collect(),
            Self::Mixed(sweep, _) => sweep.faults(index),
        }
    }
}

/// What a fault is, and where it strikes.
fn words(fault: &Fault) -> String {
    match fault {
        Fault::Line(line) => format!("{}, {fault}", line.what.name()),
        other => other.to_string(),
    }
}

fn counts(tally: &Tally, of: u64, elapsed: Duration) -> Counts {
    Counts {
        done: tally.executed + tally.unmade,
        of: Some(of),
        found: tally.bad(),
        elapsed,
        rows: tally.rows().to_vec(),
    }
}
