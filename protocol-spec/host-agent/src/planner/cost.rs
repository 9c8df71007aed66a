//! What the boot step costs at most, counted as the planner orders it.

use super::Shape;
use crate::effect::{Leg, Part};
use crate::marks::MarkMap;

/// Operations and bytes; each operation counts alike, however short.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Cost {
    /// Erase units erased.
    pub(crate) erases: u64,
    /// Programs.
    pub(crate) programs: u64,
    /// Bytes read.
    pub(crate) reads: u64,
}

/// Programs of one mark of progress.
const MARK_PROGRAMS: u64 = [Part::Begun, Part::Set, Part::Firm].len() as u64;
/// Programs of a seal, a void mark, or the repair of a mark.
const PAIR_PROGRAMS: u64 = [Part::Set, Part::Firm].len() as u64;
const LEGS: [Leg; 3] = [Leg::Save, Leg::Retire, Leg::Install];
/// Records that one failure costs: the one of it, or the renewed one, and each twice when the area
/// fails once.
const RECORDS: u64 = 4;

impl Cost {
    const NONE: Self = Self {
        erases: 0,
        programs: 0,
        reads: 0,
    };

    const fn plus(self, other: Self) -> Self {
        Self {
            erases: self.erases + other.erases,
            programs: self.programs + other.programs,
            reads: self.reads + other.reads,
        }
    }

    const fn times(self, count: u64) -> Self {
        Self {
            erases: self.erases * count,
            programs: self.programs * count,
            reads: self.reads * count,
        }
    }
}

impl Shape {
    /// At most what a boot costs that swaps images of up to `length` bytes: every leg of every
    /// block, one leg and its mark again, the records that a failure costs, and the repair of seal,
    /// void mark and last mark. A power cut is not among it: it begins another boot.
    pub(crate) fn boot_cost(&self, length: u32) -> Cost {
        let legs = LEGS.map(|leg| self.leg_cost(leg));
        let block = legs.iter().fold(Cost::NONE, |sum, leg| sum.plus(*leg));
        let again = legs.iter().fold(Cost::NONE, |most, leg| Cost {
            erases: most.erases.max(leg.erases),
            programs: most.programs.max(leg.programs),
            reads: most.reads.max(leg.reads),
        });
        block
            .times(self.blocks_of(length, 0).into())
            .plus(again)
            .plus(self.record_cost().times(RECORDS))
            .plus(self.start_cost())
    }

    /// A whole block, though the last one may be shorter.
    fn leg_cost(&self, leg: Leg) -> Cost {
        let unit = match leg {
            Leg::Save => self.scratch_unit,
            Leg::Retire | Leg::Install => self.slot_unit,
        };
        let pieces = self.block_len.div_ceil(self.piece_len);
        // Each byte is read to be copied, then in source and target to be compared.
        let reads = 3 * u64::from(self.block_len);
        Cost {
            erases: self.block_len.div_ceil(unit).into(),
            programs: u64::from(pieces) + MARK_PROGRAMS,
            reads: reads + MARK_PROGRAMS * u64::from(self.program_unit),
        }
    }

    fn record_cost(&self) -> Cost {
        let marks = MarkMap::of(self);
        let pieces = marks.void().div_ceil(self.piece_len);
        Cost {
            erases: self.record_units.into(),
            programs: u64::from(pieces) + 2 * PAIR_PROGRAMS,
            reads: 2 * u64::from(marks.end()),
        }
    }

    /// Both records twice, all marks, and what is programmed again or for the first time: seal,
    /// void mark, last mark, and `tried`.
    fn start_cost(&self) -> Cost {
        Cost {
            erases: 0,
            programs: 3 * PAIR_PROGRAMS + 1,
            reads: 5 * u64::from(MarkMap::of(self).end()),
        }
    }
}
