//! One block: runs its operations and says which bits are coded.
//!
//! The same code makes a patch and applies it: whoever makes one hands in the bytes and a
//! [`Feed`] that writes, whoever applies one an empty buffer and a [`Feed`] that reads.

use protocol_spec::patch::NO_LOAD_ADDRESS;

use super::coder::BitCoder;
use super::content::{self, ByteContext, FlagContext};
use super::map::{Map, RAM_BASE, RAM_LEN};
use super::near::NearOps;
use super::op::{Kind, Op};
use super::tables::{Row, Tables};
use super::thumb::{Near, is_wide_branch, wide_branch, wide_offset};
use super::words::{Places, Words};
use crate::fault::Fault;

/// What a block is coded with.
pub trait Feed: BitCoder {
    /// Codes the operation for the bytes from offset `at` on, with `rest` left in the block.
    ///
    /// # Errors
    /// What is wrong with it.
    fn op(&mut self, words: &mut Words<'_>, at: u32, rest: u32) -> Result<Op, Fault>;

    /// Reads the slot as it stands.
    ///
    /// # Errors
    /// Why it could not be read.
    fn slot(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault>;

    /// Reads bytes of this block that were coded before this piece; `offset` is in the block.
    ///
    /// # Errors
    /// Why they could not be read.
    fn scratch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault>;
}

/// What all blocks of a patch have in common.
#[derive(Clone, Copy, Debug)]
pub struct Common {
    pub(super) places: Places,
    pub(super) map: Map,
    pub(super) ram_map: Map,
    /// Literals are half-words.
    pub(super) half_words: bool,
    pub(super) load_address: u32,
    pub(super) old_len: u32,
    pub(super) new_len: u32,
}

impl Common {
    /// Puts `op`, for the bytes at `at`, into the address map; false when there is no room.
    pub fn anchor(&mut self, words: &mut Words<'_>, op: &Op, at: u32) -> bool {
        let shift = at.wrapping_sub(op.source).cast_signed();
        self.map.insert(words, op.source, shift)
    }
}

/// What a predicted byte is part of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Field {
    /// Nothing that moves.
    #[default]
    Plain,
    WideBranch,
    FlashWord,
    RamWord,
    /// A near reference that moves.
    NearReference,
}

/// The bytes that a reference is expected to have.
#[derive(Clone, Copy, Debug, Default)]
struct Expected {
    bytes: [u8; 4],
    field: Field,
    at: u8,
    len: u8,
}

/// How far a block has come.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    start: u32,
    end: u32,
    /// Offset in the image of the next byte.
    at: u32,
    op: Op,
    /// Bytes of `op` that are left.
    left: u32,
    near: NearOps,
    expected: Expected,
    /// The low byte of a half-word whose high byte came last, when a piece ended between them.
    held: Option<u8>,
    /// One bit for each of the last bytes, the last one lowest: 1 where it was not as predicted.
    misses: u8,
    last_difference: u8,
    /// The last three bytes, the last one lowest.
    last: [u8; 3],
    window: Window,
}

/// Bytes of the slot that were read together.
#[derive(Clone, Copy, Debug)]
struct Window {
    at: u32,
    len: u32,
    bytes: [u8; WINDOW as usize],
}

const WINDOW: u32 = 32;

impl Block {
    /// The block from `start` to `end` of the image.
    #[must_use]
    pub fn begin(
        common: &Common,
        tables: &Tables<'_>,
        words: &mut Words<'_>,
        start: u32,
        end: u32,
    ) -> Self {
        content::reset(words, &common.places, tables);
        Self {
            start,
            end,
            at: start,
            op: Op::default(),
            left: 0,
            near: NearOps::default(),
            expected: Expected::default(),
            held: None,
            misses: 0,
            last_difference: 0,
            last: [0; 3],
            window: Window {
                at: 0,
                len: 0,
                bytes: [0; WINDOW as usize],
            },
        }
    }

    /// Bytes of the block that were coded.
    #[must_use]
    pub const fn done(&self) -> u32 {
        self.at - self.start
    }

    /// Codes the next bytes of the block, as many as `out` has.
    ///
    /// # Errors
    /// What is wrong with an operation, or why flash could not be read.
    pub fn piece<F: Feed>(
        &mut self,
        feed: &mut F,
        words: &mut Words<'_>,
        common: &Common,
        tables: &Tables<'_>,
        out: &mut [u8],
    ) -> Result<(), Fault> {
        let from = self.done() as usize;
        let mut piece = Piece { from, out, used: 0 };
        let mut coding = Coding {
            feed,
            words,
            common,
            tables,
        };
        while piece.used < piece.out.len() {
            if self.left == 0 {
                self.next_op(&mut coding)?;
            }
            match self.op.kind {
                Kind::Literal => self.literal(&mut coding, &mut piece),
                Kind::Old | Kind::New => self.copied(&mut coding, &mut piece)?,
            }
        }
        Ok(())
    }

    fn next_op<F: Feed>(&mut self, coding: &mut Coding<'_, '_, '_, F>) -> Result<(), Fault> {
        let places = coding.common.places;
        while self.near.wants_more(&places, self.start, self.end) {
            let at = self.near.next_at(self.start);
            let op = coding.feed.op(coding.words, at, self.end - at)?;
            self.near.push(coding.words, &places, &op);
        }
        self.op = self.near.take(coding.words, &places);
        self.left = self.op.len;
        self.expected = Expected::default();
        Ok(())
    }

    fn literal<F: Feed>(&mut self, coding: &mut Coding<'_, '_, '_, F>, piece: &mut Piece<'_>) {
        let next = piece.given(0);
        if let Some(held) = self.held.take() {
            return self.put(piece, held);
        }
        let pair = coding.common.half_words && self.at.is_multiple_of(2) && self.left >= 2;
        let byte = if pair {
            let high = coding.byte(&self.high_context(), piece.given(1));
            let low = coding.byte(&self.low_context(high), next);
            self.held = Some(high);
            low
        } else {
            coding.byte(&self.single_context(), next)
        };
        self.put(piece, byte);
    }

    fn high_context(&self) -> ByteContext {
        let [c1, c2, c3] = self.last.map(u32::from);
        ByteContext {
            contexts: [
                0x100,
                0x1_0000 | c1 << 2,
                0x2000_0000 | c1 << 2 | c3 << 10,
                0x3000_0000 | c2 << 2 | c1 << 12,
            ],
            set: 0,
            row: Some(Row::high(self.last[0])),
        }
    }

    fn low_context(&self, high: u8) -> ByteContext {
        let [c1, c2, _] = self.last.map(u32::from);
        let wide = u32::from(high);
        ByteContext {
            contexts: [
                0x200 | (wide >> 3) << 12,
                0x5_0001 | wide << 2,
                0x6000_0000 | wide << 2 | c1 << 10,
                0x7000_0000 | wide << 2 | c2 << 12,
            ],
            set: 1 + usize::from(high >> 5),
            row: Some(Row::low(high)),
        }
    }

    fn single_context(&self) -> ByteContext {
        let [c1, c2, c3] = self.last.map(u32::from);
        let odd = self.at & 1;
        let before = if odd == 1 { c3 | c1 << 10 } else { c2 };
        ByteContext {
            contexts: [
                odd | c1 << 2,
                0x1_0000 | odd | c1 << 2 | c2 << 10,
                0x2000_0000 | c1 << 2 | c2 << 10 | c3 << 18,
                0x3000_0000 | odd | before << 2,
            ],
            set: 9,
            row: None,
        }
    }

    fn copied<F: Feed>(
        &mut self,
        coding: &mut Coding<'_, '_, '_, F>,
        piece: &mut Piece<'_>,
    ) -> Result<(), Fault> {
        let source = self.op.source + (self.op.len - self.left);
        let plain = self.source_byte(coding, piece, source)?;
        let opcode = self.source_byte(coding, piece, source | 1)?;
        if self.expected.at == self.expected.len {
            self.expected = self.expect(coding, source)?;
        }
        let expected = &mut self.expected;
        let odd = usize::from(!self.at.is_multiple_of(2));
        let (mut predicted, mut phase) = (plain, odd);
        if let Some(byte) = expected.next() {
            (predicted, phase) = (byte, usize::from(expected.at - 1));
        }
        let kind = expected.field.index();
        let field = kind * 4 + phase;
        let given = piece.given(0);
        let context = self.flag_context(kind, field, odd, opcode);
        let hit = coding.flag(&context, given == predicted);
        self.misses = self.misses << 1 | u8::from(!hit);
        let byte = if hit {
            predicted
        } else {
            let context = self.miss_context(kind, field, predicted, opcode);
            let difference = coding.byte(&context, given.wrapping_sub(predicted));
            self.last_difference = difference;
            predicted.wrapping_add(difference)
        };
        self.put(piece, byte);
        Ok(())
    }

    fn flag_context(&self, kind: usize, field: usize, odd: usize, opcode: u8) -> FlagContext {
        let misses = usize::from(self.misses);
        let long = usize::from(self.op.len >= 16);
        let by_code = match kind {
            0 => usize::from(opcode >> 2) * 2 + odd,
            _ => 124 + field,
        };
        FlagContext {
            counters: [
                (field * 4 + (misses & 3)) * 2 + long,
                160 + (misses & 15) * 5 + kind,
                240 + by_code,
            ],
            set: kind,
        }
    }

    fn miss_context(&self, kind: usize, field: usize, predicted: u8, opcode: u8) -> ByteContext {
        // Five fields of four bytes: it fits.
        let wide = u32::try_from(field).unwrap_or(0);
        ByteContext {
            contexts: [
                0x400 | wide,
                0x1000 | u32::from(predicted) | wide << 16,
                0x2_0000 | u32::from(self.last_difference) | wide << 8,
                0x4000_0000 | u32::from(opcode) | wide << 8,
            ],
            set: 10 + kind,
            row: Some(Row::miss(field)),
        }
    }

    fn put(&mut self, piece: &mut Piece<'_>, byte: u8) {
        piece.put(byte);
        let [c1, c2, _] = self.last;
        self.last = [byte, c1, c2];
        self.at += 1;
        self.left -= 1;
    }

    /// Offset behind the last byte that the operation may read.
    const fn source_end(&self) -> u32 {
        self.op.source + self.op.len
    }

    /// A byte that the operation copies from; 0 behind the last one.
    fn source_byte<F: Feed>(
        &mut self,
        coding: &mut Coding<'_, '_, '_, F>,
        piece: &Piece<'_>,
        offset: u32,
    ) -> Result<u8, Fault> {
        let end = self.source_end();
        if offset >= end {
            return Ok(0);
        }
        if self.op.kind == Kind::Old || offset >= self.end {
            return self.window.byte(coding.feed, offset, end);
        }
        if offset < self.start {
            return self.window.byte(coding.feed, offset, end.min(self.start));
        }
        let inner = (offset - self.start) as usize;
        if let Some(inner) = inner.checked_sub(piece.from) {
            // What follows the byte that comes next is not known yet.
            let known = piece.out.get(..piece.used).unwrap_or_default();
            return Ok(known.get(inner).copied().unwrap_or(0));
        }
        let mut byte = [0];
        coding.feed.scratch(offset - self.start, &mut byte)?;
        let [byte] = byte;
        Ok(byte)
    }

    /// What the reference that begins at `source` of the old image should be here.
    fn expect<F: Feed>(
        &mut self,
        coding: &mut Coding<'_, '_, '_, F>,
        source: u32,
    ) -> Result<Expected, Fault> {
        let common = coding.common;
        let aligned = (self.at | source) & 1 == 0;
        let thumb = common.load_address != NO_LOAD_ADDRESS;
        if !thumb || !aligned || self.op.kind != Kind::Old || self.left < 2 {
            return Ok(Expected::default());
        }
        let mut code = [0; 4];
        for (byte, offset) in code.iter_mut().zip(source..self.source_end()) {
            *byte = self.window.byte(coding.feed, offset, self.source_end())?;
        }
        let [b0, b1, b2, b3] = code;
        let (first, second) = (u16::from_le_bytes([b0, b1]), u16::from_le_bytes([b2, b3]));
        if self.left >= 4 {
            if is_wide_branch(first, second) {
                return Ok(self.wide_branch(coding, first, second, source));
            }
            if source.is_multiple_of(4)
                && let Some(expected) = self.word(coding, u32::from_le_bytes(code))
            {
                return Ok(expected);
            }
        }
        Ok(self.near_reference(coding, first, source))
    }

    fn wide_branch<F: Feed>(
        &self,
        coding: &Coding<'_, '_, '_, F>,
        first: u16,
        second: u16,
        source: u32,
    ) -> Expected {
        let target = (source + 4).wrapping_add_signed(wide_offset(first, second));
        if target >= coding.common.old_len {
            return Expected::default();
        }
        let moved = target.wrapping_add_signed(coding.moved(target));
        let offset = moved.wrapping_sub(self.at + 4).cast_signed();
        let (first, second) = wide_branch(second, offset);
        let ([b0, b1], [b2, b3]) = (first.to_le_bytes(), second.to_le_bytes());
        Expected {
            bytes: [b0, b1, b2, b3],
            field: Field::WideBranch,
            at: 0,
            len: 4,
        }
    }

    /// A word that points into the image or into RAM; `None` for any other.
    fn word<F: Feed>(&self, coding: &Coding<'_, '_, '_, F>, word: u32) -> Option<Expected> {
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
        if !self.at.is_multiple_of(4) {
            return Some(Expected::default());
        }
        let bytes = word.wrapping_add_signed(shift).to_le_bytes();
        Some(Expected {
            bytes,
            field,
            at: 0,
            len: 4,
        })
    }

    fn near_reference<F: Feed>(
        &self,
        coding: &Coding<'_, '_, '_, F>,
        code: u16,
        source: u32,
    ) -> Expected {
        let Some(near) = Near::of(code) else {
            return Expected::default();
        };
        let target = near.target(code, source);
        let places = &coding.common.places;
        let shift = match self.near.shift(coding.words, places, self.start, target) {
            Some(shift) => shift,
            None if target < coding.common.old_len => coding.moved(target),
            None => 0,
        };
        let moved = near.with_target(code, self.at, target.wrapping_add_signed(shift));
        match moved {
            Some(moved) => {
                let [b0, b1] = moved.to_le_bytes();
                Expected {
                    bytes: [b0, b1, 0, 0],
                    field: Field::NearReference,
                    at: 0,
                    len: 2,
                }
            }
            None => Expected::default(),
        }
    }
}

/// Words below this offset are numbers rather than addresses of the vector table.
const VECTORS: u32 = 0x100;

impl Field {
    const fn index(self) -> usize {
        match self {
            Self::Plain => 0,
            Self::WideBranch => 1,
            Self::FlashWord => 2,
            Self::RamWord => 3,
            Self::NearReference => 4,
        }
    }
}

impl Expected {
    fn next(&mut self) -> Option<u8> {
        if self.at >= self.len {
            self.field = Field::Plain;
            return None;
        }
        let byte = self.bytes.get(usize::from(self.at)).copied();
        self.at += 1;
        byte
    }
}

impl Window {
    /// The byte at `offset`; none at `end` or behind it is read.
    fn byte<F: Feed>(&mut self, feed: &mut F, offset: u32, end: u32) -> Result<u8, Fault> {
        let mut index = offset.wrapping_sub(self.at);
        if index >= self.len {
            let count = (end - offset).min(WINDOW);
            let room = self.bytes.get_mut(..count as usize).unwrap_or_default();
            self.len = 0;
            feed.slot(offset, room)?;
            (self.at, self.len) = (offset, count);
            index = 0;
        }
        Ok(self.bytes.get(index as usize).copied().unwrap_or(0))
    }
}

/// The bytes that are coded now.
struct Piece<'a> {
    /// Offset in the block of the first one.
    from: usize,
    out: &'a mut [u8],
    used: usize,
}

impl Piece<'_> {
    /// The byte `ahead` of the next one, as it was handed in.
    fn given(&self, ahead: usize) -> u8 {
        self.out.get(self.used + ahead).copied().unwrap_or(0)
    }

    fn put(&mut self, byte: u8) {
        if let Some(to) = self.out.get_mut(self.used) {
            *to = byte;
        }
        self.used += 1;
    }
}

/// What codes, and what with.
struct Coding<'a, 'w, 't, F> {
    feed: &'a mut F,
    words: &'a mut Words<'w>,
    common: &'a Common,
    tables: &'a Tables<'t>,
}

impl<F: Feed> Coding<'_, '_, '_, F> {
    fn byte(&mut self, context: &ByteContext, byte: u8) -> u8 {
        content::byte(
            self.feed,
            self.words,
            &self.common.places,
            self.tables,
            context,
            byte,
        )
    }

    fn flag(&mut self, context: &FlagContext, hit: bool) -> bool {
        content::flag(self.feed, self.words, &self.common.places, context, hit)
    }

    fn moved(&self, address: u32) -> i32 {
        self.common.map.shift(self.words, address)
    }
}
