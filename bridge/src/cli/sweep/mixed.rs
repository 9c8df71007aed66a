//! `otarig sweep mixed`: faults of every kind, a few at a time.

use std::path::PathBuf;

use serde_json::json;

use super::super::output::Output;
use super::report;
use super::save::{SaveError, save};
use super::subject::Subject;
use crate::sweep::mixed::{Found, MixedSweep};
use crate::sweep::{self, KEPT_MAX};
use crate::text::grouped;

/// Most unsound runs that are shrunk.
const SHRUNK_MAX: usize = 10;
const _: () = assert!(
    SHRUNK_MAX <= KEPT_MAX,
    "only those that are kept can be shrunk"
);

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
        let tally = sweep::run_all(self.runs, &|index| sweep.run(index), &|| bar.inc(1));
        bar.finish_and_clear();
        output.text(&report::table(&tally));
        let found = tally.unsound.iter().take(SHRUNK_MAX);
        for found in found.filter_map(|(index, soundness)| sweep.shrink(*index, soundness)) {
            if let Err(error) = self.tell(&output, &found) {
                return output.trouble(&error);
            }
        }
        let more = json!({ "scenario": name, "seed": seed, "runs": self.runs });
        report::verdict(&output, &tally, more)
    }

    fn tell(&self, output: &Output, found: &Found) -> Result<(), SaveError> {
        let shrunk = format!(
            "{}; {} of {} faults left",
            found.soundness,
            found.faults.len(),
            found.drawn.len()
        );
        let replay = match &self.save {
            None => report::replay(&self.scenario, found.seed, &found.faults),
            Some(folder) => {
                let name = format!("mixed-{}.toml", found.index);
                let path = save(folder, &name, &found.scenario)?;
                format!("otarig run {} --seed {}", path.display(), found.seed)
            }
        };
        report::found(output, found.index, &shrunk, &replay);
        Ok(())
    }
}
