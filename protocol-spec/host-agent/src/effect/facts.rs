//! What a planner learns: numbers, without an address or a byte of content.

use protocol_spec::codes::Status;

use super::RecordArea;
use crate::patch::{Facts, bytes_in};
use crate::record::Phase;

/// What a planner knows of a record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RecordFacts {
    /// Where it was read.
    pub area: RecordArea,
    /// Whether it could be read at all; all below is empty when not.
    pub read: bool,
    /// Whether the area reads erased where the record would be.
    pub blank: bool,
    /// Whether magic, format and CRC are good; all below is empty when not.
    pub good: bool,
    /// The void mark.
    pub void: MarkRead,
    /// The seal.
    pub seal: MarkRead,
    /// Sequence number.
    pub sequence: u32,
    /// Phase.
    pub phase: Phase,
    /// Code of the last update that failed.
    pub code: Status,
    /// Marks `tried` that count as set whatever they read.
    pub tried: u8,
    /// Marks that count as set whatever they read.
    pub base: u32,
    /// Length of the running image; `None` when nothing runs.
    pub running_len: Option<u32>,
    /// Length of the other object: staged, or to fall back to.
    pub other_len: Option<u32>,
}

impl RecordFacts {
    /// What is known of an area that cannot be read.
    #[must_use]
    pub const fn unread(area: RecordArea) -> Self {
        let mark = MarkRead {
            set: false,
            firm: false,
        };
        Self {
            area,
            read: false,
            blank: false,
            good: false,
            void: mark,
            seal: mark,
            sequence: 0,
            phase: Phase::Stopped,
            code: Status::DONE,
            tried: 0,
            base: 0,
            running_len: None,
            other_len: None,
        }
    }

    /// Whether the record counts: it is good, and its seal is firm, or set and not voided.
    ///
    /// Source: ADR-0004.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.good && (self.seal.firm || self.seal.set && !self.void.set)
    }
}

/// What a planner knows of a patch.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct PatchFacts {
    /// Bytes of the file.
    pub file_len: u32,
    /// Bytes of the old image.
    pub old_len: u32,
    /// Bytes of the new image.
    pub new_len: u32,
    /// Bytes of a block.
    pub block_len: u32,
    /// Sections: blocks that change.
    pub sections: u32,
}

impl From<&Facts> for PatchFacts {
    fn from(facts: &Facts) -> Self {
        Self {
            file_len: facts.file_len,
            old_len: facts.old_len,
            new_len: facts.new_len,
            block_len: facts.block_len,
            sections: facts.sections,
        }
    }
}

impl PatchFacts {
    /// Marks that are set when the patch is applied.
    #[must_use]
    pub const fn marks(&self) -> u32 {
        1 + 2 * self.sections
    }

    /// Bytes of `len` that lie in block `block`.
    #[must_use]
    pub const fn in_block(&self, len: u32, block: u32) -> u32 {
        bytes_in(len, self.block_len, block)
    }
}

/// What a planner knows of a section of a patch.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Section {
    /// Its number in the order of the file, from 0.
    pub index: u32,
    /// Index of its block.
    pub block: u32,
}

/// How a run of marks of a patch reads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct PatchMarkFacts {
    /// Marks that were looked at.
    pub read: u32,
    /// Marks that are set before the first that is not.
    pub set: u32,
    /// Blocks that are copied and not done.
    pub copies: u32,
    /// Whether a mark is set behind one that is not.
    pub stray: bool,
}

/// How a void mark or a seal reads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct MarkRead {
    /// A unit that sets it reads programmed.
    pub set: bool,
    /// The unit behind reads programmed, so that it stays set.
    pub firm: bool,
}

/// How a run of marks of progress reads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct MarkFacts {
    /// Marks that were looked at.
    pub read: u32,
    /// Marks that are set before the first that is not.
    pub set: u32,
}

/// An offer against the record in force.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct OfferFacts {
    /// Whether the object is a patch.
    pub patch: bool,
    /// Length of the object, bytes.
    pub length: u32,
    /// The object is known by its digest, and is the one of the transfer on record.
    pub same_object: bool,
    /// Version, and digest if there is one, are those of the running image.
    pub same_as_running: bool,
    /// It is the very patch whose failure is on record, with a code that no repetition mends.
    pub failed_before: bool,
    /// There is RAM enough to decode any patch at all.
    pub decodable: bool,
}
