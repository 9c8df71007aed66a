//! What a boot that swaps costs, against the bound that the report time is made of.

use super::bench::Bench;
use super::decisions::{Core, booted};
use super::failures::ordered;
use super::ram_flash::{IN_PLACE, LAYOUT, RamFlash, Reading};
use crate::effect::PatchFacts;
use crate::planner::Shape;
use crate::update_core::CoreEvent;

/// Boots with the `fail`th operation failing; the operations until the image is entered.
fn entered(mut flash: RamFlash, fail: Option<u64>) -> (u64, u64, u64) {
    flash.fail_at = fail.map(|op| flash.total + op);
    flash.power_on(Reading::Old, None);
    let mut core = Core::new(flash, LAYOUT);
    while !matches!(core.step(), Some(CoreEvent::Entered { .. })) {
        assert!(core.pending(), "{fail:?}: never entered");
    }
    let flash = core.flash();
    (flash.erases, flash.ops - flash.erases, flash.bytes_read)
}

#[test]
fn no_boot_with_one_failure_costs_more_than_the_bound() {
    for (old, new) in [(700, 900), (1536, 1536), (1, 1)] {
        let bench = Bench::new(old, new);
        let flash = ordered(&bench);
        let shape = Shape::of(&LAYOUT, flash.geometry_of()).unwrap();
        let longer = u32::try_from(old.max(new)).unwrap();
        let most = shape.boot_cost(longer);
        let (erases, programs, _) = entered(flash.clone(), None);
        for fail in (0..=erases + programs).map(|op| (op > 0).then_some(op)) {
            let (erases, programs, reads) = entered(flash.clone(), fail);
            assert!(erases <= most.erases, "{fail:?}: {erases} erases, {most:?}");
            assert!(programs <= most.programs, "{fail:?}: {programs}, {most:?}");
            assert!(reads <= most.reads, "{fail:?}: {reads} bytes, {most:?}");
        }
    }
}

#[test]
fn the_bound_of_each_block_is_what_a_block_costs() {
    let shape = Shape::of(&LAYOUT, RamFlash::new().geometry_of()).unwrap();
    let cost = |blocks: u16| {
        let len = usize::from(blocks) * 512;
        entered(ordered(&Bench::new(len, len - 1)), None)
    };
    let (one, three) = (cost(1), cost(3));
    let (low, high) = (shape.boot_cost(512), shape.boot_cost(1536));
    assert_eq!(three.0 - one.0, high.erases - low.erases);
    assert_eq!(three.1 - one.1, high.programs - low.programs);
    let (_, events) = booted(ordered(&Bench::new(1536, 1535)));
    let swaps = events
        .iter()
        .filter(|event| matches!(event, CoreEvent::Swap { .. }));
    assert_eq!(swaps.count(), 3);
}

/// Operations are read for the survey, on the way from section to section, and once more after a
/// failure.
#[test]
fn the_bound_of_a_patch_grows_with_its_file() {
    let shape = Shape::of(&IN_PLACE, RamFlash::new().geometry_of()).unwrap();
    let reads = |file_len| {
        let patch = PatchFacts {
            file_len,
            old_len: 1024,
            new_len: 1024,
            block_len: 512,
            sections: 2,
        };
        shape.apply_cost(&patch).reads
    };
    let more = reads(3_000_000) - reads(1_000);
    assert_eq!(more, 3 * (3_000_000 - 1_000));
    assert!(reads(1_000) < 40_000, "{}", reads(1_000));
}
