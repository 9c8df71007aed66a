//! What happens to the cells of the map when the engine says something, or flash does something.

use bridge::event::{BlockState, Event, HostFacts, Phase, Piece, Stamped};
use protocol_spec::codes::Status;
use protocol_spec::tick::Tick;

use super::cell::{Cell, CellState};
use super::section::{Part, Section};
use super::{BlockMap, FlashDeed, UNIT_UNTOLD};

impl BlockMap {
    /// Takes an event of the engine.
    pub fn absorb(&mut self, stamped: &Stamped) {
        let at = stamped.at;
        match &stamped.event {
            Event::Started(start) => self.begin_object(start.length),
            Event::Host(facts) => self.learn(facts),
            Event::Patch(patch) => {
                self.begin_object(patch.length);
                self.show_image(patch.image_len, patch.block_len);
            }
            Event::Frame(frame) => {
                if let Some(piece) = frame.piece {
                    self.sent(at, piece);
                }
            }
            Event::Resumed { offset } => self.advance(at, *offset, *offset),
            Event::Progress(progress) => self.advance(at, progress.acked, progress.stored),
            Event::Phase(Phase::Boot | Phase::Report) => self.verified(at),
            Event::Block(block) => self.patched(at, block),
            Event::Verdict(verdict) if verdict.passed() => self.verified(at),
            _ => {}
        }
    }

    /// Takes something that flash did.
    pub fn flash(&mut self, deed: &FlashDeed) {
        let (staging, object) = (self.staging(), self.object);
        for section in &mut self.sections {
            match section.part {
                Part::Object => {
                    let offset = staging.and_then(|start| deed.address.checked_sub(start));
                    if let Some(offset) = offset.filter(|offset| *offset < object) {
                        object_in_flash(section, deed, offset);
                    }
                }
                Part::Image => {}
                _ if section.holds(deed.address) => area_in_flash(section, deed),
                _ => {}
            }
        }
    }

    /// A fault was injected: marks the cell that is at work.
    pub fn fault(&mut self) {
        let work = self.at_work;
        if let Some(section) = self.part(Part::Object) {
            section.touch(work..work.saturating_add(1), |cell| cell.fault = true);
        }
    }

    /// An object of `len` bytes is about to be sent.
    pub(crate) fn begin_object(&mut self, len: u32) {
        let unit = self.unit.unwrap_or(UNIT_UNTOLD);
        (self.object, self.marks, self.at_work) = (len, (0, 0), 0);
        self.put(Section::new(Part::Object, 0, len, unit));
    }

    /// A patch makes an image of `len` bytes in blocks of `block` bytes.
    pub(crate) fn show_image(&mut self, len: u32, block: u32) {
        self.put(Section::new(Part::Image, 0, len, block));
    }

    /// The smallest erase unit of the host, bytes: cells are no larger.
    pub(crate) fn set_unit(&mut self, unit: u32) {
        self.unit = (1..UNIT_UNTOLD).contains(&unit).then_some(unit);
    }

    /// The host tells its flash: nothing was sent yet, so that the cells may change their size.
    fn learn(&mut self, facts: &HostFacts) {
        let Some(flash) = &facts.flash else { return };
        let units = flash.regions.iter().map(|region| region.unit);
        self.set_unit(units.filter(|unit| *unit > 0).min().unwrap_or(UNIT_UNTOLD));
        let len = self.object;
        if self.marks == (0, 0) && len > 0 {
            self.begin_object(len);
        }
    }

    /// A piece went over the line.
    pub(crate) fn sent(&mut self, at: Tick, piece: Piece) {
        self.at_work = piece.offset;
        if let Some(section) = self.part(Part::Object) {
            let bytes = piece.offset..piece.offset.saturating_add(piece.len);
            let starts = |section: &Section| piece.offset.is_multiple_of(section.unit);
            let again = piece.sends > 1 || starts(section);
            section.touch(bytes, |cell| {
                if again || cell.tries == 0 {
                    cell.try_again();
                }
                cell.raise(at, CellState::Sent);
            });
        }
    }

    /// All below `acked` has arrived, all below `stored` is in flash.
    pub(crate) fn advance(&mut self, at: Tick, acked: u32, stored: u32) {
        let (acked_before, stored_before) = self.marks;
        self.marks = (acked.max(acked_before), stored.max(stored_before));
        if let Some(section) = self.part(Part::Object) {
            if acked > acked_before {
                section.touch_ends(acked_before..acked, |cell| {
                    cell.raise(at, CellState::Acknowledged);
                });
            }
            if stored > stored_before {
                section.touch_ends(stored_before..stored, |cell| {
                    cell.raise(at, CellState::Written);
                });
            }
        }
    }

    /// The host has found the object good.
    pub(crate) fn verified(&mut self, at: Tick) {
        if let Some(section) = self.part(Part::Object) {
            let len = section.len;
            section.touch_ends(0..len, |cell| cell.raise(at, CellState::Verified));
        }
    }

    fn patched(&mut self, at: Tick, block: &BlockState) {
        let begun = block.state == Status::START;
        let state = match block.state {
            _ if !block.code.is_done() => CellState::Bad,
            Status::COPIED => CellState::Copied,
            Status::DONE => CellState::Verified,
            _ => CellState::Sent,
        };
        self.work_on(at, block.block, state, begun);
    }

    /// A block of the image comes to a state; whether that is the begin of a try.
    pub(crate) fn work_on(&mut self, at: Tick, block: u32, state: CellState, begun: bool) {
        if let Some(section) = self.part(Part::Image) {
            let start = block.saturating_mul(section.unit);
            section.touch(start..start.saturating_add(1), |cell| {
                if begun {
                    cell.try_again();
                }
                cell.set(at, state);
            });
        }
    }

    fn staging(&self) -> Option<u32> {
        let staging = |section: &&Section| section.part == Part::Staging;
        self.sections
            .iter()
            .find(staging)
            .map(|section| section.start)
    }
}

/// An operation on the flash that holds the object.
fn object_in_flash(section: &mut Section, deed: &FlashDeed, offset: u32) {
    let bytes = offset..offset.saturating_add(deed.len);
    section.touch(bytes, |cell| {
        spend(cell, deed);
        if deed.erased && cell.state < CellState::Sent {
            cell.set(deed.at, CellState::Erased);
        }
    });
}

/// An operation on an area that is shown as it is.
fn area_in_flash(section: &mut Section, deed: &FlashDeed) {
    let start = deed.address - section.start;
    let state = if deed.erased {
        CellState::Erased
    } else {
        CellState::Written
    };
    section.touch(start..start.saturating_add(deed.len.max(1)), |cell| {
        spend(cell, deed);
        if deed.erased {
            cell.try_again();
        }
        cell.set(deed.at, state);
    });
}

fn spend(cell: &mut Cell, deed: &FlashDeed) {
    cell.flash += deed.time;
}
