//! A row of cells: the object, an area of flash, or the blocks of a patched image.

use std::ops::Range;

use super::cell::{Cell, CellState};

/// Most cells of a section: beyond it a cell stands for several blocks.
pub const CELLS_MAX: u32 = 16_384;

/// What a section shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// The object on its way: image or patch file.
    Object,
    /// The blocks of the image that a patch makes.
    Image,
    /// The slot that images run from.
    Slot,
    /// Where objects are stored.
    Staging,
    /// What blocks pass through.
    Scratch,
    /// Records and marks: how far the host is.
    Progress,
}

impl Part {
    /// The title of the section.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Object => "On the line",
            Self::Image => "Blocks of the new image",
            Self::Slot => "Slot",
            Self::Staging => "Staging",
            Self::Scratch => "Scratch",
            Self::Progress => "Progress area",
        }
    }
}

/// A row of cells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    /// What it shows.
    pub part: Part,
    /// Address or offset of the first byte.
    pub start: u32,
    /// Bytes.
    pub len: u32,
    /// Bytes of a cell; the last one may have fewer.
    pub unit: u32,
    /// The cells, lowest first.
    pub cells: Vec<Cell>,
}

impl Section {
    /// `len` bytes from `start` on, in cells of `unit` bytes or a multiple of it.
    #[must_use]
    pub fn new(part: Part, start: u32, len: u32, unit: u32) -> Self {
        let unit = unit.max(1);
        let blocks = len.div_ceil(unit);
        let unit = unit.saturating_mul(blocks.div_ceil(CELLS_MAX).max(1));
        let count = usize::try_from(len.div_ceil(unit)).unwrap_or(0);
        Self {
            part,
            start,
            len,
            unit,
            cells: vec![Cell::default(); count],
        }
    }

    /// The bytes of a cell, relative to the start.
    #[must_use]
    pub fn bytes_of(&self, cell: usize) -> Range<u32> {
        let start = u32::try_from(cell).map_or(u32::MAX, |cell| cell.saturating_mul(self.unit));
        start.min(self.len)..start.saturating_add(self.unit).min(self.len)
    }

    /// Whether an address lies in the section.
    #[must_use]
    pub fn holds(&self, address: u32) -> bool {
        address >= self.start && address - self.start < self.len
    }

    /// How many cells are in a state or beyond it; bad ones are in none.
    #[must_use]
    pub fn count(&self, state: CellState) -> usize {
        let reached = |cell: &&Cell| match state {
            CellState::Bad => cell.state == CellState::Bad,
            _ => cell.state >= state && cell.state != CellState::Bad,
        };
        self.cells.iter().filter(reached).count()
    }

    /// The cell that holds a byte, counted from the start.
    #[must_use]
    pub fn cell_of(&self, byte: u32) -> Option<usize> {
        let cell = usize::try_from(byte / self.unit).ok()?;
        (cell < self.cells.len()).then_some(cell)
    }

    /// The cells that `bytes`, relative to the start, touch.
    fn touched(&self, bytes: Range<u32>) -> Range<usize> {
        let end = bytes.end.min(self.len);
        if bytes.start >= end {
            return 0..0;
        }
        let cell = |at: u32| usize::try_from(at / self.unit).unwrap_or(usize::MAX);
        cell(bytes.start)..(cell(end - 1) + 1).min(self.cells.len())
    }

    /// Applies `change` to each cell that `bytes` touch.
    pub(super) fn touch(&mut self, bytes: Range<u32>, change: impl Fn(&mut Cell)) {
        let cells = self.touched(bytes);
        let cells = self.cells.get_mut(cells);
        cells.into_iter().flatten().for_each(change);
    }

    /// Applies `change` to each cell whose last byte lies in `bytes`.
    pub(super) fn touch_ends(&mut self, bytes: Range<u32>, change: impl Fn(&mut Cell)) {
        let whole = |end: u32| usize::try_from(end / self.unit).unwrap_or(usize::MAX);
        let end = if bytes.end >= self.len {
            self.cells.len()
        } else {
            whole(bytes.end)
        };
        let cells = self.cells.get_mut(whole(bytes.start)..end);
        cells.into_iter().flatten().for_each(change);
    }
}
