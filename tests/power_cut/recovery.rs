//! A host that stopped in the middle of a patch takes a full image; one with worn marks goes on.

use fixtures::flash::StrictFlash;
use host_agent::effect::Mark;
use host_agent::layout::Area;
use host_agent::marks::MarkMap;
use host_agent::planner::Shape;
use host_agent::update_core::CoreEvent;
use protocol_spec::Status;
use protocol_spec::rig::message::ObjectKind;

use crate::apply::{cases, pair};
use crate::device::{Case, content, rest};
use crate::worn::{Fails, Wear};

/// Stopped in the second block of a patch, with flash that works again.
fn stopped(case: &Case) -> StrictFlash {
    let mut flash = case.ordered(case.device());
    let second = Area {
        start: case.layout.primary.start + 3 * 4096,
        len: 4096,
    };
    flash.wear_out(Fails::Erase, second, 0);
    let mut core = case.core(flash);
    let events = rest(&mut core);
    assert_eq!(events.last(), Some(&CoreEvent::Stopped(Status::ERASE)));
    let failed = CoreEvent::Block {
        block: 3,
        state: Status::COPIED,
        code: Status::ERASE,
    };
    assert!(events.contains(&failed), "{events:?}");
    let mut flash = core.into_flash();
    flash.repair();
    flash
}

fn recovers(staging_len: u32) {
    let (old, new) = pair(4096);
    let mut case = Case::patch("nrf52840", 4096, old, new);
    case.layout.secondary.len = staging_len;
    let flash = stopped(&case);
    case.sent = case.new.clone();
    case.kind = ObjectKind::Image;
    case.run(flash).expect("recovered");
}

#[test]
fn a_stopped_host_takes_a_full_image_by_staging() {
    recovers(0x8000);
}

#[test]
fn a_stopped_host_takes_a_full_image_straight_to_its_slot() {
    recovers(0x4000);
}

/// The marks `tried` of a record.
pub(crate) fn tried(case: &Case, record: Area) -> Area {
    let shape = Shape::of(&case.layout, &case.board.geometry).expect("fits");
    let at = |time| MarkMap::of(&shape).offset(Mark::Tried(time));
    let last = shape.tries() - 1;
    Area {
        start: record.start + at(0),
        len: at(last) - at(0) + u32::from(case.board.geometry.program_unit),
    }
}

/// A new record counts what the mark cannot.
#[test]
fn a_worn_mark_of_a_try_stops_no_good_image() {
    let [patch, ..] = cases();
    let image = Case::image("nrf52840", content(9000, 1), content(10_000, 2));
    let mut worn = 0;
    for (case, record) in [patch, image]
        .iter()
        .flat_map(|case| case.layout.records.map(|record| (case, record)))
    {
        for after in 0..4 {
            let mut flash = case.ordered(case.device());
            let area = tried(case, record);
            flash.wear_out(Fails::Program, area, after);
            for time in 0..4 {
                let mut core = case.core(flash);
                let events = rest(&mut core);
                let entered = CoreEvent::Entered { tried: true };
                assert!(events.contains(&entered), "{time} of {after}: {events:?}");
                case.check_entered(&core).expect("whole");
                flash = core.into_flash();
            }
            worn += u32::from(flash.defects()[0].after == 0);
            let mut core = case.core(flash);
            assert_eq!(rest(&mut core), [CoreEvent::Stopped(Status::BOOT)]);
        }
    }
    assert!(worn > 4, "{worn} cells were met");
}
