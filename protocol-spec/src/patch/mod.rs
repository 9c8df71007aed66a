//! The patch file: how an image becomes another, block by block and in place.
//!
//! ```text
//! head | operations | section of the first block applied | section of the second ... | end of file
//! ```
//!
//! The head says what the patch is for ([`head`]). The operations of all blocks
//! and the bytes in the sections are coded; what
//! they decode to is the business of the patch model in `host-agent`, which both ends share. Each
//! section begins with a [`section::SectionHead`] in plain bytes, so that a reader finds any block
//! without decoding those before it. ADR-0007 says why it is like this.

pub mod head;
pub mod section;

pub use head::{Head, HeadError, ImageId, Profile};
pub use section::{SectionError, SectionHead};

/// First bytes of a patch file.
pub const MAGIC: [u8; 4] = *b"OTRP";
/// The format that this code reads and writes.
pub const FORMAT: u8 = 1;
/// Bytes of an image digest in the head: SHA-256, cut.
pub const DIGEST_BYTES: usize = 16;
/// Most blocks of an image, so that a set of them is a small bit map on the host.
pub const BLOCKS_MAX: u32 = 2048;
/// Smallest block, bytes.
pub const BLOCK_LEN_MIN: u32 = 256;
/// Largest block, bytes.
pub const BLOCK_LEN_MAX: u32 = 1 << 20;
/// Longest image, bytes: offsets fit 24 bits.
pub const IMAGE_LEN_MAX: u32 = 1 << 24;
/// A load address that says: none is known, so nothing in the image is taken for an address.
pub const NO_LOAD_ADDRESS: u32 = u32::MAX;
