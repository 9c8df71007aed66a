//! `otarig sweep mixed`: faults of every kind, a few at a time.

use std::path::PathBuf;

use serde_json::json;

use super::super::output::Output;
use super::super::runtime::stop_work_on_signals;
use super::report;
use super::subject::Subject;
use crate::sweep;
use crate::sweep::mixed::MixedSweep;
use crate::text::grouped;

/// Draw one to four faults for each run (line, power, flash, resets, mistakes of the module), and
/// shrink each run that is unsound to the fewest faults.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A TOML file, or the name of a shipped scenario; one that expects a pass.
    scenario: String,
    /// Runs to be made.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    runs: u64,
    /// Seed of all that is drawn, instead of the scenario's own.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Save the first ten unsound runs, shrunk, as scenarios in this folder.
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let stop = stop_work_on_signals();
        let output = Output::new("sweep mixed", self.json);
        let name = &self.scenario;
        let Subject {
            scenario,
            work,
            seed,
            folder,
            stop,
        } = match Subject::load(&output, stop, (name, self.seed, self.save.as_deref())) {
            Ok(subject) => subject,
            Err(code) => return code,
        };
        let title = scenario.title.clone();
        let sweep = MixedSweep::new(scenario, work, seed);
        let runs = grouped(self.runs);
        output.text(&format!("{name}: {title}\n  seed {seed}; {runs} runs\n"));
        let bar = report::bar(self.runs);
        let tally = sweep::run_all(self.runs, &stop, &|index| sweep.run(index), &mut |_| {
            bar.inc(1);
        });
        bar.finish_and_clear();
        output.text(&report::table(&tally.rows(), report::TALLY));
        let first = tally.unsound.iter().take(sweep::SHRUNK_MAX);
        report::told(&output, first.len(), tally.bad(), "unsound runs, the first");
        for found in first.filter_map(|(index, soundness)| sweep.shrink(*index, soundness)) {
            report::tell_found(&output, name, &folder, ("mixed", &found));
        }
        let more = json!({ "scenario": name, "seed": seed, "runs": self.runs });
        report::verdict(&output, &tally, more)
    }
}
