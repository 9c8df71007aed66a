//! Sweeps of power cuts, on flash alone.

use std::sync::Arc;
use std::time::Duration;

use bridge::replay_line;
use bridge::sweep::power::{PowerError, bed, smallest, with_only};
use bridge::sweep::words::{CountRow, power_class, power_ending, power_rows};
use bridge::trouble::Trouble;
use fixtures::scenario::Scenario;
use fixtures::sweep::{Failure, Progress, Report, Settings, Tears, sweep_until};

use super::teller::Teller;
use crate::replay::Replay;
use crate::sweep::{Counts, Ending, Find, News, Subject};

/// What a run that does not end in the new image means.
const BRICK: &str = "After a power cut a host must go on, and end in the new image.";

/// Sweeps; what was found by then is told when somebody wants no more.
///
/// # Errors
/// What keeps it from beginning.
pub(super) fn sweep(
    subject: &Subject,
    (depth, tears): (u32, Tears),
    teller: &mut Teller,
) -> Result<Ending, Trouble> {
    let scenario = subject.open()?;
    let bed = bed(&scenario)?;
    let settings = Settings {
        depth,
        tears,
        memo: true,
        threads: None,
    };
    teller.begin(News::Begun {
        title: format!("{}: {}", subject.name(), scenario.title),
        about: about(settings),
        of: None,
    });
    let stop = teller.stop_runs();
    let start = |flash, keep| bed.start(flash, keep);
    let told = &mut |progress| teller.counts(|elapsed| so_far(progress, elapsed));
    let report = sweep_until(&stop, &bed.update, &start, &bed.flash, settings, told);
    let report = report.map_err(|why| PowerError::NotClean { why })?;
    teller.say(News::Counts(in_all(&report, teller.elapsed())));
    for (number, failure) in (1..).zip(smallest(&bed, &report.failures)) {
        let find = find(subject, &scenario, number, &failure);
        teller.say(News::Found(Box::new(find)));
    }
    Ok(super::ended(
        power_class(&report),
        power_ending(&report),
        BRICK,
    ))
}

fn about(settings: Settings) -> String {
    let cuts = match settings.depth {
        1 => "one power cut in each run",
        _ => "up to two power cuts in each run",
    };
    let torn = match settings.tears {
        Tears::None => "after whole operations",
        Tears::Prefix => "after an operation or its front half",
        Tears::All => "in any of six shapes",
    };
    format!("{cuts}, {torn}")
}

fn so_far(progress: Progress, elapsed: Duration) -> Counts {
    let row = |name, count, text| CountRow { name, count, text };
    Counts {
        done: progress.executed,
        of: None,
        found: progress.wrong,
        elapsed,
        rows: vec![
            row(
                "executed",
                progress.executed,
                "from a cut to a state whose outcome is known",
            ),
            row("states", progress.states, "that were told apart"),
            row("waiting", progress.waiting, "pieces of runs to be executed"),
        ],
    }
}

fn in_all(report: &Report, elapsed: Duration) -> Counts {
    Counts {
        done: report.executed,
        of: None,
        found: report.bricks,
        elapsed,
        rows: power_rows(report).to_vec(),
    }
}

fn find(subject: &Subject, scenario: &Scenario, number: u64, failure: &Failure) -> Find {
    let Failure { cuts, why } = failure;
    let seed = scenario.seed;
    let line = replay_line::with_cuts(subject.name(), seed, cuts);
    let words: Vec<String> = cuts.iter().map(|cut| format!("power cut {cut}")).collect();
    Find {
        number,
        what: why.clone(),
        replay: Replay {
            title: format!("brick {number} of the power sweep"),
            place: words.join("; "),
            scenario: Arc::new(with_only(scenario, cuts)),
            seed,
            line: subject.line(&line),
        },
    }
}
