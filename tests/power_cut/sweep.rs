//! Every cut of updates that no scenario has: before, inside and after each flash operation.

use fixtures::flash::{StrictFlash, Tear};
use protocol_spec::rig::message::ObjectKind;

use crate::apply::pair;
use crate::device::{BootEnd, Case, content};
use crate::recovery::tried;
use crate::worn::{Fails, Wear};

/// Where the power goes, seen from one operation.
#[derive(Clone, Copy, Debug)]
enum At {
    Before,
    Inside(Tear),
    After,
}

const PLACES: [At; 6] = [
    At::Before,
    At::Inside(Tear::Prefix),
    At::Inside(Tear::Suffix),
    At::Inside(Tear::Bits(0)),
    At::Inside(Tear::Bits(1)),
    At::After,
];

/// Cuts the power around each operation of an update; returns the cuts.
fn sweep(case: &Case) -> u64 {
    sweep_on(case, case.device())
}

fn sweep_on(case: &Case, mut flash: StrictFlash) -> u64 {
    let mut cuts = 0;
    loop {
        let before = flash.clone();
        let mut core = case.core(flash);
        let end = case.boot(&mut core).expect("without a cut");
        flash = core.into_flash();
        let operations = flash.operations() - before.operations();
        for operation in 0..operations {
            for at in PLACES {
                cut(case, &before, operation, at);
                cuts += 1;
            }
        }
        if end == BootEnd::Updated {
            return cuts;
        }
    }
}

fn cut(case: &Case, before: &StrictFlash, operation: u64, at: At) {
    let fail = |why: String| panic!("{}, {at:?} {operation}: {why}", case.board.name);
    let mut flash = before.clone();
    flash.power_on();
    match at {
        // Nothing changes between two operations, so that before one is after the other; the first
        // has none before it.
        At::Before => flash.cut_after(operation),
        At::Inside(tear) => flash.cut_inside(operation, tear),
        At::After => flash.cut_after(operation + 1),
    }
    let mut core = case.core_as_it_is(flash);
    match case.boot(&mut core) {
        Ok(BootEnd::PowerCut) => {}
        other => fail(format!("{other:?} instead of the cut")),
    }
    match case.run(core.into_flash()) {
        Ok((flash, _)) if flash.violations().is_empty() => {}
        Ok((flash, _)) => fail(format!("{:?}", flash.violations())),
        Err(why) => fail(why),
    }
}

#[test]
fn a_patch_with_two_program_units_left_behind_it() {
    let (old, new) = pair(2048);
    let case = Case::patch("stm32f303", 2048, old, new);
    assert!(sweep(&case) > 250);
}

/// Where the second record is, each mark that says that the new image was entered is worn.
#[test]
fn an_image_whose_tries_cannot_be_marked() {
    let case = Case::image("nrf52840", content(9000, 1), content(10_000, 2));
    for record in case.layout.records {
        let mut flash = case.device();
        flash.wear_out(Fails::Program, tried(&case, record), 0);
        assert!(sweep_on(&case, flash) > 200);
    }
}

/// The slot is longer than staging by far; a short staging area makes it a short update.
#[test]
fn an_image_straight_to_the_slot() {
    let mut case = Case::image("nrf52840", content(9000, 1), content(10_000, 2));
    case.layout.secondary.len = 0x2000;
    assert_eq!(case.kind, ObjectKind::Image);
    assert!(sweep(&case) > 150);
}
