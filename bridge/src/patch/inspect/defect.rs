//! What may be wrong with a patch file.

use host_agent::update_core::Fault;
use protocol_spec::patch::SectionError;

use crate::patch::fault_text::fault_text;

/// Something that is wrong with a patch file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Defect {
    /// The file is not as long as its head says.
    #[error("the head says {stated} bytes and the file has {found}")]
    Length {
        /// Bytes by the head.
        stated: u32,
        /// Bytes that there are.
        found: usize,
    },
    /// The file does not have the CRC of its head.
    #[error("the file does not have the CRC of its head; bytes were changed or lost")]
    Crc,
    /// The head of a section cannot be read.
    #[error("section {section}: {error}")]
    Section {
        /// Number of the section, from 0.
        section: u32,
        /// What is wrong.
        error: SectionError,
    },
    /// The coded data of a section runs beyond the end of the file.
    #[error("section {section}: its {len} bytes run beyond the end of the file")]
    Cut {
        /// Number of the section, from 0.
        section: u32,
        /// Bytes by the section's head.
        len: u32,
    },
    /// A section is for a block that the new image does not have.
    #[error("section {section}: there is no block {block}")]
    NoSuchBlock {
        /// Number of the section, from 0.
        section: u32,
        /// The block.
        block: u32,
    },
    /// Two sections are for one block.
    #[error("section {section}: block {block} was there before")]
    Twice {
        /// Number of the section, from 0.
        section: u32,
        /// The block.
        block: u32,
    },
    /// A host would refuse the operations.
    #[error("its operations: {}", fault_text(*.fault))]
    Operations {
        /// What is wrong.
        fault: Fault,
    },
    /// Bytes follow the last section.
    #[error("{bytes} bytes follow the last section")]
    Behind {
        /// How many.
        bytes: usize,
    },
}
