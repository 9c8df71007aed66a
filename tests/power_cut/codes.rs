//! The codes of the patcher, each by its cause, and what the host does afterwards.

use fixtures::flash::StrictFlash;
use host_agent::layout::Area;
use host_agent::marks::PatchMarks;
use host_agent::planner::Shape;
use host_agent::update_core::{CoreEvent, Refusal};
use protocol_spec::Status;
use protocol_spec::crc::CRC16;
use protocol_spec::patch::head;
use protocol_spec::rig::message::ObjectKind;

use crate::apply::{crossing, pair};
use crate::device::{Case, Core, content, object, rest, version};
use crate::worn::{Fails, Wear};

fn case() -> Case {
    let (old, new) = pair(4096);
    Case::patch("nrf52840", 4096, old, new)
}

/// The file with its CRC made good again.
fn resealed(mut file: Vec<u8>) -> Vec<u8> {
    let crc = head::file_crc(&file).expect("a head");
    file[head::CRC].copy_from_slice(&crc.to_le_bytes());
    file
}

/// Stages what `change` makes of the file; the code, and a look at the image that still runs.
fn refused(case: &Case, change: impl FnOnce(&mut Vec<u8>)) -> u8 {
    let mut case = case.clone();
    change(&mut case.sent);
    let (core, outcome) = case.staged(case.device());
    let code = outcome.expect_err("refused");
    let (core, events) = booted(&case, core.into_flash());
    assert_eq!(events[0], CoreEvent::Entered { tried: false });
    assert_eq!(core.running().version, version("old"));
    code.0
}

fn booted(case: &Case, flash: StrictFlash) -> (Core, Vec<CoreEvent>) {
    let mut core = case.core(flash);
    let events = rest(&mut core);
    (core, events)
}

#[test]
fn what_is_wrong_with_the_file_is_found_before_the_order() {
    let case = case();
    let last = case.sent.len() - 1;
    assert_eq!(refused(&case, |file| file[0] = b'X'), 23, "magic");
    assert_eq!(refused(&case, |file| file[4] = 2), 23, "format");
    assert_eq!(refused(&case, |file| file[5] = 9), 54, "profile");
    assert_eq!(refused(&case, |file| file.truncate(20)), 49, "head");
    assert_eq!(refused(&case, |file| file.truncate(last)), 17, "length");
    assert_eq!(refused(&case, |file| file[last] ^= 1), 24, "content");
    assert_eq!(refused(&case, |file| file.fill(0xff)), 48, "no file");
}

/// Whatever stands behind the head is looked at only when the CRC is right, so that a file which was
/// damaged on its way may come once more.
#[test]
fn damage_behind_the_head_is_24_and_the_file_may_come_again() {
    let case = case();
    let (head, head_len) = head::Head::decode(&case.sent).expect("good");
    let ops = head_len..head_len + head.ops_len as usize;
    for at in ops.chain([case.sent.len() - 1]) {
        let mut bad = case.clone();
        bad.sent[at] ^= 0x55;
        let (core, outcome) = bad.staged(bad.device());
        assert_eq!(outcome, Err(Status::FILE_CRC), "byte {at}");
        let (_, events) = bad.offered(core.into_flash(), &bad.object());
        let accepted = CoreEvent::Accepted { offset: 0 };
        assert!(events.contains(&accepted), "byte {at}: {events:?}");
    }
}

#[test]
fn a_patch_with_an_authenticator_is_not_taken_for_a_signed_one() {
    let signed = refused(&case(), |file| {
        let (_, head_len) = head::Head::decode(file).expect("good");
        file.splice(head_len..head_len, *b"sign");
        let len = u32::try_from(file.len()).expect("small");
        file[74] = 4;
        file[6] += 4;
        file[12..16].copy_from_slice(&len.to_le_bytes());
        *file = resealed(std::mem::take(file));
    });
    assert_eq!(signed, 23);
}

#[test]
fn what_this_host_cannot_do_is_found_before_the_order() {
    let (old, new) = pair(4096);
    let mut small = case();
    small.decode_ram = 4096;
    let large = small.sent[5] == 2;
    assert!(large, "the patch is made for 8192 bytes");
    assert_eq!(refused(&small, |_| {}), 3);
    let mut short = case();
    short.layout.primary.len = 5 * 4096 + 4096;
    let longer = [&new[..], &content(5000, 9)].concat();
    let file = Case::patch("nrf52840", 4096, old.clone(), longer).sent;
    assert_eq!(refused(&short, |sent| *sent = file), 17, "slot");
    let file = Case::patch("nrf52840", 5120, old.clone(), new.clone()).sent;
    assert_eq!(refused(&case(), |sent| *sent = file), 37, "block");
    let file = Case::patch("nrf52840", 32768, old.clone(), new.clone()).sent;
    assert_eq!(refused(&case(), |sent| *sent = file), 34, "scratch");
    let mut other = content(old.len(), 7);
    let file = Case::patch("nrf52840", 4096, other.clone(), new.clone()).sent;
    assert_eq!(refused(&case(), |sent| *sent = file), 21, "base");
    other.truncate(5000);
    let file = Case::patch("nrf52840", 4096, other, new).sent;
    assert_eq!(
        refused(&case(), |sent| *sent = file),
        21,
        "length of the base"
    );
}

#[test]
fn a_patch_that_leaves_no_room_for_its_marks_is_51() {
    let mut case = crossing();
    let file = u32::try_from(case.sent.len()).expect("small");
    case.layout.secondary.len = file.next_multiple_of(4096);
    assert_eq!(refused(&case, |_| {}), 51);
    case.sent.resize(case.layout.secondary.len as usize + 1, 0);
    assert_eq!(refused(&case, |_| {}), 17, "longer than staging");
}

#[test]
fn a_layout_without_scratch_is_34_and_one_outside_of_the_flash_57() {
    let mut case = case();
    let device = case.device();
    let scratch = case.layout.scratch;
    for (area, code) in [
        (Area { len: 0, ..scratch }, Status::SCRATCH_SIZE),
        (
            Area {
                start: 0x10_0000,
                ..scratch
            },
            Status::OPEN,
        ),
    ] {
        case.layout.scratch = area;
        let (_, events) = case.offered(device.clone(), &case.object());
        assert_eq!(events[0], CoreEvent::Stopped(code));
        let refused = CoreEvent::Refused(Refusal::Layout(code));
        assert!(events.contains(&refused), "{events:?}");
    }
}

#[test]
fn a_failure_that_stands_is_55_until_something_else_comes() {
    let mut bad = case();
    bad.sent[4] = 2;
    let (core, outcome) = bad.staged(bad.device());
    assert_eq!(outcome, Err(Status::PHEAD));
    let previous = CoreEvent::Refused(Refusal::Previous);
    let (core, events) = bad.offered(core.into_flash(), &bad.object());
    assert!(events.contains(&previous), "{events:?}");
    assert_eq!(Refusal::Previous.status().0, 55);
    let good = case();
    let (core, _) = good.offered(core.into_flash(), &good.object());
    let (_, events) = bad.offered(core.into_flash(), &bad.object());
    assert!(
        events.contains(&CoreEvent::Accepted { offset: 0 }),
        "cleared"
    );
}

#[test]
fn a_failure_that_may_pass_can_be_offered_again() {
    let mut bad = case();
    let last = bad.sent.len() - 1;
    bad.sent[last] ^= 1;
    let (core, outcome) = bad.staged(bad.device());
    assert_eq!(outcome, Err(Status::FILE_CRC));
    let (_, events) = bad.offered(core.into_flash(), &bad.object());
    assert!(events.contains(&CoreEvent::Accepted { offset: 0 }));
}

#[test]
fn a_patch_is_not_for_a_host_with_two_slots_nor_for_one_that_runs_nothing() {
    let mut case = case();
    case.layout = case.board.two_slot;
    let (_, outcome) = case.staged(case.device());
    assert_eq!(outcome, Err(Status::TYPE));
    case.layout = case.board.in_place;
    let (_, outcome) = case.staged(StrictFlash::new(case.board));
    assert_eq!(outcome, Err(Status::STATE));
}

/// Where a mark of the patch lies, from the start of the flash.
fn mark(case: &Case, mark: u32) -> u64 {
    let shape = Shape::of(&case.layout, &case.board.geometry).expect("fits");
    let file = u32::try_from(case.sent.len()).expect("small");
    let offset = PatchMarks::of(&shape, file).offset(mark);
    u64::from(case.layout.secondary.start + offset - case.board.flash_start())
}

/// Boots an ordered patch after `change`; the code, and whether the old image runs.
fn at_boot(change: impl FnOnce(&Case, &mut StrictFlash)) -> (u8, bool) {
    let case = case();
    let mut flash = case.ordered(case.device());
    change(&case, &mut flash);
    let (core, _) = booted(&case, flash);
    let first = (core.last_code().0, core.running().known);
    if first.1 {
        assert_eq!(core.running().version, version("old"));
    }
    let (core, events) = booted(&case, core.into_flash());
    assert_eq!(
        (core.last_code().0, core.running().known),
        first,
        "it stays so"
    );
    if !first.1 {
        assert_eq!(events, [CoreEvent::Stopped(Status(first.0))]);
    }
    first
}

/// A mark is one word here.
const SET: [u8; 4] = [0; 4];
const UNSET: [u8; 4] = [0xff; 4];

#[test]
fn marks_that_no_run_could_leave_have_their_codes() {
    let load = |marks: &'static [u32], bytes: [u8; 4]| {
        move |case: &Case, flash: &mut StrictFlash| {
            for number in marks {
                flash.load(mark(case, *number), &bytes);
            }
        }
    };
    assert_eq!(at_boot(load(&[0], UNSET)), (41, true), "not prepared");
    assert_eq!(at_boot(load(&[1, 3], SET)), (22, false), "two copies");
    assert_eq!(at_boot(load(&[2], SET)), (52, false), "done, not copied");
    assert_eq!(at_boot(load(&[5], SET)), (52, false), "out of order");
}

#[test]
fn a_patch_that_is_gone_or_cannot_be_read_leaves_the_old_image() {
    let gone = |case: &Case, flash: &mut StrictFlash| {
        let start = u64::from(case.layout.secondary.start - case.board.flash_start());
        flash.load(start, &[0xff; 64]);
    };
    assert_eq!(at_boot(gone), (48, true));
    let unreadable = |case: &Case, flash: &mut StrictFlash| {
        let head = Area {
            len: 64,
            ..case.layout.secondary
        };
        flash.wear_out(Fails::Read, head, 0);
    };
    assert_eq!(at_boot(unreadable), (49, true));
}

/// Nothing but the sizes of this host is left to object to what the file says now.
#[test]
fn a_file_that_changed_after_the_check_makes_no_erase_reach_beyond_the_scratch() {
    let old = content(20_000, 1);
    let mut new = old.clone();
    new[100] ^= 1;
    let case = Case::patch("nrf52840", 4096, old, new);
    let mut flash = case.ordered(case.device());
    let (head, head_len) = head::Head::decode(&case.sent).expect("good");
    let section = head_len + head.ops_len as usize;
    let before = section
        + case.sent[section..]
            .windows(2)
            .position(|pair| pair == CRC16.checksum(&case.old[..4096]).to_le_bytes())
            .expect("the old checksum");
    let staging = u64::from(case.layout.secondary.start - case.board.flash_start());
    flash.load(staging + 56, &32_768_u32.to_le_bytes());
    flash.load(
        staging + before as u64,
        &CRC16.checksum(&case.old).to_le_bytes(),
    );
    let (core, _) = booted(&case, flash);
    assert_eq!(core.last_code(), Status::SCRATCH_SIZE);
    assert_eq!(core.running().version, version("old"));
}

#[test]
fn an_old_image_that_changed_under_the_patch_is_21() {
    let change = |case: &Case, flash: &mut StrictFlash| {
        let block = case.layout.primary.start + 4096 - case.board.flash_start();
        flash.load(block.into(), &[0x77]);
    };
    assert_eq!(at_boot(change), (21, true));
}

#[test]
fn flash_that_fails_has_the_code_of_its_place() {
    let worn = |what, area: fn(&Case) -> Area, after| {
        at_boot(move |case, flash| flash.wear_out(what, area(case), after))
    };
    let scratch = |case: &Case| case.layout.scratch;
    let slot = |case: &Case| case.layout.primary;
    assert_eq!(worn(Fails::Erase, scratch, 0), (38, true));
    assert_eq!(worn(Fails::Program, scratch, 3), (39, true));
    assert_eq!(worn(Fails::Erase, slot, 0), (32, false));
    assert_eq!(worn(Fails::Program, slot, 3), (33, false));
    assert_eq!(worn(Fails::Read, slot, 0), (53, true));
    assert_eq!(worn(Fails::Erase, scratch, 1), (38, false), "in mid patch");
}

#[test]
fn marks_that_cannot_be_read_are_40_and_nothing_runs_until_they_can() {
    let case = case();
    let mut flash = case.ordered(case.device());
    let start = u32::try_from(mark(&case, 0)).expect("small") + case.board.flash_start();
    flash.wear_out(Fails::Read, Area { start, len: 12 }, 0);
    let (core, events) = booted(&case, flash);
    assert_eq!(events.last(), Some(&CoreEvent::Stopped(Status::PROG)));
    let mut flash = core.into_flash();
    flash.repair();
    let (core, _) = booted(&case, flash);
    assert_eq!(core.running().version, version("new"));
}

/// The record of a patch that was ordered knows of no failure yet.
#[test]
fn why_a_boot_could_not_go_on_outlives_the_transfer_that_follows() {
    for staged in [true, false] {
        let mut case = case();
        if !staged {
            case.layout.secondary.len = 0x4000;
        }
        let mut flash = case.ordered(case.device());
        let start = u32::try_from(mark(&case, 0)).expect("small") + case.board.flash_start();
        flash.wear_out(Fails::Read, Area { start, len: 12 }, 0);
        let whole = object(ObjectKind::Image, &case.new);
        let (mut core, events) = case.offered(flash, &whole);
        assert_eq!(events[..2].last(), Some(&CoreEvent::Stopped(Status::PROG)));
        let accepted = CoreEvent::Accepted { offset: 0 };
        assert!(events.contains(&accepted), "{events:?}");
        assert_eq!(core.last_code(), Status::PROG);
        core.write(&case.new[..5000]);
        rest(&mut core);
        let mut flash = core.into_flash();
        flash.repair();
        let (core, events) = booted(&case, flash);
        assert_eq!(events, [CoreEvent::Stopped(Status::PROG)], "{staged}");
        case.sent = case.new.clone();
        case.kind = ObjectKind::Image;
        case.run(core.into_flash()).expect("recovered");
    }
}

#[test]
fn a_mark_that_cannot_be_programmed_is_settled_by_a_new_record() {
    let case = case();
    for number in 1..=6 {
        for part in 0..3 {
            let mut flash = case.ordered(case.device());
            let start = u32::try_from(mark(&case, number)).expect("small") + part * 4;
            flash.wear_out(Fails::Program, Area { start, len: 4 }, 0);
            let (core, events) = booted(&case, flash);
            assert!(
                events.contains(&CoreEvent::Entered { tried: true }),
                "{events:?}"
            );
            assert_eq!(core.running().version, version("new"), "mark {number}");
        }
    }
    let mut flash = case.device();
    let start = u32::try_from(mark(&case, 0)).expect("small");
    flash.wear_out(Fails::Program, Area { start, len: 12 }, 0);
    let (_, outcome) = case.staged(flash);
    assert_eq!(outcome, Err(Status::PROG), "not prepared, so not ordered");
}

/// The digest in the head is of another image than the sections make.
#[test]
fn a_new_image_that_is_not_what_was_promised_is_1_and_stopped() {
    let mut case = case();
    case.sent[45] ^= 1;
    case.sent = resealed(case.sent);
    let (core, events) = booted(&case, case.ordered(case.device()));
    assert_eq!(events.last(), Some(&CoreEvent::Stopped(Status::NEW_CRC)));
    let (core, events) = case.offered(core.into_flash(), &case.object());
    assert!(events.contains(&CoreEvent::Refused(Refusal::Previous)));
    let whole = object(ObjectKind::Image, &case.new);
    let (_, events) = case.offered(core.into_flash(), &whole);
    assert!(
        events.contains(&CoreEvent::Accepted { offset: 0 }),
        "{events:?}"
    );
}
