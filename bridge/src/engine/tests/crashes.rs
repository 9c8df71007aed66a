//! New programs that crash when the update is all but done.

use protocol_spec::codes::Status;

use super::ayla_host::{AylaHost, Crash, CrashWhen, Knobs};
use super::line::{Outcome, run_calm};
use super::{LINE_SLOW, ayla_job, image};
use crate::engine::Engine;
use crate::event::Phase;
use crate::verdict::Class;

/// Every way to crash so often: when, and whether the ACK still leaves.
fn updates(times: u32) -> impl Iterator<Item = (Crash, Outcome)> {
    let ways = [
        (CrashWhen::Connected, false),
        (CrashWhen::Connected, true),
        (CrashWhen::Confirmed, false),
        (CrashWhen::Confirmed, true),
    ];
    ways.into_iter().map(move |(when, acknowledges)| {
        let crash = Crash {
            when,
            acknowledges,
            times,
        };
        let mut host = AylaHost::new(Knobs {
            crash: Some(crash),
            ..Knobs::default()
        });
        let engine = Engine::new(ayla_job(&image(600), b"demo 1.1"));
        (crash, run_calm(engine, &mut host, LINE_SLOW))
    })
}

#[test]
fn a_new_program_that_crashes_each_time_is_named_as_what_it_is() {
    for (crash, outcome) in updates(u32::MAX) {
        let verdict = &outcome.verdict;
        assert_eq!(
            (verdict.class, verdict.status, verdict.phase),
            (Class::HostFailed, Some(Status::BOOT), Phase::Report),
            "{crash:?}"
        );
        assert_eq!(
            verdict.headline, "the new image restarts again and again",
            "{crash:?}"
        );
    }
}

#[test]
fn three_restarts_too_many_are_survived_and_told() {
    for (crash, outcome) in updates(3) {
        let verdict = &outcome.verdict;
        assert_eq!(verdict.class, Class::Pass, "{crash:?}: {verdict:#?}");
        let again = match crash.when {
            CrashWhen::Connected => "restarted once more before it said",
            CrashWhen::Confirmed => "restarted again before",
        };
        let told = |note: &String| note.contains(again);
        assert!(verdict.notes.iter().any(told), "{:?}", verdict.notes);
    }
}
