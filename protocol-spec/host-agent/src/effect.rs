//! What a planner may order, and what it learns of it.
//!
//! An effect is one flash operation, one read of at most 4096 bytes, or no flash work at all.
//! Names and numbers only: the executor knows addresses and contents (ADR-0005).

use protocol_spec::codes::Status;

use crate::core_event::CoreEvent;
use crate::fault::Fault;
use crate::record::Phase;

/// One of the two record areas: 0 or 1.
pub type RecordArea = u8;

/// One thing to do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Effect {
    /// Nothing, until a request comes.
    Idle,
    /// Reads a record, its void mark and its seal. Outcome: [`Outcome::Record`].
    LoadRecord {
        /// Which.
        area: RecordArea,
    },
    /// Reads marks of progress, as many as one step may. Outcome: [`Outcome::Marks`].
    ReadMarks {
        /// Where.
        area: RecordArea,
        /// The first one.
        from: u32,
        /// Most marks to read.
        count: u32,
    },
    /// Reads the mark `tried`. Outcome: [`Outcome::Tried`].
    ReadTried {
        /// Where.
        area: RecordArea,
    },
    /// Programs one program unit of a mark.
    Mark {
        /// Where.
        area: RecordArea,
        /// Which mark.
        mark: Mark,
        /// Which of its units.
        part: Part,
    },
    /// Prepares the next record, in RAM.
    Draft(Draft),
    /// Erases one erase unit of a record area.
    EraseRecord {
        /// Which area.
        area: RecordArea,
        /// Which unit of it.
        unit: u32,
    },
    /// Programs a piece of the drafted record.
    ProgramRecord {
        /// Which area.
        area: RecordArea,
        /// Offset in the record.
        offset: u32,
    },
    /// Reads a piece of a record area back: the draft, and nothing but erased cells behind it.
    VerifyRecord {
        /// Which area.
        area: RecordArea,
        /// Offset in the area.
        offset: u32,
    },
    /// Erases one erase unit of the target of a leg.
    EraseBlock {
        /// Which leg.
        leg: Leg,
        /// Which block.
        block: u32,
        /// Offset in the block.
        offset: u32,
    },
    /// Copies one piece from the source of a leg to its target.
    CopyBlock {
        /// Which leg.
        leg: Leg,
        /// Which block.
        block: u32,
        /// Offset in the block.
        offset: u32,
        /// Bytes.
        len: u32,
    },
    /// Compares source and target of a leg.
    VerifyBlock {
        /// Which leg.
        leg: Leg,
        /// Which block.
        block: u32,
        /// Offset in the block.
        offset: u32,
        /// Bytes.
        len: u32,
    },
    /// Enters the image in the primary slot.
    Enter {
        /// Whether this is the one try of a new image.
        tried: bool,
    },
    /// Compares the last offer with the record. Outcome: [`Outcome::Offer`].
    WeighOffer,
    /// Erases one erase unit of the staging area.
    EraseStaging {
        /// Which unit.
        unit: u32,
    },
    /// Programs the waiting bytes of the object.
    ProgramStaging {
        /// Offset in the object.
        offset: u32,
        /// Bytes.
        len: u32,
    },
    /// Adds stored bytes to the digest and the image check.
    HashStaging {
        /// Offset in the object; 0 starts anew.
        offset: u32,
        /// Bytes.
        len: u32,
    },
    /// Compares digest and image check with the offer.
    CheckContent,
    /// Adds bytes of the running image to its digest.
    HashRunning {
        /// Offset in the image; 0 starts anew.
        offset: u32,
        /// Bytes.
        len: u32,
        /// Whether these are the last bytes.
        last: bool,
    },
    /// Tells the session.
    Tell(CoreEvent),
}

/// A mark.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mark {
    /// The record in this area was never sealed and never will be.
    Void,
    /// The record in this area is complete.
    Seal,
    /// Step `n` of the transfer (erase unit `n` is filled) or of the swap (leg `n % 3` of block
    /// `n / 3` is copied and verified) is done.
    Progress(u32),
    /// The new image is entered.
    Tried,
}

/// A program unit of a mark, in the order in which they are programmed.
///
/// The void mark and the seal have no `Begun`, `tried` has `Set` only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// The step was verified; the mark is about to be set.
    Begun,
    /// The mark is set.
    Set,
    /// `Set` was programmed to its end.
    Firm,
}

/// One of the three copies that swap a block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Leg {
    /// The block of the incoming image, from the secondary slot to the scratch.
    Save,
    /// The block of the outgoing image, from the primary to the secondary slot.
    Retire,
    /// The block of the incoming image, from the scratch to the primary slot.
    Install,
}

/// The next record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Draft {
    /// A transfer of the offered object begins.
    Receive,
    /// As the record in force, with `base` marks set and all others fresh.
    Renew {
        /// Marks that count as set.
        base: u32,
    },
    /// The staged image is to be swapped in.
    Order,
    /// The new image is confirmed.
    Confirm,
    /// The new image was not confirmed: swap back.
    Revert,
    /// The old image is back.
    FellBack,
    /// The staged object is given up; the running image stays.
    Abandon(Fault),
    /// No slot holds a whole image that may run.
    Stop(Fault),
}

/// What became of the last effect.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// Power-on: there was no effect yet.
    PowerOn,
    /// It is done.
    Done,
    /// It failed.
    Failed(Fault),
    /// Of [`Effect::LoadRecord`].
    Record(RecordFacts),
    /// Of [`Effect::ReadMarks`].
    Marks(MarkFacts),
    /// Of [`Effect::ReadTried`].
    Tried(bool),
    /// Of [`Effect::WeighOffer`].
    Offer(OfferFacts),
}

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

/// How a void mark or a seal reads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct MarkRead {
    /// The first unit reads programmed.
    pub set: bool,
    /// The second unit reads programmed.
    pub firm: bool,
}

/// How a run of marks of progress reads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct MarkFacts {
    /// Marks that were looked at.
    pub read: u32,
    /// Marks that are set before the first that is not.
    pub set: u32,
    /// Whether the last of those is firm; true when there is none.
    pub firm: bool,
    /// Whether the first mark that is not set is begun.
    pub begun: bool,
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
}
