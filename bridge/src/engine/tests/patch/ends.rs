//! What the host says of blocks and of its new image.

use core::time::Duration;

use protocol_spec::codes::Status;
use protocol_spec::digest::Digest;

use super::super::line::run_calm;
use super::super::rig_host::Knobs;
use super::super::{LINE_FAST, digest};
use super::{delta, host_with, in_place, new, old, options, patch, patch_job, update};
use crate::engine::Engine;
use crate::event::Event;
use crate::verdict::{Class, Content};

#[test]
fn a_patch_file_passes_on_the_digest_of_the_new_image_only() {
    let (outcome, _) = update(patch_job(patch(&options())), in_place());
    assert_eq!(outcome.verdict.class, Class::Pass, "{:#?}", outcome.verdict);
    assert_eq!(outcome.verdict.content, Content::Digest);

    let file = patch(&options());
    for wrong in [file.digest(), digest(&old()), Digest([0; 32])] {
        for job in [patch_job(file.clone()), delta(old(), &new())] {
            let mut host = host_with(in_place());
            host.knobs.lies_after_boot = Some(wrong);
            let outcome = run_calm(Engine::new(job), &mut host, LINE_FAST);
            assert_eq!(outcome.verdict.class, Class::HostFailed);
            assert_eq!(outcome.verdict.status, Some(Status::FILE_CRC));
        }
    }
}

#[test]
fn a_host_that_comes_back_with_the_old_image_has_failed() {
    let knobs = Knobs {
        never_applies: true,
        report_code: Status::CRC,
        ..in_place()
    };
    let (outcome, _) = update(delta(old(), &new()), knobs);
    assert_eq!(outcome.verdict.class, Class::HostFailed);
    assert_eq!(outcome.verdict.status, Some(Status::CRC));
    assert_eq!(outcome.verdict.counts.acked, outcome.verdict.counts.length);
}

#[test]
fn blocks_are_counted_and_told() {
    let second = Duration::from_secs(1);
    let knobs = Knobs {
        blocks: vec![
            (second, 2, Status::START, Status::DONE),
            (second, 2, Status::COPIED, Status::DONE),
            (second, 2, Status::START, Status::SCR_WRITE),
            (second, 2, Status::DONE, Status::DONE),
        ],
        ..in_place()
    };
    let (outcome, _) = update(delta(old(), &new()), knobs);
    let told: Vec<_> = outcome
        .events
        .iter()
        .filter_map(|stamped| match stamped.event {
            Event::Block(block) => Some((block.state, block.code, block.done, block.of)),
            _ => None,
        })
        .collect();
    assert_eq!(
        told,
        [
            (Status::START, Status::DONE, 0, 1),
            (Status::COPIED, Status::DONE, 0, 1),
            (Status::START, Status::SCR_WRITE, 0, 1),
            (Status::DONE, Status::DONE, 1, 1),
        ]
    );
    assert_eq!(outcome.verdict.counts.blocks_done, 1);
}

#[test]
fn a_host_is_waited_for_as_long_as_blocks_get_further() {
    let (minute, states) = (Duration::from_secs(50), [Status::START, Status::DONE]);
    let says = |count: u32| -> Vec<_> {
        (0..count)
            .map(|n| {
                (
                    minute * (n + 1),
                    n / 2,
                    states[n as usize % 2],
                    Status::DONE,
                )
            })
            .collect()
    };
    let mut five = old();
    (0..5).for_each(|block| five[4096 * block] ^= 1);
    for (blocks, class) in [(10, Class::Pass), (3, Class::HostFailed)] {
        let knobs = Knobs {
            blocks: says(blocks),
            boot_time: minute * 11,
            report_ms_max: 60_000,
            ..in_place()
        };
        let (outcome, _) = update(delta(old(), &five), knobs);
        assert_eq!(outcome.verdict.class, class, "{blocks}");
    }
    let again = |_| (0..20).map(|n| (minute * n, 0, Status::START, Status::DONE));
    let knobs = Knobs {
        blocks: again(0).collect(),
        boot_time: minute * 20,
        report_ms_max: 60_000,
        ..in_place()
    };
    let (outcome, _) = update(delta(old(), &new()), knobs);
    assert_eq!(outcome.verdict.class, Class::HostFailed);
}
