//! However the line cuts the bytes, a run is the same.

use core::time::Duration;

use proptest::prelude::*;
use protocol_spec::tick::Tick;

use super::ayla_host::{AylaHost, Knobs as AylaKnobs};
use super::garbage::{Dice, WildHost, ayla_message, rig_message};
use super::line::TestHost;
use super::rig_host::{Knobs as RigKnobs, RigHost};
use super::{ayla_job, image, rig_job};
use crate::engine::Engine;
use crate::event::Stamped;
use crate::job::{LineConfig, UpdateJob};

/// What the host says within this time reaches the engine at once.
const HEAP: Duration = Duration::from_millis(100);
const ROUNDS: u32 = 40_000;

/// How what has come is cut.
#[derive(Clone)]
enum Cut {
    Whole,
    Bytewise,
    Random(Dice),
}

impl Cut {
    fn next(&mut self, left: usize) -> usize {
        match self {
            Self::Whole => left,
            Self::Bytewise => 1,
            Self::Random(dice) => 1 + usize::try_from(dice.roll(40)).expect("small").min(left - 1),
        }
    }
}

/// All events of a run whose host is heard in heaps, the verdict last.
fn events(mut engine: Engine, host: &mut dyn TestHost, mut cut: Cut) -> Vec<Stamped> {
    let mut now = Tick::ZERO;
    let mut events = Vec::new();
    for _ in 0..ROUNDS {
        engine.handle_timeout(now);
        let heap: Vec<u8> = std::iter::from_fn(|| host.poll_transmit(now))
            .flatten()
            .collect();
        let mut left = heap.as_slice();
        while !left.is_empty() {
            let (piece, rest) = left.split_at(cut.next(left.len()));
            engine.handle_input(now, piece);
            left = rest;
        }
        let mut out = Vec::new();
        while engine.poll_transmit(now, &mut out) > 0 {}
        host.handle_input(now, &out);
        events.extend(std::iter::from_fn(|| engine.poll_event()));
        if engine.verdict().is_some() {
            return events;
        }
        now += HEAP;
    }
    panic!("no verdict in {ROUNDS} rounds");
}

fn compare<H: TestHost>(job: fn() -> UpdateJob, host: &dyn Fn() -> H, seed: u64) {
    let run = |cut| events(Engine::new(job()), &mut host(), cut);
    let whole = run(Cut::Whole);
    for (name, cut) in [
        ("bytewise", Cut::Bytewise),
        ("at random", Cut::Random(Dice(seed))),
    ] {
        let pieces = run(cut);
        let differ = whole.iter().zip(&pieces).find(|(one, other)| one != other);
        assert_eq!(differ, None, "cut {name}");
        assert_eq!(whole.len(), pieces.len(), "cut {name}");
    }
}

fn job_of_rig() -> UpdateJob {
    UpdateJob {
        line: LineConfig::UNPACED,
        ..rig_job(&image(5_000), b"1.0.1")
    }
}

fn job_of_ayla() -> UpdateJob {
    UpdateJob {
        line: LineConfig::UNPACED,
        ..ayla_job(&image(1_500), b"demo 1.1")
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn a_rig_run_does_not_depend_on_how_bytes_are_cut(seed: u64, wild in 0_u64..30) {
        let host = || WildHost {
            good: RigHost::new(RigKnobs { data_max: 512, ..RigKnobs::default() }),
            dice: Dice(seed),
            wild,
            extra: std::collections::VecDeque::new(),
            make: rig_message,
        };
        compare(job_of_rig, &host, seed);
    }

    #[test]
    fn an_ayla_run_does_not_depend_on_how_bytes_are_cut(seed: u64, wild in 0_u64..30) {
        let host = || WildHost {
            good: AylaHost::new(AylaKnobs::default()),
            dice: Dice(seed),
            wild,
            extra: std::collections::VecDeque::new(),
            make: ayla_message,
        };
        compare(job_of_ayla, &host, seed);
    }
}
