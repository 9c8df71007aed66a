//! `otarig sweep mixed`: faults of every kind, a few at a time.

use std::path::PathBuf;

use serde_json::json;

use super::super::output::Output;
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
    /// Save each unsound run, shrunk, as a scenario in this folder.
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("sweep mixed", self.json);
        let name = &self.scenario;
        let Subject {
            scenario,
            work,
            seed,
        } = match Subject::load(&output, name, self.seed) {
            Ok(subject) => subject,
            Err(code) => return code,
        };
        let title = scenario.title.clone();
        let sweep = MixedSweep::new(scenario, work, seed);
        let runs = grouped(self.runs);
        output.text(&format!("{name}: {title}\n  seed {seed}; {runs} runs\n"));
        let bar = report::bar(self.runs);
        let tally = sweep::run_all(self.runs, &|index| sweep.run(index), &mut || bar.inc(1));
        bar.finish_and_clear();
        output.text(&report::table(&tally));
        let found = tally.unsound.iter().take(report::SHRUNK_MAX);
        for found in found.filter_map(|(index, soundness)| sweep.shrink(*index, soundness)) {
            let folder = self.save.as_deref();
            if let Err(error) = report::tell_found(&output, name, folder, ("mixed", &found)) {
                return output.trouble(&error);
            }
        }
        let more = json!({ "scenario": name, "seed": seed, "runs": self.runs });
        report::verdict(&output, &tally, more)
    }
}
