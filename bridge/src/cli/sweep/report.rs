//! What every sweep prints: the counts, what was found, and the verdict.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::super::output::Output;
use super::save::Folder;
use crate::replay_line;
use crate::report::class_word;
use crate::sweep::found::Found;
use crate::sweep::words::CountRow;
use crate::sweep::{SweepError, Tally};
use crate::text::{add_field, grouped};
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// Columns of the table of a [`Tally`].
pub(super) const TALLY: (usize, usize) = (16, 12);

/// A bar over so many runs on standard error, where that is a terminal.
pub(super) fn bar(runs: u64) -> ProgressBar {
    let form = "[{bar:20}] {human_pos} of {human_len} runs, {eta} to go";
    shown(Some(runs), form)
}

/// A message that goes on, on standard error, where that is a terminal.
pub(super) fn spinner() -> ProgressBar {
    shown(None, "{spinner} {msg}")
}

fn shown(runs: Option<u64>, form: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let target = ProgressDrawTarget::stderr_with_hz(4);
    let bar = ProgressBar::with_draw_target(runs, target);
    if let Ok(style) = ProgressStyle::with_template(form) {
        bar.set_style(style.progress_chars("#>-"));
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// Tells a run that was found, and saves it in `folder`.
pub(super) fn tell_found(
    output: &Output,
    name: &str,
    folder: &Folder,
    (sweep, found): (&str, &Found),
) {
    let left = format!(
        "{} of {} faults left",
        found.faults.len(),
        found.drawn.len()
    );
    let what = format!("{}; {left}", found.soundness);
    let file = format!("{sweep}-{}", found.index);
    let replay = match folder.keep(output, &file, &found.scenario) {
        None => replay_line::with_faults(name, found.seed, &found.faults),
        Some(path) => replay_line::with_faults(&path.display().to_string(), found.seed, &[]),
    };
    unsound(output, found.index, &what, &replay);
}

/// An unsound run.
pub(super) fn unsound(output: &Output, index: u64, what: &str, replay: &str) {
    output.json(|| json!({ "event": "unsound", "run": index, "what": what, "replay": replay }));
    let mut text = String::new();
    add_field(&mut text, &format!("  run {index}:"), 4, what);
    output.text(&format!("{text}    {replay}\n"));
}

/// The counts as a table, with names of `width` columns and counts of `digits`.
pub(super) fn table(rows: &[CountRow], (width, digits): (usize, usize)) -> String {
    let row = |row: &CountRow| {
        let count = grouped(row.count);
        format!("  {:<width$}{count:>digits$}  {}\n", row.name, row.text)
    };
    rows.iter().map(row).collect()
}

/// The line with how a sweep ended.
pub(super) fn ending(class: Class, ending: &str) -> String {
    let word = match class {
        Class::RigError => "RIG ERROR",
        class => class_word(class),
    };
    let mut text = String::new();
    add_field(&mut text, word, word.len() + 2, ending);
    text
}

/// The last line; returns the exit code.
pub(super) fn verdict(output: &Output, tally: &Tally, more: Value) -> u8 {
    let class = tally.class();
    let mut line = json!({
        "event": "verdict",
        "pass": tally.passed(),
        "class": class.name(),
        "exit_code": class.exit_code(),
    });
    let counts = json!({
        "executed": tally.executed,
        "survived": tally.survived,
        "failed_honestly": tally.failed_honestly,
        "lies": tally.lies,
        "hangs": tally.hangs,
        "mixes": tally.mixes,
        "stuck": tally.stuck,
        "unseen": tally.unseen,
        "unmade": tally.unmade,
        "left_out": tally.left_out,
    });
    for mut part in [more, counts] {
        if let (Value::Object(line), Value::Object(part)) = (&mut line, &mut part) {
            line.append(part);
        }
    }
    output.json(|| line);
    output.text(&ending(class, &tally.ending()));
    output.exit(class)
}

/// How many of what was found are told, where that is not all.
pub(super) fn told(output: &Output, told: usize, found: u64, what: &str) {
    if told as u64 != found {
        let (told, found) = (grouped(told as u64), grouped(found));
        output.text(&format!("  told: {told} of {found} {what}\n"));
    }
}

impl Describe for SweepError {
    fn trouble(&self) -> Trouble {
        let next_step = match self {
            Self::NotPass { .. } => "name a scenario that expects class = \"pass\"",
            Self::Downloads => "name a scenario without [download]",
            Self::Cuts => "name a scenario without `cuts`",
            Self::NotClean { .. } => "run it with 'otarig run' and correct it first",
        };
        Trouble::new(
            "The scenario cannot be swept",
            self.to_string(),
            "a sweep adds faults to a run that passes without them, and compares",
            next_step,
        )
    }
}
