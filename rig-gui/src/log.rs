//! The last lines of what was said, bounded in memory.

use std::collections::VecDeque;

use bridge::event::{Direction, Event, Stamped};
use protocol_spec::tick::Tick;

/// Most lines kept; older ones are forgotten and counted.
pub const LINES_MAX: usize = 4096;

/// Most bytes of one line's text.
pub const LINE_BYTES_MAX: usize = 512;

/// What a line is about; it decides mark and colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineKind {
    /// A frame from module to host.
    ToHost,
    /// A frame from host to module.
    ToModule,
    /// A phase begins.
    Phase,
    /// Worth knowing.
    Note,
    /// Something went wrong or had to be done again.
    Trouble,
    /// The end.
    Verdict,
}

impl LineKind {
    /// The mark in front of the line, readable without colour.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::ToHost => "->",
            Self::ToModule => "<-",
            Self::Phase => "==",
            Self::Note => "  ",
            Self::Trouble => "!!",
            Self::Verdict => "##",
        }
    }
}

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// When, since the start of the run.
    pub at: Tick,
    /// What it is about.
    pub kind: LineKind,
    /// The text; peer text in it is escaped already.
    pub text: String,
}

/// The last [`LINES_MAX`] lines.
#[derive(Debug, Default)]
pub struct Log {
    lines: VecDeque<Line>,
    forgotten: u64,
}

impl Log {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.forgotten = 0;
    }

    /// Adds the line that an event gives, if it gives one.
    pub fn absorb(&mut self, stamped: &Stamped) {
        if let Some((kind, text)) = line_of(&stamped.event) {
            self.push(stamped.at, kind, text);
        }
    }

    /// Adds a line; the oldest one goes when there are too many.
    pub fn push(&mut self, at: Tick, kind: LineKind, mut text: String) {
        if text.len() > LINE_BYTES_MAX {
            text.truncate(text.floor_char_boundary(LINE_BYTES_MAX));
            text.push('…');
        }
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
            self.forgotten += 1;
        }
        self.lines.push_back(Line { at, kind, text });
    }

    /// Lines kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether nothing was said yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Lines forgotten, because there were too many.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The lines numbered `rows`, oldest first.
    pub fn rows(&self, rows: std::ops::Range<usize>) -> impl Iterator<Item = &Line> {
        self.lines.iter().skip(rows.start).take(rows.len())
    }
}

fn line_of(event: &Event) -> Option<(LineKind, String)> {
    let line = match event {
        Event::Started(start) => {
            let text = format!("update to {} over {}", start.version, start.dialect);
            (LineKind::Note, text)
        }
        Event::Phase(phase) => (LineKind::Phase, phase.to_string()),
        Event::Frame(frame) => {
            let kind = match frame.direction {
                Direction::ToHost => LineKind::ToHost,
                Direction::ToModule => LineKind::ToModule,
            };
            (kind, frame.summary.clone())
        }
        Event::Resumed { offset } => (LineKind::Note, format!("resumes at offset {offset}")),
        Event::Retransmit(again) => (LineKind::Trouble, format!("sent again: {}", again.what)),
        Event::BadFrame(bad) => (LineKind::Trouble, format!("no frame: {}", bad.reason)),
        Event::HostStatus(told) if told.earlier => (
            LineKind::Note,
            format!("host tells of an earlier update: {}", told.status),
        ),
        Event::HostStatus(told) if told.status.is_done() => {
            (LineKind::Note, format!("host: {}", told.status))
        }
        Event::HostStatus(told) => (LineKind::Trouble, format!("host: {}", told.status)),
        Event::Restarted => (LineKind::Note, "the host has restarted".to_owned()),
        Event::Report(report) => (
            LineKind::Note,
            format!("the host runs version {}", report.version),
        ),
        Event::Patch(patch) => (
            LineKind::Note,
            format!("a patch of {} bytes is sent", patch.length),
        ),
        Event::Note(text) => (LineKind::Note, text.clone()),
        Event::Verdict(verdict) => (LineKind::Verdict, verdict.headline.clone()),
        Event::Host(_) | Event::Progress(_) | Event::Busy { .. } | Event::Block(_) => return None,
    };
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_bounded_in_lines_and_in_length() {
        let mut log = Log::default();
        for number in 0..LINES_MAX + 10 {
            log.push(
                Tick::ZERO,
                LineKind::Note,
                format!("{number} {}", "é".repeat(LINE_BYTES_MAX)),
            );
        }
        assert_eq!((log.len(), log.forgotten()), (LINES_MAX, 10));
        let first = log.rows(0..1).next().expect("a line");
        assert!(first.text.starts_with("10 ") && first.text.len() <= LINE_BYTES_MAX + 4);
    }

    #[test]
    fn frames_are_told_with_their_direction() {
        let mut log = Log::default();
        log.absorb(&Stamped {
            at: Tick::ZERO,
            event: Event::Restarted,
        });
        log.absorb(&Stamped {
            at: Tick::ZERO,
            event: Event::Busy { until: Tick::ZERO },
        });
        let kinds: Vec<LineKind> = log.rows(0..9).map(|line| line.kind).collect();
        assert_eq!(kinds, [LineKind::Note]);
    }
}
