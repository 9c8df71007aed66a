//! Flash that fails for good, or that is misread once.

use std::vec::Vec;

use protocol_spec::codes::Status;

use super::NO_CUT;
use super::bench::{Bench, object, version};
use super::decisions::{booted, offered, rest, staged};
use super::ram_flash::{Cut, LAYOUT, RamFlash, Reading, Tear, UNIT};
use crate::effect::{Effect, Mark, Outcome};
use crate::planner::{Plan, Planner, Request, View};
use crate::policy::{Policy, Production};
use crate::update_core::{CoreEvent, Fault, Place, UpdateCore};

/// A device with a stored boot order.
pub(super) fn ordered(bench: &Bench) -> RamFlash {
    let (mut core, _) = booted(bench.device.clone());
    staged(&mut core, &object(&bench.new, "new"), &bench.new);
    core.boot();
    assert_eq!(rest(&mut core), [CoreEvent::BootStored]);
    core.into_flash()
}

/// A device that lost power after `ops` operations of the swap.
pub(super) fn in_the_swap(bench: &Bench, ops: u64) -> RamFlash {
    let mut flash = ordered(bench);
    let cut = Cut {
        after: ops,
        tear: Tear::Before,
        reading: Reading::Old,
    };
    flash.power_on(Reading::Old, Some(cut));
    let mut core = UpdateCore::<_>::new(flash, LAYOUT);
    rest(&mut core);
    assert!(core.is_dead());
    core.into_flash()
}

#[test]
fn a_bad_scratch_leaves_the_old_image_running() {
    let bench = Bench::new(700, 900);
    let mut flash = ordered(&bench);
    flash.bad_unit = Some(LAYOUT.scratch.start);
    let (core, events) = booted(flash);
    let fault = Fault::Erase(Place::Scratch);
    let entered = CoreEvent::Entered { tried: false };
    assert_eq!(
        events[..3],
        [CoreEvent::Retried(fault), CoreEvent::Failed(fault), entered]
    );
    assert_eq!(core.running().version, version("old"));
    let (core, _) = booted(core.into_flash());
    assert_eq!((core.last_code(), core.flash().ops), (Status::SCR_ERASE, 0));
}

#[test]
fn a_bad_slot_in_mid_swap_stops_the_host_until_a_full_image_comes() {
    let bench = Bench::new(700, 900);
    let mut flash = ordered(&bench);
    flash.bad_unit = Some(LAYOUT.primary.start + 2 * UNIT);
    let (core, events) = booted(flash);
    assert_eq!(events.last(), Some(&CoreEvent::Stopped(Status::ERASE)));
    let (core, events) = booted(core.into_flash());
    assert_eq!(events, [CoreEvent::Stopped(Status::ERASE)]);
    let mut flash = core.into_flash();
    flash.bad_unit = None;
    let (mut core, _) = booted(flash);
    staged(&mut core, &object(&bench.new, "new"), &bench.new);
    core.boot();
    assert_eq!(rest(&mut core), [CoreEvent::BootStored]);
    let (core, events) = booted(core.into_flash());
    assert!(events.contains(&CoreEvent::Entered { tried: true }));
    assert_eq!(core.flash().peek(LAYOUT.primary.start, 900), bench.new);
}

#[test]
fn a_misread_in_mid_swap_never_makes_a_mix_the_running_image() {
    let bench = Bench::new(700, 900);
    let mixed = in_the_swap(&bench, 28);
    let mut stopped = 0;
    for read in 0..60 {
        let mut flash = mixed.clone();
        flash.fail_read = Some(read);
        let (mut core, events) = booted(flash);
        if !matches!(events.last(), Some(CoreEvent::Stopped(_))) {
            assert!(
                events.contains(&CoreEvent::Entered { tried: true }),
                "{read}: {events:?}"
            );
            continue;
        }
        stopped += 1;
        let offer = object(&bench.new[..800], "newer");
        assert_eq!(
            offered(&mut core, &offer),
            Some(CoreEvent::Accepted { offset: 0 })
        );
        let (_, events) = booted(core.into_flash());
        assert!(
            matches!(events[..], [CoreEvent::Stopped(_)]),
            "{read}: {events:?}"
        );
    }
    assert!(stopped > 0);
}

#[test]
fn a_misread_record_is_read_again() {
    let bench = Bench::new(700, 900);
    for read in 0..2 {
        let mut flash = in_the_swap(&bench, 28);
        flash.flip_record = Some(read);
        let (core, events) = booted(flash);
        assert!(
            events.contains(&CoreEvent::Entered { tried: true }),
            "{read}: {events:?}"
        );
        assert_eq!(core.flash().peek(LAYOUT.primary.start, 900), bench.new);
    }
}

#[test]
fn a_bad_mark_in_the_swap_is_settled_by_a_new_record() {
    let bench = Bench::new(700, 900);
    let (_, events) = booted(ordered(&bench));
    let swap = events
        .iter()
        .filter(|event| matches!(event, CoreEvent::Swap { .. }));
    assert_eq!(swap.count(), 2);
    for op in 1..60 {
        let mut flash = ordered(&bench);
        flash.fail_at = Some(flash.total + op);
        let (core, events) = booted(flash);
        assert!(
            events.contains(&CoreEvent::Entered { tried: true }),
            "{op}: {events:?}"
        );
        assert_eq!(
            core.flash().peek(LAYOUT.primary.start, 900),
            bench.new,
            "{op}"
        );
        assert_eq!(core.flash().violations, 0, "{op}");
    }
}

/// Fails every program of `tried`.
#[derive(Clone)]
struct NoTried(Planner);

impl Plan for NoTried {
    fn next<P: Policy>(&mut self, last: Outcome) -> Effect {
        let mut effect = self.0.next::<P>(last);
        while let Effect::Mark {
            mark: Mark::Tried(_),
            ..
        } = effect
        {
            let fault = Fault::Program(Place::Record);
            effect = self.0.next::<P>(Outcome::Failed(fault));
        }
        effect
    }

    fn request(&mut self, request: Request) {
        self.0.request(request);
    }

    fn view(&self) -> View {
        self.0.view()
    }
}

fn booted_without_tried(mut flash: RamFlash) -> (RamFlash, Vec<CoreEvent>) {
    flash.power_on(Reading::Old, None);
    let planner = NoTried(Planner::new(&LAYOUT, flash.geometry_of()));
    let mut core = UpdateCore::<_, Production, _>::with_plan(flash, LAYOUT, planner);
    let mut events = Vec::new();
    while core.pending() {
        events.extend(core.step());
    }
    (core.into_flash(), events)
}

#[test]
fn a_new_image_that_cannot_be_marked_as_tried_is_taken_back() {
    let bench = Bench::new(700, 900);
    let (flash, events) = booted_without_tried(ordered(&bench));
    assert!(events.contains(&CoreEvent::Entered { tried: false }));
    assert_eq!(flash.peek(LAYOUT.primary.start, 700), bench.old);
}

#[test]
fn with_nothing_to_go_back_to_a_new_record_counts_the_try() {
    let bench = Bench::new(700, 900);
    let (mut core, _) = booted(RamFlash::new());
    staged(&mut core, &object(&bench.new, "new"), &bench.new);
    core.boot();
    rest(&mut core);
    let (flash, events) = booted_without_tried(core.into_flash());
    assert!(events.contains(&CoreEvent::Entered { tried: true }));
    assert_eq!(flash.peek(LAYOUT.primary.start, 900), bench.new);
    let (_, events) = booted(flash);
    assert_eq!(events.last(), Some(&CoreEvent::Stopped(Status::BOOT)));
}

#[test]
fn a_scratch_that_fails_in_mid_swap_stops_the_host() {
    let mut flash = in_the_swap(&Bench::new(700, 900), 21);
    flash.bad_unit = Some(LAYOUT.scratch.start);
    let (_, events) = booted(flash);
    assert_eq!(events.last(), Some(&CoreEvent::Stopped(Status::SCR_ERASE)));
}

#[test]
fn a_hidden_failure_and_a_power_cut_never_make_a_mix_the_running_image() {
    let mut bench = Bench {
        strict: false,
        ..Bench::new(300, 500)
    };
    let clean = bench.run(&[]).expect("clean");
    let before = bench.device.total + clean.ops[0];
    for hidden in 1..=clean.ops[1] {
        bench.device.hide_at = Some(before + hidden);
        for after in hidden..clean.ops[1] + 20 {
            let cut = Cut {
                after,
                tear: Tear::Before,
                reading: Reading::Old,
            };
            let end = bench.run(&[NO_CUT, cut]).unwrap_or_else(|why| {
                panic!("hidden {hidden}, cut after {after}: {why}");
            });
            assert!(
                end.updated || end.code == Status::BOOT,
                "{hidden} {after} {end:?}"
            );
        }
    }
}
