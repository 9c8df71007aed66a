//! `otarig run` with power cuts: the host without its session, on flash alone.

use fixtures::scenario::Scenario;
use fixtures::sweep::Replay;
use serde_json::json;

use super::sinks::Sinks;
use crate::replay_line;
use crate::report::class_word;
use crate::sweep::cut_run::CutEnd;
use crate::sweep::power::bed_to_cut;
use crate::text::{COLUMNS, add_command, add_field};
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
    let end = match CutEnd::of(&scenario.expect, &run) {
        Ok(end) => end,
        Err(error) => return sinks.output.trouble(&error),
    };
    sinks.write_line(&format!("{}  {}", class_word(end.class), end.text));
    if let Err(error) = sinks.flush() {
        return sinks.output.trouble(&error);
    }
    let replay = replay_line::with_cuts(name, seed, &scenario.cuts);
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

fn verdict(sinks: &Sinks, run: &Replay, end: &CutEnd, replay: &str) -> u8 {
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
