//! Which blocks are new already, while the operations are checked.

use super::block::Common;
use super::fault::PatchFault;
use super::op::{Kind, Op};
use super::words::Words;

/// The set of blocks that are written, one bit each, where the counters of bytes are later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    base: usize,
    room: usize,
    block_len: u32,
}

impl Written {
    pub(super) const fn new(common: &Common, block_len: u32) -> Self {
        Self {
            base: common.places.bytes,
            room: common.places.groups * 16,
            block_len,
        }
    }

    pub(super) fn clear(&self, words: &mut Words<'_>) {
        words.fill(self.base, self.room, 0);
    }

    pub(super) fn add(&self, words: &mut Words<'_>, block: u32) {
        let at = self.base + block as usize / 16;
        words.set(at, words.get(at) | 1 << (block % 16));
    }

    pub(super) fn has(&self, words: &Words<'_>, block: u32) -> bool {
        words.get(self.base + block as usize / 16) >> (block % 16) & 1 == 1
    }

    /// Whether the source of `op`, for the bytes at `at` of block `block`, is there.
    pub(super) fn check(
        &self,
        words: &Words<'_>,
        common: &Common,
        op: &Op,
        at: u32,
        block: u32,
    ) -> Result<(), PatchFault> {
        let len = match op.kind {
            Kind::Literal => return Ok(()),
            Kind::Old => common.old_len,
            Kind::New => common.new_len,
        };
        let end = op.source.saturating_add(op.len);
        if end > len {
            return Err(PatchFault::SourceRange);
        }
        let blocks = op.source / self.block_len..=(end - 1) / self.block_len;
        let (mut there, mut gone) = (false, false);
        for source in blocks {
            let good = match op.kind {
                Kind::New if source == block => op.source < at,
                Kind::New => self.has(words, source),
                _ => !self.has(words, source),
            };
            there |= good;
            gone |= !good;
        }
        match (there, gone) {
            (_, false) => Ok(()),
            (false, true) => Err(PatchFault::SourceGone),
            (true, true) => Err(PatchFault::SourceSplit),
        }
    }
}
