//! A good host without one of its effects: each is noticed, so that none is needless.

use std::collections::BTreeSet;

use bridge::conform::everybody::fault;
use bridge::conform::suite::{BenchPlan, shipped};
use fixtures::board::board;
use fixtures::personality::{Personality, Verdict, omitted, personalities};
use fixtures::scenario::LayoutName;
use fixtures::sweep::{accuse, accuse_together};

/// Whether a script fails it as a host: an error of the rig notices nothing.
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
            scripts.iter().any(|script| {
                let found = fault(personality, plan.run_one(script));
                found.expect("the rig makes no error").is_some()
            })
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

/// Where kinds of effects get their names.
const KINDS: &str = include_str!("../../fixtures/src/wrong/omit.rs");

#[test]
fn every_kind_of_effect_has_a_host_that_leaves_it_out() {
    let (_, names) = KINDS.split_once("fn name(").expect("a function");
    let names: BTreeSet<&str> = names.split('"').skip(1).step_by(2).collect();
    assert!(names.len() > 50, "{names:?}");
    let listed = omitted()
        .iter()
        .filter_map(|it| it.name.strip_prefix("omit-"));
    assert_eq!(listed.collect::<BTreeSet<&str>>(), names);
}
