//! What was said while a script ran, one line each.

use std::fmt;

use fixtures::script::{Value, Vars};
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
    /// Digests that are known: their first digits, and what has them.
    pub known: Vec<(String, String)>,
}

/// Hexadecimal digits by which a digest is known.
const KNOWN_DIGITS: usize = 8;

impl Transcript {
    /// One in which the digests among `vars` are known by the names of their objects.
    pub(super) fn knowing(vars: &Vars) -> Self {
        let of = |(name, value): (&String, &Value)| {
            let object = name
                .strip_suffix(".digest")
                .or(name.strip_suffix(".image"))?;
            let Value::Bytes(bytes) = value else {
                return None;
            };
            let digits: String = bytes
                .iter()
                .take(KNOWN_DIGITS / 2)
                .map(|it| format!("{it:02x}"))
                .collect();
            Some((digits, object.to_owned()))
        };
        Self {
            known: vars.iter().filter_map(of).collect(),
            ..Self::default()
        }
    }

    /// The object that has a digest, of which `shown` is printed; `other` when none has.
    #[must_use]
    pub fn object_of(&self, shown: &str) -> &str {
        let found = shown.get(..KNOWN_DIGITS).and_then(|digits| {
            let mut known = self.known.iter();
            known.find(|(own, _)| own == digits)
        });
        found.map_or("other", |(_, name)| name)
    }

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
