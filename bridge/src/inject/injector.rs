//! Faults between an engine and a real port.

use std::time::Duration;

use fixtures::rng::Seed;
use fixtures::scenario::{Dialect, End, Fault};
use protocol_spec::tick::Tick;

use super::{ArmError, Armoury, Struck, When, of_line};
use crate::capture::Tap;
use crate::event::{Direction, Stamped};
use crate::job::{DialectKind, LineConfig};
use crate::link::faulty::{FaultyWire, Outage};
use crate::link::wire::LineModel;
use crate::mischief::Mischief;
use crate::verdict::{Injected, Verdict};

/// Silence after which the start of a frame is let by, however it may go on.
const HOLD_TIME: Duration = Duration::from_millis(50);
/// Most strikes that the notes of a verdict tell one by one.
const TOLD_MAX: usize = 8;

/// What befalls the frames of an engine and the bytes of its port; it knows no clock and no port.
///
/// A driver hands over each frame of the engine with [`Injector::send`] and takes what goes to the
/// port with [`Injector::take_to_host`]; with [`Injector::hear`] and [`Injector::take_to_module`] it
/// does so the other way round. It calls [`Injector::handle_timeout`] when
/// [`Injector::poll_timeout`] is due. Until a fault is put in place all bytes pass as they come.
///
/// What comes from the port is cut into frames first, since a fault counts frames: a run of other
/// bytes between two of them counts as one.
#[derive(Debug)]
pub struct Injector {
    armoury: Armoury,
    mischief: Mischief,
    to_host: FaultyWire,
    to_module: FaultyWire,
    /// Finds the frames of the host.
    tap: Tap,
    /// Bytes of the frame that has begun which have gone on already.
    passed: usize,
    /// When the rest of them goes on in any case.
    holds_until: Option<Tick>,
    closes_at: Option<Tick>,
    /// Faults that were armed.
    armed: u32,
    /// Strikes so far, and the first of them in words.
    strikes: u64,
    told: Vec<String>,
}

impl Injector {
    /// No fault yet, on a line of this rate; `seed` feeds what is random in those that come.
    #[must_use]
    pub fn new(kind: DialectKind, rate: LineConfig, seed: Seed) -> Self {
        let dialect = Dialect::from(kind);
        let wire = |to: End| {
            let mut wire = FaultyWire::new(LineModel::at(rate));
            wire.add_faults(dialect, to, &[], seed);
            wire
        };
        Self {
            armoury: Armoury::new(dialect, seed),
            mischief: Mischief::idle(dialect),
            to_host: wire(End::Host),
            to_module: wire(End::Module),
            tap: Tap::new(kind, Direction::ToModule, rate),
            passed: 0,
            holds_until: None,
            closes_at: None,
            armed: 0,
            strikes: 0,
            told: Vec::new(),
        }
    }

    /// Arms a fault: what it counts is counted from its moment on. Without a moment it is put in
    /// place at once, and counts from the start of the update, as in a scenario.
    ///
    /// # Errors
    /// Why it cannot be armed.
    pub fn arm(&mut self, when: Option<When>, fault: Fault) -> Result<(), ArmError> {
        match (fault, when) {
            (Fault::CorruptImage { .. }, _) => return Err(ArmError::Image),
            (Fault::Line(_) | Fault::Module(_), Some(when)) => self.armoury.add(when, fault)?,
            (Fault::Line(_) | Fault::Module(_), None) => self.put(fault),
            _ => return Err(ArmError::OutOfReach),
        }
        self.armed += 1;
        Ok(())
    }

    /// Takes note of what the engine says; before the frame that it speaks of is sent.
    pub fn see(&mut self, stamped: &Stamped) {
        self.armoury.see(stamped);
    }

    /// Puts those faults in place whose moment has come: at the frame that is sent next, if
    /// `frame`, else between two frames.
    pub fn strike(&mut self, frame: bool) {
        if !self.armoury.is_empty() {
            let index = frame.then(|| self.to_host.sent().frames);
            for fault in self.armoury.take_due(index) {
                self.put(self.placed(fault));
            }
        }
        self.armoury.next_frame();
    }

    /// Takes a frame of the engine.
    pub fn send(&mut self, now: Tick, frame: &[u8]) {
        for frame in self.mischief.speak(frame) {
            self.to_host.push(now, &frame);
            if let Some(outage) = self.to_host.take_disconnection() {
                self.to_module.cut(outage);
                self.close(outage);
            }
        }
    }

    /// Takes bytes that the port has brought.
    pub fn hear(&mut self, now: Tick, bytes: &[u8]) {
        for packet in self.tap.take(now, bytes) {
            self.end_frame(now, &packet.wire);
        }
        if self.to_module.is_clean() {
            self.let_by(now);
        } else {
            let held = self.tap.unfinished().len() > self.passed;
            self.holds_until = held.then_some(now + HOLD_TIME);
        }
    }

    /// Lets the start of a frame by that has waited long enough for its end; harmless when early.
    pub fn handle_timeout(&mut self, now: Tick) {
        if self.holds_until.is_some_and(|until| until <= now) {
            self.let_by(now);
        }
    }

    /// Takes bytes for the port; returns how many.
    pub fn take_to_host(&mut self, now: Tick, out: &mut Vec<u8>) -> usize {
        self.to_host.pop_leaving(now, out)
    }

    /// Takes bytes for the engine; returns how many.
    pub fn take_to_module(&mut self, now: Tick, out: &mut Vec<u8>) -> usize {
        let mut bytes = Vec::new();
        if self.to_module.pop_leaving(now, &mut bytes) == 0 {
            return 0;
        }
        let heard = self.mischief.hear(bytes);
        out.extend(&heard);
        heard.len()
    }

    /// When bytes that were delayed may go on, or a frame is waited for no longer.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Tick> {
        let due = [
            self.next_to_host(),
            self.to_module.next_to_leave(),
            self.holds_until,
            self.closes_at,
        ];
        due.into_iter().flatten().min()
    }

    /// When delayed bytes may go to the port.
    #[must_use]
    pub fn next_to_host(&self) -> Option<Tick> {
        self.to_host.next_to_leave()
    }

    /// When the port is gone for good, as far as the engine is to know, if it goes.
    #[must_use]
    pub fn closes_at(&self) -> Option<Tick> {
        self.closes_at
    }

    /// Bytes for the port that wait here.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.to_host.queued()
    }

    /// What has struck since the last call, oldest first of each kind.
    pub fn take_struck(&mut self, now: Tick) -> Vec<Struck> {
        let made = self.mischief.take_made().into_iter().map(Struck::Module);
        let mut struck: Vec<Struck> = made.collect();
        for wire in [&mut self.to_host, &mut self.to_module] {
            struck.extend(std::iter::from_fn(|| wire.poll_hit()).map(Struck::Line));
        }
        self.strikes += struck.len() as u64;
        let room = TOLD_MAX - self.told.len().min(TOLD_MAX);
        let told = struck.iter().take(room);
        self.told
            .extend(told.map(|struck| format!("fault at {now} s: {struck}")));
        struck
    }

    /// Says in a verdict what was done to its update: nobody is to take it for a clean one.
    pub fn mark(&self, verdict: &mut Verdict) {
        if self.armed == 0 {
            return;
        }
        let left = self.left();
        let idle = u32::try_from(left.len()).unwrap_or(self.armed);
        verdict.injected = Some(Injected {
            armed: self.armed,
            struck: self.armed.saturating_sub(idle),
        });
        verdict.notes.extend_from_slice(&self.told);
        let more = self.strikes.saturating_sub(self.told.len() as u64);
        if more > 0 {
            verdict
                .notes
                .push(format!("faults have struck {more} times more"));
        }
        let never = left.iter().map(|fault| format!("never struck: {fault}"));
        verdict.notes.extend(never);
    }

    /// The faults that have not struck so far, in the words of the command line.
    fn left(&self) -> Vec<String> {
        let waiting = self.armoury.waiting().iter();
        let waiting = waiting.map(|(when, fault)| format!("{when}: {}", fault.render()));
        let line = self.to_host.faults_left();
        let line = line.chain(self.to_module.faults_left()).map(Fault::Line);
        let module = self.mischief.faults_left().map(Fault::Module);
        let placed = line.chain(module).map(|fault| fault.render());
        waiting.chain(placed).collect()
    }

    fn placed(&self, fault: Fault) -> Fault {
        match fault {
            Fault::Line(fault) => Fault::Line(of_line(fault, |to| match to {
                End::Host => self.to_host.sent(),
                End::Module => self.to_module.sent(),
            })),
            Fault::Module(fault) => Fault::Module(self.armoury.of_module(fault)),
            other => other,
        }
    }

    /// From now on this fault can strike.
    fn put(&mut self, fault: Fault) {
        let Armoury { dialect, seed, .. } = self.armoury;
        match fault {
            Fault::Line(fault) => {
                let wire = match fault.to {
                    End::Host => &mut self.to_host,
                    End::Module => &mut self.to_module,
                };
                wire.add_faults(dialect, fault.to, &[fault], seed);
            }
            Fault::Module(fault) => self.mischief.add(fault),
            _ => {}
        }
    }

    /// A frame of the host has come to its end.
    fn end_frame(&mut self, now: Tick, frame: &[u8]) {
        self.holds_until = None;
        let passed = std::mem::take(&mut self.passed);
        if passed > 0 {
            self.to_module.has_passed(frame);
            self.to_module
                .let_by(now, frame.get(passed..).unwrap_or_default());
            return;
        }
        self.to_module.push(now, frame);
        if let Some(outage) = self.to_module.take_disconnection() {
            self.to_host.cut(outage);
            self.close(outage);
        }
    }

    /// Lets the start of a frame by.
    fn let_by(&mut self, now: Tick) {
        self.holds_until = None;
        let begun = self.tap.unfinished();
        let fresh = begun.get(self.passed..).unwrap_or_default();
        self.to_module.let_by(now, fresh);
        self.passed = begun.len();
    }

    fn close(&mut self, outage: Outage) {
        if outage.until.is_none() {
            self.closes_at.get_or_insert(outage.from);
        }
    }
}
