//! The bit coder: one stream of binary decisions, each with its probability.
//!
//! A decision narrows an interval of 32-bit numbers in the ratio of its probability; where it has
//! become narrower than 2^24, one more byte of the stream widens it. A stream ends with as many
//! bytes as tell its last interval from its neighbours; a reader takes zeros behind the end.

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
pub const fn split(range: u32, one: Probability) -> u32 {
    (range >> 12) * one as u32
}

/// Whether the interval is so narrow that it needs one more byte.
#[must_use]
#[inline]
pub const fn is_narrow(range: u32) -> bool {
    range >> 24 == 0
}

/// The interval with one more byte.
#[must_use]
#[inline]
pub const fn widened(range: u32) -> u32 {
    range << 8 | 0xff
}

/// Bytes of the file that are read ahead.
const AHEAD: u8 = 16;

/// A reader of one stream, without what it reads from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    /// One less than the length of the interval; 0 before the first four bytes.
    range: u32,
    /// How far the stream stands above the start of the interval.
    value: u32,
    ahead: [u8; AHEAD as usize],
    /// Bytes of `ahead` that were taken, and that there are.
    taken: u8,
    have: u8,
    /// Offset in the file behind the bytes ahead.
    at: u32,
    end: u32,
    /// Zeros taken behind the end.
    behind: u32,
}

/// Most zeros behind the end that a reader of a whole stream takes.
const BEHIND_MAX: u32 = 4;

impl Stream {
    /// The stream in bytes `at..end` of the file.
    pub(super) const fn new(at: u32, end: u32) -> Self {
        Self {
            range: 0,
            value: 0,
            ahead: [0; AHEAD as usize],
            taken: 0,
            have: 0,
            at,
            end,
            behind: 0,
        }
    }

    /// Offset in the file behind the bytes that were read.
    pub(super) const fn position(&self) -> u32 {
        self.at
    }

    /// Whether it was read beyond its end, so that it means nothing.
    pub(super) const fn is_spent(&self) -> bool {
        self.behind > BEHIND_MAX
    }

    /// Whether all of its bytes were taken, and not too many zeros behind them.
    pub(super) const fn is_whole(&self) -> bool {
        self.taken == self.have && self.at == self.end && !self.is_spent()
    }

    #[inline]
    fn bit<V: View>(&mut self, input: &mut Input<'_, V>, one: Probability) -> bool {
        while is_narrow(self.range) {
            self.range = widened(self.range);
            self.value = self.value << 8 | u32::from(self.take(input));
        }
        let split = split(self.range, one);
        let bit = self.value <= split;
        if bit {
            self.range = split;
        } else {
            self.range -= split + 1;
            self.value -= split + 1;
        }
        bit
    }

    #[inline]
    fn take<V: View>(&mut self, input: &mut Input<'_, V>) -> u8 {
        if self.taken == self.have && !self.refill(input) {
            return 0;
        }
        let byte = self.ahead.get(usize::from(self.taken)).copied();
        self.taken += 1;
        byte.unwrap_or(0)
    }

    /// Reads ahead; false behind the end.
    #[cold]
    #[inline(never)]
    fn refill<V: View>(&mut self, input: &mut Input<'_, V>) -> bool {
        let left = self.end.saturating_sub(self.at);
        let len = u8::try_from(left).map_or(AHEAD, |left| left.min(AHEAD));
        if len == 0 {
            self.behind = self.behind.saturating_add(1);
            return false;
        }
        let room = self.ahead.get_mut(..usize::from(len)).unwrap_or_default();
        if let Err(fault) = input.view.patch(self.at, room) {
            input.fault = Some(fault);
            room.fill(0);
        }
        self.at += u32::from(len);
        (self.taken, self.have) = (0, len);
        true
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
