//! A good host without one of its effects: each is noticed, so that none is needless.

use bridge::conform::suite::{BenchPlan, shipped};
use fixtures::board::board;
use fixtures::personality::{Personality, Verdict, omitted, personalities};
use fixtures::scenario::LayoutName;
use fixtures::sweep::{accuse, accuse_together};

/// Whether a script notices it.
fn a_script_fails(personality: &Personality) -> bool {
    let board = board("nrf52840").expect("known");
    let scripts = shipped().expect("can be read");
    [LayoutName::TwoSlot, LayoutName::InPlace]
        .into_iter()
        .any(|layout| {
            let plan = BenchPlan {
                layout: Some(layout),
                ..BenchPlan::new(board, personality.name)
            };
            scripts.iter().any(|script| plan.run_one(script).failed())
        })
}

#[test]
fn every_effect_that_is_left_out_is_noticed() {
    let mut unnoticed = Vec::new();
    for personality in omitted() {
        let on_flash = accuse(personality).expect("can be made").is_some();
        if on_flash || a_script_fails(personality) {
            continue;
        }
        let together = accuse_together(personality).expect("can be made");
        if together.is_none() {
            unnoticed.push(personality.name.trim_start_matches("omit-"));
        }
    }
    assert!(unnoticed.is_empty(), "needless: {unnoticed:?}");
}

#[test]
fn no_good_host_is_accused_of_faults_that_come_together() {
    for it in personalities()
        .iter()
        .filter(|it| it.verdict == Verdict::Good)
    {
        let found = accuse_together(it).expect("can be made");
        assert_eq!(found, None, "{}", it.name);
    }
}
