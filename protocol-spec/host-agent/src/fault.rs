//! Why an offer is refused and why an update fails, and the code of each in both code spaces.

use protocol_spec::codes::{HostErr, Status};

use crate::flash::FlashError;
use crate::image_format::ImageFault;
use crate::patch::PatchFault;

/// Why an offer or a boot order is refused. Nothing in flash has changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Refusal {
    /// The object has no bytes.
    Empty,
    /// The object is longer than the slot.
    TooLarge,
    /// That very image runs already.
    SameVersion,
    /// The layout takes no patches.
    NoPatches,
    /// There is not RAM enough to decode a patch.
    Memory,
    /// That very patch failed before, and would fail again.
    Previous,
    /// The host is not in a state for it: the running image is not confirmed, or nothing that was
    /// verified waits for the boot order.
    State,
    /// The layout does not fit the flash, so no update is possible.
    Layout(Status),
    /// Room for the object, or the record of it, could not be prepared.
    Flash(Fault),
}

impl Refusal {
    /// The module status that says it.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Empty => Status::SIZE,
            Self::TooLarge => Status::OP_LEN,
            Self::SameVersion => Status::DONE,
            Self::NoPatches => Status::TYPE,
            Self::Memory => Status::MEM,
            Self::Previous => Status::PREV,
            Self::State => Status::STATE,
            Self::Layout(status) => status,
            Self::Flash(fault) => fault.status(),
        }
    }

    /// The host ERR byte that says it.
    #[must_use]
    pub const fn host_err(self) -> HostErr {
        match self {
            Self::Empty | Self::TooLarge => HostErr::LENGTH,
            Self::SameVersion => HostErr::ALREADY,
            Self::NoPatches | Self::Previous | Self::State => HostErr::REQUEST,
            Self::Memory | Self::Layout(_) => HostErr::INTERNAL,
            Self::Flash(fault) => fault.host_err(),
        }
    }
}

/// Where in flash something failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// A slot.
    Slot,
    /// The scratch.
    Scratch,
    /// A record area: record, seal or mark; or the marks of a patch.
    Record,
}

/// What failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fault {
    /// An erase unit could not be erased.
    Erase(Place),
    /// A program failed, or reading back gave other bytes.
    Program(Place),
    /// A read failed.
    Read(Place),
    /// The staged bytes do not have the digest of the offer.
    Digest,
    /// The image's own head is not where it should be.
    HeadMagic,
    /// The image's own head states more bytes than the slot holds.
    HeadLength,
    /// The image does not have the CRC of its own head.
    HeadCrc,
    /// Bytes came that belong to no transfer, or the object is not complete.
    State,
    /// The new image was tried and not confirmed.
    NotConfirmed,
    /// No sealed boot record was found.
    NoRecord,
    /// The patch cannot be applied.
    Patch(PatchFault),
    /// A patch is ordered that is not marked as prepared.
    Unprepared,
    /// Two blocks of a patch are marked as copied and not as done.
    TwoCopies,
    /// The marks of a patch are set in an order that no run could leave.
    MarkOrder,
    /// The power is gone; the machine is to be dropped.
    Dead,
}

impl Fault {
    /// The faults whose status, found on record, means another ERR byte than `INTERNAL`.
    pub(crate) const ON_RECORD: [Self; 5] = [
        Self::Digest,
        Self::HeadMagic,
        Self::HeadLength,
        Self::State,
        Self::NotConfirmed,
    ];

    /// The module status that says it.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Erase(Place::Slot) => Status::ERASE,
            Self::Erase(Place::Scratch) => Status::SCR_ERASE,
            Self::Program(Place::Slot) => Status::WRITE,
            Self::Program(Place::Scratch) => Status::SCR_WRITE,
            Self::Erase(Place::Record) | Self::Program(Place::Record) => Status::PROG,
            Self::Read(Place::Record) => Status::PROG,
            Self::Read(Place::Slot | Place::Scratch) => Status::READ,
            Self::Digest | Self::HeadCrc => Status::FILE_CRC,
            Self::HeadMagic => Status::PHEAD,
            Self::HeadLength => Status::OP_LEN,
            Self::State => Status::STATE,
            Self::NotConfirmed => Status::BOOT,
            Self::NoRecord => Status::INV_PROG,
            Self::Patch(fault) => fault.status(),
            Self::Unprepared => Status::PROT,
            Self::TwoCopies => Status::COPIES,
            Self::MarkOrder => Status::INV_PROG,
            Self::Dead => Status::FATAL,
        }
    }

    /// The host ERR byte that says it.
    #[must_use]
    pub const fn host_err(self) -> HostErr {
        match self {
            Self::Erase(_) | Self::Program(_) | Self::Read(_) => HostErr::INTERNAL,
            Self::NoRecord | Self::Patch(_) | Self::Dead => HostErr::INTERNAL,
            Self::Unprepared | Self::TwoCopies | Self::MarkOrder => HostErr::INTERNAL,
            Self::Digest | Self::HeadCrc => HostErr::CHECKSUM,
            Self::HeadMagic => HostErr::SEQUENCE,
            Self::HeadLength => HostErr::LENGTH,
            Self::State => HostErr::REQUEST,
            Self::NotConfirmed => HostErr::BOOT,
        }
    }

    /// The fault of `error` in `place`.
    #[must_use]
    pub const fn of(error: FlashError, place: Place) -> Self {
        match error {
            FlashError::Erase => Self::Erase(place),
            FlashError::Read => Self::Read(place),
            FlashError::Dead => Self::Dead,
            FlashError::OutOfRange
            | FlashError::Misaligned
            | FlashError::NotErased
            | FlashError::Program => Self::Program(place),
        }
    }
}

impl From<ImageFault> for Fault {
    fn from(fault: ImageFault) -> Self {
        match fault {
            ImageFault::Magic => Self::HeadMagic,
            ImageFault::Length { .. } => Self::HeadLength,
            ImageFault::Crc => Self::HeadCrc,
        }
    }
}

impl From<PatchFault> for Fault {
    fn from(fault: PatchFault) -> Self {
        Self::Patch(fault)
    }
}
