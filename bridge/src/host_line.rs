//! An emulated host at the end of its serial line, in virtual time.
//!
//! The bench and the wall-clock driver step it alike: whatever is due is done at the time when it
//! is due, not at the time when somebody looks, so that a late look costs nothing.

use fixtures::host::{Host, HostNote};
use fixtures::rng::Seed;
use fixtures::scenario::{Dialect, End, Fault, LineFault};
use protocol_spec::tick::Tick;

use crate::link::faulty::{FaultyWire, Outage, Sent};
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
        }
    }

    /// The line with faults in addition; `seed` feeds the random ones.
    #[must_use]
    pub fn with_faults(mut self, dialect: Dialect, faults: &[LineFault], seed: Seed) -> Self {
        self.to_host.add_faults(dialect, End::Host, faults, seed);
        self.to_module
            .add_faults(dialect, End::Module, faults, seed);
        self
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
