//! An emulated host at the end of its serial line, in virtual time.
//!
//! The bench and the wall-clock driver step it alike: whatever is due is done at the time when it
//! is due, not at the time when somebody looks, so that a late look costs nothing.

use std::collections::VecDeque;

use fixtures::host::{Host, HostNote};
use fixtures::rng::Seed;
use fixtures::scenario::{Dialect, End, Fault, LineFault};
use host_agent::layout::Layout;
use protocol_spec::tick::Tick;

use crate::capture::{Tap, Tapped};
use crate::engine::WireClock;
use crate::event::Direction;
use crate::job::{DialectKind, LineConfig};
use crate::link::faulty::{FaultyWire, LineHit, Outage, Sent};
use crate::link::wire::LineModel;

/// A host and the two directions of its line.
pub struct HostLine {
    host: Box<dyn Host + Send>,
    to_host: FaultyWire,
    to_module: FaultyWire,
    /// When the module's port is gone for good.
    closes_at: Option<Tick>,
    now: Tick,
    bytes: Vec<u8>,
    taps: Option<Box<Taps>>,
}

/// Both directions as the host's end sees them.
struct Taps {
    to_host: Tap,
    to_module: Tap,
    /// When what the host hands over has left.
    leaves: WireClock,
    packets: VecDeque<Tapped>,
}

impl HostLine {
    /// A host behind a line; `to_module` may differ from `to_host` by a USB adapter's timer.
    #[must_use]
    pub fn new(host: Box<dyn Host + Send>, to_host: LineModel, to_module: LineModel) -> Self {
        Self {
            host,
            to_host: FaultyWire::new(to_host),
            to_module: FaultyWire::new(to_module),
            closes_at: None,
            now: Tick::ZERO,
            bytes: Vec::new(),
            taps: None,
        }
    }

    /// The line with faults in addition; `seed` feeds the random ones.
    #[must_use]
    pub fn with_faults(mut self, dialect: Dialect, faults: &[LineFault], seed: Seed) -> Self {
        self.add_faults(dialect, faults, seed);
        self
    }

    /// Adds faults of the line; `seed` feeds the random ones.
    pub fn add_faults(&mut self, dialect: Dialect, faults: &[LineFault], seed: Seed) {
        self.to_host.add_faults(dialect, End::Host, faults, seed);
        self.to_module
            .add_faults(dialect, End::Module, faults, seed);
    }

    /// Arms a fault of the host: what it counts is counted from now on.
    pub fn arm_host(&mut self, dialect: Dialect, layout: &Layout, fault: Fault) {
        fixtures::host::arm(&mut self.host, dialect, layout, fault);
    }

    /// The line with a tap at the host's end, for [`Self::poll_packet`].
    #[must_use]
    pub fn tapped(mut self, dialect: DialectKind, rate: LineConfig) -> Self {
        self.taps = Some(Box::new(Taps {
            to_host: Tap::new(dialect, Direction::ToHost, rate),
            to_module: Tap::new(dialect, Direction::ToModule, rate),
            leaves: WireClock::new(rate),
            packets: VecDeque::new(),
        }));
        self
    }

    /// What the host's end has heard and said, oldest first; nothing without a tap.
    pub fn poll_packet(&mut self) -> Option<Tapped> {
        self.taps.as_mut()?.packets.pop_front()
    }

    /// No fault strikes the line from now on, and the port is there again.
    pub fn mend(&mut self) {
        self.to_host.mend();
        self.to_module.mend();
        self.closes_at = None;
    }

    /// Switches the host's power.
    pub fn switch_power(&mut self, now: Tick, on: bool) {
        self.now = self.now.max(now);
        if on {
            self.host.power_on(self.now);
        } else {
            self.host.power_cut(self.now);
        }
    }

    /// Puts bytes of the module on the line.
    pub fn push(&mut self, now: Tick, bytes: &[u8]) {
        self.to_host.push(now.max(self.now), bytes);
        if let Some(outage) = self.to_host.take_disconnection() {
            self.to_module.cut(outage);
            self.close(outage);
        }
    }

    /// When the module's port is gone for good, if it goes.
    #[must_use]
    pub fn closes_at(&self) -> Option<Tick> {
        self.closes_at
    }

    /// What was handed over for an end since the start.
    #[must_use]
    pub fn sent(&self, to: End) -> Sent {
        match to {
            End::Host => self.to_host.sent(),
            End::Module => self.to_module.sent(),
        }
    }

    /// Takes bytes of the host that have reached the module by `now`; returns how many.
    pub fn pop(&mut self, now: Tick, out: &mut Vec<u8>) -> usize {
        self.to_module.pop(now, out)
    }

    /// The faults of the host and of the line that have not struck so far.
    #[must_use]
    pub fn faults_left(&self) -> Vec<Fault> {
        let line = self.to_host.faults_left();
        let line = line.chain(self.to_module.faults_left()).map(Fault::Line);
        let mut left = self.host.faults_left();
        left.extend(line);
        left
    }

    /// Where a fault of the line has struck; those of what goes to the host first.
    pub fn poll_hit(&mut self) -> Option<LineHit> {
        self.to_host
            .poll_hit()
            .or_else(|| self.to_module.poll_hit())
    }

    /// When something happens next, on the host's side or at the module's end.
    #[must_use]
    pub fn next(&self) -> Option<Tick> {
        [self.next_work(), self.to_module.next()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Does what is due by `until`, at most `steps` steps; true when nothing is left to do.
    pub fn advance(&mut self, until: Tick, steps: u32) -> bool {
        for _ in 0..steps {
            match self.next_work() {
                Some(due) if due <= until => self.step(due),
                _ => return true,
            }
        }
        false
    }

    /// What the host did, oldest first.
    pub fn poll_note(&mut self) -> Option<HostNote> {
        self.host.poll_event()
    }

    /// Bytes of the module that the host has not received yet.
    #[must_use]
    pub fn queued_to_host(&self) -> usize {
        self.to_host.queued()
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &dyn Host {
        &*self.host
    }

    /// The host, to look into it or to arm something.
    pub fn host_mut(&mut self) -> &mut (dyn Host + Send) {
        &mut *self.host
    }

    /// When the host did something last.
    #[must_use]
    pub fn now(&self) -> Tick {
        self.now
    }

    /// Takes the host's power away and gives it back.
    pub fn power_cycle(&mut self) {
        self.host.power_cut(self.now);
        self.host.power_on(self.now);
    }

    /// When the host's side has work.
    fn next_work(&self) -> Option<Tick> {
        let due = [self.host.poll_timeout(), self.to_host.next()]
            .into_iter()
            .flatten()
            .min()?;
        Some(due.max(self.now))
    }

    fn step(&mut self, at: Tick) {
        self.now = at;
        self.bytes.clear();
        if self.to_host.pop(at, &mut self.bytes) > 0 {
            if let Some(taps) = &mut self.taps {
                taps.packets.extend(taps.to_host.take(at, &self.bytes));
            }
            self.host.handle_input(at, &self.bytes);
        }
        if self.host.poll_timeout().is_some_and(|due| due <= at) {
            self.host.handle_timeout(at);
        }
        loop {
            self.bytes.clear();
            if self.host.poll_transmit(&mut self.bytes) == 0 {
                return;
            }
            if let Some(taps) = &mut self.taps {
                let (_, left) = taps.leaves.send(at, self.bytes.len());
                taps.packets.extend(taps.to_module.take(left, &self.bytes));
            }
            self.to_module.push(at, &self.bytes);
            if let Some(outage) = self.to_module.take_disconnection() {
                self.to_host.cut(outage);
                self.close(outage);
            }
        }
    }

    fn close(&mut self, outage: Outage) {
        if outage.until.is_none() {
            self.closes_at.get_or_insert(outage.from);
        }
    }
}

impl std::fmt::Debug for HostLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostLine")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
