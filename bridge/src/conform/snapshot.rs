//! Accepted transcripts of a host, and what is different now.
//!
//! What is compared is who said what with which fields, and when. Left out are the lines that
//! depend on how the line was cut into pieces (pieces of an object, acknowledgements, BUSY) and the
//! fields that hold a time or a number of the run. Digests go by the names of their objects.

use std::time::Duration;

use protocol_spec::tick::Tick;

use super::transcript::{Line, Transcript};

/// Messages whose number depends on pacing.
const PACED: [&str; 5] = ["data", "mcu-ota-load", "ack", "busy", "link-ack"];

/// Fields that hold a number of the run, or a time that is left.
const VOLATILE: [&str; 8] = [
    "boot_id", "nonce", "transfer", "request", "seq", "id", "busy_ms", BEYOND,
];

/// Fields that are written as the name of the object that has the digest.
const DIGESTS: [&str; 1] = ["digest"];

/// In the line that ends a snapshot which was cut off: lines that were not kept, paced ones counted.
const BEYOND: &str = "beyond";

/// A span of time may be longer or shorter by this, and by a quarter of itself.
const TIME_TOLERANCE: Duration = Duration::from_millis(100);
/// Longest snapshot that is read, bytes.
pub const SNAPSHOT_BYTES_MAX: u64 = 4 << 20;
/// Most differences that are told.
const DIFFERENCES_MAX: usize = 50;

/// One field that is not as it was accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Line of the snapshot, from 1.
    pub line: usize,
    /// The field; `message`, `time` or `end` for what is no field.
    pub field: String,
    /// What was accepted.
    pub accepted: String,
    /// What is there now.
    pub found: String,
}

/// The snapshot of a transcript, as it is kept in a file.
#[must_use]
pub fn snapshot_text(name: &str, transcript: &Transcript) -> String {
    let mut out = format!("# {name}\n");
    for line in kept(&transcript.lines) {
        let words = named(line, transcript);
        let line = Line {
            words,
            ..line.clone()
        };
        out.push_str(&line.to_string());
        out.push('\n');
    }
    if let (more @ 1.., Some(last)) = (transcript.more, transcript.lines.last()) {
        let lines = transcript.lines.len();
        let words = format!("cut-off lines={lines} {BEYOND}={more}");
        out.push_str(
            &Line {
                at: last.at,
                who: '.',
                words,
            }
            .to_string(),
        );
        out.push('\n');
    }
    out
}

/// The words of a line with the names of objects for digests.
fn named(line: &Line, transcript: &Transcript) -> String {
    let word = |word: &str| match word.split_once('=') {
        Some((name, value)) if DIGESTS.contains(&name) => {
            format!("{name}={}", transcript.object_of(value))
        }
        _ => word.to_owned(),
    };
    let words: Vec<String> = line.words.split(' ').map(word).collect();
    words.join(" ")
}

/// What differs between an accepted snapshot and one of now; `volatile` fields are passed over.
#[must_use]
pub fn differences(accepted: &str, found: &str, volatile: &[String]) -> Vec<Difference> {
    let (old, new) = (read(accepted), read(found));
    let mut out = Vec::new();
    let mut before = (Tick::ZERO, Tick::ZERO);
    for (number, (left, right)) in old.iter().zip(&new).enumerate() {
        if out.len() >= DIFFERENCES_MAX {
            break;
        }
        let line = number + 2;
        if !add_line(&mut out, line, left, right, volatile) {
            return out;
        }
        let spans = (left.at.since(before.0), right.at.since(before.1));
        if !near(spans.0, spans.1) {
            let text = |span: Duration| format!("{:.3} s", span.as_secs_f64());
            out.push(difference(line, "time", &text(spans.0), &text(spans.1)));
        }
        before = (left.at, right.at);
    }
    if old.len() != new.len() {
        let line = old.len().min(new.len()) + 2;
        let text = |lines: &[Line]| match lines.get(line - 2) {
            Some(line) => line.words.clone(),
            None => "the end".to_owned(),
        };
        out.push(difference(line, "end", &text(&old), &text(&new)));
    }
    out
}

fn kept(lines: &[Line]) -> impl Iterator<Item = &Line> {
    let paced = |line: &&Line| {
        let name = line.words.split(' ').next().unwrap_or_default();
        !PACED.contains(&name)
    };
    lines.iter().filter(paced)
}

/// The lines of a snapshot; what is none is passed over.
fn read(text: &str) -> Vec<Line> {
    text.lines().filter_map(read_line).collect()
}

fn read_line(text: &str) -> Option<Line> {
    let (at, rest) = text.trim_start().split_once(' ')?;
    let (seconds, micros) = at.split_once('.')?;
    let micros: u64 = micros.parse().ok()?;
    let seconds: u64 = seconds.parse().ok()?;
    let (who, words) = rest.split_once(' ')?;
    Some(Line {
        at: Tick::from_micros(seconds.saturating_mul(1_000_000).saturating_add(micros)),
        who: who.chars().next()?,
        words: words.to_owned(),
    })
}

/// Adds what differs in a line; false when it is another message, so that nothing behind it can be
/// compared.
fn add_line(
    out: &mut Vec<Difference>,
    line: usize,
    left: &Line,
    right: &Line,
    volatile: &[String],
) -> bool {
    let (mut old, mut new) = (left.words.split(' '), right.words.split(' '));
    if left.who != right.who || old.next() != new.next() {
        let text = |line: &Line| format!("{} {}", line.who, line.words);
        out.push(difference(line, "message", &text(left), &text(right)));
        return false;
    }
    let fields = |words: std::str::Split<'_, char>| -> Vec<(String, String)> {
        let pair = |word: &str| {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            (name.to_owned(), value.to_owned())
        };
        words.map(pair).collect()
    };
    let (old, new) = (fields(old), fields(new));
    let counts = |name: &String| !VOLATILE.contains(&name.as_str()) && !volatile.contains(name);
    let value = |of: &[(String, String)], name: &String| {
        let found = of.iter().find(|(own, _)| own == name);
        found.map_or("absent".to_owned(), |(_, value)| value.clone())
    };
    let only_new = new
        .iter()
        .filter(|(name, _)| !old.iter().any(|(own, _)| own == name));
    for (name, _) in old.iter().chain(only_new).filter(|(name, _)| counts(name)) {
        let (was, is) = (value(&old, name), value(&new, name));
        if was != is {
            out.push(difference(line, name, &was, &is));
        }
    }
    true
}

fn near(left: Duration, right: Duration) -> bool {
    left.abs_diff(right) <= TIME_TOLERANCE + left.max(right) / 4
}

fn difference(line: usize, field: &str, accepted: &str, found: &str) -> Difference {
    Difference {
        line,
        field: field.to_owned(),
        accepted: accepted.to_owned(),
        found: found.to_owned(),
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            line,
            field,
            accepted,
            found,
        } = self;
        write!(f, "line {line}: {field} was {accepted}, is {found}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "# s\n    0.000100 > hello nonce=1\n    0.000200 < hello-answer nonce=1 \
                       window=100\n    1.000000 . note\n";

    fn told(new: &str) -> Vec<String> {
        let found = differences(OLD, new, &["spare".to_owned()]);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_differs_from_run_to_run_is_passed_over() {
        let new = OLD
            .replace("nonce=1", "nonce=2 spare=3")
            .replace("1.000000", "1.200000");
        assert_eq!(told(&new), Vec::<String>::new());
    }

    #[test]
    fn fields_times_messages_and_the_end_are_told() {
        assert_eq!(
            told(&OLD.replace("window=100", "window=99 more=1")),
            [
                "line 3: window was 100, is 99",
                "line 3: more was absent, is 1"
            ]
        );
        assert_eq!(
            told(&OLD.replace("1.000000", "2.000000")),
            ["line 4: time was 1.000 s, is 2.000 s"]
        );
        assert_eq!(
            told(&OLD.replace("< hello-answer", "< report")),
            [
                "line 3: message was < hello-answer nonce=1 window=100, is < report nonce=1 window=100"
            ]
        );
        let shorter = OLD.replace("    1.000000 . note\n", "");
        assert_eq!(told(&shorter), ["line 4: end was note, is the end"]);
    }

    fn transcript(words: &[&str]) -> Transcript {
        let mut transcript = Transcript::default();
        transcript
            .known
            .push(("0badcafe".to_owned(), "new".to_owned()));
        for words in words {
            transcript.add(Tick::ZERO, '<', (*words).to_owned());
        }
        transcript
    }

    #[test]
    fn a_digest_goes_by_the_name_of_its_object() {
        let text = |digest: &str| {
            let words = format!("report id=1 digest={digest} version=2");
            snapshot_text("n", &transcript(&[&words]))
        };
        let new = text("0badcafe0123..(32)");
        assert!(new.contains("report id=1 digest=new version=2"), "{new}");
        assert_eq!(text("0badcafe"), new, "however much of it is shown");
        let other = text("0badcaff0123..(32)");
        let found = differences(&new, &other, &[]);
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["line 2: digest was new, is other"]);
    }

    #[test]
    fn what_a_host_states_is_compared() {
        for (old, new) in [
            ("accept limit=1024", "accept limit=1"),
            (
                "boot-answer report_ms_max=100",
                "boot-answer report_ms_max=9",
            ),
            ("get-conf conf=01", "get-conf conf=02"),
            ("nop", "report"),
        ] {
            let text = |words| snapshot_text("n", &transcript(&[words]));
            assert_eq!(differences(&text(old), &text(new), &[]).len(), 1, "{old}");
        }
    }

    #[test]
    fn a_transcript_that_was_cut_off_says_so() {
        let whole = transcript(&["report id=1"]);
        let mut cut = whole.clone();
        cut.more = 7;
        let (whole, text) = (snapshot_text("n", &whole), snapshot_text("n", &cut));
        assert!(text.ends_with(". cut-off lines=1 beyond=7\n"), "{text}");
        assert_eq!(differences(&whole, &text, &[]).len(), 1);
        cut.more = 8;
        assert_eq!(differences(&text, &snapshot_text("n", &cut), &[]), []);
    }

    #[test]
    fn pacing_is_left_out() {
        let mut transcript = Transcript::default();
        for words in ["data offset=0", "ack next=0", "report id=1"] {
            transcript.add(Tick::ZERO, '<', words.to_owned());
        }
        let text = snapshot_text("n", &transcript);
        assert_eq!(text, "# n\n    0.000000 < report id=1\n");
        assert_eq!(differences(&text, &text, &[]), []);
    }
}
