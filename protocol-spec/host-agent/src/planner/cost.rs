//! What the boot step costs at most, counted as the planner orders it.

use protocol_spec::patch::head::HEAD_BYTES_MAX;
use protocol_spec::patch::section::SECTION_HEAD_BYTES_MAX;

use super::Shape;
use crate::effect::{Leg, PatchFacts, Store};
use crate::marks::{MarkMap, PatchMarks};

/// Operations and bytes; each operation counts alike, however short.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Cost {
    /// Erase units erased.
    pub(crate) erases: u64,
    /// Programs.
    pub(crate) programs: u64,
    /// Bytes read.
    pub(crate) reads: u64,
    /// Bytes hashed, for the report among others.
    pub(crate) hashed: u64,
    /// Bytes decoded; what decoding reads is among its time.
    pub(crate) decoded: u64,
}

/// Programs of one mark of progress.
const MARK_PROGRAMS: u64 = 1;
/// Programs of a seal, its repair, or a void mark.
const PAIR_PROGRAMS: u64 = 2;
const LEGS: [Leg; 3] = [Leg::Save, Leg::Retire, Leg::Install];
/// Records of a boot: the one that it begins with, the one of a failure, or the renewed one, and each
/// twice when the area fails once.
const RECORDS: u64 = 6;
/// How often the operations and the heads of sections of a patch are read at most: for the survey,
/// on the way from section to section, and one of the two again after a failure.
const WALKS: u64 = 3;
/// How often its head is: the place where it stands is looked at, then it is read, and both again
/// after a failure.
const HEADS: u64 = 4;

impl Cost {
    const NONE: Self = Self {
        erases: 0,
        programs: 0,
        reads: 0,
        hashed: 0,
        decoded: 0,
    };

    const fn plus(self, other: Self) -> Self {
        Self {
            erases: self.erases + other.erases,
            programs: self.programs + other.programs,
            reads: self.reads + other.reads,
            hashed: self.hashed + other.hashed,
            decoded: self.decoded + other.decoded,
        }
    }

    const fn times(self, count: u64) -> Self {
        Self {
            erases: self.erases * count,
            programs: self.programs * count,
            reads: self.reads * count,
            hashed: self.hashed * count,
            decoded: self.decoded * count,
        }
    }

    /// The larger of each.
    fn or(self, other: Self) -> Self {
        Self {
            erases: self.erases.max(other.erases),
            programs: self.programs.max(other.programs),
            reads: self.reads.max(other.reads),
            hashed: self.hashed.max(other.hashed),
            decoded: self.decoded.max(other.decoded),
        }
    }

    const fn hash(len: u32) -> Self {
        let mut cost = Self::NONE;
        cost.hashed = len as u64;
        cost
    }
}

impl Shape {
    /// At most what a boot costs that swaps images of up to `length` bytes: every leg of every
    /// block, one leg and its mark again, the records, and the repair of seal and void mark. A power cut is not among it: it begins another boot.
    pub(crate) fn boot_cost(&self, length: u32) -> Cost {
        let legs = LEGS.map(|leg| self.leg_cost(leg, self.block_len));
        self.legs_cost(&legs, self.blocks_of(length, 0))
            .plus(Cost::hash(length))
    }

    /// As `boot_cost`, for a staged image of `length` bytes that is copied to the slot.
    pub(crate) fn install_cost(&self, length: u32) -> Cost {
        let fill = self.leg_cost(Leg::Fill, self.slot_unit);
        self.legs_cost(&[fill], self.units_of(Store::Slot, length))
            .plus(Cost::hash(length))
    }

    /// As `boot_cost`, for a patch. The digest of the new image is computed twice at most, then for
    /// the report; and there is a record that says that the patch is applied.
    pub(crate) fn apply_cost(&self, patch: &PatchFacts) -> Cost {
        let legs = [Leg::Decode, Leg::WriteBack].map(|leg| self.leg_cost(leg, patch.block_len));
        let marks = u64::from(PatchMarks::of(self, 0).end(patch.marks()));
        // The head of a section is read with what may lie behind it.
        let walk =
            u64::from(patch.file_len) + u64::from(patch.sections) * SECTION_HEAD_BYTES_MAX as u64;
        let scan = Cost {
            reads: 6 * marks + HEADS * HEAD_BYTES_MAX as u64 + WALKS * walk,
            ..Cost::NONE
        };
        self.legs_cost(&legs, patch.sections)
            .plus(Cost::hash(patch.new_len).times(3))
            .plus(self.record_cost())
            .plus(scan)
    }

    fn legs_cost(&self, legs: &[Cost], blocks: u32) -> Cost {
        let block = legs.iter().fold(Cost::NONE, |sum, leg| sum.plus(*leg));
        let again = legs.iter().fold(Cost::NONE, |most, leg| most.or(*leg));
        block
            .times(blocks.into())
            .plus(again)
            .plus(self.record_cost().times(RECORDS))
            .plus(self.start_cost())
    }

    /// A whole block, though the last one may be shorter.
    fn leg_cost(&self, leg: Leg, block_len: u32) -> Cost {
        let unit = match leg {
            Leg::Save | Leg::Decode => self.scratch_unit,
            Leg::Retire | Leg::Install | Leg::WriteBack | Leg::Fill => self.slot_unit,
        };
        let pieces = block_len.div_ceil(self.piece_len);
        // Each byte is read to be copied, then in source and target to be compared. A decoded block
        // is read before it is overwritten, and afterwards.
        let reads = 3 * u64::from(block_len);
        let decoded = if leg == Leg::Decode { block_len } else { 0 };
        Cost {
            erases: block_len.div_ceil(unit).into(),
            programs: u64::from(pieces) + MARK_PROGRAMS,
            reads: reads + MARK_PROGRAMS * u64::from(self.program_unit),
            hashed: 0,
            decoded: decoded.into(),
        }
    }

    fn record_cost(&self) -> Cost {
        let marks = MarkMap::of(self);
        let pieces = marks.void().div_ceil(self.piece_len);
        Cost {
            erases: self.record_units.into(),
            programs: u64::from(pieces) + 2 * PAIR_PROGRAMS,
            reads: 2 * u64::from(marks.end()),
            ..Cost::NONE
        }
    }

    /// Both records twice, all marks, and what is programmed again or for the first time: seal, void
    /// mark, and `tried`.
    fn start_cost(&self) -> Cost {
        Cost {
            erases: 0,
            programs: 2 * PAIR_PROGRAMS + 1,
            // Each mark up to three times.
            reads: 7 * u64::from(MarkMap::of(self).end()),
            ..Cost::NONE
        }
    }
}
