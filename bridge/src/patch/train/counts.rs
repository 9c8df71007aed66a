//! How often each bit was 1, where the tables have a place for it.

use host_agent::patch::tables::{FLAG_COUNTERS, HIGH_ROWS, LOW_ROWS, MISS_ROWS, Row};

use crate::patch::memory::Watch;

/// Nodes of the tree of bits of one row.
pub(super) const NODES: usize = 256;
const ROWS: usize = HIGH_ROWS + LOW_ROWS + MISS_ROWS;

/// Bits at one place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Bits {
    pub(super) all: u32,
    pub(super) ones: u32,
}

impl Bits {
    fn take(&mut self, bit: bool) {
        self.all += 1;
        self.ones += u32::from(bit);
    }

    pub(super) fn add(&mut self, more: Self) {
        self.all += more.all;
        self.ones += more.ones;
    }
}

/// Counts for every place of the tables.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counts {
    rows: Vec<[Bits; NODES]>,
    flags: Vec<Bits>,
}

impl Default for Counts {
    /// Nothing was seen.
    fn default() -> Self {
        Self {
            rows: vec![[Bits::default(); NODES]; ROWS],
            flags: vec![Bits::default(); FLAG_COUNTERS],
        }
    }
}

impl Counts {
    /// The half-words of `image`, but those that only fill: `0000` and `ffff`.
    #[must_use]
    pub fn of_image(image: &[u8]) -> Self {
        let mut counts = Self::default();
        let mut last = 0;
        for [low, high] in image.as_chunks::<2>().0 {
            if !matches!([low, high], [0, 0] | [0xff, 0xff]) {
                counts.byte(Row::high(last), *high);
                counts.byte(Row::low(*high), *low);
            }
            last = *high;
        }
        counts
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, more: &Self) {
        let rows = self.rows.iter_mut().flatten();
        for (bits, more) in rows.zip(more.rows.iter().flatten()) {
            bits.add(*more);
        }
        for (bits, more) in self.flags.iter_mut().zip(&more.flags) {
            bits.add(*more);
        }
    }

    /// Rows of the high bytes, of the low bytes, and of differences.
    pub(super) fn rows(&self) -> [&[[Bits; NODES]]; 3] {
        let (high, rest) = self.rows.split_at(HIGH_ROWS);
        let (low, misses) = rest.split_at(LOW_ROWS);
        [high, low, misses]
    }

    pub(super) fn flags(&self) -> &[Bits] {
        &self.flags
    }

    fn byte(&mut self, row: Row, byte: u8) {
        let Some(row) = self.rows.get_mut(row.number()) else {
            return;
        };
        let mut node = 1;
        for shift in (0..8).rev() {
            let bit = byte >> shift & 1 == 1;
            row[node].take(bit);
            node = node << 1 | usize::from(bit);
        }
    }
}

impl Watch for Counts {
    fn flag(&mut self, counters: &[usize; 3], hit: bool) {
        for counter in counters {
            // Some counters have no place in the tables.
            if let Some(bits) = self.flags.get_mut(*counter) {
                bits.take(hit);
            }
        }
    }

    fn miss(&mut self, field: usize, difference: u8) {
        self.byte(Row::miss(field), difference);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_words_are_counted_by_the_one_before_and_fill_is_not() {
        let counts = Counts::of_image(&[0, 0, 0xff, 0xff, 0x21, 0x43, 0, 0, 0x10, 0x01]);
        let [high, low, misses] = counts.rows();
        // After ff and after 00: the first bit of the high byte.
        let root = |row: &[Bits; NODES]| (row[1].all, row[1].ones);
        assert_eq!((root(&high[31]), root(&high[0])), ((1, 0), (1, 0)));
        assert_eq!(high.iter().map(|row| row[1].all).sum::<u32>(), 2);
        // 0x43: 0 1 0 0 0 0 1 1; its low byte 0x21 stands in row 0x43 >> 2.
        assert_eq!((high[31][2].ones, high[31][0x43 | 0x80].all), (1, 0));
        assert_eq!(high[31][0x80 | 0x43 >> 1], Bits { all: 1, ones: 1 });
        assert_eq!(low[0x43 >> 2][0x80 | 0x21 >> 1], Bits { all: 1, ones: 1 });
        assert_eq!(low[0][1].all, 1);
        assert!(misses.iter().flatten().all(|bits| bits.all == 0));
    }

    #[test]
    fn what_the_decoder_meets_is_counted_and_added() {
        let mut counts = Counts::default();
        counts.flag(&[0, 387, 9_999], true);
        counts.flag(&[0, 5, 10_000], false);
        counts.miss(19, 0x80);
        let twice = counts.clone();
        counts.add(&twice);
        assert_eq!(counts.flags()[0], Bits { all: 4, ones: 2 });
        assert_eq!(counts.flags()[387], Bits { all: 2, ones: 2 });
        let [_, _, misses] = counts.rows();
        assert_eq!(misses[19][1], Bits { all: 2, ones: 2 });
        assert_eq!(misses[19][3], Bits { all: 2, ones: 0 });
    }
}
