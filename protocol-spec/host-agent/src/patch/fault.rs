//! What can be wrong with a patch, and the code of each.

use protocol_spec::codes::Status;
use protocol_spec::patch::HeadError;

/// What is wrong with a patch, for this host, now.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PatchFault {
    /// No file is stored: its place reads erased.
    NoFile,
    /// The head is not complete.
    HeadShort,
    /// It is no patch file, or one of another format.
    HeadUnknown,
    /// A field of the head is out of its range.
    HeadField,
    /// It is for another board.
    Board,
    /// The file is not as long as its head says.
    FileLength,
    /// The file does not have the CRC of its head.
    FileCrc,
    /// It is for another image than the one that runs.
    Base,
    /// It needs more decode RAM than there is.
    Memory,
    /// The decoder cannot start: the profile or the map is unknown.
    Init,
    /// An image is longer than the slot.
    SlotLength,
    /// Its blocks are not made of whole erase units.
    BlockLength,
    /// The scratch does not hold a block.
    ScratchLength,
    /// There is no room for marks behind the file.
    NoMarks,
    /// A section ends behind the file, or is for a block that does not exist.
    SectionLength,
    /// An operation is unknown.
    Op,
    /// The coded data ends early, or goes on behind the block.
    Stream,
    /// A source lies outside of the image.
    SourceRange,
    /// A source lies in a block that is already overwritten, or not yet written.
    SourceGone,
    /// A source begins in a block that is overwritten and ends in one that is not.
    SourceSplit,
    /// An output segment runs past its block.
    OutputLength,
    /// The old bytes of a block are not those that the patch expects.
    BlockBefore,
    /// The new bytes of a block are not those that the patch promises.
    BlockAfter,
    /// The new image is not the one that the patch promises.
    ImageAfter,
}

impl PatchFault {
    /// The module status that says it.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::NoFile => Status::NOFILE,
            Self::HeadShort => Status::HEAD,
            Self::HeadUnknown | Self::HeadField | Self::Board => Status::PHEAD,
            Self::FileLength | Self::SlotLength => Status::OP_LEN,
            Self::SectionLength | Self::SourceRange => Status::OP_LEN,
            Self::FileCrc => Status::FILE_CRC,
            Self::Base | Self::BlockBefore => Status::CRC,
            Self::Memory => Status::MEM,
            Self::Init => Status::DECOMP_INIT,
            Self::BlockLength | Self::OutputLength => Status::NEW_BLKS,
            Self::ScratchLength => Status::SCRATCH_SIZE,
            Self::NoMarks => Status::NO_PROG,
            Self::Op => Status::OP,
            Self::Stream => Status::DECOMP,
            Self::SourceGone => Status::DIFF_BLKS,
            Self::SourceSplit => Status::OLD_BLKS,
            Self::BlockAfter | Self::ImageAfter => Status::NEW_CRC,
        }
    }
}

impl From<HeadError> for PatchFault {
    fn from(error: HeadError) -> Self {
        match error {
            HeadError::Short { .. } => Self::HeadShort,
            HeadError::Magic | HeadError::Format(_) => Self::HeadUnknown,
            HeadError::Profile(_) => Self::Init,
            HeadError::Field(_) => Self::HeadField,
        }
    }
}
