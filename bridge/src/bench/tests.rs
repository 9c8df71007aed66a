//! Expectations, limits and repetitions of the bench.

use fixtures::scenario::parse;

use super::*;
use crate::verdict::Class;

fn scenario(more: &str, class: &str) -> Scenario {
    let text = format!(
        "version = 1\ntitle = \"t\"\nboard = \"nrf52840\"\ndialect = \"rig\"\n{more}\n\
         image = {{ size = 9000, version = \"1.1\" }}\nexpect = {{ class = \"{class}\" }}\n"
    );
    parse(&text).unwrap()
}

#[test]
fn a_pass_where_a_failure_was_expected_is_a_failure() {
    let outcome = run(&scenario("", "host-failed"), None);
    assert_eq!(outcome.verdict.class, Class::HostFailed);
    assert_eq!(outcome.updates[0].class, Class::Pass);
    assert_eq!(outcome.unmet, ["class: host-failed expected, pass found"]);
}

#[test]
fn an_expected_failure_is_a_pass_that_keeps_its_code() {
    let outcome = run(&scenario("personality = \"refuses\"", "host-failed"), None);
    assert_eq!(outcome.verdict.class, Class::Pass);
    assert_eq!(outcome.verdict.status, outcome.updates[0].status);
    assert!(outcome.updates[0].status.is_some());
}

#[test]
fn virtual_time_has_a_limit() {
    let outcome = run(&scenario("time_limit_s = 1", "host-failed"), None);
    assert!(
        outcome.updates[0].headline.contains("time limit"),
        "{:?}",
        outcome.updates
    );
}

#[test]
fn parts_that_do_not_go_together_are_an_error_of_the_rig() {
    let mut scenario = scenario("", "pass");
    scenario.board = "no such board".to_owned();
    assert_eq!(run(&scenario, None).verdict.class, Class::RigError);
}

#[test]
fn every_repetition_has_its_verdict() {
    let outcome = run(&scenario("repeat = 3", "pass"), None);
    assert_eq!(outcome.updates.len(), 3);
    assert!(outcome.transcript.contains("run 3 of 3"));
}

#[test]
fn whoever_steps_the_bench_gets_a_verdict_from_a_time_limit_too() {
    let mut parts = setup::Parts::make(&scenario("", "pass"), Seed(1), None).unwrap();
    let mut bench = Bench::new(parts.line.take().unwrap(), Tick::from_millis(20));
    bench.begin(parts.job(&scenario("", "pass"), Seed(1), 1));
    let mut verdicts = Vec::new();
    let mut tell = |told: &Told<'_>| {
        if let Told::Engine(Stamped {
            event: crate::event::Event::Verdict(verdict),
            ..
        }) = told
        {
            verdicts.push(verdict.headline.clone());
        }
    };
    while let Some(next) = bench.next_due() {
        assert!(next <= Tick::from_millis(20));
        bench.step(next);
        bench.tell(&mut tell);
    }
    bench.tell(&mut tell);
    bench.tell(&mut tell);
    assert_eq!(verdicts, ["The time limit of 0.020000 s was reached"]);
    assert_eq!(
        bench.verdict().map(|verdict| verdict.class),
        Some(Class::HostFailed)
    );
}
