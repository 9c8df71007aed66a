//! The block map: which block is how far, from what the engine says and, on an emulated host, from
//! what its flash does.

mod cell;
mod feed;
mod section;
#[cfg(test)]
mod tests;

use protocol_spec::tick::Tick;

pub use cell::{Cell, CellState};
pub use section::{CELLS_MAX, Part, Section};

/// Bytes of a cell of the object, unless the host has smaller erase units.
const UNIT_UNTOLD: u32 = 4096;

/// Something that the flash of an emulated host did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FlashDeed {
    /// When.
    pub at: Tick,
    /// First byte, address.
    pub address: u32,
    /// Bytes.
    pub len: u32,
    /// Whether they were erased; else they were programmed.
    pub erased: bool,
    /// What it took.
    pub time: std::time::Duration,
}

/// An area of an emulated host's flash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FlashPart {
    /// What it is for.
    pub part: Part,
    /// First address.
    pub start: u32,
    /// Bytes.
    pub len: u32,
    /// Bytes of an erase unit at its start.
    pub unit: u32,
}

/// A cell, by section and number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CellAddress {
    /// Number of the section.
    pub section: usize,
    /// Number of the cell in it.
    pub cell: usize,
}

/// All sections of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BlockMap {
    sections: Vec<Section>,
    /// The host's smallest erase unit, where it is below [`UNIT_UNTOLD`].
    unit: Option<u32>,
    /// Length of the object.
    object: u32,
    /// A watermark that was reached: acknowledged, written.
    marks: (u32, u32),
    /// The last fault was injected here: object offset of the frame before it.
    at_work: u32,
}

impl BlockMap {
    /// The sections, in the order of an update.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// Shows the areas of an emulated host's flash.
    pub fn show_flash(&mut self, parts: &[FlashPart]) {
        for part in parts {
            self.put(Section::new(part.part, part.start, part.len, part.unit));
        }
    }

    fn put(&mut self, section: Section) {
        let same = |other: &Section| other.part == section.part && other.start == section.start;
        self.sections.retain(|other| !same(other));
        let at = self
            .sections
            .partition_point(|other| other.part <= section.part);
        self.sections.insert(at, section);
    }

    fn part(&mut self, part: Part) -> Option<&mut Section> {
        self.sections
            .iter_mut()
            .find(|section| section.part == part)
    }
}
