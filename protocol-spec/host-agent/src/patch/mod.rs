//! Applying a patch file, block by block: what the bytes of each new block are.
//!
//! Nothing here writes flash and nothing knows the order of flash work; that is the planner's. The
//! applier is asked for one section after another in the order of the file, and for the bytes of
//! its block in pieces. It starts anew in every block, from the file and the flash alone, so after
//! a power cut the block that was interrupted is decoded again from its first byte.

mod applier;
pub mod block;
pub mod coder;
mod content;
mod counter;
mod facts;
mod fault;
mod live;
mod logistic;
pub mod map;
mod near;
pub mod op;
pub mod stream;
pub mod tables;
pub mod thumb;
pub mod words;

pub use self::applier::Applier;
pub use self::facts::{Facts, Section};
pub use self::fault::PatchFault;

use crate::fault::Fault;

/// What an applier reads.
pub trait View {
    /// Reads the patch file.
    ///
    /// # Errors
    /// Why flash could not be read.
    fn patch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault>;

    /// Reads the slot as it stands: old bytes, and new ones where blocks have been written.
    ///
    /// # Errors
    /// Why flash could not be read.
    fn slot(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault>;

    /// Reads the bytes of the block that is being decoded which were decoded before this piece.
    ///
    /// # Errors
    /// Why flash could not be read.
    fn scratch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault>;
}
