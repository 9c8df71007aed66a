//! Cuts whose cells read old on one boot and new on the next.

use crate::device::{Case, content};
use fixtures::flash::{Reading, StrictFlash};

const READINGS: [Reading; 3] = [Reading::Old, Reading::New, Reading::Bits(1)];

/// One short block changes, so that a boot has few operations.
fn case(name: &str) -> Case {
    let old = content(4096 + 60, 1);
    let new = [&old[..4096 + 30], &content(70, 2)].concat();
    Case::patch(name, 4096, old, new)
}

/// Operations of the boot that applies the patch.
fn operations(case: &Case, device: &StrictFlash) -> u32 {
    let mut core = case.core(device.clone());
    while core.pending() {
        core.step();
    }
    let done = core.flash().operations() - device.operations();
    u32::try_from(done).expect("few")
}

#[test]
fn every_pair_of_cuts_in_a_patch_ends_in_the_new_image() {
    for name in ["stm32f303", "nrf52840", "stm32l476"] {
        let case = case(name);
        let device = case.ordered(case.device());
        let operations = operations(&case, &device);
        for first in 0..operations {
            for second in 0..operations {
                for one in READINGS {
                    for other in READINGS {
                        let cuts = [(first, one), (second, other)];
                        let ended = case.run_cut(device.clone(), &cuts);
                        assert_eq!(ended, Ok(()), "{name}: {cuts:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn many_cuts_in_a_row_end_in_the_new_image() {
    let case = case("stm32l476");
    let device = case.ordered(case.device());
    let operations = operations(&case, &device);
    let mut state = 0x2545_f491_u32;
    let mut draw = |below: u32| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state % below
    };
    for run in 0..1_500 {
        let cuts: Vec<(u32, Reading)> = (0..4)
            .map(|_| (draw(operations), READINGS[draw(3) as usize]))
            .collect();
        let ended = case.run_cut(device.clone(), &cuts);
        assert_eq!(ended, Ok(()), "{run}: {cuts:?}");
    }
}
