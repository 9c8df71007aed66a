//! The moment of a fault.

use std::fmt;
use std::str::FromStr;

use crate::event::Phase;

/// When an armed fault is to strike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// At the next thing on the line, or the next operation of flash.
    Now,
    /// When the module hands over this frame; index since the start, from 0.
    Frame(u64),
    /// When the module hands over the first frame that carries a byte at or behind this offset of
    /// the object.
    Offset(u32),
    /// At the start of this phase, or of the first one behind it where the update leaves it out.
    Phase(Phase),
}

/// A text that names no moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a moment is `now`, `at frame N`, `at offset N`, or `in phase P` with P one of hello, offer, \
     erase, stream, verify, boot, report"
)]
pub struct WhenError;

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => f.write_str("now"),
            Self::Frame(index) => write!(f, "at frame {index}"),
            Self::Offset(offset) => write!(f, "at offset {offset}"),
            Self::Phase(phase) => write!(f, "in phase {phase}"),
        }
    }
}

impl FromStr for When {
    type Err = WhenError;

    fn from_str(text: &str) -> Result<Self, WhenError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let when = match words[..] {
            ["now"] => Some(Self::Now),
            ["at", "frame", index] => index.parse().ok().map(Self::Frame),
            ["at", "offset", offset] => offset.parse().ok().map(Self::Offset),
            ["in", "phase", name] => {
                let mut phases = Phase::ALL.into_iter();
                phases.find(|phase| phase.name() == name).map(Self::Phase)
            }
            _ => None,
        };
        when.ok_or(WhenError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_it_is_printed() {
        let phases = Phase::ALL.into_iter().map(When::Phase);
        let others = [When::Now, When::Frame(u64::MAX), When::Offset(u32::MAX)];
        for when in others.into_iter().chain(phases) {
            assert_eq!(when.to_string().parse(), Ok(when));
        }
    }

    #[test]
    fn what_is_no_moment_is_refused_and_all_phases_are_named() {
        for text in [
            "",
            "at",
            "at frame -1",
            "at offset 4294967296",
            "in phase download",
            "later",
        ] {
            assert_eq!(text.parse::<When>(), Err(WhenError), "{text}");
        }
        let told = WhenError.to_string();
        let named = |phase: &Phase| told.contains(phase.name());
        assert!(Phase::ALL.iter().all(named), "{told}");
    }
}
