//! Expectations, limits and repetitions of the bench.

use std::collections::VecDeque;
use std::time::Duration;

use fixtures::board::board;
use fixtures::flash::StrictFlash;
use fixtures::host::{Host, HostCounters};
use fixtures::scenario::{Ram, parse};
use host_agent::event::HostEvent;
use protocol_spec::text::Version;

use super::look::Watch;
use super::*;
use crate::host_line::HostLine;
use crate::job::LineConfig;
use crate::link::wire::LineModel;
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

/// A pass that is none: the host knows the version, and holds another image of that name.
fn namesakes(faults: &str) -> Scenario {
    let text = format!(
        "version = 1\ntitle = \"t\"\nboard = \"nrf51822\"\ndialect = \"ayla\"\n{faults}\n\
         image = {{ size = 2000, version = \"1.1\" }}\n\
         old_image = {{ size = 2000, version = \"1.1\", seed = 5 }}\n\
         expect = {{ class = \"pass\", sound = true }}\n"
    );
    parse(&text).unwrap()
}

#[test]
fn a_fault_that_never_struck_excuses_no_lie() {
    for faults in [
        "",
        "faults = [{ wear_out = { erases = 1000 } }]",
        "faults = [{ host_reset = { at_bytes = 2000 } }]",
        "faults = [{ reset_unconfirmed = { after_ms = 10 } }]",
    ] {
        let end = run_with(&namesakes(faults), None, &mut |_| ());
        assert!(
            matches!(end.soundness, Some(Soundness::Lie(_))),
            "{faults}: {:?}",
            end.soundness
        );
    }
}

/// Enters something that is neither image, and has the new one in its next step.
struct Hasty {
    flash: StrictFlash,
    new: Vec<u8>,
    notes: VecDeque<HostNote>,
    steps: u64,
}

impl Host for Hasty {
    fn handle_input(&mut self, _: Tick, _: &[u8]) {}
    fn handle_timeout(&mut self, _: Tick) {
        self.steps += 1;
        if self.steps == 1 {
            let version = Version::default();
            let entered = HostEvent::Entered {
                version,
                tried: false,
            };
            self.notes.push_back(HostNote::Agent(entered));
        } else {
            self.flash.load(0, &self.new);
        }
    }
    fn poll_transmit(&mut self, _: &mut Vec<u8>) -> usize {
        0
    }
    fn poll_timeout(&self) -> Option<Tick> {
        (self.steps < 2).then_some(Tick::from_millis(self.steps))
    }
    fn poll_event(&mut self) -> Option<HostNote> {
        self.notes.pop_front()
    }
    fn power_cut(&mut self, _: Tick) {}
    fn power_on(&mut self, _: Tick) {}
    fn reset(&mut self, _: Tick, _: Ram) {}
    fn powered(&self) -> bool {
        true
    }
    fn flash(&self) -> &StrictFlash {
        &self.flash
    }
    fn flash_mut(&mut self) -> &mut StrictFlash {
        &mut self.flash
    }
    fn counters(&self) -> HostCounters {
        HostCounters::default()
    }
}

#[test]
fn what_a_host_enters_is_looked_at_when_it_enters_it() {
    let flash = StrictFlash::new(board("nrf52840").unwrap());
    let new = vec![7; 16];
    let host = Hasty {
        flash,
        new: new.clone(),
        notes: VecDeque::new(),
        steps: 0,
    };
    let model = LineModel::at(LineConfig::UNPACED);
    let line = HostLine::new(Box::new(host), model, model);
    let mut bench = Bench::new(line, Tick::from_secs(1));
    let old = vec![5; 16];
    bench.watch(Watch { slot: 0, old, new });
    bench.wait(Tick::ZERO + Duration::from_millis(5));
    bench.tell(&mut |_| ());
    assert!(bench.has_mixed());
    let watch = bench.watched().unwrap();
    assert_eq!(watch.holds(bench.host()), look::Holds::New);
}
