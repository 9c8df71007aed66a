//! The host does not answer, does not acknowledge, or stands still.

use core::time::Duration;

use protocol_spec::codes::Status;
use protocol_spec::text::Escaped;

use super::meaning::{Meaning, again, reach, seconds};
use crate::engine::context::Context;
use crate::event::Phase;
use crate::verdict::Class;

/// Bytes of a peer in one word; each may take four columns.
const ESCAPED_BYTES_MAX: usize = 12;

pub(super) fn hello_silence(run: &Context, waited: Duration) -> Meaning {
    let waited = seconds(waited);
    if run.heard {
        return Meaning::host(Status::NOTIFY, "the host never answered the hello")
            .what(format!(
                "The host sends good frames, but in {waited} none of them was an answer to the hello."
            ))
            .cause("Its update service does not run, or it speaks another variant of this dialect.")
            .next("Look at what it sends in the transcript; check the firmware's protocol build.");
    }
    if run.echoes > 0 {
        return echo(run, &waited);
    }
    let garbage = run.counts.wire_received;
    if garbage == 0 {
        return Meaning::uncoded(Class::LinkError, "the line is silent")
            .what(format!(
                "Not one byte came in {waited}; the hello was repeated all the time."
            ))
            .cause(
                "The board has no power or is held in reset, TX and RX are swapped, ground is \
                 missing, or this is another port.",
            )
            .next(
                "Check power, wiring (TX to RX, RX to TX, ground) and the port; where the line \
                 uses RTS/CTS, check those too. Then repeat the run.",
            );
    }
    Meaning::uncoded(
        Class::LinkError,
        "the line carries bytes, but no frame of this dialect",
    )
    .what(format!(
        "{garbage} bytes came in {waited}; none of them made a good frame. They begin with {} ({}).",
        hex(&run.first_bytes),
        escaped(&run.first_bytes)
    ))
    .cause(
        "The baud rate or parity differs, the host speaks the other dialect, or a console \
             prints on this port.",
    )
    .next(
        "Compare baud rate and parity with the host's; try the other dialect; a transcript \
             (--transcript FILE) shows the raw bytes.",
    )
}

/// In words that fit a line of a report.
fn escaped(bytes: &[u8]) -> String {
    let words: Vec<String> = bytes
        .chunks(ESCAPED_BYTES_MAX)
        .map(|bytes| Escaped(bytes).to_string())
        .collect();
    words.join(" ")
}

fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(" ")
}

fn echo(run: &Context, waited: &str) -> Meaning {
    Meaning::uncoded(Class::LinkError, "the line gives back our own frames")
        .what(format!(
            "{} frames of ours came back in {waited}, word for word, and no frame of a host.",
            run.echoes
        ))
        .cause("TX and RX are joined, or the adapter or the other program echoes.")
        .next("Separate TX and RX, switch the echo off, and check that a host is on the line.")
}

pub(super) fn no_answer(run: &Context, to: &str, waited: Duration) -> Meaning {
    let status = status_of_silence(run.phase);
    Meaning::host(status, format!("the host did not answer {to}"))
        .what(format!(
            "{} without an answer to {to}; {}.",
            seconds(waited),
            reach(run)
        ))
        .cause(
            "The host hangs in that step, needs longer than the timer allows, or the line broke.",
        )
        .next("Look at the host's own log for that step; if it only needs longer, raise the timer.")
}

/// The code of a silence in this phase: before the stream the host was not told of the update.
fn status_of_silence(phase: Phase) -> Status {
    if phase <= Phase::Erase {
        Status::NOTIFY
    } else {
        Status::FATAL
    }
}

pub(super) fn link_gave_up(run: &Context, frame: &str, sends: u32) -> Meaning {
    Meaning::host(
        status_of_silence(run.phase),
        "the host stopped acknowledging frames",
    )
    .what(format!(
        "{frame} was sent {sends} times without an ACK; {}.",
        reach(run)
    ))
    .cause(
        "The host hangs or is in a reset that takes long, it lost power, or frames of this \
             length do not get through (flow control, receive buffer).",
    )
    .next("Check that the host still runs; check RTS/CTS; then repeat the update: it starts over.")
}

pub(super) fn stalled(run: &Context, waited: Duration, no_credit: bool) -> Meaning {
    let what = if no_credit {
        "the host gave no more credit"
    } else {
        "no further piece was acknowledged"
    };
    Meaning::host(Status::FATAL, format!("the stream stands still: {what}"))
        .what(format!("For {} {what}; {}.", seconds(waited), reach(run)))
        .cause(
            "The host hangs in flash work, lost count of its buffer, went away, or is so busy \
             with other messages that it does not get to the image.",
        )
        .next(format!(
            "Look at the host's log at that offset, and at what it sends in a transcript; {}.",
            again(run)
        ))
}
