//! Operations: where the bytes of a new block come from, and how that is coded.
//!
//! All operations of a patch are one stream, coded apart from the bytes: so they can be checked
//! before anything is written, and the address map (`map.rs`) can be read off them.

use super::coder::BitCoder;
use super::counter::code;
use super::fault::PatchFault;
use super::words::{CONTROL, Words};
use protocol_spec::patch::IMAGE_LEN_MAX;

/// Where bytes come from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Kind {
    /// Nowhere: each is coded.
    #[default]
    Literal,
    /// The old image, addresses in it moved along; each byte is right or is coded.
    Old,
    /// What is new already; each byte is right or is coded.
    New,
}

impl Kind {
    pub(super) const fn index(self) -> usize {
        match self {
            Self::Literal => 0,
            Self::Old => 1,
            Self::New => 2,
        }
    }
}

/// One operation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Op {
    /// Where its bytes come from.
    pub kind: Kind,
    /// Bytes, from 1 to the rest of the block.
    pub len: u32,
    /// Offset in the image of the first byte; 0 for literals.
    pub source: u32,
    /// Whether the address map has it; only where [`Op::may_anchor`].
    pub anchor: bool,
}

/// Shortest copy that may stand in the address map, bytes.
pub const ANCHOR_LEN_MIN: u32 = 8;

impl Op {
    /// Whether the address map may have it.
    #[must_use]
    pub const fn may_anchor(&self) -> bool {
        matches!(self.kind, Kind::Old) && self.len >= ANCHOR_LEN_MIN
    }
}

/// What the coding of an operation depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OpState {
    last: Kind,
    /// Shifts from a new offset to its source, the latest first.
    shifts: [i32; 4],
}

/// Codes numbers and operations.
#[derive(Debug)]
pub struct OpCoder<'a, 'w, C> {
    coder: &'a mut C,
    pub(super) words: &'a mut Words<'w>,
}

const KIND: usize = 0;
const TO_END: usize = 12;
const REPEATS: usize = 15;
const WHICH: usize = 18;
const BEFORE: usize = 21;
const ODD: usize = 22;
const BEFORE_NEW: usize = 23;
const ANCHOR: usize = 24;
const STORED: usize = 34;
const NUMBERS: usize = 36;

/// Where the counters of a kind of number lie.
#[derive(Clone, Copy, Debug)]
enum Number {
    Len(Kind),
    OldSource,
    NewSource,
    Head,
}

/// Counters of how many bits a number has: a tree of five bits, without its place 0.
const SIZES: usize = 32;
const NUMBER_WORDS: usize = SIZES + 24;
/// Most bits of a number, without its first.
const BITS_MAX: u32 = 25;
const _: () = assert!(
    NUMBERS + 6 * NUMBER_WORDS <= super::words::CONTROL_WORDS,
    "they fit"
);

impl Number {
    const fn base(self) -> usize {
        let index = match self {
            Self::Len(kind) => kind.index(),
            Self::OldSource => 3,
            Self::NewSource => 4,
            Self::Head => 5,
        };
        NUMBERS + index * NUMBER_WORDS
    }
}

impl<'a, 'w, C: BitCoder> OpCoder<'a, 'w, C> {
    /// Codes into or out of `coder`.
    pub const fn new(coder: &'a mut C, words: &'a mut Words<'w>) -> Self {
        Self { coder, words }
    }

    fn bit(&mut self, at: usize, bit: bool) -> bool {
        code(self.coder, self.words, CONTROL + at, bit)
    }

    /// Codes a bit that is as likely as not.
    pub fn even(&mut self, bit: bool) -> bool {
        self.coder.code(bit, 2048)
    }

    /// Codes a number of the head of the stream, below 2^25.
    pub fn number(&mut self, value: u32) -> u32 {
        self.number_of(Number::Head, value)
    }

    /// Codes a number of the head of the stream that may be negative.
    pub fn signed(&mut self, value: i32) -> i32 {
        let folded = value.cast_unsigned() << 1 ^ (value >> 31).cast_unsigned();
        let folded = self.number_of(Number::Head, folded);
        ((folded >> 1) ^ (folded & 1).wrapping_neg()).cast_signed()
    }

    /// Codes whether the bytes of a block are stored as they are.
    pub fn stored(&mut self, stored: bool) -> bool {
        self.bit(STORED, stored)
    }

    /// Codes `value` + 1: how many bits it has below the first, then these.
    fn number_of(&mut self, number: Number, value: u32) -> u32 {
        let base = number.base();
        let value = value.saturating_add(1);
        let count = self.size(base, value.ilog2());
        let mut coded = 1;
        let likely = count.min(2);
        for index in (count - likely..count).rev() {
            let bit = value >> index & 1 == 1;
            let class = (count as usize).min(5) * 4 + coded as usize;
            let bit = self.bit(base + SIZES + class, bit);
            coded = coded << 1 | u32::from(bit);
        }
        for index in (0..count - likely).rev() {
            let bit = self.even(value >> index & 1 == 1);
            coded = coded << 1 | u32::from(bit);
        }
        coded - 1
    }

    /// Codes a number of bits, at most [`BITS_MAX`].
    fn size(&mut self, base: usize, bits: u32) -> u32 {
        let mut node = 1;
        for index in (0..5).rev() {
            let bit = self.bit(base + node, bits >> index & 1 == 1);
            node = node << 1 | usize::from(bit);
        }
        // Below 32: it fits.
        u32::try_from(node & 31).unwrap_or(0).min(BITS_MAX)
    }

    /// Codes the operation for the bytes from offset `at` of the image on, with `rest` bytes left
    /// in the block.
    ///
    /// # Errors
    /// What is read and cannot be: an unknown operation, one that runs past the block, or a source
    /// that no image has.
    pub fn op(
        &mut self,
        state: &mut OpState,
        op: &Op,
        at: u32,
        rest: u32,
    ) -> Result<Op, PatchFault> {
        let last = core::mem::replace(&mut state.last, op.kind);
        let kind = self.kind(last, op.kind)?;
        state.last = kind;
        let to_end = self.bit(TO_END + kind.index(), op.len == rest);
        let len = if to_end {
            rest
        } else {
            self.number_of(Number::Len(kind), op.len.wrapping_sub(1))
                .saturating_add(1)
        };
        if len > rest || len == 0 {
            return Err(PatchFault::OutputLength);
        }
        let source = match kind {
            Kind::Literal => 0,
            Kind::Old => self.old_source(state, last, op.source, at)?,
            Kind::New => self.new_source(op.source, at)?,
        };
        if source.saturating_add(len) > IMAGE_LEN_MAX {
            return Err(PatchFault::SourceRange);
        }
        let mut coded = Op {
            kind,
            len,
            source,
            anchor: false,
        };
        if coded.may_anchor() {
            let class = (len.ilog2() as usize).min(9);
            coded.anchor = self.bit(ANCHOR + class, op.anchor);
        }
        Ok(coded)
    }

    fn kind(&mut self, last: Kind, kind: Kind) -> Result<Kind, PatchFault> {
        let at = KIND + last.index() * 3;
        if !self.bit(at, kind != Kind::Literal) {
            Ok(Kind::Literal)
        } else if !self.bit(at + 1, kind == Kind::New) {
            Ok(Kind::Old)
        } else if self.bit(at + 2, false) {
            Err(PatchFault::Op)
        } else {
            Ok(Kind::New)
        }
    }

    fn old_source(
        &mut self,
        state: &mut OpState,
        last: Kind,
        source: u32,
        at: u32,
    ) -> Result<u32, PatchFault> {
        let shift = source.wrapping_sub(at).cast_signed();
        let known = state.shifts.iter().position(|known| *known == shift);
        if self.bit(REPEATS + last.index(), known.is_some()) {
            let known = known.unwrap_or(0);
            let mut which = 0;
            while which < 3 && self.bit(WHICH + which, known > which) {
                which += 1;
            }
            state.again(which);
        } else {
            let [latest, ..] = state.shifts;
            let step = shift.wrapping_sub(latest);
            let before = self.bit(BEFORE, step < 0);
            let odd = self.bit(ODD, step & 1 == 1);
            let half = self.number_of(Number::OldSource, step.unsigned_abs() >> 1);
            let step = (half << 1 | u32::from(odd)).cast_signed();
            state.new_shift(latest.wrapping_add(if before { -step } else { step }));
        }
        let [shift, ..] = state.shifts;
        at.checked_add_signed(shift).ok_or(PatchFault::SourceRange)
    }

    fn new_source(&mut self, source: u32, at: u32) -> Result<u32, PatchFault> {
        let distance = source.abs_diff(at).wrapping_sub(1);
        let before = self.bit(BEFORE_NEW, source < at);
        let distance = self
            .number_of(Number::NewSource, distance)
            .saturating_add(1);
        let source = if before {
            at.checked_sub(distance)
        } else {
            at.checked_add(distance)
        };
        source.ok_or(PatchFault::SourceRange)
    }
}

impl OpState {
    /// Before the first operation.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            last: Kind::Literal,
            shifts: [0; 4],
        }
    }

    fn again(&mut self, which: usize) {
        if let Some(shifts) = self.shifts.get_mut(..=which) {
            shifts.rotate_right(1);
        }
    }

    fn new_shift(&mut self, shift: i32) {
        self.shifts.rotate_right(1);
        let [first, ..] = &mut self.shifts;
        *first = shift;
    }
}
