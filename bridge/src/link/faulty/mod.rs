//! One direction of a line with faults: a decorator around [`Wire`].
//!
//! What a sender hands over at once is one frame. Faults of frames come first, in the order of the
//! scenario; then those of bytes, each at its index in the frame as it was handed over. Without
//! a fault that can strike, bytes go to the wire as they came and when they came.

mod dialect;
mod hit;
mod leaving;
mod outage;
mod skew;
mod strike;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use fixtures::rng::Seed;
use fixtures::scenario::{Dialect, End, LineFault};
use protocol_spec::tick::Tick;

use super::wire::{LineModel, Wire};
pub use hit::LineHit;
pub use outage::Outage;
use outage::Outages;
use strike::{Piece, Strike, Struck};

/// Hits that wait for their reader at most; the oldest go first.
const HITS_MAX: usize = 4096;

/// One direction of a serial line, and what befalls the bytes on it.
#[derive(Clone, Debug)]
pub struct FaultyWire {
    wire: Wire,
    model: LineModel,
    dialect: Dialect,
    sent: Sent,
    strikes: Vec<Strike>,
    /// Overtaken by the next frame.
    held: Option<Piece>,
    /// Bytes that come later, and when they may leave.
    delayed: VecDeque<(Tick, Vec<u8>)>,
    outages: Outages,
    /// When the delayed bytes will have left.
    idle_at: Tick,
    hits: VecDeque<LineHit>,
}

/// What a sender has handed over since the start of the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sent {
    /// Bytes.
    pub bytes: u64,
    /// Frames.
    pub frames: u64,
    /// Frames that acknowledge something.
    pub acks: u64,
}

impl FaultyWire {
    /// An idle line without faults.
    #[must_use]
    pub fn new(model: LineModel) -> Self {
        Self {
            wire: Wire::new(model),
            model,
            dialect: Dialect::Rig,
            sent: Sent::default(),
            strikes: Vec::new(),
            held: None,
            delayed: VecDeque::new(),
            outages: Outages::default(),
            idle_at: Tick::ZERO,
            hits: VecDeque::new(),
        }
    }

    /// Those of `faults` that strike what goes `to` this end; `seed` feeds the random ones.
    pub fn add_faults(&mut self, dialect: Dialect, to: End, faults: &[LineFault], seed: Seed) {
        self.dialect = dialect;
        let seed = match to {
            End::Host => seed.split("to host"),
            End::Module => seed.split("to module"),
        };
        for fault in faults.iter().filter(|fault| fault.to == to) {
            let name = fault.what.name();
            let alike = self.strikes.iter().filter(|strike| strike.name() == name);
            // A fault draws the same whatever other faults there are.
            let seed = seed.split(name).split_index(alike.count() as u64);
            self.strikes.push(Strike::new(*fault, seed));
        }
    }

    /// No fault strikes from now on; what a fault still holds back is lost.
    pub fn mend(&mut self) {
        self.strikes.clear();
        self.delayed.clear();
        self.held = None;
        self.outages.end();
    }

    /// The faults of this direction that have not struck so far.
    pub fn faults_left(&self) -> impl Iterator<Item = LineFault> {
        self.strikes.iter().filter_map(Strike::left)
    }

    /// Where a fault has struck, oldest frame first; of one frame in the order of the faults.
    pub fn poll_hit(&mut self) -> Option<LineHit> {
        self.hits.pop_front()
    }

    /// What the sender has handed over.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// Takes a frame from the sender.
    pub fn push(&mut self, now: Tick, frame: &[u8]) {
        if frame.is_empty() {
            return;
        }
        let at = self.sent;
        let ack = self.count(frame);
        if self.is_quiet(at, frame.len()) {
            return self.wire.push(now, frame);
        }
        let mut pieces = vec![Piece::new(at.bytes, frame)];
        let overtaken = self.held.take();
        for strike in &mut self.strikes {
            if strike.strikes_frame(at, ack) {
                strike.change_frame(self.dialect, &mut pieces, &mut self.held);
            }
        }
        for piece in pieces.into_iter().chain(overtaken) {
            self.deliver(now, &piece);
        }
        self.hits
            .extend(self.strikes.iter_mut().flat_map(Strike::take_hits));
        let beyond = self.hits.len().saturating_sub(HITS_MAX);
        self.hits.drain(..beyond);
    }

    /// Counts a frame as handed over; whether it acknowledges something.
    fn count(&mut self, frame: &[u8]) -> bool {
        let ack = dialect::is_ack(self.dialect, frame);
        self.sent.bytes += frame.len() as u64;
        self.sent.frames += 1;
        self.sent.acks += u64::from(ack);
        ack
    }

    /// Neither direction of the line carries anything from the start of this outage on.
    pub fn cut(&mut self, outage: Outage) {
        self.outages.add(outage);
    }

    /// The last disconnection that began here and that the other direction does not know yet.
    pub fn take_disconnection(&mut self) -> Option<Outage> {
        self.outages.take_new()
    }

    /// When bytes reach the receiver next, or leave the place where they wait.
    #[must_use]
    pub fn next(&self) -> Option<Tick> {
        let delayed = self.delayed.front().map(|(due, _)| *due);
        [delayed, self.wire.next()].into_iter().flatten().min()
    }

    /// Takes the bytes that have reached the receiver by `now`; returns how many.
    pub fn pop(&mut self, now: Tick, out: &mut Vec<u8>) -> usize {
        self.end_delays(now);
        self.wire.pop(now, out)
    }

    /// Puts the delayed bytes on the wire that may leave by `now`.
    fn end_delays(&mut self, now: Tick) {
        while let Some((due, bytes)) = self.delayed.pop_front() {
            if due > now {
                self.delayed.push_front((due, bytes));
                break;
            }
            self.wire.push(due, &bytes);
        }
    }

    /// Bytes that were handed over and have not been popped.
    #[must_use]
    pub fn queued(&self) -> usize {
        let delayed: usize = self.delayed.iter().map(|(_, bytes)| bytes.len()).sum();
        self.wire.queued() + delayed
    }

    /// Whether nothing can befall a frame of `len` bytes behind those that were `sent`.
    fn is_quiet(&self, sent: Sent, len: usize) -> bool {
        let nothing_waits = self.held.is_none() && self.delayed.is_empty();
        nothing_waits
            && self.outages.is_empty()
            && !self.strikes.iter().any(|strike| strike.may_hit(sent, len))
    }

    /// Sends a piece, byte by byte, through the faults of bytes.
    fn deliver(&mut self, now: Tick, piece: &Piece) {
        if self.delayed.is_empty() {
            self.idle_at = self.wire.idle_at();
        }
        let late = self.strikes.iter_mut().map(Strike::jitter).max();
        let mut due = now + late.unwrap_or_default();
        if let Some((last, _)) = self.delayed.back() {
            due = due.max(*last);
        }
        let mut segment = Vec::with_capacity(piece.bytes.len());
        let (mut origin, mut passed) = (self.idle_at.max(due), 0);
        for (index, byte) in piece.indexed() {
            let start = origin + self.model.span(passed);
            passed += 1;
            let mut struck = Struck::byte(byte);
            for strike in &mut self.strikes {
                strike.change_byte(index, &mut struck);
            }
            if !struck.stall.is_zero() {
                self.send(now, due, &mut segment);
                due = start + struck.stall;
                (origin, passed) = (due, 1);
            }
            if let Some(outage) = struck.outage {
                self.outages.begin(start, outage);
            }
            if self.outages.covers(start) {
                // A receiver sees the start of a break as a zero.
                segment.extend(struck.broken.then_some(0));
                self.send(now, due, &mut segment);
                due = start + self.model.span(1);
            } else {
                segment.extend(struck.bytes);
            }
        }
        self.send(now, due, &mut segment);
    }

    /// Puts a segment on the wire, or behind those that wait.
    fn send(&mut self, now: Tick, due: Tick, segment: &mut Vec<u8>) {
        if segment.is_empty() {
            return;
        }
        let span = self.model.span(segment.len() as u64);
        self.idle_at = self.idle_at.max(due) + span;
        let segment = std::mem::take(segment);
        if due <= now && self.delayed.is_empty() {
            self.wire.push(now, &segment);
        } else {
            self.delayed.push_back((due, segment));
        }
    }
}

/// A duration in milliseconds.
fn millis(ms: u32) -> Duration {
    Duration::from_millis(ms.into())
}
