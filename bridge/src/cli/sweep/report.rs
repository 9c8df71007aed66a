//! What every sweep prints: the counts, what was found, and the verdict.

use std::io::IsTerminal as _;
use std::time::Duration;

use fixtures::scenario::Fault;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::super::output::Output;
use crate::sweep::{SweepError, Tally};
use crate::text::grouped;
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// A bar over so many runs on standard error, where that is a terminal.
pub(super) fn bar(runs: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let target = ProgressDrawTarget::stderr_with_hz(4);
    let bar = ProgressBar::with_draw_target(Some(runs), target);
    if let Ok(style) =
        ProgressStyle::with_template("[{bar:20}] {human_pos} of {human_len} runs, {eta} to go")
    {
        bar.set_style(style.progress_chars("#>-"));
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// The line that shows a run again.
pub(super) fn replay(scenario: &str, seed: u64, faults: &[Fault]) -> String {
    let faults: String = faults
        .iter()
        .map(|fault| format!(" --fault '{}'", fault.render()))
        .collect();
    format!("otarig run {scenario} --seed {seed}{faults}")
}

/// An unsound run.
pub(super) fn found(output: &Output, index: u64, what: &str, replay: &str) {
    output.json(|| json!({ "event": "unsound", "run": index, "what": what, "replay": replay }));
    output.text(&format!("  run {index}: {what}\n    {replay}\n"));
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
            "reset before a confirm that nobody can see",
        ),
    ];
    let row = |(name, count, text): (&str, u64, &str)| {
        format!("  {name:<16}{:>12}  {text}\n", grouped(count))
    };
    rows.into_iter().map(row).collect()
}

/// The last line; returns the exit code.
pub(super) fn verdict(output: &Output, tally: &Tally, more: Value) -> u8 {
    let class = if tally.passed() {
        Class::Pass
    } else {
        Class::HostFailed
    };
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
    });
    for mut part in [more, counts] {
        if let (Value::Object(line), Value::Object(part)) = (&mut line, &mut part) {
            line.append(part);
        }
    }
    output.json(|| line);
    let bad = tally.lies + tally.hangs + tally.mixes + tally.stuck;
    let word = match bad {
        0 => "PASS  nothing that must hold was broken".to_owned(),
        bad => format!("HOST FAILED  {} runs are unsound", grouped(bad)),
    };
    output.text(&format!("{word}\n"));
    output.exit(class)
}

impl Describe for SweepError {
    fn trouble(&self) -> Trouble {
        let next_step = match self {
            Self::NotPass { .. } => "name a scenario that expects class = \"pass\"",
            Self::Downloads => "name a scenario without [download]",
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
