//! A good host without one of its effects: each is noticed, so that none is needless.

use bridge::conform::suite::{BenchPlan, shipped};
use bridge::sweep::accuse::accuse;
use fixtures::board::board;
use fixtures::personality::{Personality, omitted};
use fixtures::scenario::LayoutName;

/// Effects whose want takes more than one fault to show, and which. None of them is needless, and none of
/// the checks here is made for them yet.
const TAKES_MORE: [(&str, &str); 9] = [
    ("void-set", "a torn seal, a torn void mark and a torn erase"),
    (
        "void-firm",
        "a torn seal, a torn void mark and a torn erase",
    ),
    ("seal-set", "a torn seal that reads unset after it read set"),
    ("seal-set-again", "two torn units of a seal"),
    ("seal-firm-again", "two torn units of a seal"),
    (
        "draft-count-try",
        "a worn mark, and resets before the confirmation",
    ),
    ("verify-retire", "a hidden failure, and then a fall-back"),
    (
        "rewind-patch",
        "a failure behind the first section of a patch",
    ),
    (
        "verify-erased",
        "a hidden failure of an erase, and then a cut",
    ),
];

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
        if !on_flash && !a_script_fails(personality) {
            unnoticed.push(personality.name.trim_start_matches("omit-"));
        }
    }
    let known: Vec<&str> = TAKES_MORE.iter().map(|(name, _)| *name).collect();
    assert_eq!(unnoticed, known);
}
