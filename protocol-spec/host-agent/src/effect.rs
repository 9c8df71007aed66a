//! What a planner may order, and what it learns of it.
//!
//! An effect is one flash operation, one read of at most 4096 bytes, or no flash work at all.
//! Names and numbers only: the executor knows addresses and contents (ADR-0005).

mod facts;

pub use self::facts::{
    MarkFacts, MarkRead, OfferFacts, PatchFacts, PatchMarkFacts, RecordFacts, Section,
};
use crate::core_event::CoreEvent;
use crate::fault::Fault;
use protocol_spec::codes::Status;

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
    /// Reads the marks `tried`. Outcome: [`Outcome::Tried`].
    ReadTried {
        /// Where.
        area: RecordArea,
    },
    /// Programs a mark.
    Mark {
        /// Where.
        area: RecordArea,
        /// Which mark.
        mark: Mark,
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
    /// Erases one erase unit of where the object goes.
    EraseStaging {
        /// Where that is.
        store: Store,
        /// Which unit.
        unit: u32,
    },
    /// Programs the waiting bytes of the object.
    ProgramStaging {
        /// Where they go.
        store: Store,
        /// Offset in the object.
        offset: u32,
        /// Bytes.
        len: u32,
    },
    /// Adds stored bytes to the digest and the image check.
    HashStaging {
        /// Where they are.
        store: Store,
        /// Offset in the object; 0 starts anew.
        offset: u32,
        /// Bytes.
        len: u32,
    },
    /// Compares digest and image check with the offer.
    CheckContent,
    /// Reads the head of the staged patch. Outcome: [`Outcome::Patch`].
    OpenPatch,
    /// Reads the maps of the staged patch, or some of its operations. Outcome: [`Outcome::Read`].
    SurveyPatch,
    /// Goes before the first section of the patch, after a failure too.
    RewindPatch,
    /// Adds bytes of the staged patch to its CRC, and compares that with the head in the end.
    SumPatch {
        /// Offset in the file; 0 starts anew.
        offset: u32,
        /// Bytes.
        len: u32,
        /// Whether these are the last bytes.
        last: bool,
    },
    /// Adds bytes of the slot to the digest of an image, and compares that with the head of the
    /// patch in the end.
    HashImage {
        /// Which image should stand there.
        side: Side,
        /// Offset in the image; 0 starts anew.
        offset: u32,
        /// Bytes.
        len: u32,
        /// Whether these are the last bytes.
        last: bool,
    },
    /// Goes to a section of the patch, or a step towards it. Outcome: [`Outcome::Section`].
    SeekSection {
        /// Its number in the order of the file, from 0.
        index: u32,
    },
    /// Checks some of the operations of the section. Outcome: [`Outcome::Read`].
    CheckSection,
    /// Begins to decode the section.
    BeginSection,
    /// Decodes the next bytes of the block and programs them to the scratch.
    DecodeBlock {
        /// Offset in the block.
        offset: u32,
        /// Bytes.
        len: u32,
    },
    /// Adds bytes of the block to its CRC, and compares that with the section in the end.
    SumBlock {
        /// Old: as they stand in the slot. New: as they stand in the scratch.
        side: Side,
        /// Offset in the block; 0 starts anew.
        offset: u32,
        /// Bytes.
        len: u32,
        /// Whether these are the last bytes.
        last: bool,
    },
    /// Reads marks of the patch, as many as one step may. Outcome: [`Outcome::PatchMarks`].
    ReadPatchMarks {
        /// The first one: 0, or the first of a block.
        from: u32,
        /// Most marks to read: ends behind a block.
        count: u32,
        /// Marks below this number count as set whatever they read; when it is not 0, the mark of
        /// this number is the first of the record area.
        base: u32,
    },
    /// Programs a mark of the patch.
    PatchMark {
        /// 0: the patch is prepared. 1 + 2 k: block k of the file is copied. 2 + 2 k: it is done.
        mark: u32,
        /// It is the first of the record area, instead of the one behind the file.
        on_record: bool,
    },
    /// Looks whether bytes of the staging area are erased.
    VerifyErased {
        /// Offset in the staging area.
        offset: u32,
        /// Bytes.
        len: u32,
    },
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

/// Where an object goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Store {
    /// The staging area, which is the secondary slot of two.
    Staging,
    /// The slot that images run from: a full image that the staging area of an in-place host does
    /// not hold.
    Slot,
}

/// One of the two images of a patch.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    /// The image that the patch is against.
    Old,
    /// The image that the patch makes.
    New,
}

/// A mark: one program unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mark {
    /// The record in this area was never sealed and never will be.
    Void(VoidPart),
    /// The record in this area is complete.
    Seal(SealPart),
    /// Step `n` of the transfer (erase unit `n` is filled) or of the swap (leg `n % 3` of block
    /// `n / 3` is copied and verified) is done.
    Progress(u32),
    /// The new image is entered, for the time of this number, from 0.
    Tried(u8),
}

/// A unit of the void mark, in the order in which they are programmed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VoidPart {
    /// It is set.
    Set,
    /// `Set` was programmed to its end.
    Firm,
}

/// A unit of a seal: two for who writes the record, and two for a boot that cannot know whether they
/// were programmed to their end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SealPart {
    /// It is set.
    Set,
    /// `Set` was programmed to its end.
    Firm,
    /// It is set, says a later boot.
    SetAgain,
    /// `SetAgain` was programmed to its end.
    FirmAgain,
}

/// What fills a block: one of the three copies that swap it, or what is done in place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Leg {
    /// The block of the incoming image, from the secondary slot to the scratch.
    Save,
    /// The block of the outgoing image, from the primary to the secondary slot.
    Retire,
    /// The block of the incoming image, from the scratch to the primary slot.
    Install,
    /// A block of a patch, decoded to the scratch.
    Decode,
    /// A block of a patch, from the scratch to the slot.
    WriteBack,
    /// One erase unit of a staged image, from staging to the slot.
    Fill,
}

/// The next record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Draft {
    /// A transfer of the offered object begins.
    Receive {
        /// Where to. To the slot: no image runs any more.
        store: Store,
        /// Why nothing runs, when no record says so; else done.
        code: Status,
    },
    /// As the record in force, with `base` marks set and all others fresh.
    Renew {
        /// Marks that count as set.
        base: u32,
        /// Tries that count.
        tried: u8,
    },
    /// As the record in force, and this try of the new image counts, whatever its mark reads.
    CountTry {
        /// Marks that count as set: all.
        base: u32,
        /// Tries that count, this one too.
        tried: u8,
    },
    /// The object that was verified is to become the running image.
    Order,
    /// The patch is applied: the slot holds the new image.
    Applied,
    /// The new image that was not confirmed is to be tried once more.
    TryAgain,
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
    /// Of [`Effect::ReadTried`]: how often the new image was entered.
    Tried(u8),
    /// Of [`Effect::WeighOffer`].
    Offer(OfferFacts),
    /// Of [`Effect::OpenPatch`].
    Patch(PatchFacts),
    /// Of [`Effect::SurveyPatch`] and [`Effect::CheckSection`]: whether nothing is left to read.
    Read(bool),
    /// Of [`Effect::SeekSection`]: where it stands then; `None` behind the last.
    Section(Option<Section>),
    /// Of [`Effect::ReadPatchMarks`].
    PatchMarks(PatchMarkFacts),
}
