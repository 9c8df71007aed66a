//! Engine, line and emulated host in one thread, in virtual time.
//!
//! It knows no clock: whoever steps it decides how fast its time goes by.

use bridge::engine::{Command, Engine};
use bridge::event::Stamped;
use bridge::link::wire::{LineModel, Wire};
use fixtures::Host;
use protocol_spec::tick::Tick;

/// One update of one emulated host.
pub(super) struct Bench {
    engine: Engine,
    host: Box<dyn Host + Send>,
    to_host: Wire,
    to_module: Wire,
    now: Tick,
    bytes: Vec<u8>,
}

impl Bench {
    /// Both ends at time zero, nothing on the line.
    pub(super) fn new(engine: Engine, host: Box<dyn Host + Send>, line: LineModel) -> Self {
        Self {
            engine,
            host,
            to_host: Wire::new(line),
            to_module: Wire::new(line),
            now: Tick::ZERO,
            bytes: Vec::new(),
        }
    }

    /// The time reached.
    pub(super) fn now(&self) -> Tick {
        self.now
    }

    /// When something happens next; `None` when nothing will.
    pub(super) fn next(&self) -> Option<Tick> {
        let due = [
            self.engine.poll_timeout(),
            self.host.poll_timeout(),
            self.to_host.next(),
            self.to_module.next(),
        ];
        due.into_iter().flatten().min().map(|at| at.max(self.now))
    }

    /// Does all that happens at `now`.
    pub(super) fn step(&mut self, now: Tick) {
        self.now = now;
        self.bytes.clear();
        if self.to_host.pop(now, &mut self.bytes) > 0 {
            self.host.handle_input(now, &self.bytes);
        }
        self.bytes.clear();
        if self.to_module.pop(now, &mut self.bytes) > 0 {
            self.engine.handle_input(now, &self.bytes);
        }
        if self.host.poll_timeout().is_some_and(|at| at <= now) {
            self.host.handle_timeout(now);
        }
        if self.engine.poll_timeout().is_some_and(|at| at <= now) {
            self.engine.handle_timeout(now);
        }
        self.transmit();
    }

    /// The next event of the engine.
    pub(super) fn poll_event(&mut self) -> Option<Stamped> {
        while self.host.poll_event().is_some() {}
        self.engine.poll_event()
    }

    /// Stops the update; the host keeps what it has.
    pub(super) fn abort(&mut self) {
        self.engine.handle_command(self.now, Command::Abort);
        self.transmit();
    }

    /// Whether the engine has its verdict.
    pub(super) fn over(&self) -> bool {
        self.engine.verdict().is_some()
    }

    fn transmit(&mut self) {
        self.bytes.clear();
        while self.engine.poll_transmit(self.now, &mut self.bytes) > 0 {}
        self.to_host.push(self.now, &self.bytes);
        self.bytes.clear();
        while self.host.poll_transmit(&mut self.bytes) > 0 {}
        self.to_module.push(self.now, &self.bytes);
    }
}
