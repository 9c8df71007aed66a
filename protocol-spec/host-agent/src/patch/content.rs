//! The bytes that no operation gives: flags that say whether a byte is as predicted, and bytes.
//!
//! Three counters guess a flag, a counter and a constant table each bit of a byte. Their guesses are
//! added up in the logistic domain with constant weights.

use super::coder::BitCoder;
use super::counter::{self, BYTE_LIMIT, FLAG_LIMIT, FRESH};
use super::logistic::{squash, stretch};
use super::tables::{Row, Tables, stretched};
use super::words::{FLAG_WORDS, FLAGS_OF_BYTES, Places, Words};

/// Counters that guess a flag.
const FLAG_INPUTS: usize = 3;
/// After a unit without a miss nine of ten have none; learned three times.
const UNIT_FLAG: u16 = 3686 << 4 | 3;
/// How sure of a flag the coder may be, stretched: 1 in 2048.
const FLAG_MOST: i32 = 1952;
/// How sure of a bit of a byte: 1 in 256.
const BYTE_MOST: i32 = 1418;
/// Weights, of 256, of a counter that has learned so often, and of the table beside it.
static TRUST: [(i32, i32); BYTE_LIMIT as usize + 1] = [
    (0, 256),
    (64, 220),
    (96, 200),
    (115, 180),
    (128, 165),
    (140, 155),
    (150, 145),
    (160, 135),
];
/// And of a counter with no table beside it.
static ALONE: [(i32, i32); BYTE_LIMIT as usize + 1] = [
    (0, 0),
    (120, 0),
    (165, 0),
    (190, 0),
    (205, 0),
    (220, 0),
    (230, 0),
    (240, 0),
];

/// What a byte depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByteContext {
    pub(super) context: u32,
    pub(super) row: Option<Row>,
}

/// What a flag depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlagContext {
    /// Numbers of counters.
    pub(super) counters: [usize; FLAG_INPUTS],
    /// Of each of their guesses, of 32.
    pub(super) weight: i32,
}

/// Everything as at the start of a block.
pub(super) fn reset(words: &mut Words<'_>, places: &Places, tables: &Tables<'_>) {
    words.fill(places.flags, FLAG_WORDS, UNIT_FLAG);
    for index in 0..FLAGS_OF_BYTES {
        words.set(places.flags + index, tables.flag(index));
    }
    words.fill(places.bytes, places.groups * 16, FRESH);
}

/// Codes whether a byte is as predicted.
#[inline]
pub(super) fn flag<C: BitCoder>(
    coder: &mut C,
    words: &mut Words<'_>,
    places: &Places,
    context: &FlagContext,
    hit: bool,
) -> bool {
    let at = context.counters.map(|index| places.flags + index);
    let counters = at.map(|at| words.get(at));
    let guesses = counters.map(|counter| stretch(counter::probability(counter)));
    let sum: i32 = guesses.into_iter().sum();
    let hit = coder.code(hit, squash((sum * context.weight) >> 5, FLAG_MOST));
    for (at, counter) in at.into_iter().zip(counters) {
        words.set(at, counter::update(counter, hit, FLAG_LIMIT));
    }
    hit
}

/// Codes a byte, high bits first.
pub(super) fn byte<C: BitCoder>(
    coder: &mut C,
    words: &mut Words<'_>,
    places: &Places,
    tables: &Tables<'_>,
    context: &ByteContext,
    byte: u8,
) -> u8 {
    let row = tables.row(context.row);
    let weights = if context.row.is_some() {
        &TRUST
    } else {
        &ALONE
    };
    let mut node = 1_u32;
    for upper in [true, false] {
        let prefix = if upper { 0 } else { node };
        let group = group_of(places, context.context, prefix);
        let mut inner = 1_usize;
        for _ in 0..4 {
            let bit = (u32::from(byte) << node.ilog2()) & 0x80 != 0;
            let counter = words.get(group + inner);
            let bit = coder.code(bit, one(weights, counter, stretched(row, node)));
            words.set(group + inner, counter::update(counter, bit, BYTE_LIMIT));
            inner = inner << 1 | usize::from(bit);
            node = node << 1 | u32::from(bit);
        }
    }
    let [low, ..] = node.to_le_bytes();
    low
}

/// The probability of a 1 after what a counter and the table guess.
#[inline]
fn one(weights: &[(i32, i32)], counter: u16, known: i32) -> u16 {
    let learned = usize::from(counter::learned(counter));
    let (trust, rest) = weights.get(learned).copied().unwrap_or_default();
    let sum = stretch(counter::probability(counter)) * trust + known * rest;
    squash(sum >> 8, BYTE_MOST)
}

/// First word of the group of counters for one nibble.
#[inline]
const fn group_of(places: &Places, context: u32, prefix: u32) -> usize {
    let mixed = context.wrapping_mul(0x9e37_79b1) ^ prefix.wrapping_mul(0x85eb_ca6b);
    let hash = mixed.wrapping_mul(0xc2b2_ae35) >> 16;
    places.bytes + ((hash as usize * places.groups) >> 16) * 16
}
