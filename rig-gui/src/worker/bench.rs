//! Engine and emulated host in one thread, in virtual time.
//!
//! It knows no clock: whoever steps it decides how fast its time goes by.

use bridge::engine::{Command, Engine};
use bridge::event::Stamped;
use bridge::host_line::HostLine;
use protocol_spec::tick::Tick;

/// Steps of the host between two looks at the engine.
const HOST_STEPS: u32 = 64;

/// One update of one emulated host.
pub(super) struct Bench {
    engine: Engine,
    line: HostLine,
    now: Tick,
    bytes: Vec<u8>,
}

impl Bench {
    /// Both ends at time zero, nothing on the line.
    pub(super) fn new(engine: Engine, line: HostLine) -> Self {
        let mut bench = Self {
            engine,
            line,
            now: Tick::ZERO,
            bytes: Vec::new(),
        };
        bench.engine.handle_timeout(Tick::ZERO);
        bench.transmit();
        bench
    }

    /// When something happens next; `None` when nothing will, or the engine has its verdict.
    pub(super) fn next(&self) -> Option<Tick> {
        if self.engine.verdict().is_some() {
            return None;
        }
        let due = [self.engine.poll_timeout(), self.line.next()]
            .into_iter()
            .flatten()
            .min()?;
        Some(due.max(self.now))
    }

    /// Does what happens at `now`.
    pub(super) fn step(&mut self, now: Tick) {
        self.now = now;
        self.line.advance(now, HOST_STEPS);
        self.bytes.clear();
        if self.line.pop(now, &mut self.bytes) > 0 {
            self.engine.handle_input(now, &self.bytes);
        }
        if self.engine.poll_timeout().is_some_and(|due| due <= now) {
            self.engine.handle_timeout(now);
        }
        self.transmit();
    }

    /// Stops the update; the host keeps what it has.
    pub(super) fn abort(&mut self) {
        self.engine.handle_command(self.now, Command::Abort);
        self.transmit();
    }

    /// The next event of the engine, oldest first.
    pub(super) fn poll_event(&mut self) -> Option<Stamped> {
        self.engine.poll_event()
    }

    fn transmit(&mut self) {
        while self.line.poll_note().is_some() {}
        loop {
            self.bytes.clear();
            if self.engine.poll_transmit(self.now, &mut self.bytes) == 0 {
                return;
            }
            self.line.push(self.now, &self.bytes);
        }
    }
}
