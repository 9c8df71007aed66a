//! What every sweep prints: the counts, what was found, and the verdict.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::super::output::Output;
use super::super::replay;
use super::save::Folder;
use crate::sweep::found::Found;
use crate::sweep::{KEPT_MAX, SweepError, Tally};
use crate::text::{add_field, grouped};
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// Most unsound runs that are shrunk.
pub(super) const SHRUNK_MAX: usize = 10;
const _: () = assert!(
    SHRUNK_MAX <= KEPT_MAX,
    "only those that are kept can be shrunk"
);

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
        None => replay::with_faults(name, found.seed, &found.faults),
        Some(path) => replay::with_faults(&path.display().to_string(), found.seed, &[]),
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

/// The counts as a table.
pub(super) fn table(tally: &Tally) -> String {
    let rows = [
        (
            "survived",
            tally.survived,
            "the update passed, and the host runs the image",
        ),
        (
            "failed honestly",
            tally.failed_honestly,
            "it did not, and the verdict says so",
        ),
        (
            "lies",
            tally.lies,
            "a pass, and the host does not run the image",
        ),
        ("hangs", tally.hangs, "the update had no end of its own"),
        ("mixes", tally.mixes, "the host entered neither image"),
        ("stuck", tally.stuck, "the host took no image afterwards"),
        (
            "unseen",
            tally.unseen,
            "struck before a confirm that nobody can see",
        ),
    ];
    let row = |(name, count, text): (&str, u64, &str)| {
        format!("  {name:<16}{:>12}  {text}\n", grouped(count))
    };
    rows.into_iter().map(row).collect()
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
    let word = match (class, grouped(tally.unmade)) {
        (Class::Pass, _) => "PASS  nothing that must hold was broken".to_owned(),
        (Class::HostFailed, _) => {
            format!("HOST FAILED  {} runs are unsound", grouped(tally.bad()))
        }
        (Class::Aborted, _) => aborted(tally),
        (_, unmade) => format!(
            "RIG ERROR  {unmade} runs could not be made: their faults do not go with those of\n  \
             the scenario; sweep one with fewer faults"
        ),
    };
    output.text(&format!("{word}\n"));
    output.exit(class)
}

fn aborted(tally: &Tally) -> String {
    let made = tally.executed + tally.unmade;
    let (done, of) = (grouped(made), grouped(made + tally.left_out));
    match tally.bad() {
        0 => format!("ABORTED  after {done} of {of} runs"),
        bad => format!(
            "ABORTED  after {done} of {of} runs; {} of them are unsound",
            grouped(bad)
        ),
    }
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
