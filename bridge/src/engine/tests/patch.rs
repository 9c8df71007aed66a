//! Patches: when one is made, when it is sent, when the image is sent instead, when nothing is.

use core::time::Duration;

use protocol_spec::codes::Status;
use protocol_spec::digest::Digest;
use protocol_spec::rig::message::{BlockStatus, ObjectKind, ToModule};
use protocol_spec::tick::Tick;

use super::line::{Outcome, run_calm};
use super::rig_host::{InPlace, Knobs, RigHost, Running};
use super::{LINE_FAST, ayla_job, digest, image, rig_job, version};
use crate::engine::{Command, Engine};
use crate::event::Event;
use crate::job::UpdateJob;
use crate::object::{DeltaObject, Object, PatchObject};
use crate::patch::{Options, make};
use crate::verdict::{Class, Confirmed, Content};

const TEXT: &[u8] = b"1.0.1";
const LEN: usize = 40_000;

fn old() -> Vec<u8> {
    image(LEN)
}

/// The old image with one block of 4096 bytes changed.
fn new() -> Vec<u8> {
    let mut image = old();
    image[9_000..9_100].fill(0);
    image
}

fn delta(old: Vec<u8>, new: &[u8]) -> UpdateJob {
    let digest = digest(new);
    UpdateJob {
        object: Object::Delta(DeltaObject {
            old: old.into(),
            new: new.to_vec().into(),
            digest,
            load_address: None,
        }),
        ..rig_job(new, TEXT)
    }
}

fn options() -> Options {
    Options {
        board: "test".to_owned(),
        new_version: "1.0.1".to_owned(),
        ..Options::default()
    }
}

fn patch(options: &Options) -> PatchObject {
    PatchObject::new(make(&old(), &new(), options).unwrap().file).unwrap()
}

fn patch_job(patch: PatchObject) -> UpdateJob {
    UpdateJob {
        object: Object::Patch(patch),
        ..rig_job(&new(), TEXT)
    }
}

/// An in-place host that runs the old image.
fn host_with(knobs: Knobs) -> RigHost {
    let mut host = RigHost::new(knobs);
    host.running = Running {
        version: b"1.0.0".to_vec(),
        image: old(),
        confirmed: true,
    };
    host
}

fn in_place() -> Knobs {
    Knobs {
        in_place: Some(InPlace::default()),
        ..Knobs::default()
    }
}

fn update(job: UpdateJob, knobs: Knobs) -> (Outcome, RigHost) {
    let mut host = host_with(knobs);
    let outcome = run_calm(Engine::new(job), &mut host, LINE_FAST);
    (outcome, host)
}

fn has_note(outcome: &Outcome, words: &str) -> bool {
    outcome
        .verdict
        .notes
        .iter()
        .any(|note| note.contains(words))
}

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
    let mut host = super::ayla_host::AylaHost::new(super::ayla_host::Knobs::default());
    let outcome = run_calm(Engine::new(job), &mut host, super::LINE_SLOW);
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
        (options(), staging(len + 20), Status::NO_PROG),
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

#[test]
fn a_run_can_be_stopped_while_its_patch_is_made() {
    let mut engine = Engine::new(delta(old(), &new()));
    let mut host = host_with(in_place());
    let (mut now, mut request) = (Tick::ZERO, None);
    while request.is_none() {
        super::line::exchange(&mut engine, &mut host, now);
        request = engine.poll_patch_request();
        now += Duration::from_millis(100);
    }
    // The driver takes its time: nothing is sent, nothing fails.
    now += Duration::from_secs(300);
    super::line::exchange(&mut engine, &mut host, now);
    assert!(engine.poll_patch_request().is_none(), "asked twice");
    assert!(engine.verdict().is_none() && host.offered.is_empty());
    engine.handle_command(now, Command::Abort);
    engine.provide_patch(now, request.unwrap().make());
    super::line::exchange(&mut engine, &mut host, now);
    assert_eq!(engine.verdict().unwrap().class, Class::Aborted);
    assert!(host.offered.is_empty());
}

#[test]
fn a_maker_that_fails_costs_only_time() {
    let mut engine = Engine::new(delta(old(), &new()));
    let mut host = host_with(in_place());
    let mut now = Tick::ZERO;
    while engine.verdict().is_none() {
        super::line::exchange(&mut engine, &mut host, now);
        if engine.poll_patch_request().is_some() {
            engine.provide_patch(now, Err("out of memory".to_owned()));
        }
        now += Duration::from_millis(50);
    }
    assert_eq!(engine.verdict().unwrap().class, Class::Pass);
    assert_eq!(host.offered, [ObjectKind::Image]);
    assert_eq!(host.running.version, version(TEXT).as_bytes());
}
