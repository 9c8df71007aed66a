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
mod contexts;
mod counter;
mod expect;
mod facts;
mod fault;
mod live;
mod logistic;
pub mod map;
mod near;
pub mod op;
mod ops;
mod source;
pub mod stream;
pub mod tables;
pub mod thumb;
mod unit;
pub mod words;

pub use self::applier::Applier;
pub use self::facts::{Facts, Section, bytes_in};
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

    /// Hears whether bytes of a copy were as predicted, and the numbers of the counters that were
    /// asked. For measuring: a host hears nothing.
    #[inline]
    fn saw_flag(&mut self, counters: &[usize; 3], hit: bool) {
        let _ = (counters, hit);
    }

    /// Hears how far a byte of a copy in field `field` was from its prediction. For measuring too.
    #[inline]
    fn saw_miss(&mut self, field: usize, difference: u8) {
        let _ = (field, difference);
    }
}
