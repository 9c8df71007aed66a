//! What is accepted, where a transfer resumes, and what a failure leaves behind.

use std::vec::Vec;

use protocol_spec::codes::Status;
use protocol_spec::rig::message::ObjectKind;

use super::bench::{Bench, RAW, image, object, version};
use super::ram_flash::{LAYOUT, RamFlash, Reading, UNIT};
use super::{Cut, NO_CUT, cuts_of};
use crate::effect::{Effect, Leg};
use crate::update_core::{CoreEvent, EraseWhen, Fault, Object, Place, Refusal, UpdateCore};

pub(super) type Core = UpdateCore<RamFlash>;

pub(super) fn booted(mut flash: RamFlash) -> (Core, Vec<CoreEvent>) {
    flash.power_on(Reading::Old, None);
    let mut core = Core::new(flash, LAYOUT);
    let events = rest(&mut core);
    (core, events)
}

pub(super) fn rest(core: &mut Core) -> Vec<CoreEvent> {
    let mut events = Vec::new();
    while core.pending() {
        events.extend(core.step());
    }
    events
}

pub(super) fn offered(core: &mut Core, object: &Object) -> Option<CoreEvent> {
    core.offer(object, RAW, EraseWhen::Ahead);
    let answer =
        |event: &CoreEvent| matches!(event, CoreEvent::Accepted { .. } | CoreEvent::Refused(_));
    rest(core).into_iter().find(answer)
}

pub(super) fn send(core: &mut Core, bytes: &[u8]) -> Vec<CoreEvent> {
    let (mut sent, mut events) = (0, Vec::new());
    while sent < bytes.len() {
        let taken = core.write(&bytes[sent..]);
        sent += taken;
        events.extend(rest(core));
        assert!(taken > 0, "no room at {sent}");
    }
    events
}

pub(super) fn staged(core: &mut Core, object: &Object, bytes: &[u8]) -> Vec<CoreEvent> {
    assert_eq!(
        offered(core, object),
        Some(CoreEvent::Accepted { offset: 0 })
    );
    send(core, bytes);
    core.finish();
    rest(core)
}

#[test]
fn the_running_image_is_reported_with_its_digest() {
    let bench = Bench::new(700, 900);
    let (core, events) = booted(bench.device.clone());
    let digest = object(&bench.old, "old").digest.unwrap();
    assert_eq!(
        events,
        [
            CoreEvent::Entered { tried: false },
            CoreEvent::RunningDigest(digest)
        ]
    );
    let running = core.running();
    assert_eq!((running.length, running.version), (700, version("old")));
    assert!(running.known && running.confirmed && running.digest == Some(digest));
}

#[test]
fn a_transfer_resumes_at_the_first_unit_that_is_not_marked() {
    let bench = Bench::new(700, 900);
    let wanted = object(&bench.new, "new");
    let (mut core, _) = booted(bench.device.clone());
    assert_eq!(
        offered(&mut core, &wanted),
        Some(CoreEvent::Accepted { offset: 0 })
    );
    send(&mut core, &bench.new[..600]);
    assert_eq!((core.written(), core.stored()), (600, 512));
    let accepted = CoreEvent::Accepted { offset: 2 * UNIT };
    assert_eq!(
        offered(&mut core, &wanted),
        Some(accepted),
        "without a reset"
    );
    let (mut core, _) = booted(core.into_flash());
    assert_eq!(offered(&mut core, &wanted), Some(accepted), "after a reset");
    send(&mut core, &bench.new[512..]);
    core.finish();
    assert!(rest(&mut core).contains(&CoreEvent::Finished(Ok(()))));
}

#[test]
fn another_object_never_starts_at_an_old_offset() {
    let bench = Bench::new(700, 900);
    let wanted = object(&bench.new, "new");
    let others = [
        object(&image(3, 900), "new"),
        object(&bench.new, "newer"),
        Object {
            length: 899,
            ..wanted
        },
        Object {
            digest: None,
            ..wanted
        },
    ];
    for other in others {
        let (mut core, _) = booted(bench.device.clone());
        offered(&mut core, &wanted);
        send(&mut core, &bench.new[..600]);
        let (mut core, _) = booted(core.into_flash());
        assert_eq!(
            offered(&mut core, &other),
            Some(CoreEvent::Accepted { offset: 0 })
        );
        let (mut core, _) = booted(core.into_flash());
        assert_eq!(
            offered(&mut core, &wanted),
            Some(CoreEvent::Accepted { offset: 0 })
        );
    }
}

#[test]
fn what_cannot_be_taken_is_refused() {
    let bench = Bench::new(700, 900);
    let wanted = object(&bench.new, "new");
    let (mut core, _) = booted(bench.device.clone());
    let mut refusal = |object| match offered(&mut core, &object) {
        Some(CoreEvent::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refusal(Object {
            length: 0,
            ..wanted
        }),
        Refusal::Empty
    );
    assert_eq!(
        refusal(Object {
            length: 1537,
            ..wanted
        }),
        Refusal::TooLarge
    );
    assert_eq!(
        refusal(Object {
            kind: ObjectKind::Patch,
            ..wanted
        }),
        Refusal::NoPatches
    );
    assert_eq!(refusal(object(&bench.old, "old")), Refusal::SameVersion);
    let unknown = Object {
        digest: None,
        ..object(&bench.old, "old")
    };
    assert_eq!(refusal(unknown), Refusal::SameVersion);
    core.boot();
    assert_eq!(rest(&mut core), [CoreEvent::Refused(Refusal::State)]);
    core.finish();
    assert_eq!(rest(&mut core), [CoreEvent::Finished(Err(Fault::State))]);
    assert_eq!((core.room(), core.write(b"x")), (0, 0));
    core.report_acknowledged();
    assert_eq!(rest(&mut core), []);
}

#[test]
fn a_wrong_digest_fails_and_is_not_resumed() {
    let bench = Bench::new(700, 900);
    let wanted = object(&bench.new, "new");
    let (mut core, _) = booted(bench.device.clone());
    let events = staged(&mut core, &wanted, &image(3, 900));
    assert!(events.contains(&CoreEvent::Finished(Err(Fault::Digest))));
    assert_eq!(core.last_code(), Status::FILE_CRC);
    core.boot();
    assert_eq!(rest(&mut core), [CoreEvent::Refused(Refusal::State)]);
    let events = staged(&mut core, &wanted, &bench.new);
    assert!(events.contains(&CoreEvent::Finished(Ok(()))));
}

#[test]
fn an_offer_does_not_pass_an_unconfirmed_image() {
    let bench = Bench::new(700, 900);
    let (mut core, _) = booted(bench.device.clone());
    staged(&mut core, &object(&bench.new, "new"), &bench.new);
    core.boot();
    assert_eq!(rest(&mut core), [CoreEvent::BootStored]);
    let newer = object(&image(3, 800), "newer");
    let refused = Some(CoreEvent::Refused(Refusal::State));
    assert_eq!(offered(&mut core, &newer), refused, "ordered");
    let (mut core, events) = booted(core.into_flash());
    assert!(events.contains(&CoreEvent::Entered { tried: true }));
    assert!(core.first_boot() && !core.running().confirmed);
    assert_eq!(offered(&mut core, &newer), refused, "tried");
    core.report_acknowledged();
    assert_eq!(rest(&mut core), [CoreEvent::Confirmed]);
    assert_eq!(
        offered(&mut core, &newer),
        Some(CoreEvent::Accepted { offset: 0 })
    );
}

#[test]
fn an_unconfirmed_image_is_reverted_once() {
    let bench = Bench {
        acknowledge: false,
        ..Bench::new(700, 900)
    };
    let clean = bench.run(&[]).unwrap();
    assert!(!clean.updated);
    assert_eq!((clean.code, clean.boots), (Status::BOOT, 3));
    for (boot, ops) in clean.ops.iter().enumerate() {
        for cut in cuts_of(*ops) {
            let mut cuts = [NO_CUT].repeat(boot);
            cuts.push(cut);
            let end = bench
                .run(&cuts)
                .unwrap_or_else(|why| panic!("{cuts:?}: {why}"));
            assert_eq!((end.updated, end.code), (false, Status::BOOT), "{cuts:?}");
        }
    }
}

#[test]
fn after_a_revert_nothing_moves_any_more() {
    let bench = Bench::new(700, 900);
    let (mut core, _) = booted(bench.device.clone());
    staged(&mut core, &object(&bench.new, "new"), &bench.new);
    core.boot();
    rest(&mut core);
    let (core, _) = booted(core.into_flash());
    let (core, events) = booted(core.into_flash());
    assert!(events.contains(&CoreEvent::Entered { tried: false }));
    assert!(core.fell_back() && core.running().version == version("old"));
    let (core, _) = booted(core.into_flash());
    assert!(core.fell_back() && core.flash().ops == 0);
    assert_eq!(core.last_code(), Status::BOOT);
}

#[test]
fn a_new_transfer_forgets_the_code_of_the_last_update() {
    let bench = Bench::new(700, 900);
    let (mut core, _) = booted(bench.device.clone());
    staged(&mut core, &object(&bench.new, "new"), &bench.new);
    core.boot();
    rest(&mut core);
    let (core, _) = booted(core.into_flash());
    let (mut core, _) = booted(core.into_flash());
    assert!(core.fell_back());
    let newer = object(&image(3, 800), "newer");
    assert_eq!(
        offered(&mut core, &newer),
        Some(CoreEvent::Accepted { offset: 0 })
    );
    let (core, _) = booted(core.into_flash());
    assert_eq!((core.fell_back(), core.last_code()), (false, Status::DONE));
}

#[test]
fn an_unreadable_running_image_does_not_end_a_transfer() {
    let bench = Bench::new(700, 900);
    let mut flash = bench.device.clone();
    flash.power_on(Reading::Old, None);
    flash.unreadable = Some(LAYOUT.primary);
    let mut core = Core::new(flash, LAYOUT);
    while core.step() != Some(CoreEvent::Entered { tried: false }) {}
    core.offer(&object(&bench.new, "new"), RAW, EraseWhen::Ahead);
    while core.step() != Some(CoreEvent::Accepted { offset: 0 }) {}
    let events = send(&mut core, &bench.new);
    let failed = CoreEvent::HashFailed(Fault::Read(Place::Slot));
    assert!(events.contains(&failed), "{events:?}");
    core.finish();
    assert!(rest(&mut core).contains(&CoreEvent::Finished(Ok(()))));
    assert_eq!(core.running().digest, None);
}

#[test]
fn at_a_block_boundary_a_fresh_boot_goes_on_alike() {
    let bench = Bench::new(1500, 1100);
    let (mut core, _) = booted(bench.device.clone());
    staged(&mut core, &object(&bench.new, "new"), &bench.new);
    core.boot();
    rest(&mut core);
    let mut flash = core.into_flash();
    flash.power_on(Reading::Old, None);
    let mut core = Core::new(flash, LAYOUT);
    let mut boundaries = 0;
    while core.pending() {
        if boundary(core.upcoming()) {
            let fresh = at_boundary(core.flash().clone());
            assert_eq!(rest_of_the_legs(&core), rest_of_the_legs(&fresh));
            boundaries += 1;
        }
        core.step();
    }
    assert_eq!(boundaries, 3);
}

fn boundary(effect: Effect) -> bool {
    matches!(
        effect,
        Effect::EraseBlock {
            leg: Leg::Save,
            offset: 0,
            ..
        }
    )
}

fn at_boundary(mut flash: RamFlash) -> Core {
    flash.power_on(Reading::Old, None);
    let mut core = Core::new(flash, LAYOUT);
    while !boundary(core.upcoming()) {
        core.step();
    }
    core
}

/// What is still to be erased, copied and compared until an image is entered.
pub(super) fn rest_of_the_legs(core: &Core) -> Vec<Effect> {
    let mut core = core.clone();
    let mut effects = Vec::new();
    while core.pending() {
        let effect = core.upcoming();
        let of_a_leg = matches!(
            effect,
            Effect::EraseBlock { .. } | Effect::CopyBlock { .. } | Effect::VerifyBlock { .. }
        );
        effects.extend(of_a_leg.then_some(effect));
        core.step();
    }
    assert!(!effects.is_empty());
    effects
}

#[test]
fn a_host_without_a_record_is_stopped_and_takes_a_full_image() {
    let bench = Bench::new(700, 900);
    let (mut core, events) = booted(RamFlash::new());
    assert_eq!(events, [CoreEvent::Stopped(Status::INV_PROG)]);
    assert!(!core.running().known);
    staged(&mut core, &object(&bench.new, "new"), &bench.new);
    core.boot();
    rest(&mut core);
    let (core, events) = booted(core.into_flash());
    assert!(events.contains(&CoreEvent::Entered { tried: true }));
    // Never confirmed, and nothing to fall back to.
    let (core, events) = booted(core.into_flash());
    assert_eq!(events, [CoreEvent::Stopped(Status::BOOT)]);
    let (core, events) = booted(core.into_flash());
    assert_eq!(events, [CoreEvent::Stopped(Status::BOOT)]);
    assert_eq!(core.last_code(), Status::BOOT);
}

#[test]
fn a_damaged_record_is_ignored() {
    let bench = Bench::new(700, 900);
    let (mut core, _) = booted(bench.device.clone());
    offered(&mut core, &object(&bench.new, "new"));
    let mut flash = core.into_flash();
    // The first record is in area A, that of the transfer in area B.
    flash.poke(LAYOUT.records[1].start + 200, 0);
    let (core, events) = booted(flash);
    assert_eq!(events.first(), Some(&CoreEvent::Entered { tried: false }));
    assert_eq!(core.running().version, version("old"));
}

#[test]
fn every_single_failure_ends_in_a_whole_image_or_a_stop() {
    let ops: u64 = Bench::new(300, 500).run(&[]).unwrap().ops.iter().sum();
    for op in 1..=ops {
        for hidden in [false, true] {
            let mut bench = Bench {
                strict: false,
                ..Bench::new(300, 500)
            };
            let at = Some(bench.device.total + op);
            if hidden {
                bench.device.hide_at = at;
            } else {
                bench.device.fail_at = at;
            }
            let end = bench
                .run(&[])
                .unwrap_or_else(|why| panic!("{op} {hidden}: {why}"));
            assert!(
                end.updated || end.code == Status::BOOT,
                "{op} {hidden}: {end:?}"
            );
        }
    }
}

#[test]
fn a_layout_that_does_not_fit_refuses_every_offer() {
    let bench = Bench::new(700, 900);
    let mut layout = LAYOUT;
    layout.scratch.len = 0;
    let mut core = Core::new(bench.device.clone(), layout);
    let stopped = rest(&mut core);
    assert_eq!(stopped, [CoreEvent::Stopped(Status::SCRATCH_SIZE)]);
    let refused = CoreEvent::Refused(Refusal::Layout(Status::SCRATCH_SIZE));
    assert_eq!(
        offered(&mut core, &object(&bench.new, "new")),
        Some(refused)
    );
}

#[test]
fn a_dead_flash_makes_the_core_inert() {
    let bench = Bench::new(700, 900);
    let mut flash = bench.device.clone();
    let cut = Cut { after: 0, ..NO_CUT };
    flash.power_on(Reading::Old, Some(cut));
    let mut core = Core::new(flash, LAYOUT);
    rest(&mut core);
    core.offer(&object(&bench.new, "new"), RAW, EraseWhen::Ahead);
    rest(&mut core);
    assert!(core.is_dead() && !core.pending());
    core.boot();
    assert_eq!((core.pending(), core.step(), core.room()), (false, None, 0));
}
