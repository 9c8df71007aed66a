//! The counts and lengths that a planner works with; no address is among them.

use crate::effect::Store;
use crate::patch::bytes_in;

/// A layout on a flash, in numbers.
///
/// Made by `Shape::of`, which checks the layout; then every length is a multiple of its unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Shape {
    /// Whether there is one slot, and a staging area beside it.
    pub in_place: bool,
    /// Bytes of a slot.
    pub slot_len: u32,
    /// Erase unit of the slots, bytes.
    pub slot_unit: u32,
    /// Bytes of the staging area; with two slots as many as a slot has.
    pub staging_len: u32,
    /// Erase unit of the staging area, bytes.
    pub staging_unit: u32,
    /// Bytes of one block of a swap: whole erase units of a slot that fit the scratch.
    pub block_len: u32,
    /// Bytes of the scratch.
    pub scratch_len: u32,
    /// Erase unit of the scratch, bytes.
    pub scratch_unit: u32,
    /// Erase units of a record area.
    pub record_units: u32,
    /// Bytes of one program operation.
    pub piece_len: u32,
    /// Program unit, bytes.
    pub program_unit: u32,
}

impl Default for Shape {
    /// No room at all; every unit is one byte, so that nothing divides by zero.
    fn default() -> Self {
        Self {
            in_place: false,
            slot_len: 0,
            slot_unit: 1,
            staging_len: 0,
            staging_unit: 1,
            block_len: 1,
            scratch_len: 0,
            scratch_unit: 1,
            record_units: 1,
            piece_len: 1,
            program_unit: 1,
        }
    }
}

impl Shape {
    /// Erase unit of a store, bytes.
    #[must_use]
    pub const fn unit_of(&self, store: Store) -> u32 {
        match store {
            Store::Slot => self.slot_unit,
            Store::Staging => self.staging_unit,
        }
    }

    /// Erase units of a store that `len` bytes touch.
    #[must_use]
    pub const fn units_of(&self, store: Store, len: u32) -> u32 {
        len.div_ceil(self.unit_of(store))
    }

    /// How often a new image is entered before it must be confirmed.
    #[must_use]
    pub const fn tries(&self) -> u8 {
        if self.in_place { 4 } else { 1 }
    }

    /// Blocks of a swap of two images.
    #[must_use]
    pub const fn blocks_of(&self, one: u32, other: u32) -> u32 {
        let longer = if one > other { one } else { other };
        longer.div_ceil(self.block_len)
    }

    /// Marks of a swap of two images: one for each leg of each block.
    #[must_use]
    pub const fn marks_of_swap(&self, one: u32, other: u32) -> u32 {
        3 * self.blocks_of(one, other)
    }

    /// Bytes of block `block` of a slot; the last block may be shorter.
    #[must_use]
    pub const fn block_room(&self, block: u32) -> u32 {
        self.in_block(block, self.slot_len)
    }

    /// Bytes of an image of `len` bytes that lie in block `block`.
    #[must_use]
    pub const fn in_block(&self, block: u32, len: u32) -> u32 {
        bytes_in(len, self.block_len, block)
    }
}
