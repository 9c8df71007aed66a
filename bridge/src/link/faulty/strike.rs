//! One fault of a line: what it strikes, and what it makes of it.

use std::time::Duration;

use fixtures::rng::{Rng, Seed};
use fixtures::scenario::{Counted, Dialect, LineFault, LineTrouble, PER_MILLION_MAX};

use super::outage::Cause;
use super::{LineHit, Sent, dialect, millis, skew};

/// A fault of a scenario, armed.
#[derive(Clone, Debug)]
pub(super) struct Strike {
    fault: LineFault,
    rng: Rng,
    struck: bool,
    /// Where it has struck since somebody asked last.
    hits: Vec<LineHit>,
}

/// A frame, or what is left of it.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Index of its first byte; `None` where a fault has made it.
    first: Option<u64>,
    pub(super) bytes: Vec<u8>,
}

/// What has become of a byte.
#[derive(Debug)]
pub(super) struct Struck {
    /// What arrives instead of it.
    pub(super) bytes: Vec<u8>,
    /// It waits for so long.
    pub(super) stall: Duration,
    /// With it an outage begins.
    pub(super) outage: Option<Cause>,
    /// The receiver sees the start of a break.
    pub(super) broken: bool,
}

impl Piece {
    pub(super) fn new(first: u64, bytes: &[u8]) -> Self {
        Self {
            first: Some(first),
            bytes: bytes.to_vec(),
        }
    }

    /// The bytes with their indexes.
    pub(super) fn indexed(&self) -> impl Iterator<Item = (Option<u64>, u8)> {
        let first = self.first;
        (0..)
            .zip(&self.bytes)
            .map(move |(offset, byte)| (first.map(|first| first + offset), *byte))
    }
}

impl Struck {
    pub(super) fn byte(byte: u8) -> Self {
        Self {
            bytes: vec![byte],
            stall: Duration::ZERO,
            outage: None,
            broken: false,
        }
    }
}

impl Strike {
    pub(super) fn new(fault: LineFault, seed: Seed) -> Self {
        Self {
            fault,
            rng: seed.rng(),
            struck: false,
            hits: Vec::new(),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        self.fault.what.name()
    }

    /// The fault, while it has not struck; one of the whole run has from its start.
    pub(super) fn left(&self) -> Option<LineFault> {
        let whole = self.fault.what.counts() == Counted::Whole;
        (!whole && !self.struck).then_some(self.fault)
    }

    /// Where it has struck since the last call.
    pub(super) fn take_hits(&mut self) -> impl Iterator<Item = LineHit> {
        self.hits.drain(..)
    }

    /// Whether the fault can have to do with a frame of `len` bytes behind those that were `sent`.
    pub(super) fn may_hit(&self, sent: Sent, len: usize) -> bool {
        let Some(at) = self.fault.at.map(u64::from) else {
            return true;
        };
        match self.fault.what.counts() {
            Counted::Bytes => (sent.bytes..sent.bytes + len as u64).contains(&at),
            Counted::Frames => sent.frames == at,
            Counted::Acks => sent.acks <= at,
            Counted::Whole => true,
        }
    }

    /// Whether a frame, the one after `sent`, is struck as a whole.
    pub(super) fn strikes_frame(&mut self, sent: Sent, ack: bool) -> bool {
        match self.fault.what.counts() {
            Counted::Frames => self.hits(Some(sent.frames)),
            Counted::Acks => ack && self.hits(Some(sent.acks)),
            Counted::Bytes | Counted::Whole => false,
        }
    }

    /// Changes a frame; `held` takes one that the next frame overtakes.
    pub(super) fn change_frame(
        &mut self,
        dialect: Dialect,
        pieces: &mut Vec<Piece>,
        held: &mut Option<Piece>,
    ) {
        let Some(piece) = pieces.first_mut() else {
            return;
        };
        match self.fault.what {
            LineTrouble::DropFrame | LineTrouble::LostAck => pieces.clear(),
            LineTrouble::Duplicate => {
                let again = Piece {
                    first: None,
                    bytes: piece.bytes.clone(),
                };
                pieces.push(again);
            }
            LineTrouble::Reorder => *held = pieces.drain(..).next(),
            LineTrouble::Truncate { keep } => {
                let half = piece.bytes.len() / 2;
                let keep = keep.map_or(half, |keep| keep as usize);
                piece.bytes.truncate(keep);
            }
            LineTrouble::WrongCrc => {
                dialect::change_content(dialect, &mut piece.bytes, &mut self.rng);
            }
            LineTrouble::WrongSequence => {
                if let Some(bytes) = dialect::change_sequence(dialect, self.fault.to, &piece.bytes)
                {
                    piece.bytes = bytes;
                }
            }
            _ => {}
        }
    }

    /// Changes a byte with this index, or one that has none.
    pub(super) fn change_byte(&mut self, index: Option<u64>, struck: &mut Struck) {
        if let LineTrouble::Skew { ppm } = self.fault.what {
            for byte in &mut struck.bytes {
                *byte = skew::sampled(*byte, ppm, &mut self.rng);
            }
        }
        if self.fault.what.counts() != Counted::Bytes || !self.hits(index) {
            return;
        }
        match self.fault.what {
            LineTrouble::Flip { xor } => {
                if let Some(byte) = struck.bytes.last_mut() {
                    *byte ^= xor;
                }
            }
            LineTrouble::DropByte => {
                struck.bytes.pop();
            }
            LineTrouble::Insert { len } => {
                let mut noise = vec![0; len as usize];
                self.rng.fill(&mut noise);
                struck.bytes.splice(0..0, noise);
            }
            LineTrouble::Stall { ms } => struck.stall = struck.stall.max(millis(ms)),
            LineTrouble::Break { ms } => {
                struck.outage = Some(Cause::Break(millis(ms)));
                struck.broken = true;
            }
            LineTrouble::Disconnect { back_ms } => {
                struck.outage = Some(Cause::Disconnect(back_ms.map(millis)));
            }
            _ => {}
        }
    }

    /// How much later a frame comes.
    pub(super) fn jitter(&mut self) -> Duration {
        match self.fault.what {
            LineTrouble::Jitter { us } => Duration::from_micros(self.rng.below(us + 1).into()),
            _ => Duration::ZERO,
        }
    }

    fn hits(&mut self, index: Option<u64>) -> bool {
        let hit = match (self.fault.at, self.fault.per_million) {
            (Some(at), _) => index == Some(at.into()),
            (None, Some(rate)) => self.rng.below(PER_MILLION_MAX) < rate,
            (None, None) => false,
        };
        self.struck |= hit;
        if hit {
            let fault = self.fault;
            self.hits.push(LineHit { fault, at: index });
        }
        hit
    }
}
