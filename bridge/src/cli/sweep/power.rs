//! `otarig sweep power`: the power goes at every flash operation.

use std::path::PathBuf;

use fixtures::cores::Stop;
use fixtures::scenario::{Expect, Runs, Scenario};
use fixtures::sweep::{Bed, Cut, Failure, Progress, Report, Settings, Tears, sweep_until};
use indicatif::ProgressBar;
use serde_json::json;

use super::super::output::{Output, verdict_of};
use super::super::replay;
use super::super::runtime::stop_work_on_signals;
use super::report;
use super::save::Folder;
use crate::scenario_file;
use crate::sweep::power::{PowerError, bed};
use crate::text::{add_field, grouped};
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// Cut the power before, inside and after every flash operation of an update, and see that the host
/// always ends in the new image. The host is run without its session and without a line.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A TOML file, or the name of a shipped scenario; one that expects a pass. Its faults are left
    /// out.
    scenario: String,
    /// Cuts of one run, at most: with 2 every recovery is cut again, at each of its operations.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=2))]
    depth: u32,
    /// Which part of an operation comes about: none = nothing or all, prefix = the front half too,
    /// all = any of six shapes, with cells that read either way.
    #[arg(long, value_name = "SHAPES", value_enum, default_value_t = TearsArg::Prefix)]
    tear: TearsArg,
    /// Execute every run to its end, also from states that were met before. Slow.
    #[arg(long)]
    no_memo: bool,
    /// Save the runs that are told as scenarios in this folder: of those that fail the first 32 at
    /// most, with one of two cuts where that one is enough, each once.
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum TearsArg {
    None,
    Prefix,
    All,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let stop = stop_work_on_signals();
        let output = Output::new("sweep power", self.json);
        let swept = stop.map_err(Trouble::from);
        match swept.and_then(|stop| self.sweep(&output, &stop)) {
            Ok(code) => code,
            Err(trouble) => output.verdict(&verdict_of(trouble)),
        }
    }

    fn sweep(&self, output: &Output, stop: &Stop) -> Result<u8, Trouble> {
        let name = &self.scenario;
        let scenario = scenario_file::open(name)?;
        let bed = bed(&scenario)?;
        let folder = Folder::open(self.save.as_deref())?;
        output.text(&format!("{name}: {}\n", scenario.title));
        let bar = report::spinner();
        let start = |flash, keep| bed.start(flash, keep);
        let settings = self.settings();
        let mut told = |progress| show(&bar, progress);
        let report = sweep_until(stop, &bed.update, &start, &bed.flash, settings, &mut told);
        bar.finish_and_clear();
        let report = report.map_err(|why| PowerError::NotClean { why })?;
        output.text(&table(&report));
        let found = smallest(&bed, &report.failures);
        report::told(
            output,
            found.len(),
            report.bricks,
            "bricks, each with as few cuts as it needs",
        );
        for (number, failure) in (1..).zip(&found) {
            self.found(output, &scenario, &folder, (number, failure));
        }
        Ok(self.verdict(output, &report, found.len()))
    }

    fn found(
        &self,
        output: &Output,
        scenario: &Scenario,
        folder: &Folder,
        (number, failure): (u32, &Failure),
    ) {
        let Failure { cuts, why } = failure;
        let seed = scenario.seed;
        let cut = with_only(scenario, cuts);
        let replay = match folder.keep(output, &format!("power-{number}"), &cut) {
            None => replay::with_cuts(&self.scenario, seed, cuts),
            Some(path) => replay::with_cuts(&path.display().to_string(), seed, &[]),
        };
        output.json(|| json!({ "event": "brick", "what": why, "replay": replay }));
        let mut text = String::new();
        add_field(&mut text, "", 2, why);
        output.text(&format!("{text}    {replay}\n"));
    }

    fn settings(&self) -> Settings {
        Settings {
            depth: self.depth,
            tears: match self.tear {
                TearsArg::None => Tears::None,
                TearsArg::Prefix => Tears::Prefix,
                TearsArg::All => Tears::All,
            },
            memo: !self.no_memo,
            threads: None,
        }
    }

    fn verdict(&self, output: &Output, report: &Report, told: usize) -> u8 {
        let class = match report.failures.len() {
            _ if report.stopped => Class::Aborted,
            0 if report.bricks == 0 => Class::Pass,
            _ => Class::HostFailed,
        };
        output.json(|| {
            json!({
                "event": "verdict",
                "pass": class == Class::Pass,
                "class": class.name(),
                "exit_code": class.exit_code(),
                "scenario": self.scenario,
                "depth": self.depth,
                "operations": report.operations,
                "runs": report.runs,
                "executed": report.executed,
                "states": report.states,
                "bricks": report.bricks,
                "told": told,
            })
        });
        output.text(&ending(class, report));
        output.exit(class)
    }
}

fn ending(class: Class, report: &Report) -> String {
    let (executed, bricks) = (grouped(report.executed), grouped(report.bricks));
    match (class, report.bricks) {
        (Class::Pass, _) => "PASS  every run ends in the new image\n".to_owned(),
        (Class::Aborted, 0) => format!("ABORTED  after {executed} runs, before the last one\n"),
        (Class::Aborted, _) => {
            format!("ABORTED  after {executed} runs; {bricks} do not end in the new image\n")
        }
        _ => format!("HOST FAILED  {bricks} runs do not end in the new image\n"),
    }
}

/// The failures with as few cuts as they need, each once.
fn smallest(bed: &Bed, failures: &[Failure]) -> Vec<Failure> {
    let mut smallest: Vec<Failure> = Vec::new();
    for failure in failures.iter().map(|failure| fewest(bed, failure)) {
        if smallest.iter().all(|known| known.cuts != failure.cuts) {
            smallest.push(failure);
        }
    }
    smallest
}

/// The failure with one of its cuts, where that one alone is enough.
fn fewest(bed: &Bed, failure: &Failure) -> Failure {
    let alone = |cut: &Cut| {
        let run = bed.replay(&[*cut]);
        let why = run.wrong.filter(|_| run.never.is_none())?;
        let cuts = vec![*cut];
        Some(Failure { cuts, why })
    };
    let pair = failure.cuts.len() > 1;
    let one = failure.cuts.iter().filter(|_| pair).find_map(alone);
    one.unwrap_or_else(|| failure.clone())
}

/// The scenario with these power cuts, without its faults, and without what only a session shows.
fn with_only(scenario: &Scenario, cuts: &[Cut]) -> Scenario {
    Scenario {
        faults: Vec::new(),
        cuts: cuts.to_vec(),
        expect_before: None,
        repeat: 1,
        expect: Expect {
            code: None,
            host_err: None,
            reported: None,
            resumed: None,
            runs: Some(Runs::New),
            sound: None,
            ..scenario.expect.clone()
        },
        ..scenario.clone()
    }
}

fn table(report: &Report) -> String {
    let rows = [
        (
            "operations",
            report.operations,
            "erases and programs of the update without a cut",
        ),
        ("runs", report.runs, "combinations of cuts that are covered"),
        (
            "executed",
            report.executed,
            "from a cut to a state whose outcome is known",
        ),
        ("states", report.states, "that were told apart"),
        (
            "bricks",
            report.bricks,
            "runs that do not end in the new image",
        ),
    ];
    let row = |(name, count, text): (&str, u64, &str)| {
        format!("  {name:<11}{:>15}  {text}\n", grouped(count))
    };
    rows.into_iter().map(row).collect()
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_message(format!(
        "{} runs executed, {} states, {} wait",
        grouped(progress.executed),
        grouped(progress.states),
        grouped(progress.waiting)
    ));
}

impl Describe for PowerError {
    fn trouble(&self) -> Trouble {
        let next_step = match self {
            Self::NotPass { .. } => "name a scenario that expects class = \"pass\"",
            Self::Cuts => "name a scenario without `cuts`; 'otarig run' shows one that has them",
            Self::OnTheLine { .. } => "use 'otarig conform' or 'otarig sweep wire' for this host",
            Self::Setup(_) => "correct the scenario",
            Self::NotClean { .. } => "look at the update itself first, with 'otarig run'",
        };
        Trouble::new(
            "The scenario cannot be swept",
            self.to_string(),
            "a sweep cuts the power in an update that passes without a cut, and looks at the flash",
            next_step,
        )
    }
}
