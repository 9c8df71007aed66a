//! Writing a stream of coded bits: the other end of the applier's reader.

use host_agent::patch::coder::{BitCoder, Probability, settled, split};

/// Codes bits into bytes.
#[derive(Clone, Debug)]
pub(super) struct BitWriter {
    low: u32,
    high: u32,
    bytes: Vec<u8>,
}

/// A point of a stream to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    low: u32,
    high: u32,
    len: usize,
}

impl BitWriter {
    pub(super) const fn new() -> Self {
        Self {
            low: 0,
            high: u32::MAX,
            bytes: Vec::new(),
        }
    }

    /// Where the stream stands.
    pub(super) const fn mark(&self) -> Mark {
        Mark {
            low: self.low,
            high: self.high,
            len: self.bytes.len(),
        }
    }

    /// Forgets what was coded since `mark`.
    pub(super) fn back_to(&mut self, mark: Mark) {
        (self.low, self.high) = (mark.low, mark.high);
        self.bytes.truncate(mark.len);
    }

    /// The bytes, with no more at the end than tell the last interval from all others.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.low == 0 {
            return self.bytes;
        }
        for count in 1..=4_u32 {
            let step = 1_u64 << (32 - 8 * count);
            let value = u64::from(self.low).next_multiple_of(step);
            if value <= u64::from(self.high) {
                let bytes = value.to_be_bytes();
                self.bytes.extend_from_slice(&bytes[4..4 + count as usize]);
                break;
            }
        }
        self.bytes
    }
}

impl BitCoder for BitWriter {
    fn code(&mut self, bit: bool, one: Probability) -> bool {
        let middle = split(self.low, self.high, one);
        if bit {
            self.high = middle;
        } else {
            self.low = middle + 1;
        }
        while settled(self.low, self.high) {
            let [top, ..] = self.high.to_be_bytes();
            self.bytes.push(top);
            self.low <<= 8;
            self.high = self.high << 8 | 0xff;
        }
        bit
    }
}
