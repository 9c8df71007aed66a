//! What the model knows before it has seen a byte: counts over firmware that is in the field.
//!
//! ADR-0007 says how they were made, and what they are worth on firmware that they were not made
//! from.

use super::words::FLAGS_OF_BYTES;

/// The tables, as bytes.
#[derive(Debug)]
pub struct Tables<'a>(&'a [u8; TABLE_BYTES]);

/// Bytes of the tables.
pub const TABLE_BYTES: usize = FLAGS_AT + 2 * FLAGS_OF_BYTES;
/// Bytes of one row: 256 nodes of a tree of bits, one nibble each, the even node the low one. Node 1
/// is the root; below node n are 2 n for a 0 and 2 n + 1 for a 1, high bits first.
pub const ROW: usize = 128;
/// Rows of the high byte of a half-word; the first.
pub const HIGH_ROWS: usize = 32;
/// Rows of the low byte of a half-word, behind them.
pub const LOW_ROWS: usize = 64;
/// Rows of differences of bytes that were predicted wrong; the last.
pub const MISS_ROWS: usize = 20;
/// Counters of flags, behind the rows: two bytes each, little end first.
pub const FLAG_COUNTERS: usize = FLAGS_OF_BYTES;
const LOW_AT: usize = HIGH_ROWS * ROW;
const MISS_AT: usize = LOW_AT + LOW_ROWS * ROW;
const FLAGS_AT: usize = MISS_AT + MISS_ROWS * ROW;
/// Stretched value of one step of a nibble, from -8 to 7 steps.
pub const STEP: i32 = 160;

/// A row of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row(usize);

impl Row {
    /// The high byte of a half-word, after a half-word with the high byte `last`.
    #[must_use]
    pub fn high(last: u8) -> Self {
        Self(usize::from(last >> 3) * ROW)
    }

    /// The low byte of a half-word with the high byte `high`.
    #[must_use]
    pub fn low(high: u8) -> Self {
        Self(LOW_AT + usize::from(high >> 2) * ROW)
    }

    /// The difference of a byte that was predicted wrong, in field `field`.
    #[must_use]
    pub const fn miss(field: usize) -> Self {
        Self(MISS_AT + field * ROW)
    }

    /// Number of the row, from 0 over all three kinds.
    #[must_use]
    pub const fn number(self) -> usize {
        self.0 / ROW
    }
}

impl<'a> Tables<'a> {
    /// The tables in `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8; TABLE_BYTES]) -> Self {
        Self(bytes)
    }

    /// All their bytes.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8; TABLE_BYTES] {
        self.0
    }

    /// The nibbles of a row.
    #[inline]
    pub(super) fn row(&self, row: Option<Row>) -> &[u8; ROW] {
        const UNKNOWN: &[u8; ROW] = &[0x88; ROW];
        let bytes = row.and_then(|row| self.0.get(row.0..)?.first_chunk());
        bytes.unwrap_or(UNKNOWN)
    }

    /// The counter that flag `index` begins with.
    pub(super) fn flag(&self, index: usize) -> u16 {
        let at = FLAGS_AT + 2 * index;
        match self.0.get(at..at + 2) {
            Some([low, high]) => u16::from_le_bytes([*low, *high]),
            _ => super::counter::FRESH,
        }
    }
}

/// The stretched probability of a 1 at `node` of a row.
#[inline]
pub(super) fn stretched(row: &[u8; ROW], node: u32) -> i32 {
    let pair = row
        .get((node / 2) as usize & (ROW - 1))
        .copied()
        .unwrap_or(0);
    let nibble = pair >> ((node & 1) * 4) & 15;
    (i32::from(nibble) - 8) * STEP
}

/// Tables that know nothing: no row has an opinion and every counter is fresh.
pub static BLANK: Tables<'static> = Tables::new(&blank());

#[expect(
    clippy::indexing_slicing,
    reason = "made at compile time, where an error stops the build"
)]
const fn blank() -> [u8; TABLE_BYTES] {
    let mut bytes = [0x88; TABLE_BYTES];
    let [low, high] = super::counter::FRESH.to_le_bytes();
    let mut at = FLAGS_AT;
    while at < TABLE_BYTES {
        bytes[at] = low;
        bytes[at + 1] = high;
        at += 2;
    }
    bytes
}

/// The tables of this format.
pub static TABLES: Tables<'static> = Tables::new(include_bytes!("tables.bin"));
