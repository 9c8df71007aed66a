//! What the references in copied code should be where they go.

use protocol_spec::patch::NO_LOAD_ADDRESS;

use super::block::{Block, Coding, Feed};
use super::map::{RAM_BASE, RAM_LEN};
use super::op::Kind;
use super::source::Piece;
use super::thumb::{Near, is_wide_branch, wide_branch, wide_offset};
use super::unit::Unit;
use crate::fault::Fault;

/// What a predicted byte is part of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Field {
    /// Nothing that moves.
    #[default]
    Plain,
    WideBranch,
    FlashWord,
    RamWord,
    /// A near reference that moves.
    NearReference,
}

/// Words below this offset are numbers rather than addresses of the vector table.
const VECTORS: u32 = 0x100;

impl Field {
    /// Whether it takes four bytes.
    #[inline]
    pub(super) const fn is_word(self) -> bool {
        matches!(self, Self::WideBranch | Self::FlashWord | Self::RamWord)
    }

    #[inline]
    pub(super) const fn index(self) -> usize {
        match self {
            Self::Plain => 0,
            Self::WideBranch => 1,
            Self::FlashWord => 2,
            Self::RamWord => 3,
            Self::NearReference => 4,
        }
    }
}

/// The bytes that a reference is expected to have.
type Expected = (Field, [u8; 4]);

impl Block {
    /// The next bytes that the operation copies, with the references among them moved.
    pub(super) fn next_unit<F: Feed>(
        &mut self,
        coding: &mut Coding<'_, '_, '_, F>,
        piece: &Piece<'_>,
    ) -> Result<Unit, Fault> {
        let source = self.op.source + (self.op.len - self.left);
        let taken = self.source(coding.feed, piece)?;
        let [b0, b1, b2, b3, b4, b5] = taken.bytes;
        let odd = self.at & 1 == 1;
        let len = if odd { 1 } else { taken.len.min(4) };
        let codes = if source & 1 == 1 { [b0, b2] } else { [b1, b3] };
        // At most four.
        let len = u8::try_from(len).unwrap_or(1);
        let mut unit = Unit::plain([b0, b1, b2, b3], codes, u8::from(odd), len);
        let thumb = coding.common.load_address != NO_LOAD_ADDRESS;
        let aligned = (self.at | source) & 1 == 0;
        if !thumb || !aligned || self.op.kind != Kind::Old || len < 2 {
            return Ok(unit);
        }
        let first = Code {
            bytes: [b0, b1, b2, b3],
            len: taken.len,
            source,
            at: self.at,
        };
        match self.expect(coding, &first) {
            Some((field, bytes)) if field.is_word() => unit.expect(0, &bytes, field),
            found => {
                if let Some((field, [e0, e1, ..])) = found {
                    unit.expect(0, &[e0, e1], field);
                }
                if len == 4 {
                    let second = Code {
                        bytes: [b2, b3, b4, b5],
                        len: taken.len - 2,
                        source: source + 2,
                        at: self.at + 2,
                    };
                    match self.expect(coding, &second) {
                        Some((field, _)) if field.is_word() => unit.shorten(),
                        Some((field, [e0, e1, ..])) => unit.expect(1, &[e0, e1], field),
                        None => {}
                    }
                }
            }
        }
        Ok(unit)
    }

    /// What the reference that begins with `code` should be here.
    fn expect<F: Feed>(&self, coding: &Coding<'_, '_, '_, F>, code: &Code) -> Option<Expected> {
        let [b0, b1, b2, b3] = code.bytes;
        let (first, second) = (u16::from_le_bytes([b0, b1]), u16::from_le_bytes([b2, b3]));
        if code.len >= 4 {
            if is_wide_branch(first, second) {
                return expect_branch(coding, first, second, code);
            }
            if code.source.is_multiple_of(4) && code.at.is_multiple_of(4) {
                let word = expect_word(coding, u32::from_le_bytes(code.bytes));
                if word.is_some() {
                    return word;
                }
            }
        }
        self.expect_near(coding, first, code)
    }

    fn expect_near<F: Feed>(
        &self,
        coding: &Coding<'_, '_, '_, F>,
        first: u16,
        code: &Code,
    ) -> Option<Expected> {
        let near = Near::of(first)?;
        let target = near.target(first, code.source);
        let shift = self.near_shift(coding, target);
        let moved = near.with_target(first, code.at, target.wrapping_add_signed(shift))?;
        let [b0, b1] = moved.to_le_bytes();
        Some((Field::NearReference, [b0, b1, 0, 0]))
    }

    /// How far a target near by has moved: as the operation that copies it says, if one does.
    fn near_shift<F: Feed>(&self, coding: &Coding<'_, '_, '_, F>, target: u32) -> i32 {
        if target.wrapping_sub(self.op.source) < self.op.len {
            let here = self.op.source + (self.op.len - self.left);
            return self.at.wrapping_sub(here).cast_signed();
        }
        let places = &coding.common.places;
        match self.near.shift(coding.words, places, self.start, target) {
            Some(shift) => shift,
            None if target < coding.common.old_len => coding.moved(target),
            None => 0,
        }
    }
}

/// Code in the old image, and where it goes.
struct Code {
    bytes: [u8; 4],
    /// Bytes of it that the operation copies.
    len: u32,
    source: u32,
    at: u32,
}

fn expect_branch<F: Feed>(
    coding: &Coding<'_, '_, '_, F>,
    first: u16,
    second: u16,
    code: &Code,
) -> Option<Expected> {
    let target = (code.source + 4).wrapping_add_signed(wide_offset(first, second));
    if target >= coding.common.old_len {
        return None;
    }
    let moved = target.wrapping_add_signed(coding.moved(target));
    let offset = moved.wrapping_sub(code.at + 4).cast_signed();
    let (first, second) = wide_branch(second, offset);
    let ([b0, b1], [b2, b3]) = (first.to_le_bytes(), second.to_le_bytes());
    Some((Field::WideBranch, [b0, b1, b2, b3]))
}

/// A word that points into the image or into RAM; `None` for any other.
fn expect_word<F: Feed>(coding: &Coding<'_, '_, '_, F>, word: u32) -> Option<Expected> {
    let common = coding.common;
    let target = word.wrapping_sub(common.load_address);
    let in_ram = word.wrapping_sub(RAM_BASE);
    let (field, shift) = if target >= VECTORS && target < common.old_len {
        (Field::FlashWord, coding.moved(target & !1))
    } else if in_ram < RAM_LEN {
        (Field::RamWord, common.ram_map.shift(coding.words, in_ram))
    } else {
        return None;
    };
    Some((field, word.wrapping_add_signed(shift).to_le_bytes()))
}
