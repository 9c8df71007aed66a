//! The operations around the one that runs: some that are over, some that come.
//!
//! They tell how code near by has moved, more finely than the address map does.

use super::op::{Kind, Op};
use super::words::{NEAR_WORDS, Places, Words};

/// A ring of operations of one block, in the decode RAM.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct NearOps {
    /// Operations of the block that were pushed.
    pushed: u32,
    /// Operations of the block that were taken.
    taken: u32,
    /// Bytes that the pushed ones make.
    bytes: u32,
}

const KIND_BITS: u32 = 30;

impl NearOps {
    /// Whether there is room for one more, and one more in the block.
    #[inline]
    pub(super) const fn wants_more(&self, places: &Places, start: u32, end: u32) -> bool {
        let ahead = (self.pushed - self.taken) as usize;
        ahead < places.near_count - places.near_count / 4 && self.bytes < end - start
    }

    /// Offset in the image of the next one, in a block that begins at `start`.
    #[inline]
    pub(super) const fn next_at(&self, start: u32) -> u32 {
        start + self.bytes
    }

    #[inline]
    pub(super) fn push(&mut self, words: &mut Words<'_>, places: &Places, op: &Op) {
        let at = slot(places, self.pushed);
        // Three kinds: it fits.
        let kind = u32::try_from(op.kind.index()).unwrap_or(0);
        put32(words, at, op.source);
        put32(words, at + 2, self.bytes);
        put32(words, at + 4, op.len | kind << KIND_BITS);
        self.pushed += 1;
        self.bytes += op.len;
    }

    /// The next one to run.
    #[inline]
    pub(super) fn take(&mut self, words: &Words<'_>, places: &Places) -> Op {
        let at = slot(places, self.taken);
        self.taken += 1;
        let len = get32(words, at + 4);
        Op {
            kind: match len >> KIND_BITS {
                0 => Kind::Literal,
                1 => Kind::Old,
                _ => Kind::New,
            },
            len: len & ((1 << KIND_BITS) - 1),
            source: get32(words, at),
            anchor: false,
        }
    }

    /// How far `target` in the old image has moved, in a block that begins at `start`; `None`
    /// where no operation near by copies it.
    #[inline]
    pub(super) fn shift(
        &self,
        words: &Words<'_>,
        places: &Places,
        start: u32,
        target: u32,
    ) -> Option<i32> {
        // Counts of pushed ones are small: it fits.
        let room = u32::try_from(places.near_count).unwrap_or(0);
        (self.pushed.saturating_sub(room)..self.pushed).find_map(|number| {
            let at = slot(places, number);
            let len = get32(words, at + 4);
            let source = get32(words, at);
            let old = len >> KIND_BITS == 1;
            let inside = target.wrapping_sub(source) < len & ((1 << KIND_BITS) - 1);
            let moved = start
                .wrapping_add(get32(words, at + 2))
                .wrapping_sub(source);
            (old && inside).then_some(moved.cast_signed())
        })
    }
}

#[inline]
const fn slot(places: &Places, number: u32) -> usize {
    places.near + (number as usize % places.near_count) * NEAR_WORDS
}

#[inline]
fn put32(words: &mut Words<'_>, at: usize, value: u32) {
    let [b0, b1, b2, b3] = value.to_le_bytes();
    words.set(at, u16::from_le_bytes([b0, b1]));
    words.set(at + 1, u16::from_le_bytes([b2, b3]));
}

#[inline]
fn get32(words: &Words<'_>, at: usize) -> u32 {
    let ([b0, b1], [b2, b3]) = (words.get(at).to_le_bytes(), words.get(at + 1).to_le_bytes());
    u32::from_le_bytes([b0, b1, b2, b3])
}
