//! Whatever the other end does: no panic, an end within a bound, a verdict with words.

use std::collections::VecDeque;

use core::time::Duration;

use proptest::prelude::*;
use protocol_spec::ayla::frame::{self as ayla, Frame, FrameType, STUFFED_BYTES_MAX};
use protocol_spec::codes::Status;
use protocol_spec::rig::frame::{self as rig, FRAME_BYTES_MAX, encode_to_module};
use protocol_spec::rig::message::{
    Accept, Ack, BlockStatus, BootAnswer, Busy, Report, SackRange, Step, StepStatus, ToModule,
    Unsupported,
};
use protocol_spec::tick::Tick;

use super::ayla_host::{AylaHost, Knobs as AylaKnobs};
use super::line::{Calm, Outcome, Setup, TestHost, run};
use super::rig_host::{Knobs as RigKnobs, RigHost};
use super::{LINE_SLOW, ayla_job, image, rig_job};
use crate::engine::{Engine, LinkFailure};
use crate::event::Event;
use crate::verdict::Class;

/// Three hours: more than all give-up timers of a run together.
const BOUND: Duration = Duration::from_secs(3 * 3_600);

/// Draws of a small generator.
#[derive(Clone)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn byte(&mut self) -> u8 {
        self.roll(256).to_le_bytes()[0]
    }

    fn offset(&mut self) -> u32 {
        match self.roll(4) {
            0 => u32::MAX,
            1 => 0,
            _ => u32::try_from(self.roll(6_000)).expect("small"),
        }
    }
}

/// A host that mixes the behaviour of a good one with whatever the dice say.
pub(super) struct WildHost<H> {
    pub(super) good: H,
    pub(super) dice: Dice,
    /// Of 100: how often it does not do what the good one does.
    pub(super) wild: u64,
    pub(super) extra: VecDeque<Vec<u8>>,
    pub(super) make: fn(&mut Dice) -> Vec<u8>,
}

impl<H: TestHost> TestHost for WildHost<H> {
    fn handle_input(&mut self, now: Tick, bytes: &[u8]) {
        if self.dice.roll(100) < self.wild {
            let frame = (self.make)(&mut self.dice);
            self.extra.push_back(frame);
        }
        if self.dice.roll(100) >= self.wild {
            self.good.handle_input(now, bytes);
        }
    }

    fn poll_transmit(&mut self, now: Tick) -> Option<Vec<u8>> {
        let frame = self
            .extra
            .pop_front()
            .or_else(|| self.good.poll_transmit(now))?;
        if self.dice.roll(100) < self.wild {
            return Some((self.make)(&mut self.dice));
        }
        Some(frame)
    }

    fn poll_timeout(&self) -> Option<Tick> {
        self.good.poll_timeout()
    }
}

pub(super) fn rig_message(dice: &mut Dice) -> Vec<u8> {
    let transfer = 1;
    let (offset, limit, stored) = (dice.offset(), dice.offset(), dice.offset());
    let busy_ms = if dice.roll(3) == 0 { dice.offset() } else { 0 };
    let steps = [
        Step::Offer,
        Step::Data,
        Step::Finish,
        Step::Boot,
        Step::Abort,
    ];
    let step = steps[usize::try_from(dice.roll(5)).expect("small")];
    let code = if dice.roll(2) == 0 { 0 } else { dice.byte() };
    let sack = [SackRange {
        start: dice.offset(),
        end: dice.offset(),
    }; 4];
    let message = match dice.roll(8) {
        0 => ToModule::Accept(Accept {
            transfer,
            offset,
            limit,
            busy_ms,
        }),
        1 => ToModule::Ack(Ack {
            transfer,
            next: offset,
            limit,
            stored,
            busy_ms,
            sack,
        }),
        2 => ToModule::StepStatus(StepStatus {
            transfer,
            step,
            code,
            detail: offset,
        }),
        3 => ToModule::Busy(Busy { busy_ms: offset }),
        4 => ToModule::BootAnswer(BootAnswer {
            transfer,
            report_ms_max: offset,
        }),
        5 => ToModule::Report(Report {
            id: 3,
            version: b"9.9\x00\xff",
            length: limit,
            digest: [dice.byte(); 32],
            confirmed: dice.roll(2) == 0,
            code,
        }),
        6 => ToModule::BlockStatus(BlockStatus {
            block: offset,
            state: code,
            code,
        }),
        _ => ToModule::Unsupported(Unsupported { kind: dice.byte() }),
    };
    let mut wire = vec![0; FRAME_BYTES_MAX];
    let len = encode_to_module(&message, &mut wire).expect("within limits");
    wire.truncate(len);
    wire
}

pub(super) fn ayla_message(dice: &mut Dice) -> Vec<u8> {
    let kind = if dice.roll(4) == 0 {
        FrameType::ACK
    } else {
        FrameType::DATA
    };
    let seq = if dice.roll(6) == 0 { 0 } else { dice.byte() };
    let len = dice.roll(24);
    let mut payload: Vec<u8> = (0..len).map(|_| dice.byte()).collect();
    let heads: [&[u8]; 6] = [
        &[0, 0x0d, 0, 1],
        &[0, 0x0f, 0, 2, 7, 1, 0],
        &[1, 0x07, 0, 0, 7, 1, 0x0a, 0x19, 1, 0x0b],
        &[
            1, 0x09, 0, 5, 1, 7, b'v', b'e', b'r', b's', b'i', b'o', b'n', 5, 2, b'x', 0x1b,
        ],
        &[0, 0x02, 0, 6, 6, 2, 3, 0x1b],
        &[],
    ];
    let head = heads[usize::try_from(dice.roll(6)).expect("small")];
    if !head.is_empty() {
        payload = head.to_vec();
        if dice.roll(3) == 0 {
            *payload.last_mut().expect("a head") = dice.byte();
        }
    }
    if kind == FrameType::ACK {
        payload.clear();
    }
    let mut wire = vec![0; STUFFED_BYTES_MAX];
    let len = Frame {
        kind,
        seq,
        payload: &payload,
    }
    .encode(&mut wire)
    .expect("fits");
    wire.truncate(len);
    wire
}

fn check(outcome: &Outcome) -> Result<(), TestCaseError> {
    let verdict = &outcome.verdict;
    prop_assert!(
        !verdict.headline.is_empty() && !verdict.what.is_empty(),
        "{:#?}",
        verdict
    );
    prop_assert!(!verdict.next_step.is_empty(), "{:#?}", verdict);
    prop_assert!(
        matches!(
            verdict.class,
            Class::Pass | Class::HostFailed | Class::LinkError
        ),
        "{:#?}",
        verdict
    );
    let last = outcome.events.last().map(|stamped| &stamped.event);
    prop_assert_eq!(last, Some(&Event::Verdict(Box::new(verdict.clone()))));
    let verdicts = outcome
        .events
        .iter()
        .filter(|stamped| matches!(stamped.event, Event::Verdict(_)));
    prop_assert_eq!(verdicts.count(), 1);
    Ok(())
}

/// Noise holds a frame with a good checksum once in some ten thousand draws.
fn holds_a_frame(noise: &[u8]) -> bool {
    let mut deframer = ayla::Deframer::new();
    let mut rest = noise;
    while !rest.is_empty() {
        let (fed, tail) = deframer.feed(rest);
        if matches!(fed, ayla::Fed::Frame(_)) {
            return true;
        }
        rest = tail;
    }
    let mut deframer = rig::Deframer::new([0; FRAME_BYTES_MAX]);
    let mut rest = noise;
    while !rest.is_empty() {
        let (fed, tail) = deframer.feed(rest);
        if matches!(fed, rig::Fed::Packet(_)) {
            return true;
        }
        rest = tail;
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn a_wild_rig_host_comes_to_an_end(seed: u64, wild in 1_u64..60) {
        let bytes = image(5_000);
        let good = RigHost::new(RigKnobs { data_max: 512, ..RigKnobs::default() });
        let make = rig_message;
        let mut host = WildHost { good, dice: Dice(seed), wild, extra: VecDeque::new(), make };
        let setup = Setup {
            line: LINE_SLOW,
            latency: Duration::from_millis(1),
            weather: &mut Calm,
            bound: BOUND,
        };
        let mut job = rig_job(&bytes, b"1.0.1");
        job.line = LINE_SLOW;
        let outcome = run(Engine::new(job), &mut host, setup);
        check(&outcome)?;
        if outcome.verdict.class == Class::Pass {
            prop_assert_eq!(&host.good.running.image, &bytes);
        }
    }

    #[test]
    fn a_wild_ayla_host_comes_to_an_end(seed: u64, wild in 1_u64..60) {
        let good = AylaHost::new(AylaKnobs::default());
        let make = ayla_message;
        let mut host = WildHost { good, dice: Dice(seed), wild, extra: VecDeque::new(), make };
        let setup = Setup {
            line: LINE_SLOW,
            latency: Duration::from_millis(1),
            weather: &mut Calm,
            bound: BOUND,
        };
        let outcome = run(Engine::new(ayla_job(&image(3_000), b"demo 1.1")), &mut host, setup);
        check(&outcome)?;
    }

    #[test]
    fn pure_noise_is_a_link_error(noise in prop::collection::vec(any::<u8>(), 0..2_000), cut in 1_usize..50) {
        prop_assume!(!holds_a_frame(&noise));
        for job in [ayla_job(&[1, 2, 3], b"x"), rig_job(&[1, 2, 3], b"x")] {
            let mut engine = Engine::new(job);
            let mut now = Tick::ZERO;
            let mut pieces = noise.chunks(cut);
            while engine.verdict().is_none() {
                engine.handle_timeout(now);
                engine.handle_input(now, pieces.next().unwrap_or_default());
                while engine.poll_transmit(now, &mut Vec::new()) > 0 {}
                now = now.max(engine.poll_timeout().unwrap_or(now));
                prop_assert!(now < Tick::ZERO + BOUND);
            }
            let class = engine.verdict().map(|verdict| verdict.class);
            prop_assert_eq!(class, Some(Class::LinkError));
        }
    }
}

#[test]
fn a_host_that_only_asks_for_patience_is_given_up() {
    /// Answers everything after the hello with BUSY.
    struct Sleeper(RigHost);
    impl TestHost for Sleeper {
        fn handle_input(&mut self, now: Tick, bytes: &[u8]) {
            self.0.handle_input(now, bytes);
        }
        fn poll_transmit(&mut self, now: Tick) -> Option<Vec<u8>> {
            let frame = self.0.poll_transmit(now)?;
            if self.0.knobs.refuse_offer.is_none() {
                self.0.knobs.refuse_offer = Some(Status::DONE);
                return Some(frame);
            }
            let mut wire = vec![0; FRAME_BYTES_MAX];
            let busy = ToModule::Busy(Busy { busy_ms: u32::MAX });
            let len = encode_to_module(&busy, &mut wire).expect("fits");
            wire.truncate(len);
            Some(wire)
        }
        fn poll_timeout(&self) -> Option<Tick> {
            self.0.poll_timeout()
        }
    }
    let setup = Setup {
        line: LINE_SLOW,
        latency: Duration::ZERO,
        weather: &mut Calm,
        bound: BOUND,
    };
    let mut host = Sleeper(RigHost::new(RigKnobs::default()));
    let outcome = run(Engine::new(rig_job(&image(99), b"1.0.1")), &mut host, setup);
    assert_eq!(outcome.verdict.class, Class::HostFailed);
    assert_eq!(outcome.verdict.status, Some(Status::NOTIFY));
    assert_eq!(outcome.verdict.elapsed.as_secs(), 600);
}

#[test]
fn a_line_that_closes_ends_the_run_at_once() {
    for job in [ayla_job(&[1, 2, 3], b"x"), rig_job(&[1, 2, 3], b"x")] {
        let mut engine = Engine::new(job);
        engine.handle_timeout(Tick::from_millis(1));
        engine.link_closed(Tick::from_millis(2), &LinkFailure::Closed);
        let verdict = engine.verdict().expect("a verdict").clone();
        assert_eq!((verdict.class, verdict.status), (Class::LinkError, None));
        let last = std::iter::from_fn(|| engine.poll_event())
            .last()
            .expect("events");
        assert_eq!(last.event, Event::Verdict(Box::new(verdict)));
        assert_eq!(engine.poll_timeout(), None);
    }
}

#[test]
fn an_empty_or_unreadable_image_is_the_rigs_error() {
    struct Broken;
    impl crate::image_source::ImageSource for Broken {
        fn len(&self) -> u32 {
            100
        }
        fn read_at(
            &mut self,
            offset: u32,
            _buf: &mut [u8],
        ) -> Result<(), crate::image_source::ImageReadError> {
            let text = "input/output error".to_owned();
            Err(crate::image_source::ImageReadError::Medium { offset, text })
        }
    }
    for empty in [true, false] {
        let mut job = rig_job(&[1, 2, 3], b"x");
        let source: Box<dyn crate::image_source::ImageSource + Send> = if empty {
            Box::new(Vec::new())
        } else {
            Box::new(Broken)
        };
        job.object = crate::object::Object::image(source, super::digest(&[]));
        let mut host = RigHost::new(RigKnobs::default());
        let outcome = super::line::run_calm(Engine::new(job), &mut host, LINE_SLOW);
        assert_eq!(
            outcome.verdict.class,
            Class::RigError,
            "{:#?}",
            outcome.verdict
        );
    }
}
