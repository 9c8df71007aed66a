//! The verdict as people read it.

use std::fmt::Write as _;

use protocol_spec::codes::{HostErr, Status};

use crate::explain::Code;
use crate::text::{add_command, add_field, grouped};
use crate::verdict::{Class, Confirmed, Content, Verdict};

/// Column where the texts of a field begin.
const INDENT: usize = 13;

/// The whole verdict: a headline, then what, where, code, cause, next step, at 80 columns; the
/// command that shows the run again is one line, however long.
#[must_use]
pub fn verdict_text(verdict: &Verdict) -> String {
    let mut out = String::new();
    let word = class_word(verdict.class);
    add_field(&mut out, word, word.len() + 2, &verdict.headline);
    if let Some(injected) = verdict.injected {
        add_field(&mut out, "  faults", INDENT, &injected.to_string());
    }
    if verdict.passed() {
        add_pass(&mut out, verdict);
    } else {
        add_failure(&mut out, verdict);
    }
    add_counts(&mut out, verdict);
    for note in &verdict.notes {
        add_field(&mut out, "  note", INDENT, note);
    }
    if let Some(replay) = &verdict.replay {
        add_command(&mut out, "  replay", replay);
    }
    out
}

/// The word that a verdict of this class begins with.
#[must_use]
pub fn class_word(class: Class) -> &'static str {
    match class {
        Class::Pass => "PASS",
        Class::HostFailed => "HOST FAILED",
        Class::RigError => "ERROR",
        Class::LinkError => "LINK ERROR",
        Class::Aborted => "ABORTED",
        Class::Skipped => "SKIPPED",
    }
}

fn add_pass(out: &mut String, verdict: &Verdict) {
    if verdict.what != verdict.headline {
        add_field(out, "  what", INDENT, &verdict.what);
    }
    // A scenario passes with a failed update too, when it expects one: nothing was installed then.
    if verdict.confirmed == Confirmed::No {
        return;
    }
    let content = match verdict.content {
        Content::Digest => "verified: the host's digest of what it runs is the image's",
        Content::HeadCrc => "verified by the host with the CRC in the image's head",
        Content::Unverified => "not verified by the host: nothing it said proves the bytes",
    };
    add_field(out, "  content", INDENT, content);
    let confirmed = match verdict.confirmed {
        Confirmed::Yes => "yes, the image stays",
        Confirmed::NotObservable => "not observable in this dialect",
        Confirmed::No => "no",
    };
    add_field(out, "  confirmed", INDENT, confirmed);
}

fn add_failure(out: &mut String, verdict: &Verdict) {
    add_field(out, "  what", INDENT, &verdict.what);
    if verdict.class != Class::RigError {
        let offset = verdict
            .offset
            .map(|offset| format!(", offset {}", grouped(offset.into())));
        let place = format!("phase {}{}", verdict.phase, offset.unwrap_or_default());
        add_field(out, "  where", INDENT, &place);
    }
    if let Some(status) = verdict.status {
        add_field(out, "  code", INDENT, &status_text(status));
    }
    if let Some(code) = verdict.host_err {
        add_field(out, "  host ERR", INDENT, &host_err_text(code));
    }
    add_field(out, "  cause", INDENT, &verdict.cause);
    add_field(out, "  next step", INDENT, &verdict.next_step);
}

/// A module status code and what it means, in one sentence.
#[must_use]
pub fn status_text(status: Status) -> String {
    with_sentence(Code::Status(status), &status.to_string())
}

/// A host ERR byte and what it means, in one sentence.
#[must_use]
pub fn host_err_text(code: HostErr) -> String {
    with_sentence(Code::HostErr(code), &code.to_string())
}

fn with_sentence(code: Code, number: &str) -> String {
    match code.row() {
        Some(row) => format!("{number}: {}", row.sentence),
        None => format!("{number}: no published meaning"),
    }
}

fn add_counts(out: &mut String, verdict: &Verdict) {
    let counts = &verdict.counts;
    if counts.frames_sent == 0 {
        return;
    }
    let mut sent = format!(
        "{} of {} bytes",
        grouped(counts.acked.into()),
        grouped(counts.length.into())
    );
    if counts.offset_started > 0 {
        let _ = write!(
            sent,
            ", resumed at {}",
            grouped(counts.offset_started.into())
        );
    }
    if counts.blocks > 0 {
        let _ = write!(
            sent,
            " of a patch for {} bytes",
            grouped(counts.image_length.into())
        );
    }
    let seconds = verdict.elapsed.as_secs_f64();
    let _ = write!(sent, ", {seconds:.2} s in all");
    add_field(out, "  sent", INDENT, &sent);
    if counts.blocks > 0 {
        let blocks = format!("{} of {} told done", counts.blocks_done, counts.blocks);
        add_field(out, "  blocks", INDENT, &blocks);
    }
    let mut line = format!(
        "{} bytes out in {} frames, {} bytes in",
        grouped(counts.wire_sent),
        grouped(counts.frames_sent),
        grouped(counts.wire_received)
    );
    let _ = write!(
        line,
        ", {} sent again, {} bad",
        counts.retransmits, counts.bad_frames
    );
    add_field(out, "  line", INDENT, &line);
}
