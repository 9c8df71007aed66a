//! Writing a stream of coded bits: the other end of the applier's reader.

use host_agent::patch::coder::{BitCoder, Probability, is_narrow, split, widened};

/// Codes bits into bytes.
#[derive(Clone, Debug)]
pub(super) struct BitWriter {
    last: Interval,
    bytes: Vec<u8>,
}

/// The last interval, and bytes that are not final: a carry may still change them.
#[derive(Clone, Copy, Debug)]
struct Interval {
    /// Its start; 2^32 and more where a carry goes up.
    low: u64,
    /// One less than its length.
    range: u32,
    held: Option<u8>,
    /// Bytes 0xff behind `held`.
    full: usize,
}

/// A point of a stream to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    last: Interval,
    len: usize,
}

impl BitWriter {
    pub(super) const fn new() -> Self {
        Self {
            last: Interval {
                low: 0,
                range: u32::MAX,
                held: None,
                full: 0,
            },
            bytes: Vec::new(),
        }
    }

    /// Where the stream stands.
    pub(super) const fn mark(&self) -> Mark {
        Mark {
            last: self.last,
            len: self.bytes.len(),
        }
    }

    /// Forgets what was coded since `mark`.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.last = mark.last;
        self.bytes.truncate(mark.len);
    }

    /// The bytes, with no more at the end than tell the last interval from all others.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let end = self.last.low + u64::from(self.last.range);
        let shortest = (0..=4_u32).find_map(|count| {
            let value = self.last.low.next_multiple_of(1 << (32 - 8 * count));
            (value <= end).then_some((count, value))
        });
        // With four bytes the start of the interval itself is in it.
        let (count, value) = shortest.unwrap_or((4, self.last.low));
        self.last.low = value;
        for _ in 0..count {
            self.settle();
        }
        self.release();
        self.bytes
    }

    /// Moves the top byte of the start out.
    fn settle(&mut self) {
        let [_, _, _, carry, top, rest @ ..] = self.last.low.to_be_bytes();
        if carry == 0 && top == 0xff {
            self.last.full += 1;
        } else {
            self.release();
            self.last.held = Some(top);
        }
        self.last.low = u64::from(u32::from_be_bytes([0, rest[0], rest[1], rest[2]])) << 8;
    }

    /// Makes the bytes final that a carry could have changed.
    fn release(&mut self) {
        let [_, _, _, carry, ..] = self.last.low.to_be_bytes();
        let held = self.last.held.take().map(|held| held.wrapping_add(carry));
        self.bytes.extend(held);
        let full = 0xff_u8.wrapping_add(carry);
        self.bytes.resize(self.bytes.len() + self.last.full, full);
        self.last.full = 0;
    }
}

impl BitCoder for BitWriter {
    fn code(&mut self, bit: bool, one: Probability) -> bool {
        while is_narrow(self.last.range) {
            self.last.range = widened(self.last.range);
            self.settle();
        }
        let split = split(self.last.range, one);
        if bit {
            self.last.range = split;
        } else {
            self.last.range -= split + 1;
            self.last.low += u64::from(split) + 1;
        }
        bit
    }
}
