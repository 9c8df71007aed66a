//! Where marks lie in a record area.
//!
//! ```text
//! record | void: set firm | seal: set firm, twice | mark 0 | mark 1 ... | tried ...
//! ```
//!
//! Each word is one program unit. A unit counts as programmed when it reads anything but erased;
//! it is always programmed whole, with the value opposite to erased. ADR-0004 says why a mark needs
//! no more than one unit, and the seal and the void mark do. There is one `tried` with two slots, and
//! four in place.

use crate::effect::{Mark, SealPart, Store, VoidPart};
use crate::planner::Shape;
use crate::record::RECORD_LEN;

/// Program units of the void mark.
const VOID_UNITS: u32 = 2;
/// Program units of a seal.
const SEAL_UNITS: u32 = 4;

/// Offsets of the marks in a record area, bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MarkMap {
    unit: u32,
    record: u32,
    count: u32,
    tries: u8,
}

impl MarkMap {
    /// The marks of a layout of this shape.
    #[must_use]
    pub const fn of(shape: &Shape) -> Self {
        let record = RECORD_LEN.next_multiple_of(shape.program_unit);
        let filled = shape.units_of(Store::Staging, shape.staging_len);
        let copied = if shape.in_place {
            shape.units_of(Store::Slot, shape.slot_len)
        } else {
            shape.marks_of_swap(shape.slot_len, shape.slot_len)
        };
        let count = if filled > copied { filled } else { copied };
        Self {
            unit: shape.program_unit,
            record,
            count,
            tries: shape.tries(),
        }
    }

    /// Offset of the void mark; the record ends here.
    #[must_use]
    pub const fn void(&self) -> u32 {
        self.record
    }

    /// Offset of the seal.
    #[must_use]
    pub const fn seal(&self) -> u32 {
        self.record + VOID_UNITS * self.unit
    }

    /// Offset of the mark of progress `index`.
    #[must_use]
    pub const fn progress(&self, index: u32) -> u32 {
        self.record + (VOID_UNITS + SEAL_UNITS + index) * self.unit
    }

    /// First offset behind all marks.
    #[must_use]
    pub const fn end(&self) -> u32 {
        self.tried(self.tries)
    }

    /// Offset of the program unit of a mark.
    #[must_use]
    pub const fn offset(&self, mark: Mark) -> u32 {
        match mark {
            Mark::Void(VoidPart::Set) => self.void(),
            Mark::Void(VoidPart::Firm) => self.void() + self.unit,
            Mark::Seal(SealPart::Set) => self.seal(),
            Mark::Seal(SealPart::Firm) => self.seal() + self.unit,
            Mark::Seal(SealPart::SetAgain) => self.seal() + 2 * self.unit,
            Mark::Seal(SealPart::FirmAgain) => self.seal() + 3 * self.unit,
            Mark::Progress(index) => self.progress(index),
            Mark::Tried(index) => self.tried(index),
        }
    }

    const fn tried(&self, index: u8) -> u32 {
        self.progress(self.count) + index as u32 * self.unit
    }
}

/// Where the marks of a patch lie: behind its file, each of one program unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PatchMarks {
    unit: u32,
    start: u32,
}

impl PatchMarks {
    /// Fewest marks that room is kept for: prepared, and both of one block.
    const LEAST: u32 = 3;

    /// The marks behind a file of `file_len` bytes; offsets are in the staging area.
    #[must_use]
    pub const fn of(shape: &Shape, file_len: u32) -> Self {
        let unit = shape.program_unit;
        let padding = (unit - file_len % unit) % unit;
        Self {
            unit,
            start: file_len.saturating_add(padding),
        }
    }

    /// Offset of a mark.
    #[must_use]
    pub const fn offset(&self, mark: u32) -> u32 {
        self.start.saturating_add(mark.saturating_mul(self.unit))
    }

    /// Offset of the mark after the first.
    #[must_use]
    pub const fn second(&self) -> u32 {
        self.offset(1)
    }

    /// First offset behind `marks` marks.
    #[must_use]
    pub const fn end(&self, marks: u32) -> u32 {
        let marks = if marks < Self::LEAST {
            Self::LEAST
        } else {
            marks
        };
        self.offset(marks)
    }
}
