//! What the flash of an emulated host does, written down as it happens.

use std::sync::{Arc, Mutex, PoisonError};

use fixtures::board::Board;
use fixtures::flash::{Mirror, StrictFlash};
use fixtures::scenario::LayoutName;
use host_agent::flash::Geometry;
use host_agent::layout::Area;
use protocol_spec::tick::Tick;

use crate::block_map::{FlashDeed, FlashPart, Part};

/// An operation without its time.
#[derive(Clone, Copy, Debug)]
struct Operation {
    offset: u64,
    len: u64,
    erased: bool,
}

/// Reads what the mirror has written down.
#[derive(Debug)]
pub(super) struct FlashLog {
    operations: Arc<Mutex<Vec<Operation>>>,
    board: &'static Board,
    deeds: Vec<FlashDeed>,
}

struct Scribe(Arc<Mutex<Vec<Operation>>>);

impl Scribe {
    fn note(&self, operation: Operation) {
        let mut operations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        operations.push(operation);
    }
}

impl Mirror for Scribe {
    fn programmed(&mut self, offset: u64, bytes: &[u8]) {
        self.note(Operation {
            offset,
            len: bytes.len() as u64,
            erased: false,
        });
    }

    fn erased(&mut self, offset: u64, len: u64, _value: u8) {
        self.note(Operation {
            offset,
            len,
            erased: true,
        });
    }
}

impl FlashLog {
    /// Writes down from now on what `flash` of `board` does.
    pub(super) fn of(board: &'static Board, flash: &mut StrictFlash) -> Self {
        let operations = Arc::new(Mutex::new(Vec::new()));
        flash.set_mirror(Box::new(Scribe(Arc::clone(&operations))));
        Self {
            operations,
            board,
            deeds: Vec::new(),
        }
    }

    /// What was done since the last call, at `now`.
    pub(super) fn take(&mut self, now: Tick) -> &mut Vec<FlashDeed> {
        let mut operations = self
            .operations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for operation in operations.drain(..) {
            let start = u64::from(self.board.geometry.start());
            let address = u32::try_from(start + operation.offset).unwrap_or(u32::MAX);
            let len = u32::try_from(operation.len).unwrap_or(u32::MAX);
            let timing = &self.board.timing;
            let unit = u64::from(self.board.geometry.program_unit.max(1));
            let time = if operation.erased {
                timing.erase(region_of(&self.board.geometry, address))
            } else {
                timing.program(operation.len.div_ceil(unit))
            };
            self.deeds.push(FlashDeed {
                at: now,
                address,
                len,
                erased: operation.erased,
                time,
            });
        }
        &mut self.deeds
    }
}

/// The areas of a board, as the map shows them.
pub(super) fn parts(board: &Board, layout: LayoutName) -> Vec<FlashPart> {
    let layout = board.layout(layout);
    let part = |part, area: &Area| FlashPart {
        part,
        start: area.start,
        len: area.len,
        unit: (board.geometry.unit_at(area.start)).map_or(area.len, |(_, unit)| unit),
    };
    vec![
        part(Part::Slot, &layout.primary),
        part(Part::Staging, &layout.secondary),
        part(Part::Scratch, &layout.scratch),
        part(Part::Progress, &layout.records[0]),
        part(Part::Progress, &layout.records[1]),
    ]
}

fn region_of(geometry: &Geometry, address: u32) -> usize {
    let holds = |region: &host_agent::flash::Region| {
        address >= region.start && (address - region.start) / region.unit.max(1) < region.count
    };
    geometry.regions.iter().position(holds).unwrap_or(0)
}
