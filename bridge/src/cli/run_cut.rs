//! `otarig run` with power cuts: the host without its session, on flash alone.

use fixtures::scenario::{Expect, Runs, Scenario};
use fixtures::sweep::{Cut, Replay};
use serde_json::json;

use super::replay;
use super::sinks::Sinks;
use crate::report::class_word;
use crate::sweep::power::bed_to_cut;
use crate::text::{COLUMNS, add_command, add_field};
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// Runs the update of `scenario` with its power cuts; returns the exit code.
pub(super) fn run(mut sinks: Sinks, name: &str, scenario: &Scenario, seed: u64) -> u8 {
    let bed = match bed_to_cut(scenario) {
        Ok(bed) => bed,
        Err(error) => return sinks.output.trouble(&error),
    };
    let title = &scenario.title;
    sinks
        .output
        .json(|| json!({ "event": "scenario", "name": name, "title": title, "seed": seed }));
    let run = bed.replay(&scenario.cuts);
    if !scenario.faults.is_empty() {
        let faults = scenario.faults.len();
        let text = format!("faults of the scenario, left out with power cuts: {faults}");
        tell(&mut sinks, &text);
    }
    run.lines.iter().for_each(|line| tell(&mut sinks, line));
    if let Some(cut) = run.never {
        let operations = run.operations;
        return sinks.output.trouble(&Never { cut, operations });
    }
    let end = End::of(&scenario.expect, &run);
    sinks.write_line(&format!("{}  {}", class_word(end.class), end.text));
    if let Err(error) = sinks.flush() {
        return sinks.output.trouble(&error);
    }
    let replay = replay::with_cuts(name, seed, &scenario.cuts);
    verdict(&sinks, &run, &end, &replay)
}

fn tell(sinks: &mut Sinks, line: &str) {
    sinks.write_line(line);
    sinks.output.text(&fitted(line));
    sinks
        .output
        .json(|| json!({ "event": "note", "text": line }));
}

/// The line, in lines of at most [`COLUMNS`] that are as far in as it is.
fn fitted(line: &str) -> String {
    if line.chars().count() <= COLUMNS {
        return format!("{line}\n");
    }
    let indent = line.len() - line.trim_start().len();
    let mut text = String::new();
    add_field(&mut text, "", indent, line);
    text
}

/// A cut that never came.
#[derive(Debug, thiserror::Error)]
#[error("the power cut {cut} never came: the run has {operations} flash operations")]
struct Never {
    cut: Cut,
    operations: u64,
}

impl Describe for Never {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "A power cut is missing from the run",
            self.to_string(),
            "operations are counted from the start of the run, those of every boot",
            "name an operation that the run has",
        )
    }
}

/// How the run ended, against what was expected.
struct End {
    class: Class,
    text: String,
}

impl End {
    fn of(expect: &Expect, run: &Replay) -> Self {
        let wanted = Class::from(expect.class);
        let found = match run.wrong {
            None => Class::Pass,
            Some(_) => Class::HostFailed,
        };
        // A run that fails may leave anything in the slot.
        let image_fits = run.wrong.is_some() || expect.runs != Some(Runs::Old);
        let (class, text) = match &run.wrong {
            _ if wanted == found && !image_fits => (
                Class::HostFailed,
                "the old image is expected to run, and the new one does".to_owned(),
            ),
            None if wanted == found => {
                let boots = run.boots;
                (
                    Class::Pass,
                    format!("the new image runs after {boots} boots"),
                )
            }
            Some(why) if wanted == found => (
                Class::Pass,
                format!("the scenario ended as it expects: {why}"),
            ),
            Some(why) => (Class::HostFailed, why.clone()),
            None => (
                Class::HostFailed,
                format!("{wanted} is expected, and the new image runs"),
            ),
        };
        Self { class, text }
    }
}

fn verdict(sinks: &Sinks, run: &Replay, end: &End, replay: &str) -> u8 {
    let output = &sinks.output;
    output.json(|| {
        json!({
            "event": "verdict",
            "pass": end.class == Class::Pass,
            "class": end.class.name(),
            "exit_code": end.class.exit_code(),
            "what": run.wrong,
            "operations": run.operations,
            "boots": run.boots,
            "replay": replay,
        })
    });
    let mut text = String::new();
    let word = class_word(end.class);
    add_field(&mut text, word, word.len() + 2, &end.text);
    add_command(&mut text, "  replay", replay);
    output.text(&text);
    output.exit(end.class)
}
