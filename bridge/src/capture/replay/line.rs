//! A replay at the end of its serial line, in virtual time.

use protocol_spec::tick::Tick;

use super::Replay;
use crate::link::wire::{LineModel, Wire};

/// A replay and the two directions of its line.
#[derive(Debug)]
pub struct ReplayLine {
    replay: Replay,
    to_host: Wire,
    to_module: Wire,
    now: Tick,
    bytes: Vec<u8>,
}

impl ReplayLine {
    /// A replay behind a line.
    #[must_use]
    pub fn new(replay: Replay, model: LineModel) -> Self {
        Self {
            replay,
            to_host: Wire::new(model),
            to_module: Wire::new(model),
            now: Tick::ZERO,
            bytes: Vec::new(),
        }
    }

    /// Puts bytes of the module on the line.
    pub fn push(&mut self, now: Tick, bytes: &[u8]) {
        self.to_host.push(now.max(self.now), bytes);
    }

    /// Takes bytes that have reached the module by `now`; returns how many.
    pub fn pop(&mut self, now: Tick, out: &mut Vec<u8>) -> usize {
        self.to_module.pop(now, out)
    }

    /// When something happens next, on either side.
    #[must_use]
    pub fn next(&self) -> Option<Tick> {
        let due = [self.next_work(), self.to_module.next()];
        due.into_iter().flatten().min()
    }

    /// Bytes that are on the line, to the host and to the module.
    #[must_use]
    pub fn queued(&self) -> (usize, usize) {
        (self.to_host.queued(), self.to_module.queued())
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

    /// The module has closed its end at `now`; what it said before still arrives.
    pub fn close(&mut self, now: Tick) {
        while let Some(at) = self.to_host.next() {
            self.step(at.max(self.now));
        }
        self.now = self.now.max(now);
        self.replay.link_closed();
    }

    /// The replay.
    #[must_use]
    pub const fn replay(&self) -> &Replay {
        &self.replay
    }

    /// The replay, to hear what happened or to tell that the line is gone.
    pub const fn replay_mut(&mut self) -> &mut Replay {
        &mut self.replay
    }

    fn next_work(&self) -> Option<Tick> {
        let due = [self.replay.poll_timeout(), self.to_host.next()];
        let due = due.into_iter().flatten().min()?;
        Some(due.max(self.now))
    }

    fn step(&mut self, at: Tick) {
        self.now = at;
        self.bytes.clear();
        if self.to_host.pop(at, &mut self.bytes) > 0 {
            self.replay.handle_input(at, &self.bytes);
        }
        if self.replay.poll_timeout().is_some_and(|due| due <= at) {
            self.replay.handle_timeout(at);
        }
        loop {
            self.bytes.clear();
            if self.replay.poll_transmit(at, &mut self.bytes) == 0 {
                return;
            }
            self.to_module.push(at, &self.bytes);
        }
    }
}
