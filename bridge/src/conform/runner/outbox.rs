//! Frames on their way to the line.

use std::collections::VecDeque;

use protocol_spec::tick::Tick;

use crate::job::LineConfig;

/// Most bytes that may wait for the line, those counted that the driver has taken and that cannot
/// have passed yet.
const WAITING_MAX: u64 = 1 << 20;

/// Frames that wait, oldest first.
#[derive(Debug)]
pub(super) struct Outbox {
    line: LineConfig,
    frames: VecDeque<Vec<u8>>,
    /// Bytes of them.
    bytes: u64,
    /// When the line has passed all that was ever said.
    free: Tick,
}

impl Outbox {
    pub(super) fn new(line: LineConfig) -> Self {
        Self {
            line,
            frames: VecDeque::new(),
            bytes: 0,
            free: Tick::ZERO,
        }
    }

    pub(super) fn push(&mut self, now: Tick, frame: Vec<u8>) {
        self.bytes += frame.len() as u64;
        self.free = self.free.max(now) + self.line.time_of(frame.len());
        self.frames.push_back(frame);
    }

    pub(super) fn pop(&mut self) -> Option<Vec<u8>> {
        let frame = self.frames.pop_front()?;
        self.bytes -= frame.len() as u64;
        Some(frame)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Whether another step may say something.
    ///
    /// # Errors
    /// That too much waits, in words.
    pub(super) fn check(&self, now: Tick) -> Result<(), String> {
        let waiting = self.waiting(now);
        if waiting <= WAITING_MAX {
            return Ok(());
        }
        Err(format!(
            "{waiting} bytes wait for the line, at most {WAITING_MAX} may: a step must wait first"
        ))
    }

    fn waiting(&self, now: Tick) -> u64 {
        let nanos = self.free.since(now).as_nanos();
        let bits = nanos * u128::from(self.line.baud) / 1_000_000_000;
        let paced = bits / u128::from(self.line.bits_per_byte.max(1));
        u64::try_from(paced).unwrap_or(u64::MAX).max(self.bytes)
    }
}
