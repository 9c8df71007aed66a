//! The transcript: a run as a dialogue, one event per line, in fixed columns.
//!
//! ```text
//!     0.000000  module -> host    Hello versions 1..1
//!     0.012345  host -> module    HelloAnswer ...
//!     0.013000  phase             offer
//! ```
//!
//! Columns: seconds since the start with six decimals, who speaks (or what it is), the words.
//! Nothing wraps; there are no paths, no wall-clock times and no numbers without their names, so
//! the same scenario and seed give the same bytes.

use std::fmt::Write as _;

use fixtures::host::HostNote;
use host_agent::event::HostEvent;
use protocol_spec::rig::message::ObjectKind;
use protocol_spec::tick::Tick;

use crate::bench::{Conclusion, Told};
use crate::download::FetchEvent;
use crate::event::{Direction, Event, PatchRecord, RetransmitReason, Stamped, Start};
use crate::verdict::Verdict;

/// Most bytes of a bad frame that are written out.
const HEX_BYTES_MAX: usize = 64;

/// The line of an event; `None` for events that only repeat what other lines say.
#[must_use]
pub fn event_line(stamped: &Stamped) -> Option<String> {
    let (who, text) = match &stamped.event {
        Event::Started(start) => ("start", start_words(start)),
        Event::Patch(patch) => ("patch", patch_words(patch)),
        Event::Phase(phase) => ("phase", phase.name().to_owned()),
        Event::Frame(frame) => match frame.direction {
            Direction::ToHost => ("module -> host", frame.summary.clone()),
            Direction::ToModule => ("host -> module", frame.summary.clone()),
        },
        Event::Resumed { offset } => ("resume", format!("the stream begins at offset {offset}")),
        Event::Retransmit(again) => {
            let reason = match again.reason {
                RetransmitReason::Gap => "later bytes were acknowledged",
                RetransmitReason::Timeout => "no answer in time",
                RetransmitReason::Credit => "no credit",
            };
            ("send again", format!("{}: {reason}", again.what))
        }
        Event::BadFrame(bad) => (
            "bad frame",
            format!(
                "{} bytes, {}: {}",
                bad.bytes.len(),
                bad.reason,
                hex(&bad.bytes)
            ),
        ),
        Event::HostStatus(status) => {
            let earlier = if status.earlier {
                ", from an earlier update"
            } else {
                ""
            };
            ("code", format!("{}{earlier}", status.status))
        }
        Event::Block(block) => (
            "block",
            format!(
                "{} is {}, code {}; {} of {} done",
                block.block, block.state, block.code, block.done, block.of
            ),
        ),
        Event::Restarted => ("restart", "the host has restarted".to_owned()),
        Event::Note(text) => ("note", text.clone()),
        Event::Verdict(verdict) => ("verdict", verdict_words(verdict)),
        Event::Host(_) | Event::Progress(_) | Event::Busy { .. } | Event::Report(_) => return None,
    };
    Some(line(stamped.at, who, &text))
}

fn start_words(start: &Start) -> String {
    let line = match start.line.baud {
        0 => "a line without a rate".to_owned(),
        baud => format!("{baud} baud, {} bits a byte", start.line.bits_per_byte),
    };
    let what = match start.kind {
        ObjectKind::Image => "",
        ObjectKind::Patch => "a patch of ",
    };
    format!(
        "{}: {what}{} bytes, version \"{}\", digest {}, {line}",
        start.dialect,
        start.length,
        start.version,
        start.digest.short()
    )
}

fn patch_words(patch: &PatchRecord) -> String {
    format!(
        "{} bytes for an image of {}: {} of {} blocks of {} bytes change, digest {}",
        patch.length,
        patch.image_len,
        patch.changed,
        patch.blocks,
        patch.block_len,
        patch.digest.short()
    )
}

/// The line of something that happened on the bench.
#[must_use]
pub fn told_line(told: &Told<'_>) -> Option<String> {
    match told {
        Told::Run(number, of) => Some(format!("{:>12}  run {number} of {of}", "")),
        Told::Engine(event) => event_line(event),
        Told::Host(at, note) => note_line(*at, note),
        Told::Download(at, event) => download_line(*at, event),
        // What it brings is told by those that notice it.
        Told::Struck(..) => None,
    }
}

/// The line of something that an emulated host did; of a swap only the first and the last step.
#[must_use]
pub fn note_line(at: Tick, note: &HostNote) -> Option<String> {
    if let HostNote::Agent(HostEvent::Swapping { step, of }) = note
        && *step > 1
        && step < of
    {
        return None;
    }
    Some(line(at, "host", &note_text(note)))
}

/// What an emulated host did, in words.
#[must_use]
pub fn note_text(note: &HostNote) -> String {
    match note {
        HostNote::Agent(event) => event.to_string(),
        HostNote::Started { boot_id } => format!("started, boot {boot_id}"),
        HostNote::ForcedReset => "reset from outside".to_owned(),
        HostNote::PowerLost => "power lost".to_owned(),
        HostNote::Overrun { bytes } => {
            format!("receiver overrun: {bytes} bytes lost during a flash operation")
        }
    }
}

/// The line of something that happened while an image was fetched; of what goes well only the end.
#[must_use]
pub fn download_line(at: Tick, event: &FetchEvent) -> Option<String> {
    let told = !matches!(event, FetchEvent::Asked { .. } | FetchEvent::Got { .. });
    told.then(|| line(at, "download", &event.to_string()))
}

/// The last lines of a scenario's transcript.
#[must_use]
pub fn conclusion_line(end: &Conclusion) -> String {
    let words = if end.unmet.is_empty() {
        "ended as expected"
    } else {
        "not as expected"
    };
    let mut text = format!("{:>12}  {:<16}  {words}", "", "scenario");
    for unmet in &end.unmet {
        let _ = write!(text, "\n{:>12}  {:<16}  {unmet}", "", "not met");
    }
    text
}

/// A line of anybody.
#[must_use]
pub fn line(at: Tick, who: &str, text: &str) -> String {
    format!("{:>12}  {who:<16}  {text}", at.to_string())
}

/// The first bytes in hex, and how many more there were.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes.iter().take(HEX_BYTES_MAX) {
        let _ = write!(text, "{byte:02x} ");
    }
    match bytes.len().saturating_sub(HEX_BYTES_MAX) {
        0 => {}
        more => {
            let _ = write!(text, "and {more} more");
        }
    }
    text.trim_end().to_owned()
}

fn verdict_words(verdict: &Verdict) -> String {
    let code = verdict
        .status
        .map(|status| format!(", {status}"))
        .unwrap_or_default();
    let err = verdict
        .host_err
        .map(|code| format!(", host ERR {code}"))
        .unwrap_or_default();
    let injected = verdict
        .injected
        .map(|injected| format!(" ({injected})"))
        .unwrap_or_default();
    format!(
        "{}{code}{err}: {}{injected}",
        verdict.class, verdict.headline
    )
}
