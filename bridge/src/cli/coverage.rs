//! `otarig coverage`: what the shipped scenarios reach.

use std::io::{IsTerminal as _, Write as _};

use serde_json::{Value, json};

use super::output::Output;
use super::runtime::stop_work_on_signals;
use crate::coverage::{Coverage, Transition, cover, text};
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// Run all shipped scenarios in virtual time and print which codes and transitions they reach.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Only scenarios whose name has this in it; * stands for any text.
    #[arg(long, value_name = "PART", default_value = "")]
    only: String,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let stop = stop_work_on_signals();
        let output = Output::new("coverage", self.json);
        let stop = match stop {
            Ok(stop) => stop,
            Err(error) => return output.trouble(&error),
        };
        let shown = std::io::stderr().is_terminal();
        let coverage = cover(&self.only, None, &stop, &mut |done, of| {
            if shown {
                // Nobody is told twice of a screen that is gone.
                let _ = write!(std::io::stderr(), "\rscenario {done} of {of} ");
            }
        });
        if shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
        if coverage.scenarios == 0 && coverage.left_out == 0 && coverage.unreadable.is_empty() {
            return output.trouble(&NothingSelected(self.only));
        }
        lines(&output, &coverage);
        output.text(&text(&coverage));
        output.text(&end(&coverage));
        output.json(|| verdict(&coverage));
        output.exit(coverage.class())
    }
}

/// No scenario has such a name.
struct NothingSelected(String);

impl Describe for NothingSelected {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "No scenario is selected",
            format!(
                "--only {}: no scenario has this in its name",
                self.0.escape_default()
            ),
            "without a scenario nothing is reached",
            "take a part of a name that 'otarig run --list' shows",
        )
    }
}

fn lines(output: &Output, coverage: &Coverage) {
    let spaces = [("status", &coverage.codes), ("err", &coverage.host_errs)];
    for (space, codes) in spaces {
        for (number, names) in codes {
            output.json(|| {
                json!({ "event": "reached", "space": space, "number": number, "scenarios": names })
            });
        }
    }
    for pair in &coverage.transitions_missing() {
        output.json(|| transition("missing", pair));
    }
    for pair in &coverage.transitions_unlisted() {
        output.json(|| transition("unlisted", pair));
    }
}

fn transition(event: &str, pair: &Transition) -> Value {
    let state = pair.state.to_string();
    json!({ "event": event, "machine": pair.machine, "state": state, "on": pair.on })
}

fn end(coverage: &Coverage) -> String {
    let scenarios = coverage.scenarios;
    let (unexpected, unreadable) = (coverage.unexpected.len(), coverage.unreadable.len());
    match coverage.class() {
        Class::Pass if coverage.selected => {
            format!("PASS  {scenarios} scenarios end as they expect\n")
        }
        Class::Pass => format!("PASS  {scenarios} scenarios reach every assigned code\n"),
        Class::Aborted => {
            let of = scenarios + coverage.left_out;
            format!("ABORTED  after {scenarios} of {of} scenarios\n")
        }
        Class::RigError => format!("ERROR  {unreadable} scenarios cannot be read\n"),
        _ => {
            let missing = coverage.codes_missing().len();
            let mut text =
                format!("FAIL  {scenarios} scenarios leave {missing} assigned codes out");
            if unexpected > 0 {
                text.push_str(&format!(";\n      {unexpected} do not end as they expect"));
            }
            text + "\n"
        }
    }
}

fn verdict(coverage: &Coverage) -> Value {
    let reached: Vec<u8> = coverage.codes.keys().copied().collect();
    let host_errs: Vec<u8> = coverage.host_errs.keys().copied().collect();
    let missing = coverage.transitions_missing().len();
    let unlisted = coverage.transitions_unlisted().len();
    json!({
        "event": "verdict",
        "pass": coverage.passed(),
        "class": coverage.class().name(),
        "exit_code": coverage.class().exit_code(),
        "scenarios": coverage.scenarios,
        "left_out": coverage.left_out,
        "unexpected": coverage.unexpected,
        "unreadable": coverage.unreadable,
        "codes_reached": reached,
        "codes_missing": coverage.codes_missing(),
        "host_errs_reached": host_errs,
        "transitions": coverage.transitions.len() - unlisted,
        "transitions_missing": missing,
        "transitions_unlisted": unlisted,
    })
}
