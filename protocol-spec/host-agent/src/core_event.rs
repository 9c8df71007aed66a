//! What the update core tells, and what it is told.

use protocol_spec::codes::Status;
use protocol_spec::digest::Digest;
use protocol_spec::rig::message::ObjectKind;
use protocol_spec::text::Version;

use crate::fault::{Fault, Refusal};

/// An object that a module offers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// Length, bytes.
    pub length: u32,
    /// SHA-256 of the object; `None` in a dialect that carries none.
    pub digest: Option<Digest>,
    /// Version text of the image that runs afterwards.
    pub version: Version,
}

impl Object {
    /// Whether it is a patch.
    #[must_use]
    pub fn is_patch(&self) -> bool {
        self.kind == ObjectKind::Patch
    }
}

/// When the erase units of an object are erased.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EraseWhen {
    /// All of them before the offer is accepted.
    BeforeAccept,
    /// One at a time while nothing is to be programmed, ahead of the bytes.
    Ahead,
}

/// The image that runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Running {
    /// Version text, from the boot record.
    pub version: Version,
    /// Length, bytes, from the boot record.
    pub length: u32,
    /// Whether it is confirmed.
    pub confirmed: bool,
    /// SHA-256 computed from flash since power-on; `None` until that is done.
    pub digest: Option<Digest>,
    /// Whether an image runs at all; all other fields are empty when not.
    pub known: bool,
}

/// What happened in one step.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CoreEvent {
    /// The boot step enters the image in the primary slot; `tried`: it is new and unconfirmed.
    Entered {
        /// Whether this is the one try of a new image.
        tried: bool,
    },
    /// The boot step enters nothing: there is no whole image. A full image is accepted.
    Stopped(Status),
    /// One block of a swap is done.
    Swap {
        /// Blocks done.
        step: u32,
        /// Blocks to do.
        of: u32,
    },
    /// One erase unit of the slot holds its part of the staged image.
    Installed {
        /// Units done.
        step: u32,
        /// Units to do.
        of: u32,
    },
    /// A block of a patch came to another state, or failed in the one that it is in.
    Block {
        /// Index of the block.
        block: u32,
        /// Its logical state: `START`, `COPIED` or `DONE`.
        state: Status,
        /// What failed; `DONE` when nothing did.
        code: Status,
    },
    /// A step of the boot failed once and is done again.
    Retried(Fault),
    /// The offer stands; bytes are wanted from `offset` on.
    Accepted {
        /// First byte wanted; not 0 when the transfer resumes.
        offset: u32,
    },
    /// The offer or the boot order is refused.
    Refused(Refusal),
    /// An erase unit of the staging area is erased.
    Erased {
        /// First offset of the object that is not known to be erased.
        upto: u32,
    },
    /// More of the object is in flash.
    Stored {
        /// Every byte below this offset is in flash.
        upto: u32,
    },
    /// The outcome of the verification.
    Finished(Result<(), Fault>),
    /// The boot order is stored: reset now.
    BootStored,
    /// The running image is confirmed in flash.
    Confirmed,
    /// The digest of the running image, computed from flash.
    RunningDigest(Digest),
    /// Flash failed; the transfer is forgotten, if there was one.
    Failed(Fault),
    /// The confirmation of the running image could not be stored; another acknowledged report tries
    /// again.
    ConfirmFailed(Fault),
    /// The running image could not be read: it has no digest until the next boot. A transfer goes
    /// on.
    HashFailed(Fault),
}
