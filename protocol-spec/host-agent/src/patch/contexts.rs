//! What the bits of a block depend on.

use super::block::Block;
use super::content::{ByteContext, FlagContext};
use super::tables::Row;
use super::unit::Predicted;
use super::words::FLAGS_OF_BYTES;

/// Weights of the guesses of a flag, of 32.
const UNIT_WEIGHT: i32 = 13;
const BYTE_WEIGHT: i32 = 14;

impl Block {
    #[inline]
    pub(super) fn high_context(&self) -> ByteContext {
        ByteContext {
            context: 0x100,
            row: Some(Row::high(self.last)),
        }
    }

    #[inline]
    pub(super) fn low_context(&self, high: u8) -> ByteContext {
        let wide = u32::from(high);
        ByteContext {
            context: 0x200 | (wide >> 3) << 12,
            row: Some(Row::low(high)),
        }
    }

    #[inline]
    pub(super) fn single_context(&self) -> ByteContext {
        ByteContext {
            context: u32::from(self.last >> 6),
            row: None,
        }
    }

    /// Of whether a whole unit is as predicted.
    #[inline]
    pub(super) fn unit_context(&self) -> FlagContext {
        let kind = self.unit.field().index();
        let pair = usize::from(self.unit.len() > 2);
        let [first, second] = self.unit.codes.map(|code| usize::from(code >> 3));
        let before = usize::from(self.misses != 0);
        FlagContext {
            counters: [
                FLAGS_OF_BYTES + (kind * 2 + pair) * 2 + before,
                FLAGS_OF_BYTES + 20 + first,
                FLAGS_OF_BYTES + 52 + second * pair,
            ],
            weight: UNIT_WEIGHT,
        }
    }

    /// Of whether a byte is as predicted.
    #[inline]
    pub(super) fn flag_context(&self, next: &Predicted) -> FlagContext {
        let (kind, field) = next.index();
        let misses = usize::from(self.misses);
        let long = usize::from(self.op.len >= 16);
        let by_code = match kind {
            0 => usize::from(next.code >> 2) * 2 + usize::from(next.phase),
            _ => 124 + field,
        };
        FlagContext {
            counters: [
                (field * 4 + (misses & 3)) * 2 + long,
                160 + (misses & 15) * 5 + kind,
                240 + by_code,
            ],
            weight: BYTE_WEIGHT,
        }
    }

    /// Of the difference of a byte that is not as predicted.
    pub(super) fn miss_context(&self, next: &Predicted) -> ByteContext {
        let (_, field) = next.index();
        // Five kinds of four bytes: it fits.
        let wide = u32::try_from(field).unwrap_or(0);
        ByteContext {
            context: 0x400 | wide,
            row: Some(Row::miss(field)),
        }
    }
}

impl Predicted {
    /// Numbers of the kind of field, and of the byte among all fields.
    #[inline]
    pub(super) fn index(&self) -> (usize, usize) {
        let kind = self.field.index();
        (kind, kind * 4 + usize::from(self.phase))
    }
}
