//! `otarig sweep power`: the power goes at every flash operation.

use std::path::PathBuf;

use fixtures::cores::Stop;
use fixtures::scenario::Scenario;
use fixtures::sweep::{Failure, Progress, Report, Settings, Tears, sweep_until};
use indicatif::ProgressBar;
use serde_json::json;

use super::super::output::{Output, verdict_of};
use super::super::runtime::stop_work_on_signals;
use super::report;
use super::save::Folder;
use crate::replay_line;
use crate::scenario_file;
use crate::sweep::power::{PowerError, bed, smallest, with_only};
use crate::sweep::words::{power_class, power_ending, power_rows};
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

/// Columns of the table of a report.
const TABLE: (usize, usize) = (11, 15);

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
        output.text(&report::table(&power_rows(&report), TABLE));
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
            None => replay_line::with_cuts(&self.scenario, seed, cuts),
            Some(path) => replay_line::with_cuts(&path.display().to_string(), seed, &[]),
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
        let class = power_class(report);
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
        output.text(&report::ending(class, &power_ending(report)));
        output.exit(class)
    }
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
