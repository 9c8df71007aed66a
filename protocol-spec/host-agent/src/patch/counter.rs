//! Counters: how often a bit was 1, in 16 bits.
//!
//! The top 12 bits are the probability of a 1, the low 4 how much was learned: the more, the less
//! one more bit moves it.

use super::coder::{BitCoder, Probability};
use super::words::Words;

/// A counter that knows nothing.
pub(super) const FRESH: u16 = 2048 << 4;
/// Counters of operations learn up to here.
pub(super) const CONTROL_LIMIT: u16 = 14;
/// Counters of bytes learn up to here.
pub(super) const BYTE_LIMIT: u16 = 7;
/// Counters of flags learn up to here.
pub(super) const FLAG_LIMIT: u16 = 12;

/// 65536 / (n + 2), but half for a fresh counter.
const RATES: [i32; 16] = [
    32768, 21845, 16384, 13107, 10923, 9362, 8192, 7282, 6554, 5958, 5461, 5041, 4681, 4369, 4096,
    3855,
];

#[inline]
pub(super) const fn probability(counter: u16) -> Probability {
    counter >> 4
}

#[inline]
pub(super) const fn learned(counter: u16) -> u16 {
    counter & 15
}

/// The counter after one more bit.
///
/// A probability stays between 2 and 4094: a step is at most half of the way.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "16 bits")]
pub(super) fn update(counter: u16, bit: bool, limit: u16) -> u16 {
    let count = learned(counter);
    let rate = RATES.get(usize::from(count & 15)).copied().unwrap_or(0);
    let target = if bit { 4095 } else { 2 };
    let way = target - i32::from(probability(counter));
    let step = (way * rate) >> 16 << 4;
    (i32::from(counter) + step + i32::from(count < limit)).cast_unsigned() as u16
}

/// Codes a bit with the counter in word `at`, and lets it learn.
#[inline]
pub(super) fn code<C: BitCoder>(
    coder: &mut C,
    words: &mut Words<'_>,
    at: usize,
    bit: bool,
) -> bool {
    let counter = words.get(at);
    let bit = coder.code(bit, probability(counter));
    words.set(at, update(counter, bit, CONTROL_LIMIT));
    bit
}
