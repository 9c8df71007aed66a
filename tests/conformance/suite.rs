//! The conformance suite against the reference host and broken ones.

use std::sync::Arc;

use bridge::conform::bench::{BenchHost, run_script};
use bridge::conform::everybody::{Check, Counts, FlashCheck, ScriptCheck, judge_all};
use bridge::conform::suite::{BenchPlan, Totals, shipped};
use bridge::verdict::Class;
use fixtures::board::{Board, board};
use fixtures::cores::Stop;
use fixtures::personality::REFERENCE;
use fixtures::scenario::{Dialect, LayoutName};

fn nrf52840() -> &'static Board {
    board("nrf52840").expect("a board of this project")
}

fn failures(plan: &BenchPlan) -> (Totals, Vec<String>) {
    let scripts = shipped().expect("the shipped scripts can be read");
    let mut totals = Totals::default();
    let mut failed = Vec::new();
    plan.run(&scripts, &Stop::default(), &mut |result| {
        totals.count(&result);
        if result.failed() {
            let what = &result.outcome.what;
            failed.push(format!("{}:{}: {what}", result.name, result.outcome.line));
        }
    });
    (totals, failed)
}

#[test]
fn the_reference_host_passes_every_script() {
    let (totals, failed) = failures(&BenchPlan::new(nrf52840(), REFERENCE));
    assert_eq!(failed, Vec::<String>::new());
    assert!(totals.scripts >= 150, "{totals:?}");
    assert_eq!(totals.skipped, 0, "nothing is left out where all is chosen");
}

#[test]
fn the_reference_host_passes_in_place_what_asks_for_no_second_slot() {
    let plan = BenchPlan {
        layout: Some(LayoutName::InPlace),
        ..BenchPlan::new(nrf52840(), REFERENCE)
    };
    let (totals, failed) = failures(&plan);
    assert_eq!(failed, Vec::<String>::new());
    assert!(totals.passed >= 150, "{totals:?}");
}

#[test]
fn every_board_passes() {
    for name in ["stm32f303", "stm32f405", "stm32l476", "nrf51822", "nor128m"] {
        let board = board(name).expect("a board of this project");
        let (totals, failed) = failures(&BenchPlan::new(board, REFERENCE));
        assert_eq!(failed, Vec::<String>::new(), "{name}");
        assert!(totals.passed >= 150, "{name}: {totals:?}");
    }
}

#[test]
fn good_personalities_pass_and_broken_ones_are_caught_where_they_should() {
    let scripts = shipped().expect("the shipped scripts can be read");
    let checks: [Box<dyn Check>; 2] = [
        Box::new(ScriptCheck {
            board: nrf52840(),
            scripts,
        }),
        Box::new(FlashCheck),
    ];
    let mut counts = Counts::default();
    let mut wrong = Vec::new();
    judge_all(&checks, &Stop::default(), &mut |judged| {
        counts.count(&judged);
        if !judged.is_right() {
            let name = judged.personality.name;
            wrong.push(format!("{name}: {:?}", judged.findings));
        }
    });
    assert_eq!(wrong, Vec::<String>::new());
    assert!(counts.good >= 10 && counts.broken >= 30, "{counts:?}");
    assert_eq!((counts.accused, counts.missed), (0, 0), "{counts:?}");
}

#[test]
fn same_seed_same_bytes() {
    let scripts = shipped().expect("the shipped scripts can be read");
    for name in [
        "rig-power-boot-200",
        "ayla-boot-reports",
        "rig-patch-good-edits",
    ] {
        let script = scripts.iter().find(|script| script.name == name);
        let script = Arc::clone(script.expect("a shipped script"));
        let plan = BenchPlan::new(nrf52840(), REFERENCE);
        let host = plan.host_for(&script).expect("the script is played");
        let once = run_script(&script, &host);
        let again = run_script(&script, &host);
        assert_eq!(once, again, "{name}");
        assert!(once.transcript.to_string().lines().count() > 5, "{name}");
    }
}

#[test]
fn what_a_host_does_not_claim_is_skipped_with_the_reason() {
    let scripts = shipped().expect("the shipped scripts can be read");
    let plan = BenchPlan {
        dialect: Some(Dialect::Ayla),
        layout: Some(LayoutName::TwoSlot),
        ..BenchPlan::new(nrf52840(), REFERENCE)
    };
    let reason = |name: &str| {
        let script = scripts.iter().find(|script| script.name == name);
        plan.host_for(script.expect("a shipped script")).err()
    };
    assert_eq!(
        reason("rig-hello-facts").as_deref(),
        Some("the host speaks ayla")
    );
    let in_place = reason("ayla-boot-four-tries");
    assert_eq!(
        in_place.as_deref(),
        Some("the host does not claim in-place")
    );
    assert_eq!(reason("ayla-link-ack-0"), None);
    let host = BenchHost::new(nrf52840(), Dialect::Ayla, LayoutName::TwoSlot);
    assert!(!host.claims().claims.iter().any(|claim| claim == "patches"));
}

#[test]
fn a_dead_line_is_no_fault_of_the_host() {
    let scripts = shipped().expect("the shipped scripts can be read");
    let script = scripts
        .iter()
        .find(|script| script.name == "rig-hello-facts");
    let script = Arc::clone(script.expect("a shipped script"));
    for (personality, class) in [
        ("silent", Class::LinkError),
        ("garbage", Class::LinkError),
        ("reference", Class::Pass),
    ] {
        let plan = BenchPlan::new(nrf52840(), personality);
        let host = plan.host_for(&script).expect("the script is played");
        assert_eq!(
            run_script(&script, &host).outcome.class,
            class,
            "{personality}"
        );
    }
}
