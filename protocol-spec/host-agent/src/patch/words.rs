//! The decode RAM, as 16-bit words, and what lies where in it.

use protocol_spec::patch::Profile;

/// 16-bit words in memory that the caller lends.
#[derive(Debug)]
pub struct Words<'a>(&'a mut [[u8; 2]]);

impl<'a> Words<'a> {
    /// The words in `bytes`; an odd last byte is left out.
    #[must_use]
    pub fn new(bytes: &'a mut [u8]) -> Self {
        Self(bytes.as_chunks_mut().0)
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> u16 {
        self.0.get(at).map_or(0, |word| u16::from_le_bytes(*word))
    }

    #[inline]
    pub(super) fn set(&mut self, at: usize, value: u16) {
        if let Some(word) = self.0.get_mut(at) {
            *word = value.to_le_bytes();
        }
    }

    pub(super) fn fill(&mut self, from: usize, count: usize, value: u16) {
        let words = self.0.get_mut(from..from + count).unwrap_or_default();
        words.fill(value.to_le_bytes());
    }

    /// Moves `count` words that begin at `from` up by `by` words.
    pub(super) fn move_up(&mut self, from: usize, count: usize, by: usize) {
        if let Some(words) = self.0.get_mut(from..from + count + by) {
            words.copy_within(..count, by);
        }
    }
}

/// First word of each part of the model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Places {
    pub(super) flags: usize,
    /// The near ops.
    pub(super) near: usize,
    pub(super) near_count: usize,
    pub(super) ram_map: usize,
    /// Most entries.
    pub(super) ram_entries: usize,
    pub(super) map: usize,
    /// Most entries.
    pub(super) map_entries: usize,
    /// Counters of bytes, in groups of 16; during a check the set of blocks that are written.
    pub(super) bytes: usize,
    pub(super) groups: usize,
    pub(super) end: usize,
}

/// Counters of operations lie at the start.
pub(super) const CONTROL: usize = 0;
pub(super) const CONTROL_WORDS: usize = 372;
/// Counters of whether a byte is as predicted; the tables give their start.
pub(super) const FLAGS_OF_BYTES: usize = 388;
/// And of whether a whole unit is.
pub(super) const FLAG_WORDS: usize = FLAGS_OF_BYTES + 84;
/// Words of an entry of a map: 24 bits of start, 24 bits of shift.
pub(super) const ENTRY_WORDS: usize = 3;
/// Words of a near op: source, start and length, 32 bits each.
pub(super) const NEAR_WORDS: usize = 6;

impl Places {
    pub(super) const fn of(profile: Profile) -> Self {
        match profile {
            Profile::Small => Self::with(8, 16, 148, 24),
            Profile::Large => Self::with(20, 40, 300, 115),
        }
    }

    const fn with(near: usize, ram_entries: usize, map_entries: usize, groups: usize) -> Self {
        let flags = CONTROL + CONTROL_WORDS;
        let near_at = flags + FLAG_WORDS;
        let ram_map = near_at + near * NEAR_WORDS;
        let map = ram_map + ram_entries * ENTRY_WORDS;
        let bytes = map + map_entries * ENTRY_WORDS;
        Self {
            flags,
            near: near_at,
            near_count: near,
            ram_map,
            ram_entries,
            map,
            map_entries,
            bytes,
            groups,
            end: bytes + groups * 16,
        }
    }
}

/// Bytes of RAM that the model of a profile uses of what it is lent.
#[must_use]
pub const fn model_bytes(profile: Profile) -> usize {
    Places::of(profile).end * 2
}

/// Most entries of the address map and of the RAM map of a profile.
#[must_use]
pub const fn map_entries(profile: Profile) -> (usize, usize) {
    let places = Places::of(profile);
    (places.map_entries, places.ram_entries)
}
