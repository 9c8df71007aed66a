//! The bit coder: one stream of binary decisions, each with its probability.
//!
//! A decision narrows an interval of 32-bit numbers in the ratio of its probability; whatever top
//! bytes both ends share are settled and leave. A stream ends with as many bytes as tell its last
//! interval from its neighbours; a reader takes zeros behind the end.

use super::View;
use crate::fault::Fault;

/// Probability that a bit is 1, of 4096: 1 to 4095.
pub type Probability = u16;

/// Codes bits, one way or the other.
///
/// A writer puts `bit` into its stream and returns it; a reader ignores `bit` and returns what
/// comes next.
pub trait BitCoder {
    /// Codes one bit.
    fn code(&mut self, bit: bool, one: Probability) -> bool;
}

/// Where the interval is split: up to here the bit is 1.
#[must_use]
#[inline]
pub const fn split(low: u32, high: u32, one: Probability) -> u32 {
    low + ((high - low) >> 12) * one as u32
}

/// Whether the top byte of both ends is the same, so that it is settled.
#[must_use]
#[inline]
pub const fn settled(low: u32, high: u32) -> bool {
    (low ^ high) >> 24 == 0
}

/// Bytes of the file that are read ahead.
const AHEAD: u32 = 16;

/// A reader of one stream, without what it reads from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    low: u32,
    high: u32,
    value: u32,
    /// Offset in the file of the next byte to take.
    at: u32,
    end: u32,
    /// Zeros taken behind the end.
    behind: u32,
    begun: bool,
    ahead: [u8; AHEAD as usize],
    /// Offset in the file of the first byte ahead.
    ahead_at: u32,
    ahead_len: u32,
}

/// Most zeros behind the end that a reader of a whole stream takes.
const BEHIND_MAX: u32 = 4;

impl Stream {
    /// The stream in bytes `at..end` of the file.
    pub(super) const fn new(at: u32, end: u32) -> Self {
        Self {
            low: 0,
            high: u32::MAX,
            value: 0,
            at,
            end,
            behind: 0,
            begun: false,
            ahead: [0; AHEAD as usize],
            ahead_at: at,
            ahead_len: 0,
        }
    }

    /// Whether it was read beyond its end, so that it means nothing.
    pub(super) const fn is_spent(&self) -> bool {
        self.behind > BEHIND_MAX
    }

    /// Whether all of its bytes were taken, and not too many zeros behind them.
    pub(super) const fn is_whole(&self) -> bool {
        self.at == self.end && !self.is_spent()
    }

    #[inline]
    fn bit<V: View>(&mut self, input: &mut Input<'_, V>, one: Probability) -> bool {
        if !self.begun {
            self.begun = true;
            for _ in 0..4 {
                self.shift(input);
            }
        }
        let middle = split(self.low, self.high, one);
        let bit = self.value <= middle;
        if bit {
            self.high = middle;
        } else {
            self.low = middle + 1;
        }
        while settled(self.low, self.high) {
            self.low <<= 8;
            self.high = self.high << 8 | 0xff;
            self.shift(input);
        }
        bit
    }

    #[inline]
    fn shift<V: View>(&mut self, input: &mut Input<'_, V>) {
        let byte = self.take(input);
        self.value = self.value << 8 | u32::from(byte);
    }

    #[inline]
    fn take<V: View>(&mut self, input: &mut Input<'_, V>) -> u8 {
        if self.at >= self.end {
            self.behind = self.behind.saturating_add(1);
            return 0;
        }
        let index = self.at - self.ahead_at;
        let index = if index < self.ahead_len {
            index
        } else {
            self.refill(input)
        };
        self.at += 1;
        self.ahead.get(index as usize).copied().unwrap_or(0)
    }

    #[cold]
    fn refill<V: View>(&mut self, input: &mut Input<'_, V>) -> u32 {
        let len = (self.end - self.at).min(AHEAD);
        let room = self.ahead.get_mut(..len as usize).unwrap_or_default();
        if let Err(fault) = input.view.patch(self.at, room) {
            input.fault = Some(fault);
            room.fill(0);
        }
        (self.ahead_at, self.ahead_len) = (self.at, len);
        0
    }
}

/// What streams are read from, and why that failed, if it did.
pub(super) struct Input<'a, V> {
    pub(super) view: &'a mut V,
    pub(super) fault: Option<Fault>,
}

impl<'a, V> Input<'a, V> {
    pub(super) const fn new(view: &'a mut V) -> Self {
        Self { view, fault: None }
    }

    pub(super) fn outcome(&self) -> Result<(), Fault> {
        self.fault.map_or(Ok(()), Err)
    }
}

/// Reads one stream.
pub(super) struct Reader<'a, 'v, V> {
    pub(super) stream: &'a mut Stream,
    pub(super) input: &'a mut Input<'v, V>,
}

impl<V: View> BitCoder for Reader<'_, '_, V> {
    #[inline]
    fn code(&mut self, _bit: bool, one: Probability) -> bool {
        self.stream.bit(self.input, one)
    }
}
