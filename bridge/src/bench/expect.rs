//! What a scenario expects, against what happened.

use fixtures::host::Host;
use fixtures::scenario::{Expect, Runs};
use protocol_spec::codes::{HostErr, Status};
use protocol_spec::text::Escaped;

use super::setup::Parts;
use super::sound::Soundness;
use crate::verdict::{Class, Verdict};

/// The expectations that a verdict and the host's flash do not meet, in words.
pub(super) fn unmet(
    expect: &Expect,
    verdict: &Verdict,
    parts: &Parts,
    host: &dyn Host,
) -> Vec<String> {
    let mut unmet = Vec::new();
    let mut check = |what: &str, wanted: String, found: String| {
        if wanted != found {
            unmet.push(format!("{what}: {wanted} expected, {found} found"));
        }
    };
    check(
        "class",
        Class::from(expect.class).to_string(),
        verdict.class.to_string(),
    );
    if let Some(code) = expect.code {
        check(
            "code",
            Status(code).to_string(),
            text_or_none(verdict.status),
        );
    }
    if let Some(code) = expect.host_err {
        check(
            "host ERR",
            HostErr(code).to_string(),
            text_or_none(verdict.host_err),
        );
    }
    if let Some(wanted) = &expect.reported {
        let wanted = Escaped(wanted.as_bytes()).to_string();
        check(
            "reported version",
            wanted,
            text_or_none(verdict.reported_version),
        );
    }
    if let Some(wanted) = expect.resumed {
        let found = verdict.counts.offset_started > 0;
        check("resumed", wanted.to_string(), found.to_string());
    }
    if let Some(runs) = expect.runs {
        check(
            "image in the primary slot",
            runs_text(runs).to_owned(),
            slot_text(parts, host),
        );
    }
    unmet
}

/// What is wrong with a run that was to be sound, or was not to be.
pub(super) fn unsound(wanted: bool, found: &Soundness) -> Option<String> {
    match (wanted, found.holds()) {
        (true, false) => Some(found.to_string()),
        (false, true) => Some("sound, against what was expected".to_owned()),
        _ => None,
    }
}

/// The verdict about a scenario: that of the last update when it passed as expected.
pub(super) fn conclude(updates: &[Verdict], unmet: &[String]) -> Verdict {
    let Some(last) = updates.last() else {
        return Verdict::rig_error(
            "The scenario runs no update".to_owned(),
            "repeat is 0".to_owned(),
            "correct the scenario".to_owned(),
        );
    };
    let mut verdict = last.clone();
    // What its user has stopped says nothing of the host.
    if last.class == Class::Aborted {
        return verdict;
    }
    let code = last.status.filter(|status| !status.is_done());
    let end = code.map_or(last.class.to_string(), |code| {
        format!("{}, {code}", last.class)
    });
    if unmet.is_empty() {
        if !last.passed() {
            verdict.class = Class::Pass;
            verdict.headline = format!("The scenario ended as it expects: {end}");
            verdict.what = format!("{} ({})", last.what, last.headline);
        }
        return verdict;
    }
    verdict.class = if last.passed() {
        Class::HostFailed
    } else {
        last.class
    };
    verdict.headline = format!("The scenario did not end as it expects: {end}");
    verdict.what = unmet.join("; ");
    if last.passed() {
        "the host does something else than the scenario is about".clone_into(&mut verdict.cause);
        "read the transcript (--transcript FILE)".clone_into(&mut verdict.next_step);
    }
    verdict
}

fn text_or_none<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

fn runs_text(runs: Runs) -> &'static str {
    match runs {
        Runs::Old => "the old one",
        Runs::New => "the new one",
    }
}

fn slot_text(parts: &Parts, host: &dyn Host) -> String {
    let slot = parts.slot;
    let holds = |image: &[u8]| {
        let len = u32::try_from(image.len()).unwrap_or(u32::MAX);
        host.flash()
            .peek(slot, len)
            .is_some_and(|bytes| bytes == image)
    };
    if holds(&parts.image) {
        runs_text(Runs::New).to_owned()
    } else if holds(&parts.old_image) {
        runs_text(Runs::Old).to_owned()
    } else {
        "neither".to_owned()
    }
}
