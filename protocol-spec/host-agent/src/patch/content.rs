//! The bytes that no operation gives: flags that say whether a byte is as predicted, and bytes.
//!
//! Several counters guess each bit, every one by another context. Their guesses are weighed in the
//! logistic domain, and the weights learn which ones to trust.

use super::coder::BitCoder;
use super::counter::{self, BYTE_LIMIT, FLAG_LIMIT, FRESH};
use super::logistic::{squash, stretch};
use super::tables::{Row, Tables};
use super::words::{BYTE_WEIGHTS, FLAG_WEIGHTS, FLAG_WORDS, Places, Words};

const FLAG_INPUTS: usize = 3;
const CONTEXTS: usize = 4;
/// The contexts, and the table.
const BYTE_INPUTS: usize = CONTEXTS + 1;
/// A weight of 1.
const ONE: i32 = 1 << 13;
/// 0.38 and 0.28: what was best at the start on average.
const FLAG_WEIGHT: u16 = 3113;
const BYTE_WEIGHT: u16 = 2294;
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

/// The contexts of a flag, as numbers of counters, and which weights: 0 to 4.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlagContext {
    pub(super) counters: [usize; FLAG_INPUTS],
    pub(super) set: usize,
}

/// Everything as at the start of a block.
pub(super) fn reset(words: &mut Words<'_>, places: &Places, tables: &Tables<'_>) {
    for index in 0..FLAG_WORDS {
        words.set(places.flags + index, tables.flag(index));
    }
    words.fill(places.flag_weights, FLAG_WEIGHTS, FLAG_WEIGHT);
    words.fill(places.byte_weights, BYTE_WEIGHTS, BYTE_WEIGHT);
    words.fill(places.bytes, places.groups * 16, FRESH);
}

/// Codes whether a byte is as predicted.
pub(super) fn flag<C: BitCoder>(
    coder: &mut C,
    words: &mut Words<'_>,
    places: &Places,
    context: &FlagContext,
    hit: bool,
) -> bool {
    let counters = context.counters.map(|index| places.flags + index);
    let inputs = counters.map(|at| stretch(counter::probability(words.get(at))));
    let mixer = Mixer {
        at: places.flag_weights + context.set * FLAG_INPUTS,
    };
    let one = mixer.mix(words, &inputs).clamp(2, 4094);
    let hit = coder.code(hit, one);
    mixer.learn(words, &inputs, one, hit);
    for at in counters {
        words.set(at, counter::update(words.get(at), hit, FLAG_LIMIT));
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
    let mixer = Mixer {
        at: places.byte_weights + context.set * BYTE_INPUTS,
    };
    let mut node = 1_usize;
    for upper in [true, false] {
        // The upper nibble, with a one before it: it fits.
        let prefix = if upper {
            0
        } else {
            u32::try_from(node).unwrap_or(0)
        };
        let groups = groups_of(places, context, prefix);
        let mut inner = 1_usize;
        for _ in 0..4 {
            let bit = usize::from(byte) >> (7 - node.ilog2()) & 1 == 1;
            let counters = groups.map(|group| group + inner);
            let mut inputs = [0; BYTE_INPUTS];
            for (input, at) in inputs.iter_mut().zip(counters) {
                *input = guess(words.get(at));
            }
            if let (Some(row), [.., last]) = (context.row, &mut inputs) {
                *last = tables.stretched(row, node);
            }
            let one = mixer.mix(words, &inputs).clamp(16, 4080);
            let bit = coder.code(bit, one);
            mixer.learn(words, &inputs, one, bit);
            for at in counters {
                words.set(at, counter::update(words.get(at), bit, BYTE_LIMIT));
            }
            inner = inner << 1 | usize::from(bit);
            node = node << 1 | usize::from(bit);
        }
    }
    let [low, ..] = node.to_le_bytes();
    low
}

/// A fresh counter has no opinion.
fn guess(counter: u16) -> i32 {
    if counter::learned(counter) == 0 {
        0
    } else {
        stretch(counter::probability(counter))
    }
}

/// First words of the groups of counters for one nibble.
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

/// Weights, and where they lie.
struct Mixer {
    at: usize,
}

impl Mixer {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "1 to 4095"
    )]
    fn mix(&self, words: &Words<'_>, inputs: &[i32]) -> u16 {
        let weigh = |(index, input): (usize, &i32)| self.weight(words, index) * input;
        let sum: i32 = inputs.iter().enumerate().map(weigh).sum();
        squash(sum >> 13) as u16
    }

    #[expect(clippy::cast_possible_truncation, reason = "clamped")]
    fn learn(&self, words: &mut Words<'_>, inputs: &[i32], one: u16, bit: bool) {
        let error = (i32::from(bit) << 12) - i32::from(one);
        for (index, input) in inputs.iter().enumerate() {
            let step = (input * error * RATE + ONE / 2) >> 13;
            let weight = self.weight(words, index) + step;
            let weight = weight.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
            words.set(self.at + index, weight.cast_unsigned());
        }
    }

    fn weight(&self, words: &Words<'_>, index: usize) -> i32 {
        words.get(self.at + index).cast_signed().into()
    }
}
