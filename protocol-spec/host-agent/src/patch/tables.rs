//! What the model knows before it has seen a byte: counts over firmware that is in the field.
//!
//! ADR-0007 says how they were made, and what they are worth on firmware that they were not made
//! from.

use super::words::FLAG_WORDS;

/// The tables, as bytes.
#[derive(Debug)]
pub struct Tables<'a>(&'a [u8; TABLE_BYTES]);

/// Bytes of the tables.
pub const TABLE_BYTES: usize = FLAGS_AT + 2 * FLAG_WORDS;
/// Bytes of one row: 256 nodes of a tree of bits, one nibble each.
const ROW: usize = 128;
const HIGH_ROWS: usize = 32;
const LOW_ROWS: usize = 64;
const MISS_ROWS: usize = 20;
const LOW_AT: usize = HIGH_ROWS * ROW;
const MISS_AT: usize = LOW_AT + LOW_ROWS * ROW;
const FLAGS_AT: usize = MISS_AT + MISS_ROWS * ROW;
/// Stretched value of one step of a nibble.
const STEP: i32 = 160;

/// A row of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Row(usize);

impl Row {
    /// The high byte of a half-word, after a half-word with the high byte `last`.
    pub(super) fn high(last: u8) -> Self {
        Self(usize::from(last >> 3) * ROW)
    }

    /// The low byte of a half-word with the high byte `high`.
    pub(super) fn low(high: u8) -> Self {
        Self(LOW_AT + usize::from(high >> 2) * ROW)
    }

    /// The difference of a byte that was predicted wrong, in field `field`.
    pub(super) const fn miss(field: usize) -> Self {
        Self(MISS_AT + field * ROW)
    }
}

impl<'a> Tables<'a> {
    /// The tables in `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8; TABLE_BYTES]) -> Self {
        Self(bytes)
    }

    /// The stretched probability of a 1 at `node` of a row.
    pub(super) fn stretched(&self, row: Row, node: usize) -> i32 {
        let pair = self.0.get(row.0 + node / 2).copied().unwrap_or(0x88);
        let nibble = if node.is_multiple_of(2) {
            pair & 15
        } else {
            pair >> 4
        };
        (i32::from(nibble) - 8) * STEP
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

/// The tables of this format.
pub static TABLES: Tables<'static> = Tables::new(include_bytes!("tables.bin"));
