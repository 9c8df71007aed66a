//! `otarig run`: a scenario on the virtual bench.

use std::path::Path;
use std::time::Duration;

use fixtures::scenario::{Scenario, ScenarioError, parse, parse_fault, shipped};
use fixtures::sweep::{Cut, CutError};
use serde_json::json;

use super::output::{Output, verdict_of};
use super::run_cut;
use super::sinks::{SinkArgs, Sinks};
use crate::bench;
use crate::replay_line;
use crate::scenario_file::{self, ScenarioFileError};
use crate::sweep;
use crate::transcript;
use crate::trouble::{Describe, Trouble};

/// Run a scenario in virtual time and compare the end with what it expects.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A TOML file, or the name of a shipped scenario.
    #[arg(required_unless_present = "list")]
    scenario: Option<String>,
    /// Seed of everything random, instead of the scenario's own. With power cuts nothing is random.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// A fault more, as it stands between the braces in a scenario's list of faults; may be given
    /// again. The run must then also be sound, as a sweep has it.
    #[arg(long = "fault", value_name = "TOML")]
    faults: Vec<String>,
    /// A power cut, by number of the flash operation, such as 17:prefix; may be given again. The host
    /// is then run without its session and without a line, as 'sweep power' has it: the scenario's
    /// faults are left out, and of what it expects the class and the image are compared.
    #[arg(long = "cut", value_name = "CUT", value_parser = cut, conflicts_with = "faults")]
    cuts: Vec<Cut>,
    /// Print the shipped scenarios, one a line, and stop.
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    sinks: SinkArgs,
}

/// A scenario that cannot be run.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error(transparent)]
    File(#[from] ScenarioFileError),
    #[error("--fault '{text}': column {}: {}", .error.column, .error.message)]
    Fault { text: String, error: ScenarioError },
    #[error("{name} with these faults: {message}")]
    Faults { name: String, message: String },
    #[error("--capture {path}: a run with power cuts has no line and no frames")]
    NoLine { path: String },
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("run", self.sinks.json);
        if self.list {
            return list(&output);
        }
        let name = self.scenario.unwrap_or_default();
        let scenario = scenario_file::open(&name)
            .map_err(RunError::from)
            .and_then(|scenario| with_faults(scenario, &name, &self.faults));
        let scenario = match scenario {
            Ok(scenario) => with_cuts(scenario, &self.cuts),
            Err(error) => return output.trouble(&error),
        };
        if let Some(path) = self.sinks.capture().filter(|_| !scenario.cuts.is_empty()) {
            let path = path.display().to_string();
            return output.trouble(&RunError::NoLine { path });
        }
        let mut sinks = match Sinks::open(
            output,
            &self.sinks,
            None,
            &[Path::new(&name)],
            Duration::ZERO,
        ) {
            Ok(sinks) => sinks,
            Err((output, error)) => return output.trouble(&error),
        };
        let seed = self.seed.unwrap_or(scenario.seed);
        if !scenario.cuts.is_empty() {
            return run_cut::run(sinks, &name, &scenario, seed);
        }
        let title = &scenario.title;
        sinks
            .output
            .json(|| json!({ "event": "scenario", "name": name, "title": title, "seed": seed }));
        let end = bench::run_with(&scenario, Some(seed), &mut |told| sinks.told(told));
        let mut verdict = end.verdict_of(&scenario);
        verdict.replay = Some(replay_line(&name, seed, &scenario, &self.faults));
        sinks.finish(verdict, &transcript::conclusion_line(&end)).1
    }
}

fn cut(text: &str) -> Result<Cut, String> {
    text.parse()
        .map_err(|error| format!("{error}; wanted {}", CutError::WANTED))
}

fn with_cuts(mut scenario: Scenario, cuts: &[Cut]) -> Scenario {
    scenario.cuts.extend_from_slice(cuts);
    scenario
}

fn list(output: &Output) -> u8 {
    for (name, text) in shipped() {
        match parse(text) {
            Ok(scenario) => {
                output
                    .json(|| json!({ "event": "scenario", "name": name, "title": scenario.title }));
                output.text(&format!("{name:<28} {}\n", scenario.title));
            }
            Err(error) => {
                let name = (*name).to_owned();
                return output.verdict(&verdict_of(
                    ScenarioFileError::Scenario { name, error }.trouble(),
                ));
            }
        }
    }
    output.done("the shipped scenarios are told")
}

/// The scenario with the faults of the command line, and all that a sweep demands of a run.
fn with_faults(scenario: Scenario, name: &str, texts: &[String]) -> Result<Scenario, RunError> {
    if texts.is_empty() {
        return Ok(scenario);
    }
    let fault = |text: &String| {
        let text = text.clone();
        parse_fault(&text).map_err(|error| RunError::Fault { text, error })
    };
    let faults = texts.iter().map(fault).collect::<Result<Vec<_>, _>>()?;
    let demanding = sweep::demanding(&scenario).with_faults(&faults);
    demanding.map_err(|error| RunError::Faults {
        name: name.to_owned(),
        message: error.message,
    })
}

/// The line that shows the run again, with the faults of the command line.
fn replay_line(name: &str, seed: u64, scenario: &Scenario, texts: &[String]) -> String {
    let more = scenario.faults.len().saturating_sub(texts.len());
    let faults = scenario.faults.get(more..).unwrap_or_default();
    replay_line::with_faults(name, seed, faults)
}

impl Describe for RunError {
    fn trouble(&self) -> Trouble {
        let (cause, next_step) = match self {
            Self::File(error) => return error.trouble(),
            Self::Fault { .. } | Self::Faults { .. } => (
                "a fault is written as in a scenario, such as host_reset = { at_bytes = 100 }",
                "correct it",
            ),
            Self::NoLine { .. } => (
                "--cut runs the host on its flash alone, as 'sweep power' does",
                "leave out --capture, or take --fault 'cut_after = { operations = N }' for --cut",
            ),
        };
        Trouble::new(
            "The scenario cannot be run",
            self.to_string(),
            cause,
            next_step,
        )
    }
}
