//! What the head of a patch file and its sections say.

use protocol_spec::patch::{DIGEST_BYTES, Head, ImageId, NO_LOAD_ADDRESS, Profile};
use protocol_spec::text::Escaped;

use crate::patch::operations::Operations;

/// The head of a patch file, texts escaped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeadReport {
    /// Bytes of the head, texts included.
    pub head_len: usize,
    /// Bytes of the operations, coded.
    pub ops_len: u32,
    /// Bytes of the whole file, as the head says.
    pub file_len: u32,
    /// Decode RAM that is needed.
    pub profile: Profile,
    /// The image that must run.
    pub old: ImageReport,
    /// The image that runs afterwards.
    pub new: ImageReport,
    /// Bytes of a block.
    pub block_len: u32,
    /// Blocks of the new image.
    pub blocks: u32,
    /// Sections, as the head says.
    pub sections: u16,
    /// Address of the images' first byte.
    pub load_address: Option<u32>,
    /// Blocks are applied from the last to the first.
    pub descending: bool,
    /// Board that the patch is for; `None` for any.
    pub board: Option<String>,
    /// Bytes of the authenticator.
    pub auth_len: usize,
}

/// What the head says of one image.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImageReport {
    /// Bytes.
    pub length: u32,
    /// First bytes of the SHA-256.
    pub digest: [u8; DIGEST_BYTES],
    /// Version text, escaped.
    pub version: String,
}

/// One section: a block that changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockReport {
    /// Index of the block.
    pub block: u32,
    /// Offset of the section in the file.
    pub offset: usize,
    /// Bytes of the section's head.
    pub head_len: usize,
    /// Bytes of coded data.
    pub coded_len: u32,
    /// Bytes of the new image in the block.
    pub new_len: u32,
    /// CRC-16 of the old image's bytes in the block.
    pub before: u16,
    /// CRC-16 of the new image's bytes in the block.
    pub after: u16,
    /// What its operations do; `None` where they cannot be read.
    pub operations: Option<Operations>,
}

impl HeadReport {
    pub(super) fn of(head: &Head<'_>, head_len: usize) -> Self {
        let text = |bytes: &[u8]| Escaped(bytes).to_string();
        let image = |id: &ImageId<'_>| ImageReport {
            length: id.length,
            digest: id.digest,
            version: text(id.version),
        };
        Self {
            head_len,
            ops_len: head.ops_len,
            file_len: head.file_len,
            profile: head.profile,
            old: image(&head.old),
            new: image(&head.new),
            block_len: head.block_len,
            blocks: head.blocks(),
            sections: head.sections,
            load_address: (head.load_address != NO_LOAD_ADDRESS).then_some(head.load_address),
            descending: head.descending,
            board: (!head.board.is_empty()).then(|| text(head.board)),
            auth_len: head.auth.len(),
        }
    }
}
