//! The address map: how far what was at an old address has moved.
//!
//! Entries are sorted by address; each holds from its address to that of the next. One map is for
//! the image, its addresses are offsets in it; the other for RAM, offsets from [`RAM_BASE`].

use super::words::{ENTRY_WORDS, Words};

/// Address that the RAM map counts from.
pub const RAM_BASE: u32 = 0x1fff_0000;
/// Bytes from [`RAM_BASE`] on that count as RAM.
pub const RAM_LEN: u32 = 0x9_0000;

/// A map in the decode RAM.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Map {
    base: usize,
    room: usize,
    count: usize,
}

impl Map {
    #[inline]
    pub(super) const fn new(base: usize, room: usize) -> Self {
        Self {
            base,
            room,
            count: 0,
        }
    }

    /// Drops all entries.
    pub(super) const fn clear(&mut self) {
        self.count = 0;
    }

    /// Most entries.
    #[inline]
    pub(super) const fn room(&self) -> usize {
        self.room
    }

    /// Adds an entry; false when there is no room. A second one for an address is left out.
    #[inline]
    pub(super) fn insert(&mut self, words: &mut Words<'_>, start: u32, shift: i32) -> bool {
        let at = self.position(words, start);
        if at > 0 && self.start(words, at - 1) == start {
            return true;
        }
        if self.count >= self.room {
            return false;
        }
        let word = self.base + at * ENTRY_WORDS;
        words.move_up(word, (self.count - at) * ENTRY_WORDS, ENTRY_WORDS);
        let [s0, s1, s2, _] = start.to_le_bytes();
        let [d0, d1, d2, _] = shift.to_le_bytes();
        words.set(word, u16::from_le_bytes([s0, s1]));
        words.set(word + 1, u16::from_le_bytes([s2, d0]));
        words.set(word + 2, u16::from_le_bytes([d1, d2]));
        self.count += 1;
        true
    }

    /// How far `address` has moved; 0 before the first entry.
    #[inline]
    pub(super) fn shift(&self, words: &Words<'_>, address: u32) -> i32 {
        match self.position(words, address).checked_sub(1) {
            Some(at) => {
                let word = self.base + at * ENTRY_WORDS;
                let [_, d0] = words.get(word + 1).to_le_bytes();
                let [d1, d2] = words.get(word + 2).to_le_bytes();
                i32::from_le_bytes([0, d0, d1, d2]) >> 8
            }
            None => 0,
        }
    }

    /// Entries whose address is not above `address`.
    #[inline]
    fn position(&self, words: &Words<'_>, address: u32) -> usize {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.start(words, middle) <= address {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    #[inline]
    fn start(&self, words: &Words<'_>, at: usize) -> u32 {
        let word = self.base + at * ENTRY_WORDS;
        let [s0, s1] = words.get(word).to_le_bytes();
        let [s2, _] = words.get(word + 1).to_le_bytes();
        u32::from_le_bytes([s0, s1, s2, 0])
    }
}
