//! `otarig run`: a scenario on the virtual bench.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use fixtures::scenario::{SCENARIO_BYTES_MAX, Scenario, ScenarioError, parse, shipped};
use serde_json::json;

use super::output::{Output, verdict_of};
use super::sinks::{SinkArgs, Sinks};
use crate::bench;
use crate::text::add_field;
use crate::transcript;
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// Run a scenario in virtual time and compare the end with what it expects.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A TOML file, or the name of a shipped scenario.
    #[arg(required_unless_present = "list")]
    scenario: Option<String>,
    /// Seed of everything random, instead of the scenario's own.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Print the shipped scenarios, one a line, and stop.
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    sinks: SinkArgs,
}

/// A scenario that cannot be read.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error("{name}: neither a file nor a shipped scenario")]
    Missing { name: String },
    #[error("{name}: {source}")]
    Io {
        name: String,
        source: std::io::Error,
    },
    #[error("{name}: longer than {SCENARIO_BYTES_MAX} bytes, or not text")]
    NotText { name: String },
    #[error("{name}:{}:{}: {}", .error.line, .error.column, .error.message)]
    Scenario { name: String, error: ScenarioError },
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("run", self.sinks.json);
        if self.list {
            return list(&output);
        }
        let name = self.scenario.unwrap_or_default();
        let scenario = match load(&name) {
            Ok(scenario) => scenario,
            Err(error) => return output.trouble(&error),
        };
        let mut sinks = match Sinks::open(output, &self.sinks, None) {
            Ok(sinks) => sinks,
            Err((output, error)) => return output.trouble(&error),
        };
        let seed = self.seed.unwrap_or(scenario.seed);
        let title = &scenario.title;
        sinks
            .output
            .json(|| json!({ "event": "scenario", "name": name, "title": title, "seed": seed }));
        let end = bench::run_with(&scenario, Some(seed), &mut |told| sinks.told(told));
        let mut verdict = end.verdict.clone();
        verdict
            .notes
            .push(format!("replay: otarig run {name} --seed {seed}"));
        sinks.finish(verdict, &transcript::conclusion_line(&end)).1
    }
}

fn list(output: &Output) -> u8 {
    for (name, text) in shipped() {
        match parse(text) {
            Ok(scenario) => {
                output
                    .json(|| json!({ "event": "scenario", "name": name, "title": scenario.title }));
                let mut text = String::new();
                add_field(&mut text, name, 28, &scenario.title);
                output.text(&text);
            }
            Err(error) => {
                let name = (*name).to_owned();
                return output.verdict(&verdict_of(RunError::Scenario { name, error }.trouble()));
            }
        }
    }
    Class::Pass.exit_code()
}

fn load(name: &str) -> Result<Scenario, RunError> {
    let shipped = fixtures::scenario::shipped_text(name).map(str::to_owned);
    let text = match shipped {
        Some(text) => text,
        None => read(name)?,
    };
    let name = name.to_owned();
    parse(&text).map_err(|error| RunError::Scenario { name, error })
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that reads scenarios"
)]
fn read(name: &str) -> Result<String, RunError> {
    let path = Path::new(name);
    if !path.exists() {
        return Err(RunError::Missing {
            name: name.escape_default().to_string(),
        });
    }
    let failed = |source| RunError::Io {
        name: name.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    let limit = SCENARIO_BYTES_MAX as u64 + 1;
    File::open(path)
        .map_err(failed)?
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    let text = String::from_utf8(bytes)
        .ok()
        .filter(|text| text.len() <= SCENARIO_BYTES_MAX);
    text.ok_or_else(|| RunError::NotText {
        name: name.to_owned(),
    })
}

impl Describe for RunError {
    fn trouble(&self) -> Trouble {
        let (cause, next_step) = match self {
            Self::Missing { .. } => (
                "a scenario is a path, or a name that 'otarig run --list' shows",
                "correct the name",
            ),
            Self::Io { .. } => ("the file cannot be read", "name a file that you may read"),
            Self::NotText { .. } => ("a scenario is a short TOML text", "name the right file"),
            Self::Scenario { .. } => (
                "unknown keys and values out of range are refused, so that no typing error passes \
                 unseen",
                "correct that line",
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
