//! From the lines of a transcript to entries.

use bridge::event::Direction;
use bridge::job::DialectKind;
use protocol_spec::tick::Tick;

use super::deed::{self, Deed, Deeds};
use super::index::{Entry, Kind, TypeNames};

/// Most bytes of a line; what is longer becomes several.
pub(super) const LINE_BYTES_MAX: usize = 16 * 1024;

/// A line in its parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Parts<'t> {
    /// When; `None` where the line states no time.
    pub(super) at: Option<Tick>,
    /// Who speaks, or what it is.
    pub(super) who: &'t str,
    /// The words.
    pub(super) text: &'t str,
}

/// Takes a line apart; `None` when a transcript has no such line.
pub(super) fn parts(line: &str) -> Option<Parts<'_>> {
    let line = line.trim_end_matches(['\n', '\r']);
    let (at, rest) = match line.strip_prefix("            ") {
        Some(rest) => (None, rest),
        None => {
            let (time, rest) = line.trim_start().split_once(' ')?;
            (Some(tick(time)?), rest)
        }
    };
    let rest = rest.trim_start();
    let (who, text) = rest.split_once("  ").unwrap_or((rest, ""));
    Some(Parts {
        at,
        who,
        text: text.trim_start(),
    })
}

/// Whether a file that begins like this is a transcript: its first line states a time.
pub(super) fn is_transcript(start: &[u8]) -> bool {
    let first = start.split(|byte| *byte == b'\n').next();
    let line = first.and_then(|line| std::str::from_utf8(line).ok());
    line.is_some_and(|line| {
        let counted = line.trim_start().starts_with("run 1 of ");
        counted || parts(line).is_some_and(|parts| parts.at.is_some() && !parts.who.is_empty())
    })
}

/// The entry of a line, without its place; a line without a time happened when the last one did.
pub(super) fn entry(names: &TypeNames, deeds: &mut Deeds, line: &str, before: Tick) -> Entry {
    let parts = parts(line).unwrap_or(Parts {
        at: None,
        who: "text",
        text: line,
    });
    let direction = match parts.who {
        "module -> host" => Some(Direction::ToHost),
        "host -> module" => Some(Direction::ToModule),
        _ => None,
    };
    let kind = direction.map_or(Kind::Note, |_| Kind::Told);
    let way = direction.unwrap_or(Direction::ToHost);
    let mut entry = Entry::new(kind, way, DialectKind::Rig, parts.at.unwrap_or(before));
    let name = match direction {
        Some(_) => parts.text.split(' ').next().unwrap_or_default().to_owned(),
        None => parts.who.to_uppercase(),
    };
    entry.name = names.number(&name);
    entry.set_deed(match direction {
        Some(direction) => deeds.read(direction, parts.text),
        None if parts.who == "patch" => deed::of_patch_line(parts.text),
        None => Deed::None,
    });
    entry.set_again(parts.who == "send again");
    let failed = parts.who == "verdict" && !parts.text.starts_with("pass");
    entry.set_error(failed || parts.who == "bad frame");
    entry
}

/// What a line says; of a frame its words alone.
pub(super) fn words(line: &str) -> String {
    match parts(line) {
        Some(parts) if parts.who.contains(" -> ") => parts.text.to_owned(),
        Some(parts) => format!("{}: {}", parts.who, parts.text),
        None => line.trim().to_owned(),
    }
}

/// A time as a transcript prints it: seconds with six decimals.
fn tick(text: &str) -> Option<Tick> {
    let (seconds, micros) = text.split_once('.')?;
    let micros = micros.parse::<u64>().ok().filter(|_| micros.len() == 6)?;
    let seconds: u64 = seconds.parse().ok()?;
    Some(Tick::from_micros(
        seconds.checked_mul(1_000_000)?.checked_add(micros)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart_as_it_was_made() {
        let at = Tick::from_micros(12_345_678);
        let made = bridge::transcript::line(at, "module -> host", "HELLO versions 1..1");
        assert!(is_transcript(made.as_bytes()));
        let names = TypeNames::default();
        let mut deeds = Deeds::default();
        let frame = entry(&names, &mut deeds, &made, Tick::ZERO);
        assert_eq!((frame.at, frame.kind), (at, Kind::Told));
        assert_eq!(names.name(frame.name), "HELLO");
        assert_eq!(words(&made), "HELLO versions 1..1");
        let failed = bridge::transcript::line(at, "verdict", "host-failed, 17 X: no");
        let failed = entry(&names, &mut deeds, &failed, Tick::ZERO);
        assert!(failed.is_error() && failed.kind == Kind::Note);
        let end = format!("{:>12}  {:<16}  ended as expected", "", "scenario");
        assert_eq!(entry(&names, &mut deeds, &end, at).at, at);
        assert_eq!(words(&end), "scenario: ended as expected");
        let offer =
            bridge::transcript::line(at, "module -> host", "OFFER transfer=1 image 9 bytes");
        let offer = entry(&names, &mut deeds, &offer, at);
        assert_eq!(offer.deed(), Deed::Image(9));
    }

    #[test]
    fn what_is_no_transcript_is_known() {
        let indented = format!("{:>14}a list  of things", "");
        for text in [
            "",
            "hello\n",
            "1.5 seconds later",
            "1.000000",
            "\u{0}\u{0}",
            &indented,
        ] {
            assert!(!is_transcript(text.as_bytes()), "{text}");
        }
        assert!(!is_transcript(&[0xff; 100]));
    }
}
