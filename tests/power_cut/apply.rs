//! A whole update by patch, without a cut: what it ends in and what it wears.

use fixtures::flash::StrictFlash;
use host_agent::effect::Effect;
use host_agent::flash::READ_BYTES_MAX;
use host_agent::layout::Area;
use host_agent::update_core::CoreEvent;
use protocol_spec::Status;
use protocol_spec::patch::Head;

use crate::device::{Case, Core, content, rest};
use crate::worn::{Fails, Wear};

/// Images of five blocks and a bit; blocks 1 and 3 change, and the last grows.
pub(crate) fn pair(block_len: usize) -> (Vec<u8>, Vec<u8>) {
    let old = content(5 * block_len + 100, 1);
    let mut new = old.clone();
    new[block_len + 10..block_len + 90].copy_from_slice(&content(80, 2));
    new[4 * block_len - 5..4 * block_len].fill(0x5a);
    new.extend_from_slice(&content(300, 3));
    (old, new)
}

/// The three boards; the blocks of the last are its sectors, so that only the second changes.
pub(crate) fn cases() -> [Case; 3] {
    let (old, new) = pair(4096);
    let sector = 128 * 1024;
    let large = content(sector + 3000, 1);
    let grown = [&large[..sector + 2000], &content(1500, 4)].concat();
    [
        Case::patch("nrf52840", 4096, old.clone(), new.clone()),
        Case::patch("stm32l476", 4096, old, new),
        Case::patch("stm32f405", 128 * 1024, large, grown),
    ]
}

#[test]
fn a_patch_is_applied_on_each_board() {
    for case in cases() {
        let (flash, boots) = case.run(case.device()).expect(case.board.name);
        assert_eq!(boots, 3, "{}: offer, patch, confirmed", case.board.name);
        assert!(flash.violations().is_empty(), "{:?}", flash.violations());
    }
}

#[test]
fn a_patch_that_makes_the_image_shorter_is_applied() {
    let (new, old) = pair(4096);
    for new in [new[..4096 + 7].to_vec(), new] {
        let case = Case::patch("nrf52840", 8192, old.clone(), new);
        case.run(case.device()).expect("applied");
    }
}

#[test]
fn the_blocks_are_told_one_after_the_other() {
    let [case, ..] = cases();
    let mut core = case.core(case.ordered(case.device()));
    let told: Vec<(u32, Status)> = rest(&mut core)
        .into_iter()
        .filter_map(|event| match event {
            CoreEvent::Block { block, state, code } => {
                assert_eq!(code, Status::DONE);
                Some((block, state))
            }
            _ => None,
        })
        .collect();
    let each = [Status::START, Status::COPIED, Status::DONE];
    let wanted: Vec<_> = [1, 3, 5]
        .map(|block| each.map(|state| (block, state)))
        .concat();
    assert_eq!(told, wanted);
}

/// What is told of blocks.
fn block_events(case: &Case, flash: StrictFlash) -> Vec<CoreEvent> {
    let mut events = rest(&mut case.core(flash));
    events.retain(|event| matches!(event, CoreEvent::Block { .. }));
    events
}

#[test]
fn a_block_that_is_decoded_again_is_told_once() {
    let [case, ..] = cases();
    let device = case.ordered(case.device());
    let wanted = block_events(&case, device.clone());
    assert_eq!(wanted.len(), 9);
    for after in 0..40 {
        let mut flash = device.clone();
        flash.wear_out_once(Fails::Program, case.layout.scratch, after);
        assert_eq!(block_events(&case, flash), wanted, "program {after}");
    }
}

/// Short pieces of the old image in another order, each of which is an operation: more than one read
/// holds, in one block or in those before the one that fails once.
#[test]
fn no_step_reads_more_than_it_may_however_many_operations_there_are() {
    let old = content(60_000, 1);
    let new: Vec<u8> = content(4000, 2)
        .chunks(2)
        .flat_map(|place| {
            let at = usize::from(place[0]) << 7 | usize::from(place[1]);
            &old[at..at + 32]
        })
        .copied()
        .collect();
    for (name, block_len, sections) in [("stm32f405", 128 * 1024, 1), ("nrf52840", 4096, 16)] {
        let case = Case::patch(name, block_len, old.clone(), new.clone());
        let (head, _) = Head::decode(&case.sent).expect("good");
        assert_eq!(head.sections, sections);
        assert!(head.ops_len as usize > READ_BYTES_MAX);
        let device = case.ordered(case.device());
        let mut flash = device.clone();
        flash.wear_out_once(Fails::Program, case.layout.scratch, 240);
        for flash in [device, flash] {
            let events = rest(&mut case.core(flash));
            let entered = CoreEvent::Entered { tried: true };
            assert!(events.contains(&entered), "{events:?}");
        }
    }
}

/// Erases of each unit of `area`.
pub(crate) fn wear(case: &Case, flash: &StrictFlash, area: Area) -> Vec<u32> {
    let geometry = &case.board.geometry;
    let all = geometry.units(geometry.start()..geometry.end());
    all.zip(flash.wear())
        .filter(|((start, _), _)| (area.start..area.end()).contains(start))
        .map(|(_, wear)| *wear)
        .collect()
}

#[test]
fn each_changed_block_is_erased_once_and_no_other() {
    let [case, l476, _] = cases();
    for (case, units) in [(case, 1), (l476, 2)] {
        let device = case.ordered(case.device());
        let before = |area| wear(&case, &device, area);
        let (slot, scratch) = (before(case.layout.primary), before(case.layout.scratch));
        let (flash, _) = case.run(device.clone()).expect("applied");
        let after = wear(&case, &flash, case.layout.primary);
        for (unit, (before, after)) in slot.iter().zip(&after).enumerate() {
            let changed = [1, 3, 5].contains(&(unit / units));
            assert_eq!(after - before, u32::from(changed), "unit {unit}");
        }
        let after = wear(&case, &flash, case.layout.scratch);
        // The last block is short, so that it takes one unit of the scratch only.
        let erases: u32 = after.iter().zip(&scratch).map(|(a, b)| a - b).sum();
        assert_eq!(erases, if units == 1 { 3 } else { 5 });
    }
}

#[test]
fn the_digest_on_record_is_that_of_the_new_image() {
    let [case, ..] = cases();
    let (flash, _) = case.run(case.device()).expect("applied");
    let mut core = case.core(flash);
    rest(&mut core);
    let wanted = crate::device::object(protocol_spec::rig::message::ObjectKind::Image, &case.new);
    assert_eq!(core.running().digest, wanted.digest);
    // Offered again as a whole, it is what runs already: the record has version and digest of it.
    let (_, events) = case.offered(core.into_flash(), &wanted);
    let same = CoreEvent::Refused(host_agent::update_core::Refusal::SameVersion);
    assert!(events.contains(&same), "{events:?}");
}

#[test]
fn at_a_block_boundary_a_fresh_boot_goes_on_alike() {
    for case in cases() {
        let mut core = case.core(case.ordered(case.device()));
        let mut boundaries = 0;
        let mut last = None;
        while core.pending() {
            let upcoming = core.upcoming();
            let after_mark = matches!(last, Some(Effect::PatchMark { .. }));
            if after_mark && matches!(upcoming, Effect::SeekSection { .. }) {
                let fresh = case.core(core.flash().clone());
                assert_eq!(rest_of_the_legs(&core), rest_of_the_legs(&fresh));
                boundaries += 1;
            }
            if !matches!(upcoming, Effect::Tell(_)) {
                last = Some(upcoming);
            }
            core.step();
        }
        let sections = if case.block_len == 4096 { 3 } else { 1 };
        assert_eq!(boundaries, 2 * sections - 1, "{}", case.board.name);
    }
}

/// What is still to be erased, decoded and copied until an image is entered.
fn rest_of_the_legs(core: &Core) -> Vec<Effect> {
    let mut core = core.clone();
    let mut effects = Vec::new();
    while core.pending() {
        let effect = core.upcoming();
        let of_a_leg = matches!(
            effect,
            Effect::EraseBlock { .. } | Effect::CopyBlock { .. } | Effect::DecodeBlock { .. }
        );
        effects.extend(of_a_leg.then_some(effect));
        core.step();
    }
    assert!(!effects.is_empty());
    effects
}

#[test]
fn the_report_comes_before_the_stated_time_even_with_one_failure() {
    for case in cases() {
        let (mut core, outcome) = case.staged(case.device());
        assert_eq!(outcome, Ok(()));
        core.boot();
        rest(&mut core);
        // Reset and start take the rest.
        let most = (u64::from(core.report_ms_max()) - 3_000) * 1_000;
        let device = core.into_flash();
        for after in 0..4 {
            let mut flash = device.clone();
            flash.wear_out_once(Fails::Program, case.layout.scratch, after);
            let erased =
                |flash: &StrictFlash| flash.wear().iter().map(|it| u64::from(*it)).sum::<u64>();
            let before = (flash.operations(), erased(&flash));
            let mut core = case.core(flash);
            let events = rest(&mut core);
            assert!(
                events.contains(&CoreEvent::Entered { tried: true }),
                "{events:?}"
            );
            let erases = erased(core.flash()) - before.1;
            let programs = core.flash().operations() - before.0 - erases;
            let geometry = &case.board.geometry;
            let worst = erases * u64::from(geometry.erase_ms_max) * 1_000
                + programs * u64::from(geometry.program_us_max);
            assert!(worst <= most, "{}: {worst} of {most} us", case.board.name);
            assert!(most < 4 * worst + 60_000_000, "{}: {most}", case.board.name);
        }
    }
}

/// A patch whose marks lie in two erase units: the file ends just before the end of one.
pub(crate) fn crossing() -> Case {
    let (old, mut new) = pair(4096);
    for _ in 0..50 {
        let case = Case::patch("nrf52840", 4096, old.clone(), new.clone());
        let room = 4096 - case.sent.len() % 4096;
        if (10..60).contains(&room) {
            return case;
        }
        let more = if room > 60 { room - 30 } else { 4096 };
        new.extend_from_slice(&content(more, u32::try_from(new.len()).expect("small")));
    }
    panic!("no such patch");
}

#[test]
fn marks_behind_the_last_unit_of_the_file_find_it_erased() {
    let case = crossing();
    let staging = case.layout.secondary;
    let mut flash = case.device();
    let start = u64::from(staging.start - case.board.flash_start());
    flash.load(start, &vec![0x5a; staging.len as usize]);
    let (ended, _) = case.run(flash.clone()).expect("applied");
    assert!(ended.violations().is_empty());
    let file = u32::try_from(case.sent.len()).expect("small");
    let behind = Area {
        start: staging.start + file.next_multiple_of(4096),
        len: 4096,
    };
    flash.wear_out(Fails::EraseHidden, behind, 0);
    let (_, outcome) = case.staged(flash);
    assert_eq!(outcome, Err(Status::PROG));
}
