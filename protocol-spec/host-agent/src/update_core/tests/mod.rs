//! Whole updates on a small strict flash, with every power cut.

mod bench;
mod cost;
mod decisions;
mod failures;
mod in_place;
mod ram_flash;
mod unreadable;
mod wrapper;

use std::vec::Vec;

use protocol_spec::codes::Status;

use self::bench::Bench;
use self::ram_flash::{Cut, Reading, Tear, mix};
use super::EraseWhen;

const TEARS: [(Tear, Reading); 11] = [
    (Tear::Before, Reading::Old),
    (Tear::After, Reading::Old),
    (Tear::Prefix, Reading::Old),
    (Tear::Suffix, Reading::Old),
    (Tear::Unstable, Reading::Old),
    (Tear::Unstable, Reading::New),
    (Tear::Unstable, Reading::Seeded(1)),
    (Tear::Unstable, Reading::Seeded(2)),
    (Tear::Unstable, Reading::Seeded(3)),
    (Tear::Unstable, Reading::Erased),
    (Tear::Unstable, Reading::Programmed),
];

#[test]
fn an_update_without_a_cut_ends_in_the_new_image() {
    let end = Bench::new(700, 900).run(&[]).unwrap();
    assert!(end.updated);
    assert_eq!(
        (end.code, end.boots, end.offsets),
        (Status::DONE, 3, [0].into())
    );
}

/// Every cut of one boot: after each operation, in each shape.
fn cuts_of(ops: u64) -> Vec<Cut> {
    let all = |after| {
        TEARS.map(|(tear, reading)| Cut {
            after,
            tear,
            reading,
        })
    };
    (0..ops).flat_map(all).collect()
}

/// A cut that never comes, for a boot that is to run through.
const NO_CUT: Cut = Cut {
    after: u64::MAX,
    tear: Tear::Before,
    reading: Reading::Old,
};

#[test]
fn every_single_cut_ends_in_the_new_image() {
    for (old, new) in [(700, 900), (900, 700), (256, 1536), (1536, 1)] {
        for erase in [EraseWhen::Ahead, EraseWhen::BeforeAccept] {
            let bench = Bench {
                erase,
                ..Bench::new(old, new)
            };
            let clean = bench.run(&[]).unwrap();
            for (boot, ops) in clean.ops.iter().enumerate() {
                for cut in cuts_of(*ops) {
                    let mut cuts = [NO_CUT].repeat(boot);
                    cuts.push(cut);
                    let end = bench.run(&cuts).unwrap_or_else(|why| {
                        panic!("{old} to {new}, boot {boot}, {cut:?}: {why}");
                    });
                    assert_eq!(end.power_cuts, 1, "boot {boot}, {cut:?}");
                    assert!(
                        end.updated || end.code == Status::BOOT,
                        "{boot} {cut:?} {end:?}"
                    );
                }
            }
        }
    }
}

/// Both images of the small geometry, with as many cuts as one run can have.
fn every_pair(bench: &Bench, tears: &[(Tear, Reading)]) -> usize {
    let clean = bench.run(&[]).unwrap();
    let mut runs = 0;
    for (boot, ops) in clean.ops.iter().enumerate() {
        for first in cuts_of(*ops).into_iter().filter(|cut| has(tears, cut)) {
            let mut cuts = [NO_CUT].repeat(boot);
            cuts.push(first);
            let recovery = bench
                .run(&cuts)
                .unwrap_or_else(|why| panic!("{cuts:?}: {why}"));
            for (later, ops) in recovery.ops.iter().enumerate().skip(boot + 1) {
                for second in cuts_of(*ops).into_iter().filter(|cut| has(tears, cut)) {
                    let mut cuts = cuts.clone();
                    cuts.resize(later, NO_CUT);
                    cuts.push(second);
                    let end = bench
                        .run(&cuts)
                        .unwrap_or_else(|why| panic!("{cuts:?}: {why}"));
                    assert!(end.updated || end.code == Status::BOOT, "{cuts:?} {end:?}");
                    runs += 1;
                }
            }
        }
    }
    runs
}

fn has(tears: &[(Tear, Reading)], cut: &Cut) -> bool {
    tears.contains(&(cut.tear, cut.reading))
}

#[test]
fn every_pair_of_cuts_ends_in_the_new_image() {
    let tears = [TEARS[1], TEARS[4], TEARS[5]];
    let runs = every_pair(&Bench::new(300, 500), &tears);
    assert!(runs > 10_000, "{runs} runs");
}

/// A seal that reads unset, then an erase of that record that does not bite, then a boot that
/// reads it set, then one that reads the record erased.
#[test]
fn a_record_that_was_never_sealed_never_comes_back() {
    let bench = Bench::new(300, 500);
    let clean = bench.run(&[]).unwrap();
    let cut = |after, tear, reading| Cut {
        after,
        tear,
        reading,
    };
    for first in 0..clean.ops[0] {
        for second in 0..clean.ops[0] {
            let torn = [
                cut(first, Tear::Unstable, Reading::Old),
                cut(second, Tear::Unstable, Reading::Programmed),
            ];
            for third in 0..clean.ops[1] {
                let cuts = [torn[0], torn[1], cut(third, Tear::Before, Reading::Erased)];
                let end = bench
                    .run(&cuts)
                    .unwrap_or_else(|why| panic!("{cuts:?}: {why}"));
                assert!(end.updated || end.code == Status::BOOT, "{cuts:?} {end:?}");
            }
        }
    }
}

#[test]
fn many_cuts_in_a_row_end_in_the_new_image() {
    for seed in 0..20_000 {
        let bench = Bench::new(300, 500);
        let pick = |index, below: usize| mix(seed, index) as usize % below;
        let cuts: Vec<Cut> = (0..6)
            .map(|index| {
                let (tear, reading) = TEARS[pick(index, TEARS.len())];
                Cut {
                    after: pick(index + 100, 40) as u64,
                    tear,
                    reading,
                }
            })
            .collect();
        let end = bench
            .run(&cuts)
            .unwrap_or_else(|why| panic!("{cuts:?}: {why}"));
        assert!(end.updated || end.code == Status::BOOT, "{cuts:?} {end:?}");
    }
}
