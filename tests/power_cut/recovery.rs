//! A host that stopped in the middle of a patch takes a full image.

use host_agent::layout::Area;
use host_agent::update_core::CoreEvent;
use protocol_spec::Status;
use protocol_spec::rig::message::ObjectKind;

use crate::apply::pair;
use crate::device::{Case, rest};
use crate::worn::{Fails, WornFlash};

/// Stopped in the second block of a patch, with flash that works again.
fn stopped(case: &Case) -> WornFlash {
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
    flash.bad = None;
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
