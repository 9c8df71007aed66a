//! Patches that the host cannot take are not sent.

use std::sync::Arc;

use protocol_spec::codes::Status;

use super::super::line::run_calm;
use super::super::rig_host::{InPlace, Knobs, Running};
use super::super::{LINE_FAST, image};
use super::{has_note, host_with, in_place, old, options, patch, patch_job, update};
use crate::engine::Engine;
use crate::engine::preflight::limits;
use crate::event::Event;
use crate::patch::{Options, check};
use crate::verdict::Class;

#[test]
fn a_patch_that_does_not_fit_is_not_sent_and_has_the_code_of_the_host() {
    let with = |in_place| Knobs {
        in_place: Some(in_place),
        ..Knobs::default()
    };
    let good = InPlace::default();
    let scratch = |scratch| with(InPlace { scratch, ..good });
    let staging = |staging| with(InPlace { staging, ..good });
    let decode_ram = |decode_ram| with(InPlace { decode_ram, ..good });
    // A patch of one block has three marks of a word each.
    let len = patch(&options()).facts.file_len;
    let board = || Options {
        board: "other".to_owned(),
        ..options()
    };
    let blocks = |block_len| Options {
        block_len,
        ..options()
    };
    let small = Knobs {
        image_max: 30_000,
        ..in_place()
    };
    for (options, knobs, status) in [
        (options(), Knobs::default(), Status::TYPE),
        (options(), decode_ram(4096), Status::MEM),
        (options(), decode_ram(0), Status::MEM),
        (board(), in_place(), Status::PHEAD),
        (options(), small, Status::OP_LEN),
        (blocks(6144), in_place(), Status::NEW_BLKS),
        (blocks(32_768), in_place(), Status::SCRATCH_SIZE),
        (options(), scratch(0), Status::SCRATCH_SIZE),
        (options(), staging(len - 1), Status::OP_LEN),
        (options(), staging(len + 11), Status::NO_PROG),
    ] {
        let knobs_ram = knobs.in_place.map_or(0, |host| host.decode_ram);
        let (outcome, host) = update(patch_job(patch(&options)), knobs);
        let verdict = &outcome.verdict;
        assert_eq!(verdict.class, Class::HostFailed, "{status}");
        assert_eq!(verdict.status, Some(status), "{verdict:#?}");
        assert!(host.offered.is_empty(), "{status}");
        assert!(verdict.what.contains("Nothing was sent"), "{verdict:#?}");
        let wanted = match status {
            Status::MEM if knobs_ram == 0 => "No patch can work here: send the whole image",
            Status::MEM => "--decode-ram 4096",
            Status::PHEAD => "Make the patch for this board",
            Status::NEW_BLKS => "--block-size 4096",
            Status::TYPE => "Send the whole image with --image",
            _ => "",
        };
        assert!(verdict.next_step.contains(wanted), "{verdict:#?}");
    }
}

/// 'otarig patch check' and the run itself have one set of rules and words.
#[test]
fn the_words_are_those_of_a_check_of_the_file() {
    let with = |change: &dyn Fn(&mut InPlace)| {
        let mut host = InPlace::default();
        change(&mut host);
        Knobs {
            in_place: Some(host),
            ..Knobs::default()
        }
    };
    let (mut board, mut odd, mut long) = (options(), options(), options());
    board.board = "other".to_owned();
    odd.block_len = 6144;
    long.block_len = 32_768;
    let len = patch(&options()).facts.file_len;
    for (options, knobs) in [
        (options(), with(&|host| host.decode_ram = 4096)),
        (board, in_place()),
        (odd, in_place()),
        (long, in_place()),
        (options(), with(&|host| host.staging = len - 1)),
        (options(), with(&|host| host.staging = len + 11)),
    ] {
        let patch = patch(&options);
        let file = Arc::clone(&patch.file);
        let (outcome, _) = update(patch_job(patch), knobs);
        let host = outcome.events.iter().find_map(|told| match &told.event {
            Event::Host(host) => Some(host.clone()),
            _ => None,
        });
        let limits = limits(&host.unwrap());
        let objection = check(&file, &old(), Some(&limits), limits.decode_ram).unwrap_err();
        let verdict = &outcome.verdict;
        assert_eq!(verdict.status, Some(objection.status), "{verdict:#?}");
        let ends = [&verdict.what, &verdict.next_step].map(|text| text.to_lowercase());
        for (text, words) in ends
            .iter()
            .zip([&objection.what, &objection.advice.next_step])
        {
            assert!(text.starts_with(&words.to_lowercase()), "{text}: {words}");
        }
    }
}

#[test]
fn a_patch_for_another_image_is_not_sent() {
    // A stopped host says so, whatever else does not fit.
    let little = InPlace {
        staging: 100,
        ..InPlace::default()
    };
    let little = Knobs {
        in_place: Some(little),
        ..Knobs::default()
    };
    for (running, knobs, status) in [
        (image(100), in_place(), Status::CRC),
        (Vec::new(), in_place(), Status::STATE),
        (Vec::new(), little, Status::STATE),
    ] {
        let mut host = host_with(knobs);
        let version = if running.is_empty() { "" } else { "1.0.0" };
        host.running = Running {
            version: version.into(),
            image: running,
            confirmed: true,
        };
        let job = patch_job(patch(&options()));
        let outcome = run_calm(Engine::new(job), &mut host, LINE_FAST);
        assert_eq!(outcome.verdict.status, Some(status));
        assert!(host.offered.is_empty());
        let next_step = outcome.verdict.next_step.to_ascii_lowercase();
        assert!(
            next_step.contains("send the whole image with --image"),
            "{next_step}"
        );
    }
}

#[test]
fn a_stopped_host_has_the_cause_that_it_states() {
    for (code, wanted) in [
        (Status::BOOT, "entered four times and never confirmed"),
        (Status::ERASE, "ended with code 32 ERASE"),
        (Status::DONE, "broke off in a way that left no whole image"),
    ] {
        let mut host = host_with(Knobs {
            report_code: code,
            ..in_place()
        });
        host.running = Running {
            version: Vec::new(),
            image: Vec::new(),
            confirmed: true,
        };
        let job = patch_job(patch(&options()));
        let verdict = run_calm(Engine::new(job), &mut host, LINE_FAST).verdict;
        assert_eq!(verdict.status, Some(Status::STATE));
        assert!(verdict.cause.contains(wanted), "{verdict:#?}");
    }
}

#[test]
fn another_base_that_is_not_confirmed_is_confirmed_first() {
    let mut host = host_with(in_place());
    host.running = Running {
        version: b"0.9".to_vec(),
        image: image(100),
        confirmed: false,
    };
    let job = patch_job(patch(&options()));
    let verdict = run_calm(Engine::new(job), &mut host, LINE_FAST).verdict;
    assert_eq!(verdict.status, Some(Status::CRC));
    let next = &verdict.next_step;
    assert!(next.starts_with("Repeat the update to 0.9 first"), "{next}");
    assert!(next.contains("make the patch from that image"), "{next}");
    assert!(next.contains("then it takes a whole image"), "{next}");
}

#[test]
fn a_misfit_can_be_sent_on_purpose() {
    let mut job = patch_job(patch(&options()));
    job.faults.skip_preflight = true;
    let knobs = Knobs {
        refuse_offer: Some(Status::TYPE),
        ..Knobs::default()
    };
    let (outcome, _) = update(job, knobs);
    assert_eq!(outcome.verdict.status, Some(Status::TYPE));
    assert_eq!(outcome.sent("OFFER"), 1);
    assert!(has_note(&outcome, "sent on purpose"));
}
