//! Which blocks are new already, while the operations are checked.

use protocol_spec::patch::BLOCKS_MAX;

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

    /// Whether block `block` is written; of an old image longer than any new one may be, those
    /// behind never are.
    pub(super) fn has(&self, words: &Words<'_>, block: u32) -> bool {
        block < BLOCKS_MAX && words.get(self.base + block as usize / 16) >> (block % 16) & 1 == 1
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

#[cfg(test)]
mod tests {
    use super::*;
    use protocol_spec::patch::{BLOCK_LEN_MIN, IMAGE_LEN_MAX, Profile};

    use crate::patch::words::Places;

    /// Whatever the RAM held before.
    #[test]
    fn no_block_of_the_longest_old_image_is_written_at_first() {
        for profile in [Profile::Small, Profile::Large] {
            let places = Places::of(profile);
            let mut ram = [0xff; 64 * 1024];
            let mut words = Words::new(&mut ram);
            let written = Written {
                base: places.bytes,
                room: places.groups * 16,
                block_len: BLOCK_LEN_MIN,
            };
            written.clear(&mut words);
            let blocks = 0..IMAGE_LEN_MAX / BLOCK_LEN_MIN;
            let found = blocks.clone().find(|block| written.has(&words, *block));
            assert_eq!(found, None, "{profile:?}");
            written.add(&mut words, BLOCKS_MAX - 1);
            let found = blocks.clone().find(|block| written.has(&words, *block));
            assert_eq!(found, Some(BLOCKS_MAX - 1), "{profile:?}");
        }
    }
}
