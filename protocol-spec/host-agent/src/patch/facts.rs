//! What a patch file says of itself.

use protocol_spec::patch::{Head, Profile};

/// What the head says, without texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Facts {
    /// Decode RAM that is needed.
    pub profile: Profile,
    /// CRC-32 of the file, by [`protocol_spec::patch::head::file_crc`].
    pub crc: u32,
    /// Bytes of the file.
    pub file_len: u32,
    /// Bytes of the old image.
    pub old_len: u32,
    /// First bytes of its SHA-256.
    pub old_digest: [u8; 16],
    /// Bytes of the new image.
    pub new_len: u32,
    /// First bytes of its SHA-256.
    pub new_digest: [u8; 16],
    /// Bytes of a block.
    pub block_len: u32,
    /// Sections: blocks that change.
    pub sections: u32,
    /// Offset of the operations.
    pub(super) ops_at: u32,
    /// Offset of the first section.
    pub(super) first: u32,
    pub(super) descending: bool,
}

impl Facts {
    /// What `head` says, of `head_len` bytes.
    pub(super) fn of(head: &Head<'_>, head_len: u32) -> Self {
        Self {
            profile: head.profile,
            crc: head.crc,
            file_len: head.file_len,
            old_len: head.old.length,
            old_digest: head.old.digest,
            new_len: head.new.length,
            new_digest: head.new.digest,
            block_len: head.block_len,
            sections: head.sections.into(),
            ops_at: head_len,
            first: head_len.saturating_add(head.ops_len),
            descending: head.descending,
        }
    }

    /// Bytes of the new image in block `block`.
    #[must_use]
    pub const fn new_in(&self, block: u32) -> u32 {
        bytes_in(self.new_len, self.block_len, block)
    }

    /// Bytes of the old image in block `block`.
    #[must_use]
    pub const fn old_in(&self, block: u32) -> u32 {
        bytes_in(self.old_len, self.block_len, block)
    }

    /// Blocks of the new image.
    #[must_use]
    pub const fn blocks(&self) -> u32 {
        self.new_len.div_ceil(self.block_len)
    }
}

/// Bytes of an image of `len` bytes that lie in block `block`, of blocks of `block_len` bytes.
#[must_use]
pub const fn bytes_in(len: u32, block_len: u32, block: u32) -> u32 {
    let rest = len.saturating_sub(block.saturating_mul(block_len));
    if rest < block_len { rest } else { block_len }
}

/// One section: a block that changes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Section {
    /// Its number in the order of the file, from 0.
    pub index: u32,
    /// Index of the block.
    pub block: u32,
    /// CRC-16 of the old image's bytes in the block.
    pub before: u16,
    /// CRC-16 of the new image's bytes in the block.
    pub after: u16,
    /// Offset of the coded bytes in the file.
    pub offset: u32,
    /// Bytes of coded bytes.
    pub len: u32,
}
