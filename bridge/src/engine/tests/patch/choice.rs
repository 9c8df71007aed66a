//! When a patch is made, and when the image is sent instead.

use protocol_spec::rig::message::ObjectKind;

use super::super::line::run_calm;
use super::super::rig_host::{InPlace, Knobs, Running};
use super::super::{LINE_FAST, ayla_job, digest};
use super::{
    LEN, TEXT, delta, has_note, host_with, in_place, new, old, options, patch, patch_job, update,
};
use crate::engine::Engine;
use crate::event::Event;
use crate::job::UpdateJob;
use crate::verdict::{Class, Confirmed, Content};

#[test]
fn a_patch_made_for_the_host_ends_in_the_new_image() {
    let (outcome, host) = update(delta(old(), &new()), in_place());
    let verdict = &outcome.verdict;
    assert_eq!(verdict.class, Class::Pass, "{verdict:#?}");
    assert_eq!(
        (verdict.content, verdict.confirmed),
        (Content::Digest, Confirmed::Yes)
    );
    assert_eq!(host.offered, [ObjectKind::Patch]);
    assert_eq!(host.running.image, new());
    assert_eq!(verdict.counts.image_length as usize, LEN);
    assert!((verdict.counts.length as usize) < LEN / 2);
    assert_eq!(verdict.counts.acked, verdict.counts.length);
    assert_eq!(verdict.counts.blocks, 1);
    let told = outcome
        .events
        .iter()
        .find_map(|stamped| match stamped.event {
            Event::Patch(patch) => Some(patch),
            _ => None,
        });
    let told = told.expect("the patch is told");
    assert_eq!((told.block_len, told.changed, told.blocks), (4096, 1, 10));
}

#[test]
fn the_image_is_sent_where_no_patch_will_do() {
    let half = InPlace {
        scratch: 2048,
        ..InPlace::default()
    };
    let no_ram = InPlace {
        decode_ram: 0,
        ..InPlace::default()
    };
    let little_staging = InPlace {
        staging: 100,
        ..InPlace::default()
    };
    let with = |in_place| Knobs {
        in_place: Some(in_place),
        ..Knobs::default()
    };
    let other: Vec<u8> = (0..LEN / 32)
        .flat_map(|at| digest(&at.to_le_bytes()).0)
        .collect();
    let cases = [
        (delta(old(), &new()), Knobs::default(), "two slots"),
        (delta(old(), &new()), with(half), "2 048 bytes of scratch"),
        (delta(old(), &new()), with(no_ram), "0 bytes of decode RAM"),
        (delta(old(), &new()), with(little_staging), "staging"),
        (
            delta(new(), &new()),
            in_place(),
            "another image than the old",
        ),
        (delta(old(), &other), in_place(), "the image itself 40 000"),
    ];
    for (job, knobs, words) in cases {
        let wanted = job.object.wanted();
        let (outcome, host) = update(job, knobs);
        assert_eq!(outcome.verdict.class, Class::Pass, "{words}");
        assert_eq!(host.offered, [ObjectKind::Image], "{words}");
        assert!(wanted.digest.is_of(&digest(&host.running.image)), "{words}");
        assert!(
            has_note(&outcome, "the whole image is sent") && has_note(&outcome, words),
            "{words}: {:?}",
            outcome.verdict.notes
        );
    }
}

#[test]
fn a_stopped_host_gets_the_image() {
    let mut host = host_with(in_place());
    host.running = Running {
        version: Vec::new(),
        image: Vec::new(),
        confirmed: false,
    };
    let outcome = run_calm(Engine::new(delta(old(), &new())), &mut host, LINE_FAST);
    assert_eq!(outcome.verdict.class, Class::Pass);
    assert!(has_note(&outcome, "runs no image"));
    assert_eq!(host.offered, [ObjectKind::Image]);
}

#[test]
fn ayla_gets_the_image() {
    let job = UpdateJob {
        object: delta(old(), &new()).object,
        ..ayla_job(&new(), TEXT)
    };
    let mut host =
        super::super::ayla_host::AylaHost::new(super::super::ayla_host::Knobs::default());
    let outcome = run_calm(Engine::new(job), &mut host, super::super::LINE_SLOW);
    assert_eq!(outcome.verdict.class, Class::Pass, "{:#?}", outcome.verdict);
    assert!(has_note(&outcome, "rig dialect only"));
}

#[test]
fn a_host_that_runs_the_new_image_gets_nothing() {
    for job in [delta(old(), &new()), patch_job(patch(&options()))] {
        let mut host = host_with(in_place());
        host.running = Running {
            version: TEXT.to_vec(),
            image: new(),
            confirmed: true,
        };
        let outcome = run_calm(Engine::new(job), &mut host, LINE_FAST);
        assert_eq!(outcome.verdict.class, Class::Pass);
        assert_eq!((outcome.sent("OFFER"), outcome.sent("DATA")), (0, 0));
    }
}
