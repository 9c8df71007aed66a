//! A record area that can no longer be read.

use protocol_spec::codes::Status;

use super::bench::{Bench, image, object, version};
use super::decisions::{Core, booted, offered, rest, send, staged};
use super::failures::{in_the_swap, ordered};
use super::ram_flash::{LAYOUT, RamFlash};
use crate::planner::Plan;
use crate::update_core::{CoreEvent, Fault, Place, Refusal};

const UNREAD: Fault = Fault::Read(Place::Record);

/// Boots with record area `area` unreadable, offers an image, and gives the area back.
///
/// Returns the version that ran, and what ran once the area could be read again.
fn boot_without(flash: &RamFlash, area: usize) -> (Option<&'static str>, Option<&'static str>) {
    let mut flash = flash.clone();
    flash.unreadable = Some(LAYOUT.records[area]);
    let (mut core, events) = booted(flash);
    let ran = running(&core);
    let stopped = events.contains(&CoreEvent::Stopped(Status::PROG));
    assert_eq!(stopped, ran.is_none(), "{area}: {events:?}");
    let ops = core.flash().ops;
    let answer = offered(&mut core, &object(&image(3, 800), "third"));
    match answer {
        Some(CoreEvent::Refused(Refusal::Flash(UNREAD))) => {
            assert!(ran.is_some() || core.flash().ops == ops, "{area}: erased");
        }
        other => panic!("{area}: {other:?}"),
    }
    let mut flash = core.into_flash();
    flash.unreadable = None;
    let (core, _) = booted(flash);
    (ran, running(&core))
}

fn area_in_force(core: &Core) -> u8 {
    core.planner().view().area.unwrap()
}

fn running(core: &Core) -> Option<&'static str> {
    let running = core.running();
    let known = ["old", "new"]
        .into_iter()
        .find(|text| running.version == version(text))
        .filter(|_| running.known)?;
    let (seed, len) = if known == "old" { (1, 700) } else { (2, 900) };
    let held = core.flash().peek(LAYOUT.primary.start, len);
    assert_eq!(held, image(seed, len), "entered a mix as {known}");
    Some(known)
}

#[test]
fn an_unreadable_blank_area_stops_nothing_but_updates() {
    let bench = Bench::new(700, 900);
    assert_eq!(boot_without(&bench.device, 1), (Some("old"), Some("old")));
}

#[test]
fn without_the_only_record_nothing_runs_and_nothing_is_erased() {
    let bench = Bench::new(700, 900);
    assert_eq!(boot_without(&bench.device, 0), (None, Some("old")));
}

#[test]
fn a_confirmed_record_is_enough() {
    let bench = Bench::new(700, 900);
    let (mut core, _) = booted(ordered(&bench));
    core.report_acknowledged();
    assert_eq!(rest(&mut core), [CoreEvent::Confirmed]);
    let area = area_in_force(&core);
    let flash = core.into_flash();
    assert_eq!(
        boot_without(&flash, usize::from(1 - area)),
        (Some("new"), Some("new"))
    );
    // The other record is that of the swap, and may have been followed by anything.
    assert_eq!(boot_without(&flash, usize::from(area)), (None, Some("new")));
}

#[test]
fn a_transfer_that_is_not_complete_cannot_have_been_ordered() {
    let bench = Bench::new(700, 900);
    let (mut core, _) = booted(bench.device.clone());
    offered(&mut core, &object(&bench.new, "new"));
    send(&mut core, &bench.new[..600]);
    let flash = core.into_flash();
    for area in [0, 1] {
        assert_eq!(
            boot_without(&flash, area),
            (Some("old"), Some("old")),
            "{area}"
        );
    }
}

#[test]
fn a_complete_transfer_may_have_been_ordered_so_it_enters_nothing() {
    let bench = Bench::new(700, 900);
    let (mut core, _) = booted(bench.device.clone());
    staged(&mut core, &object(&bench.new, "new"), &bench.new);
    let area = area_in_force(&core);
    let flash = core.into_flash();
    let without_older = boot_without(&flash, usize::from(1 - area));
    assert_eq!(without_older, (None, Some("old")));
    // In mid swap the same record is the older one, and the primary slot is a mix.
    let mixed = in_the_swap(&bench, 28);
    assert_eq!(
        boot_without(&mixed, usize::from(1 - area)),
        (None, Some("new"))
    );
    assert_eq!(boot_without(&mixed, usize::from(area)), (None, Some("new")));
}
