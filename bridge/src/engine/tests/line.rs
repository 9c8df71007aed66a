//! A line in virtual time between the engine and a scripted host, with frame faults.

use core::time::Duration;

use protocol_spec::tick::Tick;

use super::super::{Engine, WireClock};
use crate::event::{Direction, Event, FrameRecord, Stamped};
use crate::job::LineConfig;
use crate::verdict::Verdict;

/// More steps than any run takes; a run that needs more does not end.
const STEPS_MAX: u32 = 2_000_000;

/// The other end.
pub(super) trait TestHost {
    fn handle_input(&mut self, now: Tick, bytes: &[u8]);
    /// The next frame that is due.
    fn poll_transmit(&mut self, now: Tick) -> Option<Vec<u8>>;
    fn poll_timeout(&self) -> Option<Tick>;
}

/// What the line does to a frame: when the copies arrive, later than normal by so much.
pub(super) type Fate = Vec<(Duration, Vec<u8>)>;

/// Decides the fate of every frame.
pub(super) trait Weather {
    fn fate(&mut self, direction: Direction, frame: Vec<u8>) -> Fate;
}

/// Every frame arrives once, whole, in time.
pub(super) struct Calm;

impl Weather for Calm {
    fn fate(&mut self, _direction: Direction, frame: Vec<u8>) -> Fate {
        vec![(Duration::ZERO, frame)]
    }
}

/// What a run gave.
pub(super) struct Outcome {
    pub(super) events: Vec<Stamped>,
    pub(super) verdict: Verdict,
    pub(super) ended: Tick,
}

impl Outcome {
    pub(super) fn frames(
        &self,
        direction: Direction,
    ) -> impl Iterator<Item = (Tick, &FrameRecord)> {
        self.events
            .iter()
            .filter_map(move |stamped| match &stamped.event {
                Event::Frame(frame) if frame.direction == direction => Some((stamped.at, frame)),
                _ => None,
            })
    }

    pub(super) fn sent(&self, word: &str) -> usize {
        let mut count = 0;
        for (_, frame) in self.frames(Direction::ToHost) {
            count += usize::from(frame.summary.starts_with(word));
        }
        count
    }
}

struct Lane {
    clock: WireClock,
    latency: Duration,
    /// Arrival, number of the frame, bytes; kept sorted.
    on_the_way: Vec<(Tick, u64, Vec<u8>)>,
    count: u64,
}

impl Lane {
    fn new(line: LineConfig, latency: Duration) -> Self {
        Self {
            clock: WireClock::new(line),
            latency,
            on_the_way: Vec::new(),
            count: 0,
        }
    }

    fn push(&mut self, now: Tick, len: usize, fate: Fate) {
        let (_, last) = self.clock.send(now, len);
        for (late, bytes) in fate {
            self.count += 1;
            self.on_the_way
                .push((last + self.latency + late, self.count, bytes));
        }
        self.on_the_way.sort();
    }

    fn next(&self) -> Option<Tick> {
        self.on_the_way.first().map(|(at, ..)| *at)
    }

    fn pop(&mut self, now: Tick) -> Option<Vec<u8>> {
        let due = self.on_the_way.first().is_some_and(|(at, ..)| *at <= now);
        due.then(|| self.on_the_way.remove(0).2)
    }
}

/// How a run is set up, apart from its two ends.
pub(super) struct Setup<'a> {
    pub(super) line: LineConfig,
    pub(super) latency: Duration,
    pub(super) weather: &'a mut dyn Weather,
    pub(super) bound: Duration,
}

/// Runs the two ends until the verdict, and fails when it does not come within the bound.
pub(super) fn run(mut engine: Engine, host: &mut dyn TestHost, setup: Setup<'_>) -> Outcome {
    let Setup {
        line,
        latency,
        weather,
        bound,
    } = setup;
    let mut now = Tick::ZERO;
    let mut events = Vec::new();
    let mut to_host = Lane::new(line, latency);
    let mut to_module = Lane::new(line, latency);
    for _ in 0..STEPS_MAX {
        engine.handle_timeout(now);
        while let Some(bytes) = to_module.pop(now) {
            engine.handle_input(now, &bytes);
        }
        if let Some(request) = engine.poll_patch_request() {
            engine.provide_patch(now, request.make());
        }
        let mut out = Vec::new();
        while engine.poll_transmit(now, &mut out) > 0 {
            let frame = std::mem::take(&mut out);
            to_host.push(now, frame.len(), weather.fate(Direction::ToHost, frame));
        }
        events.extend(std::iter::from_fn(|| engine.poll_event()));
        if let Some(verdict) = engine.verdict() {
            return Outcome {
                events,
                verdict: verdict.clone(),
                ended: now,
            };
        }
        while let Some(bytes) = to_host.pop(now) {
            host.handle_input(now, &bytes);
        }
        while let Some(frame) = host.poll_transmit(now) {
            to_module.push(now, frame.len(), weather.fate(Direction::ToModule, frame));
        }
        let wake = [
            to_host.next(),
            to_module.next(),
            engine.poll_timeout(),
            host.poll_timeout(),
        ];
        now = wake
            .into_iter()
            .flatten()
            .min()
            .expect("someone must wake up")
            .max(now);
        assert!(now <= Tick::ZERO + bound, "no verdict within {bound:?}");
    }
    panic!("no verdict within {STEPS_MAX} steps; stands at {now}");
}

/// Lets both ends say what they have to say at `now`, on a line that takes no time.
pub(super) fn exchange(engine: &mut Engine, host: &mut dyn TestHost, now: Tick) {
    engine.handle_timeout(now);
    let mut quiet = false;
    while !quiet {
        quiet = true;
        let mut out = Vec::new();
        while engine.poll_transmit(now, &mut out) > 0 {
            quiet = false;
            host.handle_input(now, &std::mem::take(&mut out));
        }
        while let Some(frame) = host.poll_transmit(now) {
            quiet = false;
            engine.handle_input(now, &frame);
        }
    }
}

/// Runs on a calm line.
pub(super) fn run_calm(engine: Engine, host: &mut dyn TestHost, line: LineConfig) -> Outcome {
    let setup = Setup {
        line,
        latency: Duration::ZERO,
        weather: &mut Calm,
        bound: super::HOUR,
    };
    run(engine, host, setup)
}
