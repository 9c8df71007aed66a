//! An emulated host at the end of its serial line, in virtual time.
//!
//! The bench and the wall-clock driver step it alike: whatever is due is done at the time when it
//! is due, not at the time when somebody looks, so that a late look costs nothing.

use fixtures::host::{Host, HostNote};
use protocol_spec::tick::Tick;

use crate::link::wire::{LineModel, Wire};

/// A host and the two directions of its line.
pub struct HostLine {
    host: Box<dyn Host + Send>,
    to_host: Wire,
    to_module: Wire,
    now: Tick,
    bytes: Vec<u8>,
}

impl HostLine {
    /// A host behind a line; `to_module` may differ from `to_host` by a USB adapter's timer.
    #[must_use]
    pub fn new(host: Box<dyn Host + Send>, to_host: LineModel, to_module: LineModel) -> Self {
        Self {
            host,
            to_host: Wire::new(to_host),
            to_module: Wire::new(to_module),
            now: Tick::ZERO,
            bytes: Vec::new(),
        }
    }

    /// Puts bytes of the module on the line.
    pub fn push(&mut self, now: Tick, bytes: &[u8]) {
        self.to_host.push(now.max(self.now), bytes);
    }

    /// Takes bytes of the host that have reached the module by `now`; returns how many.
    pub fn pop(&mut self, now: Tick, out: &mut Vec<u8>) -> usize {
        self.to_module.pop(now, out)
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
