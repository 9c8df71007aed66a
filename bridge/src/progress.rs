//! The progress bar: phase, bytes or blocks, rate and time to go, on a terminal only.

use std::cell::RefCell;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use protocol_spec::tick::Tick;

use crate::event::{BlockState, Event, Phase, Stamped};
use crate::report::status_text;
use crate::text::grouped;

/// Columns of the bar between its brackets.
const BAR_COLUMNS: u64 = 20;

/// The bar, or nothing where nobody could see it.
#[derive(Debug)]
pub struct Bar {
    bar: Option<ProgressBar>,
    view: RefCell<View>,
}

impl Bar {
    /// A bar on standard error if that is a terminal.
    #[must_use]
    pub fn new(wanted: bool) -> Self {
        let bar = (wanted && std::io::stderr().is_terminal()).then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(15);
            let bar = ProgressBar::with_draw_target(None, target);
            bar.set_style(style(false));
            bar
        });
        Self {
            bar,
            view: RefCell::default(),
        }
    }

    /// Shows what an event changes.
    pub fn show(&self, stamped: &Stamped) {
        let Some(bar) = &self.bar else { return };
        let mut view = self.view.borrow_mut();
        let said = view.take(stamped);
        if let Some(line) = view.line(stamped.at) {
            // The clock of the steady tick stands behind a line that has none of its own.
            bar.set_style(style(!view.flows()));
            bar.set_message(line);
        }
        if matches!(stamped.event, Event::Started(_)) {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        if let Some(text) = said {
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

/// What a bar shows: all of it changes at once, so that a line never mixes two states.
#[derive(Clone, Debug, Default)]
struct View {
    /// Nothing is shown before a run has begun.
    begun: bool,
    phase: Phase,
    /// Bytes of the object.
    total: u32,
    /// Bytes that the host has.
    acked: u32,
    /// Where and when the stream began.
    stream: Option<(u32, Tick)>,
    /// Blocks of a patch that are done, and that change, once the host speaks of them.
    blocks: Option<(u32, u32)>,
}

impl View {
    /// Takes an event; what is to be said beside the bar.
    fn take(&mut self, stamped: &Stamped) -> Option<String> {
        match &stamped.event {
            Event::Started(start) => {
                *self = Self {
                    begun: true,
                    total: start.length,
                    ..Self::default()
                };
            }
            Event::Patch(patch) => self.total = patch.length,
            Event::Phase(phase) => self.enter(*phase, stamped.at),
            Event::Block(block) if block.of > 0 => return self.block(block),
            Event::Resumed { offset } => {
                self.acked = *offset;
                self.stream = Some((*offset, stamped.at));
            }
            Event::Progress(progress) => self.acked = progress.acked,
            Event::Note(text) => return Some(text.clone()),
            _ => {}
        }
        None
    }

    fn enter(&mut self, phase: Phase, at: Tick) {
        self.phase = phase;
        if phase == Phase::Stream {
            self.stream = Some((self.acked, at));
        }
    }

    fn block(&mut self, block: &BlockState) -> Option<String> {
        self.blocks = Some((block.done.min(block.of), block.of));
        let code = block.code;
        (!code.is_done()).then(|| format!("block {}: {}", block.block, status_text(code)))
    }

    /// Whether bytes flow: then rate and time to go are shown, else the time so far.
    fn flows(&self) -> bool {
        self.blocks.is_none() && self.phase == Phase::Stream
    }

    /// The line at `now`; `None` before a run has begun.
    fn line(&self, now: Tick) -> Option<String> {
        if !self.begun {
            return None;
        }
        let Some((done, of)) = self.blocks else {
            return Some(self.bytes(now));
        };
        let label = match self.phase {
            Phase::Report => Phase::Report.name(),
            _ => "apply",
        };
        let (done, of) = (u64::from(done), u64::from(of));
        let (bar, done, of) = (filled(done, of), grouped(done), grouped(of));
        Some(format!("{label:7} [{bar}] {done:>10} of {of} blocks"))
    }

    fn bytes(&self, now: Tick) -> String {
        let (acked, total) = (u64::from(self.acked), u64::from(self.total));
        let (label, bar) = (self.phase.name(), filled(acked, total));
        let (done, of) = (kilobytes(acked), kilobytes(total));
        let line = format!("{label:7} [{bar}] {done:>10} of {of:10}");
        match self.stream.filter(|_| self.flows()) {
            Some(stream) => format!("{line}{}", self.pace(stream, now)),
            None => line,
        }
    }

    /// Rate and time to go, as soon as there is something to count with.
    fn pace(&self, (from, since): (u32, Tick), now: Tick) -> String {
        let seconds = now.since(since).as_secs_f64();
        let flown = f64::from(self.acked.saturating_sub(from));
        if flown <= 0.0 || seconds <= 0.0 {
            return String::new();
        }
        let rate = flown / seconds;
        let left = f64::from(self.total.saturating_sub(self.acked)) / rate;
        let rate = format!("{:.1} KB/s", rate / 1024.0);
        format!(" {rate:>10} {:>8}", format!("{left:.0} s left"))
    }
}

fn say(text: &str) {
    use std::io::Write as _;
    // A terminal that cannot be written to cannot be told so.
    let _ = writeln!(std::io::stderr(), "note: {text}");
}

/// The line, and the time so far where it is `timed`.
fn style(timed: bool) -> ProgressStyle {
    let template = if timed { "{msg} {so_far:>10}" } else { "{msg}" };
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key(
            "so_far",
            |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{:.0} s", state.elapsed().as_secs_f64());
            },
        )
}

/// A part of a whole as a bar; nothing of nothing is none.
fn filled(done: u64, of: u64) -> String {
    let columns = (done.min(of) * BAR_COLUMNS).checked_div(of).unwrap_or(0);
    let head = if columns < BAR_COLUMNS && done > 0 {
        ">"
    } else {
        ""
    };
    let bar = "=".repeat(usize::try_from(columns).unwrap_or(0)) + head;
    format!("{bar:20}")
}

/// Whole and tenths of kilobytes of 1024 bytes.
fn kilobytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / 1024;
    format!("{}.{} KB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use protocol_spec::codes::Status;
    use protocol_spec::digest::Digest;
    use protocol_spec::rig::message::ObjectKind;
    use protocol_spec::text::Version;

    use super::*;
    use crate::event::{PatchRecord, Progress, Start};
    use crate::job::{DialectKind, LineConfig};
    use crate::object::ImageDigest;

    /// The lines that these events give, one a second.
    fn lines(events: Vec<Event>) -> Vec<Option<String>> {
        let mut view = View::default();
        let mut at = Tick::ZERO;
        let mut line = |event| {
            at += Duration::from_secs(1);
            view.take(&Stamped { at, event });
            view.line(at).map(|line| line.trim_end().to_owned())
        };
        events.into_iter().map(&mut line).collect()
    }

    fn started(kind: ObjectKind, length: u32) -> Event {
        Event::Started(Start {
            dialect: DialectKind::Rig,
            line: LineConfig::UNPACED,
            kind,
            length,
            version: Version::default(),
            digest: ImageDigest::Whole(Digest([0; 32])),
        })
    }

    fn acked(acked: u32) -> Event {
        Event::Progress(Progress {
            acked,
            ..Progress::default()
        })
    }

    fn block(done: u32, of: u32) -> Event {
        Event::Block(BlockState {
            block: 7,
            state: Status::START,
            code: Status::DONE,
            done,
            of,
        })
    }

    fn some(lines: &[Option<String>]) -> Vec<&str> {
        lines.iter().flatten().map(String::as_str).collect()
    }

    #[test]
    fn bytes_are_never_shown_as_blocks() {
        let patch = Event::Patch(PatchRecord {
            length: 1_383,
            digest: Digest([0; 32]),
            image_len: 323_584,
            block_len: 4_096,
            changed: 79,
            blocks: 79,
        });
        let found = lines(vec![
            started(ObjectKind::Image, 323_584),
            patch,
            Event::Phase(Phase::Stream),
            acked(1_383),
            Event::Phase(Phase::Boot),
            block(0, 79),
            block(40, 79),
            block(79, 79),
            Event::Phase(Phase::Report),
            started(ObjectKind::Image, 2_048),
        ]);
        assert_eq!(
            some(&found),
            [
                "hello   [                    ]     0.0 KB of 316.0 KB",
                "hello   [                    ]     0.0 KB of 1.3 KB",
                "stream  [                    ]     0.0 KB of 1.3 KB",
                "stream  [====================]     1.3 KB of 1.3 KB       1.4 KB/s 0 s left",
                "boot    [====================]     1.3 KB of 1.3 KB",
                "apply   [                    ]          0 of 79 blocks",
                "apply   [==========>         ]         40 of 79 blocks",
                "apply   [====================]         79 of 79 blocks",
                "report  [====================]         79 of 79 blocks",
                "hello   [                    ]     0.0 KB of 2.0 KB",
            ]
        );
    }

    #[test]
    fn nothing_is_shown_before_a_run_begins() {
        let note = || Event::Note("reading the images".to_owned());
        assert_eq!(lines(vec![note(), acked(5)]), [None, None]);
        assert_eq!(filled(0, 0).trim(), "");
    }

    #[test]
    fn a_stream_that_resumes_counts_its_own_bytes() {
        let found = lines(vec![
            started(ObjectKind::Image, 10_240),
            Event::Phase(Phase::Stream),
            Event::Resumed { offset: 4_096 },
            acked(6_144),
            acked(8_192),
            block(1, 0),
        ]);
        let found = some(&found);
        assert!(found[2].ends_with("4.0 KB of 10.0 KB"), "{}", found[2]);
        assert!(found[3].ends_with("2.0 KB/s 2 s left"), "{}", found[3]);
        assert!(found[4].ends_with("2.0 KB/s 1 s left"), "{}", found[4]);
        assert!(
            found[5].contains("KB of 10.0 KB"),
            "no patch, no block: {}",
            found[5]
        );
        assert!(found.iter().all(|line| line.chars().count() <= 79));
    }
}
