//! What was said while a script ran, one line each.

use std::fmt;

use protocol_spec::tick::Tick;

/// Most lines of one transcript; what follows is counted only.
const LINES_MAX: usize = 4000;

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// When, since the start of the script.
    pub at: Tick,
    /// `>` to the host, `<` from it, `.` what the rig did.
    pub who: char,
    /// The words: a name, then `field=value` each.
    pub words: String,
}

/// A transcript.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Transcript {
    /// The lines, oldest first.
    pub lines: Vec<Line>,
    /// Lines beyond those that are kept.
    pub more: usize,
}

impl Transcript {
    pub(super) fn add(&mut self, at: Tick, who: char, words: String) {
        if self.lines.len() < LINES_MAX {
            self.lines.push(Line { at, who, words });
        } else {
            self.more += 1;
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.to_string();
        write!(f, "{at:>12} {} {}", self.who, self.words)
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        if self.more > 0 {
            writeln!(f, "and {} lines more", self.more)?;
        }
        Ok(())
    }
}
