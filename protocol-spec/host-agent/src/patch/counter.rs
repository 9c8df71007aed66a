//! Counters: how often a bit was 1, in 16 bits.
//!
//! The top 12 bits are the probability of a 1, the low 4 how much was learned: the more, the less
//! one more bit moves it.

use super::coder::{BitCoder, Probability};
use super::words::Words;

/// A counter that knows nothing.
pub(super) const FRESH: u16 = 2048 << 4;
/// Counters of operations learn up to here.
pub(super) const CONTROL_LIMIT: u16 = 12;
/// Counters of bytes learn up to here.
pub(super) const BYTE_LIMIT: u16 = 10;
/// Counters of flags learn up to here.
pub(super) const FLAG_LIMIT: u16 = 14;

/// 65536 / (n + 2), but half for a fresh counter.
const RATES: [i32; 16] = [
    32768, 21845, 16384, 13107, 10923, 9362, 8192, 7282, 6554, 5958, 5461, 5041, 4681, 4369, 4096,
    3855,
];

pub(super) const fn probability(counter: u16) -> Probability {
    counter >> 4
}

pub(super) const fn learned(counter: u16) -> u16 {
    counter & 15
}

/// The counter after one more bit.
pub(super) fn update(counter: u16, bit: bool, limit: u16) -> u16 {
    let count = learned(counter);
    let rate = RATES.get(usize::from(count)).copied().unwrap_or(0);
    let now = i32::from(probability(counter));
    let target = if bit { 4095 } else { 0 };
    let next = (now + (((target - now) * rate) >> 16)).clamp(1, 4094) as u16;
    next << 4 | if count < limit { count + 1 } else { count }
}

/// Codes a bit with the counter in word `at`, and lets it learn.
pub(super) fn code<C: BitCoder>(
    coder: &mut C,
    words: &mut Words<'_>,
    at: usize,
    bit: bool,
) -> bool {
    let counter = words.get(at);
    let bit = coder.code(bit, probability(counter).clamp(2, 4094));
    words.set(at, update(counter, bit, CONTROL_LIMIT));
    bit
}
