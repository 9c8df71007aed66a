//! Every cut of shipped updates, in every shape: one cut of whole ones, pairs of cuts of short ones.

use bridge::sweep::power::bed;
use fixtures::scenario::{Scenario, parse, shipped_text};
use fixtures::sweep::{Report, Settings, Tears};

fn scenario(name: &str) -> Scenario {
    parse(shipped_text(name).expect("shipped")).expect("good")
}

fn sweep(scenario: &Scenario, depth: u32) -> Report {
    let settings = Settings {
        depth,
        tears: Tears::All,
        memo: true,
        threads: None,
    };
    let bed = bed(scenario).expect("can be swept");
    bed.sweep(settings, &mut |_| ()).expect("passes")
}

#[test]
fn every_cut_of_an_update_on_each_part_ends_in_the_new_image() {
    for name in [
        "rig-nrf51822",
        "rig-nrf52840",
        "rig-stm32f303",
        "rig-stm32f405",
        "rig-stm32l476",
        "ayla-nrf52840",
        "ayla-in-place-nrf52840",
        "rig-in-place-nrf52840",
        "rig-patch-nrf52840",
        "rig-patch-stm32f405",
        "rig-patch-stm32l476",
    ] {
        let report = sweep(&scenario(name), 1);
        assert_eq!(
            (report.bricks, &report.failures[..]),
            (0, &[][..]),
            "{name}"
        );
        // The shapes of each operation: prefix, suffix, two of some bits, after, and unstable in three
        // readings; and before the first.
        assert_eq!(report.runs, 8 * report.operations + 1, "{name}");
    }
}

/// A patch of two short blocks.
#[test]
fn every_two_cuts_of_a_patch_end_in_the_new_image() {
    for (board, block_len) in [("nrf51822", 1024), ("nrf52840", 4096), ("stm32l476", 2048)] {
        let text = format!(
            "version = 1\ntitle = \"x\"\nboard = \"{board}\"\nlayout = \"in-place\"\n\
             dialect = \"rig\"\n[image]\nsize = 6000\nversion = \"2\"\nedits = 2\nseed = 7\n\
             [old_image]\nsize = 6000\nversion = \"1\"\n\
             [patch]\ngiven = \"file\"\nblock_len = {block_len}\nneeds_ram = 4096\n\
             [expect]\nclass = \"pass\"\n"
        );
        let report = sweep(&parse(&text).expect("good"), 2);
        assert_eq!(
            (report.bricks, &report.failures[..]),
            (0, &[][..]),
            "{board}"
        );
        assert!(report.runs > report.executed * 10, "{report:?}");
    }
}
