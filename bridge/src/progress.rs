//! The progress bar: phase, bytes, rate and time to go, on a terminal only.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::event::{BlockState, Event, Phase, Stamped};
use crate::report::status_text;

/// The bar, or nothing where nobody could see it.
#[derive(Debug)]
pub struct Bar {
    bar: Option<ProgressBar>,
    /// What the bar counts.
    counts: Cell<Unit>,
}

/// What a bar counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Unit {
    /// Bytes that the host has.
    #[default]
    Bytes,
    /// Blocks of a patch that the host has applied.
    Blocks,
}

impl Bar {
    /// A bar on standard error if that is a terminal.
    #[must_use]
    pub fn new(wanted: bool) -> Self {
        if !wanted || !std::io::stderr().is_terminal() {
            return Self {
                bar: None,
                counts: Cell::default(),
            };
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(15));
        bar.set_style(bytes_style(false));
        bar.enable_steady_tick(Duration::from_millis(120));
        Self {
            bar: Some(bar),
            counts: Cell::default(),
        }
    }

    /// Shows what an event changes.
    pub fn show(&self, stamped: &Stamped) {
        let Some(bar) = &self.bar else { return };
        match &stamped.event {
            Event::Started(start) => {
                self.counts.set(Unit::Bytes);
                bar.set_length(start.length.into());
            }
            Event::Patch(patch) => bar.set_length(patch.length.into()),
            Event::Phase(phase) => self.show_phase(bar, *phase),
            Event::Block(block) if block.of > 0 => self.show_block(bar, block),
            Event::Resumed { offset } => {
                bar.set_position((*offset).into());
                bar.reset_eta();
            }
            Event::Progress(progress) => bar.set_position(progress.acked.into()),
            Event::Note(text) => bar.suspend(|| say(text)),
            _ => {}
        }
    }

    fn show_phase(&self, bar: &ProgressBar, phase: Phase) {
        bar.set_message(phase.name());
        if self.counts.get() == Unit::Bytes {
            bar.set_style(bytes_style(phase == Phase::Stream));
        }
        bar.reset_eta();
    }

    fn show_block(&self, bar: &ProgressBar, block: &BlockState) {
        if self.counts.replace(Unit::Blocks) == Unit::Bytes {
            bar.set_style(blocks_style());
            bar.set_length(block.of.into());
        }
        bar.set_message("apply");
        bar.set_position(block.done.min(block.of).into());
        if !block.code.is_done() {
            let text = format!("block {}: {}", block.block, status_text(block.code));
            bar.suspend(|| say(&text));
        }
    }

    /// Takes the bar away, so that the verdict stands alone.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn say(text: &str) {
    use std::io::Write as _;
    // A terminal that cannot be written to cannot be told so.
    let _ = writeln!(std::io::stderr(), "note: {text}");
}

/// While bytes flow: rate and time to go; while the host works: the time so far.
fn bytes_style(flows: bool) -> ProgressStyle {
    let template = if flows {
        "{msg:7} [{bar:20}] {done:>10} of {total:10} {rate:>10} {time_left:>8}"
    } else {
        "{msg:7} [{bar:20}] {done:>10} of {total:10} {so_far:>10}"
    };
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key(
            "done",
            |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{}", kilobytes(state.pos()));
            },
        )
        .with_key(
            "total",
            |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{}", kilobytes(state.len().unwrap_or(0)));
            },
        )
        .with_key(
            "rate",
            |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{:.1} KB/s", state.per_sec() / 1024.0);
            },
        )
        .with_key(
            "time_left",
            |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{:.0} s left", state.eta().as_secs_f64());
            },
        )
        .with_key(
            "so_far",
            |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{:.0} s", state.elapsed().as_secs_f64());
            },
        )
        .progress_chars("=> ")
}

/// While a patch is applied: blocks.
fn blocks_style() -> ProgressStyle {
    let template = "{msg:7} [{bar:20}] {pos:>10} of {len:10} blocks";
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

/// Whole and tenths of kilobytes of 1024 bytes.
fn kilobytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / 1024;
    format!("{}.{} KB", tenths / 10, tenths % 10)
}
