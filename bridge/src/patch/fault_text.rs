//! What a host's objection to a patch means, in one sentence.

use host_agent::patch::PatchFault;
use host_agent::update_core::Fault;

/// What is wrong, in words; the code's own texts for what is not about the patch.
#[must_use]
pub fn fault_text(fault: Fault) -> &'static str {
    match fault {
        Fault::Patch(fault) => patch_fault_text(fault),
        other => other
            .status()
            .row()
            .map_or("an unknown fault", |row| row.sentence),
    }
}

/// What is wrong with a patch, in words.
#[must_use]
pub const fn patch_fault_text(fault: PatchFault) -> &'static str {
    match fault {
        PatchFault::NoFile => "there is no file where the patch should be",
        PatchFault::HeadShort => "the file ends inside its head",
        PatchFault::HeadUnknown => "it is no patch file, or one of another format",
        PatchFault::HeadField => "a field of the head is out of its range",
        PatchFault::Board => "it is for another board",
        PatchFault::FileLength => "the file is not as long as its head says",
        PatchFault::FileCrc => "the file does not have the CRC of its head",
        PatchFault::Base => "it is for another image than the one that runs",
        PatchFault::Memory => "it needs more decode RAM than the host has",
        PatchFault::Init => {
            "the decoder cannot start: its profile is unknown, or a map is too long"
        }
        PatchFault::SlotLength => "an image is longer than the slot",
        PatchFault::BlockLength => "its blocks are not made of whole erase units of the slot",
        PatchFault::ScratchLength => "the scratch does not hold a block",
        PatchFault::NoMarks => "staging has no room for the marks behind the file",
        PatchFault::SectionLength => "a section runs beyond the file, or its block does not exist",
        PatchFault::Op => "it holds an operation that is unknown",
        PatchFault::Stream => "the coded data of a block ends early or too late",
        PatchFault::SourceRange => "a source lies outside of the image",
        PatchFault::SourceGone => "a source lies in a block that is overwritten by then",
        PatchFault::SourceSplit => {
            "a source begins in a block that is overwritten and ends in one that is not"
        }
        PatchFault::OutputLength => "an output segment runs past its block",
        PatchFault::BlockBefore => "the old bytes of a block are not those that it expects",
        PatchFault::BlockAfter => "the new bytes of a block are not those that it promises",
        PatchFault::ImageAfter => "the new image is not the one that it promises",
    }
}
