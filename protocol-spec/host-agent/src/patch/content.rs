//! The bytes that no operation gives: flags that say whether a byte is as predicted, and bytes.
//!
//! Several counters guess each bit, every one by another context. Their guesses are weighed in the
//! logistic domain, and the weights learn which ones to trust.

use super::coder::BitCoder;
use super::counter::{self, BYTE_LIMIT, FLAG_LIMIT, FRESH};
use super::logistic::{squash, stretch};
use super::tables::{Row, Tables, stretched};
use super::words::{BYTE_WEIGHTS, FLAG_WEIGHTS, FLAG_WORDS, FLAGS_OF_BYTES, Group, Places, Words};

const FLAG_INPUTS: usize = 3;
const CONTEXTS: usize = 2;
/// The contexts, and the table.
const BYTE_INPUTS: usize = CONTEXTS + 1;
/// A weight of 1.
const ONE: i32 = 1 << 13;
/// 0.38: what was best at the start on average.
const FLAG_WEIGHT: u16 = 3113;
const BYTE_WEIGHT: u16 = 3113;
/// After a unit without a miss nine of ten have none; learned three times.
const UNIT_FLAG: u16 = 3686 << 4 | 3;
/// How fast weights learn.
const RATE: i32 = 2;

/// The contexts of a byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByteContext {
    pub(super) contexts: [u32; CONTEXTS],
    /// Which weights: 0 to 14.
    pub(super) set: usize,
    pub(super) row: Option<Row>,
}

/// The contexts of a flag, as numbers of counters, and which weights: 0 to 5.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlagContext {
    pub(super) counters: [usize; FLAG_INPUTS],
    pub(super) set: usize,
}

/// Everything as at the start of a block.
pub(super) fn reset(words: &mut Words<'_>, places: &Places, tables: &Tables<'_>) {
    words.fill(places.flags, FLAG_WORDS, UNIT_FLAG);
    for index in 0..FLAGS_OF_BYTES {
        words.set(places.flags + index, tables.flag(index));
    }
    words.fill(places.flag_weights, FLAG_WEIGHTS, FLAG_WEIGHT);
    words.fill(places.byte_weights, BYTE_WEIGHTS, BYTE_WEIGHT);
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
    let inputs = counters.map(|counter| stretch(counter::probability(counter)));
    let mut mixer: Mixer<FLAG_INPUTS> = Mixer::load(words, places.flag_weights, context.set);
    let one = mixer.mix(&inputs).clamp(2, 4094);
    let hit = coder.code(hit, one);
    mixer.learn(&inputs, one, hit);
    mixer.store(words, places.flag_weights, context.set);
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
    let mut mixer: Mixer<BYTE_INPUTS> = Mixer::load(words, places.byte_weights, context.set);
    let row = tables.row(context.row);
    let mut node = 1_u32;
    for upper in [true, false] {
        let prefix = if upper { 0 } else { node };
        let places = groups_of(places, context, prefix);
        let mut groups = places.map(|at| words.group(at));
        let mut inner = 1_usize;
        for _ in 0..4 {
            let bit = (u32::from(byte) << node.ilog2()) & 0x80 != 0;
            let counters = groups.each_ref().map(|group| in_group(group, inner));
            let [one, other] = counters.map(guess);
            let known = stretched(row, node);
            let inputs = [one, other, known];
            let one = mixer.mix(&inputs).clamp(16, 4080);
            let bit = coder.code(bit, one);
            mixer.learn(&inputs, one, bit);
            for (group, counter) in groups.iter_mut().zip(counters) {
                if let Some(to) = group.get_mut(inner & 15) {
                    *to = counter::update(counter, bit, BYTE_LIMIT);
                }
            }
            inner = inner << 1 | usize::from(bit);
            node = node << 1 | u32::from(bit);
        }
        for (at, group) in places.into_iter().zip(&groups) {
            words.set_group(at, group);
        }
    }
    mixer.store(words, places.byte_weights, context.set);
    let [low, ..] = node.to_le_bytes();
    low
}

#[inline]
fn in_group(group: &Group, at: usize) -> u16 {
    group.get(at & 15).copied().unwrap_or(0)
}

/// A fresh counter has no opinion.
#[inline]
fn guess(counter: u16) -> i32 {
    if counter::learned(counter) == 0 {
        0
    } else {
        stretch(counter::probability(counter))
    }
}

/// First words of the groups of counters for one nibble.
#[inline]
fn groups_of(places: &Places, context: &ByteContext, prefix: u32) -> [usize; CONTEXTS] {
    let prefix = prefix.wrapping_mul(0x85eb_ca6b);
    let mut salt = 0_u32;
    context.contexts.map(|context| {
        let mixed = context.wrapping_add(salt).wrapping_mul(0x9e37_79b1) ^ prefix;
        salt = salt.wrapping_add(0x0100_0193);
        let hash = mixed.wrapping_mul(0xc2b2_ae35) >> 16;
        places.bytes + ((hash as usize * places.groups) >> 16) * 16
    })
}

/// The weights of one set.
struct Mixer<const N: usize>([i32; N]);

impl<const N: usize> Mixer<N> {
    #[inline]
    fn load(words: &Words<'_>, base: usize, set: usize) -> Self {
        let mut at = base + set * N;
        Self([(); N].map(|()| {
            at += 1;
            words.get(at - 1).cast_signed().into()
        }))
    }

    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "learning keeps them in 16 bits"
    )]
    fn store(&self, words: &mut Words<'_>, base: usize, set: usize) {
        for (at, weight) in (base + set * N..).zip(self.0) {
            let weight = weight.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
            words.set(at, weight.cast_unsigned());
        }
    }

    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "1 to 4095"
    )]
    fn mix(&self, inputs: &[i32; N]) -> u16 {
        let pairs = self.0.iter().zip(inputs);
        let sum: i32 = pairs.map(|(weight, input)| weight * input).sum();
        squash(sum >> 13) as u16
    }

    #[inline]
    fn learn(&mut self, inputs: &[i32; N], one: u16, bit: bool) {
        let error = ((i32::from(bit) << 12) - i32::from(one)) * RATE;
        for (weight, input) in self.0.iter_mut().zip(inputs) {
            *weight += (input * error + ONE / 2) >> 13;
        }
    }
}
