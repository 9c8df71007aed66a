//! Full images on a host in place: staged and installed, or streamed straight to the slot.

use std::vec::Vec;

use protocol_spec::codes::Status;

use super::bench::{Bench, image, object, version};
use super::decisions::{offered, rest, rest_of_the_legs, send};
use super::ram_flash::{Cut, IN_PLACE, RamFlash, Reading, UNIT};
use super::{EraseWhen, NO_CUT, TEARS, cuts_of, every_pair};
use crate::effect::{Effect, Leg};
use crate::update_core::{CoreEvent, Fault, Object, Place, Refusal, UpdateCore};

type Core = UpdateCore<RamFlash>;

fn bench(old_len: usize, new_len: usize) -> Bench {
    Bench::on(RamFlash::new(), IN_PLACE, old_len, new_len)
}

fn booted(mut flash: RamFlash) -> (Core, Vec<CoreEvent>) {
    flash.power_on(Reading::Old, None);
    let mut core = Core::new(flash, IN_PLACE);
    let events = rest(&mut core);
    (core, events)
}

/// A device with a stored boot order for `new`.
fn ordered(bench: &Bench) -> RamFlash {
    let (mut core, _) = booted(bench.device.clone());
    order(&mut core, bench);
    core.into_flash()
}

fn order(core: &mut Core, bench: &Bench) {
    let new = object(&bench.new, "new");
    assert_eq!(offered(core, &new), Some(CoreEvent::Accepted { offset: 0 }));
    send(core, &bench.new);
    core.finish();
    assert!(rest(core).contains(&CoreEvent::Finished(Ok(()))));
    core.boot();
    assert_eq!(rest(core), [CoreEvent::BootStored]);
}

#[test]
fn a_staged_image_is_installed_and_confirmed() {
    let bench = bench(700, 900);
    let (core, events) = booted(ordered(&bench));
    let installs = events
        .iter()
        .filter(|event| matches!(event, CoreEvent::Installed { .. }));
    assert_eq!(installs.count(), 4);
    assert!(events.contains(&CoreEvent::Entered { tried: true }));
    assert_eq!(core.flash().peek(IN_PLACE.primary.start, 900), bench.new);
    let end = bench.run(&[]).unwrap();
    assert!(end.updated && end.code == Status::DONE, "{end:?}");
}

#[test]
fn an_image_that_staging_does_not_hold_goes_straight_to_the_slot() {
    let bench = bench(700, 1500);
    let (mut core, _) = booted(bench.device.clone());
    order(&mut core, &bench);
    assert!(!core.running().known);
    let (core, events) = booted(core.into_flash());
    assert_eq!(events[0], CoreEvent::Entered { tried: true });
    assert_eq!(core.running().length, 1500);
}

#[test]
fn a_stream_to_the_slot_resumes_and_nothing_runs_meanwhile() {
    let bench = bench(700, 1500);
    let new = object(&bench.new, "new");
    let (mut core, _) = booted(bench.device.clone());
    offered(&mut core, &new);
    send(&mut core, &bench.new[..600]);
    let (mut core, events) = booted(core.into_flash());
    assert_eq!(events, [CoreEvent::Stopped(Status::STATE)]);
    let accepted = CoreEvent::Accepted { offset: 2 * UNIT };
    assert_eq!(offered(&mut core, &new), Some(accepted));
    let unknown = Object {
        digest: None,
        ..new
    };
    let anew = Some(CoreEvent::Accepted { offset: 0 });
    assert_eq!(offered(&mut core, &unknown), anew);
}

#[test]
fn the_code_of_a_stopped_host_outlives_the_transfer_that_recovers_it() {
    for len in [900, 1500] {
        let bench = bench(700, len);
        let mut flash = ordered(&super::in_place::bench(700, 900));
        flash.bad_unit = Some(IN_PLACE.primary.start + UNIT);
        let (core, events) = booted(flash);
        assert_eq!(events.last(), Some(&CoreEvent::Stopped(Status::ERASE)));
        let mut flash = core.into_flash();
        flash.bad_unit = None;
        let (mut core, _) = booted(flash);
        offered(&mut core, &object(&bench.new, "new"));
        send(&mut core, &bench.new[..300]);
        let (mut core, events) = booted(core.into_flash());
        assert_eq!(events, [CoreEvent::Stopped(Status::ERASE)], "{len}");
        core.offer(
            &object(&bench.new, "newer"),
            super::bench::RAW,
            EraseWhen::Ahead,
        );
        rest(&mut core);
        send(&mut core, &bench.new);
        core.finish();
        rest(&mut core);
        core.boot();
        rest(&mut core);
        let (core, events) = booted(core.into_flash());
        assert!(
            events.contains(&CoreEvent::Entered { tried: true }),
            "{len}"
        );
        assert_eq!(core.flash().peek(IN_PLACE.primary.start, len), bench.new);
    }
}

#[test]
fn a_stream_that_is_not_what_was_offered_leaves_the_host_stopped() {
    let bench = bench(700, 1500);
    let (mut core, _) = booted(bench.device.clone());
    offered(&mut core, &object(&bench.new, "new"));
    send(&mut core, &image(9, 1500));
    core.finish();
    let digest = CoreEvent::Finished(Err(Fault::Digest));
    assert!(rest(&mut core).contains(&digest));
    assert_eq!(core.last_code(), Status::FILE_CRC);
    let (core, events) = booted(core.into_flash());
    assert_eq!(events, [CoreEvent::Stopped(Status::FILE_CRC)]);
    assert!(!core.running().known);
}

#[test]
fn four_tries_then_58_and_an_order_gives_one_more() {
    let bench = bench(700, 900);
    let mut flash = ordered(&bench);
    for time in 0..4 {
        let (core, events) = booted(flash);
        assert!(
            events.contains(&CoreEvent::Entered { tried: true }),
            "{time}"
        );
        flash = core.into_flash();
    }
    let (mut core, events) = booted(flash);
    assert_eq!(events, [CoreEvent::Stopped(Status::BOOT)]);
    assert_eq!(
        core.not_confirmed().map(|it| it.version),
        Some(version("new"))
    );
    core.boot();
    assert_eq!(rest(&mut core), [CoreEvent::BootStored]);
    let (core, events) = booted(core.into_flash());
    assert!(events.contains(&CoreEvent::Entered { tried: true }));
    let (mut core, events) = booted(core.into_flash());
    assert_eq!(events, [CoreEvent::Stopped(Status::BOOT)], "one more only");
    core.boot();
    rest(&mut core);
    let (mut core, _) = booted(core.into_flash());
    core.report_acknowledged();
    assert_eq!(rest(&mut core), [CoreEvent::Confirmed]);
    let (core, events) = booted(core.into_flash());
    assert_eq!(events[0], CoreEvent::Entered { tried: false });
    assert_eq!(core.last_code(), Status::DONE);
}

#[test]
fn there_is_nothing_to_try_again_in_a_host_that_failed_otherwise() {
    let mut flash = ordered(&bench(700, 900));
    flash.bad_unit = Some(IN_PLACE.primary.start);
    let (mut core, _) = booted(flash);
    assert_eq!(core.not_confirmed(), None);
    core.boot();
    assert_eq!(rest(&mut core), [CoreEvent::Refused(Refusal::State)]);
}

#[test]
fn a_patch_needs_memory_and_an_image_that_runs() {
    let bench = bench(700, 900);
    let (mut core, _) = booted(bench.device);
    let patch = Object {
        kind: protocol_spec::rig::message::ObjectKind::Patch,
        ..object(&image(3, 300), "new")
    };
    let answer = offered(&mut core, &patch);
    assert_eq!(answer, Some(CoreEvent::Refused(Refusal::Memory)));
    assert_eq!(Refusal::Memory.status(), Status::MEM);
}

#[test]
fn a_failure_that_passes_is_tried_again() {
    let bench = bench(700, 900);
    for op in 1..30 {
        let mut flash = ordered(&bench);
        flash.fail_at = Some(flash.total + op);
        let (core, events) = booted(flash);
        assert!(events.contains(&CoreEvent::Entered { tried: true }), "{op}");
        assert_eq!(core.flash().peek(IN_PLACE.primary.start, 900), bench.new);
    }
    let fault = Fault::Erase(Place::Slot);
    let mut flash = ordered(&bench);
    // The record that the boot begins with comes before.
    flash.fail_at = Some(flash.total + 7);
    let (_, events) = booted(flash);
    assert!(events.contains(&CoreEvent::Retried(fault)));
}

#[test]
fn at_a_unit_boundary_a_fresh_boot_goes_on_alike() {
    let mut flash = ordered(&bench(700, 900));
    flash.power_on(Reading::Old, None);
    let mut core = Core::new(flash, IN_PLACE);
    let mut boundaries = 0;
    while core.pending() {
        if boundary(core.upcoming()) {
            let mut flash = core.flash().clone();
            flash.power_on(Reading::Old, None);
            let mut fresh = Core::new(flash, IN_PLACE);
            while !boundary(fresh.upcoming()) {
                fresh.step();
            }
            assert_eq!(rest_of_the_legs(&core), rest_of_the_legs(&fresh));
            boundaries += 1;
        }
        core.step();
    }
    assert_eq!(boundaries, 4);
}

fn boundary(effect: Effect) -> bool {
    matches!(effect, Effect::EraseBlock { leg: Leg::Fill, .. })
}

#[test]
fn every_single_cut_ends_in_the_new_image() {
    for (old, new) in [
        (700, 900),
        (900, 700),
        (256, 1024),
        (700, 1500),
        (1500, 2048),
    ] {
        for erase in [EraseWhen::Ahead, EraseWhen::BeforeAccept] {
            let bench = Bench {
                erase,
                ..bench(old, new)
            };
            let clean = bench.run(&[]).unwrap();
            for (boot, ops) in clean.ops.iter().enumerate() {
                for cut in cuts_of(*ops) {
                    let mut cuts: Vec<Cut> = [NO_CUT].repeat(boot);
                    cuts.push(cut);
                    let end = bench.run(&cuts).unwrap_or_else(|why| {
                        panic!("{old} to {new}, boot {boot}, {cut:?}: {why}");
                    });
                    assert!(end.updated && end.power_cuts == 1, "{boot} {cut:?} {end:?}");
                }
            }
        }
    }
}

#[test]
fn every_pair_of_cuts_ends_in_the_new_image() {
    let tears = [TEARS[4], TEARS[5]];
    for new in [300, 1100] {
        let runs = every_pair(&bench(300, new), &tears);
        assert!(runs > 1_500, "{new}: {runs} runs");
    }
}
