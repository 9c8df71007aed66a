//! The image that runs: confirmed, not confirmed, or the new one already.

use protocol_spec::codes::Status;
use protocol_spec::rig::message::{BlockStatus, ToModule};

use super::super::line::run_calm;
use super::super::rig_host::{Knobs, Running};
use super::super::{LINE_FAST, digest, rig_job};
use super::{TEXT, delta, has_note, host_with, in_place, new, old, options, patch, patch_job};
use crate::engine::Engine;
use crate::verdict::{Class, Confirmed};

#[test]
fn an_unconfirmed_base_is_confirmed_first() {
    for (job, knobs) in [
        (delta(old(), &new()), in_place()),
        (patch_job(patch(&options())), in_place()),
        (delta(old(), &new()), Knobs::default()),
    ] {
        let mut host = host_with(knobs);
        host.running.confirmed = false;
        let outcome = run_calm(Engine::new(job), &mut host, LINE_FAST);
        let verdict = &outcome.verdict;
        assert_eq!(verdict.class, Class::Pass, "{verdict:#?}");
        assert_eq!(verdict.confirmed, Confirmed::Yes);
        assert_eq!(host.running.image, new());
        assert!(has_note(&outcome, "confirmed first"), "{verdict:#?}");
        assert_eq!((outcome.sent("REPORT_ACK"), host.offered.len()), (3, 1));
    }
}

#[test]
fn a_base_that_is_never_confirmed_is_not_built_upon() {
    let mut host = host_with(Knobs {
        never_confirms: true,
        ..in_place()
    });
    host.running.confirmed = false;
    let outcome = run_calm(Engine::new(delta(old(), &new())), &mut host, LINE_FAST);
    assert_eq!(outcome.verdict.status, Some(Status::STATE));
    assert!(outcome.verdict.headline.contains("does not confirm"));
    assert!(host.offered.is_empty());
}

#[test]
fn another_update_of_an_unconfirmed_image_says_what_to_do_first() {
    for job in [rig_job(&new(), TEXT), delta(new(), &new())] {
        let mut host = host_with(in_place());
        host.running.confirmed = false;
        let outcome = run_calm(Engine::new(job), &mut host, LINE_FAST);
        let verdict = &outcome.verdict;
        assert_eq!(verdict.status, Some(Status::STATE));
        assert!(
            verdict.headline.contains("runs 1.0.0, not confirmed yet"),
            "{verdict:#?}"
        );
        let running = digest(&old()).to_string();
        assert!(verdict.what.contains(&running), "{verdict:#?}");
        assert!(verdict.next_step.contains("Repeat the update to 1.0.0"));
        let without = "at the start after the fourth without a confirmation";
        assert!(verdict.next_step.contains(without), "{verdict:#?}");
        assert_eq!(outcome.sent("REPORT_ACK"), 0);
    }
}

#[test]
fn a_repeated_update_says_what_the_earlier_one_had_left() {
    for (applies, confirmed, words) in [
        (
            true,
            false,
            "had to finish applying an earlier update, which",
        ),
        (false, false, "had got as far, and is confirmed now"),
        (false, true, "Nothing had to be sent. The host runs"),
    ] {
        let mut host = host_with(in_place());
        host.running = Running {
            version: TEXT.to_vec(),
            image: new(),
            confirmed,
        };
        if applies {
            let (block, state, code) = (2, Status::DONE.0, Status::DONE.0);
            host.say(&ToModule::BlockStatus(BlockStatus { block, state, code }));
        }
        let outcome = run_calm(Engine::new(delta(old(), &new())), &mut host, LINE_FAST);
        assert_eq!(outcome.verdict.class, Class::Pass);
        let what = &outcome.verdict.what;
        assert!(what.contains(words), "{what}");
    }
}
