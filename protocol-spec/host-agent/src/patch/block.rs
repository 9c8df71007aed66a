//! One block: runs its operations and says which bits are coded.
//!
//! The same code makes a patch and applies it: whoever makes one hands in the bytes and a
//! [`Feed`] that writes, whoever applies one an empty buffer and a [`Feed`] that reads.

use protocol_spec::patch::Head;

use super::coder::BitCoder;
use super::content::{self, ByteContext, FlagContext};
use super::fault::PatchFault;
use super::map::Map;
use super::near::NearOps;
use super::op::{Kind, Op};
use super::source::{Piece, Window};
use super::tables::Tables;
use super::unit::Unit;
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

    /// Hears whether bytes of a copy were as predicted, and the numbers of the counters that were
    /// asked.
    #[inline]
    fn saw_flag(&mut self, counters: &[usize; 3], hit: bool) {
        let _ = (counters, hit);
    }

    /// Hears how far a byte of a copy in field `field` was from its prediction.
    #[inline]
    fn saw_miss(&mut self, field: usize, difference: u8) {
        let _ = (field, difference);
    }
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
    /// What `head` says; both maps are empty.
    #[must_use]
    pub(super) const fn of(head: &Head<'_>) -> Self {
        let places = Places::of(head.profile);
        Self {
            places,
            map: Map::new(places.map, places.map_entries),
            ram_map: Map::new(places.ram_map, places.ram_entries),
            half_words: false,
            load_address: head.load_address,
            old_len: head.old.length,
            new_len: head.new.length,
        }
    }

    /// Puts `op`, for the bytes at `at`, into the address map; false when there is no room.
    pub fn anchor(&mut self, words: &mut Words<'_>, op: &Op, at: u32) -> bool {
        let shift = at.wrapping_sub(op.source).cast_signed();
        self.map.insert(words, op.source, shift)
    }
}

/// How far a block has come.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Offset in the image of the next byte.
    pub(super) at: u32,
    pub(super) op: Op,
    /// Bytes of `op` that are left.
    pub(super) left: u32,
    pub(super) near: NearOps,
    pub(super) unit: Unit,
    /// The low byte of a half-word whose high byte came last, when a piece ended between them.
    held: Option<u8>,
    /// One bit for each of the last bytes, the last one lowest: 1 where it was not as predicted.
    pub(super) misses: u8,
    /// The last byte.
    pub(super) last: u8,
    pub(super) window: Window,
}

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
            unit: Unit::default(),
            held: None,
            misses: 0,
            last: 0,
            window: Window::default(),
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
        self.unit = Unit::default();
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

    fn copied<F: Feed>(
        &mut self,
        coding: &mut Coding<'_, '_, '_, F>,
        piece: &mut Piece<'_>,
    ) -> Result<(), Fault> {
        if self.unit.is_over() {
            self.unit = self.next_unit(coding, piece)?;
            self.foresee(coding, piece);
        }
        if self.unit.is_sure() {
            self.put_unit(piece);
            return Ok(());
        }
        let given = piece.given(0);
        let Some(next) = self.unit.next() else {
            return Err(PatchFault::Stream.into());
        };
        let hit = match next.known {
            Some(hit) => hit,
            None => coding.flag(&self.flag_context(&next), given == next.predicted),
        };
        self.misses = self.misses << 1 | u8::from(!hit);
        let byte = if hit {
            next.predicted
        } else {
            self.unit.missed();
            let context = self.miss_context(&next);
            let difference = coding.byte(&context, given.wrapping_sub(next.predicted));
            coding.feed.saw_miss(next.index().1, difference);
            next.predicted.wrapping_add(difference)
        };
        self.put(piece, byte);
        Ok(())
    }

    /// Codes whether all of a unit is as predicted, where that is likely.
    fn foresee<F: Feed>(&mut self, coding: &mut Coding<'_, '_, '_, F>, piece: &Piece<'_>) {
        if self.unit.len() < 2 || self.misses & 15 != 0 {
            return;
        }
        let context = self.unit_context();
        let right = |(ahead, byte): (usize, &u8)| piece.given(ahead) == *byte;
        let all = self.unit.predicted().iter().enumerate().all(right);
        let sure = coding.flag(&context, all);
        self.unit.settle(sure);
    }

    /// Puts what is left of a unit that is as predicted, or as much as the piece takes.
    fn put_unit(&mut self, piece: &mut Piece<'_>) {
        let taken = piece.put_all(self.unit.rest());
        if let Some(last) = taken.checked_sub(1).and_then(|at| self.unit.rest().get(at)) {
            self.last = *last;
        }
        self.unit.skip(taken);
        // A unit has at most four bytes.
        let count = u32::try_from(taken).unwrap_or(0);
        self.misses = self.misses.unbounded_shl(count);
        self.at += count;
        self.left -= count;
    }

    #[inline]
    fn put(&mut self, piece: &mut Piece<'_>, byte: u8) {
        piece.put(byte);
        self.last = byte;
        self.at += 1;
        self.left -= 1;
    }
}

/// What codes, and what with.
pub(super) struct Coding<'a, 'w, 't, F> {
    pub(super) feed: &'a mut F,
    pub(super) words: &'a mut Words<'w>,
    pub(super) common: &'a Common,
    tables: &'a Tables<'t>,
}

impl<F: Feed> Coding<'_, '_, '_, F> {
    #[inline]
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

    #[inline]
    fn flag(&mut self, context: &FlagContext, hit: bool) -> bool {
        let hit = content::flag(self.feed, self.words, &self.common.places, context, hit);
        self.feed.saw_flag(&context.counters, hit);
        hit
    }

    /// How far `address` of the old image has moved.
    #[inline]
    pub(super) fn moved(&self, address: u32) -> i32 {
        self.common.map.shift(self.words, address)
    }
}
