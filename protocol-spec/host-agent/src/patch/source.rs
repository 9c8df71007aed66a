//! The bytes at hand: those that an operation copies from, and those that are coded now.

use super::block::{Block, Feed};
use super::op::Kind;
use crate::fault::Fault;

/// Bytes of the slot that were read together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    at: u32,
    len: u32,
    bytes: [u8; WINDOW as usize],
}

const WINDOW: u32 = 32;

impl Window {
    /// Up to [`TAKE`] bytes from `offset` on; none at `end` or behind it is read.
    #[inline]
    pub(super) fn take<F: Feed>(
        &mut self,
        feed: &mut F,
        offset: u32,
        end: u32,
    ) -> Result<Taken, Fault> {
        let wanted = end.saturating_sub(offset).min(TAKE);
        let mut index = offset.wrapping_sub(self.at);
        if index >= self.len || self.len - index < wanted {
            let count = end.saturating_sub(offset).min(WINDOW);
            let room = self.bytes.get_mut(..count as usize).unwrap_or_default();
            self.len = 0;
            feed.slot(offset, room)?;
            (self.at, self.len) = (offset, count);
            index = 0;
        }
        let from = self.bytes.get(index as usize..).unwrap_or_default();
        if let (TAKE, Some(bytes)) = (wanted, from.first_chunk()) {
            return Ok(Taken {
                bytes: *bytes,
                len: wanted,
            });
        }
        let mut bytes = [0; TAKE as usize];
        for (to, from) in bytes.iter_mut().zip(from).take(wanted as usize) {
            *to = *from;
        }
        Ok(Taken { bytes, len: wanted })
    }
}

/// Bytes of a source.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taken {
    pub(super) bytes: [u8; TAKE as usize],
    pub(super) len: u32,
}

/// A unit of four bytes, and the rest of a reference that begins in its second half.
const TAKE: u32 = 6;

/// The bytes that are coded now.
pub(super) struct Piece<'a> {
    /// Offset in the block of the first one.
    pub(super) from: usize,
    pub(super) out: &'a mut [u8],
    pub(super) used: usize,
}

impl Piece<'_> {
    /// Puts as many of `bytes` as there is room for; how many.
    #[inline]
    pub(super) fn put_all(&mut self, bytes: &[u8]) -> usize {
        let room = self.out.get_mut(self.used..).unwrap_or_default();
        let count = room.len().min(bytes.len());
        for (to, from) in room.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.used += count;
        count
    }

    /// The byte `ahead` of the next one, as it was handed in.
    #[inline]
    pub(super) fn given(&self, ahead: usize) -> u8 {
        self.out.get(self.used + ahead).copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn put(&mut self, byte: u8) {
        if let Some(to) = self.out.get_mut(self.used) {
            *to = byte;
        }
        self.used += 1;
    }
}

impl Block {
    /// The next bytes that the operation copies: as many as are known, at least one.
    pub(super) fn source<F: Feed>(
        &mut self,
        feed: &mut F,
        piece: &Piece<'_>,
    ) -> Result<Taken, Fault> {
        let offset = self.op.source + (self.op.len - self.left);
        let end = offset + self.left;
        if self.op.kind == Kind::Old || offset >= self.end {
            return self.window.take(feed, offset, end);
        }
        if offset < self.start {
            return self.window.take(feed, offset, end.min(self.start));
        }
        let inner = (offset - self.start) as usize;
        let known = end.min(self.at).saturating_sub(offset);
        let mut taken = Taken {
            bytes: [0; TAKE as usize],
            len: known.min(TAKE),
        };
        for (at, to) in (inner..).zip(taken.bytes.iter_mut().take(taken.len as usize)) {
            *to = self.own(feed, piece, at)?;
        }
        Ok(taken)
    }

    /// A byte of this block that was coded before; `inner` is its offset in the block.
    fn own<F: Feed>(&self, feed: &mut F, piece: &Piece<'_>, inner: usize) -> Result<u8, Fault> {
        if let Some(inner) = inner.checked_sub(piece.from) {
            let known = piece.out.get(..piece.used).unwrap_or_default();
            return Ok(known.get(inner).copied().unwrap_or(0));
        }
        let mut byte = [0];
        // A block has at most 2^20 bytes.
        feed.scratch(u32::try_from(inner).unwrap_or(0), &mut byte)?;
        let [byte] = byte;
        Ok(byte)
    }
}
