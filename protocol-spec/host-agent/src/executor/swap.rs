//! The copies that fill a block.

use super::{Done, Executor};
use crate::effect::Leg;
use crate::fault::{Fault, Place};
use crate::flash::{Flash, PROGRAM_BYTES_MAX, PROGRAM_LEN_MAX};
use crate::layout::Area;

impl<F: Flash, M: AsRef<[u8]> + AsMut<[u8]>> Executor<F, M> {
    pub(super) fn erase_block(&mut self, leg: Leg, block: u32, offset: u32) -> Done {
        let address = self.target(leg, block).saturating_add(offset);
        self.erase(address, place_of(leg)).map(|()| None)
    }

    pub(super) fn copy_block(&mut self, leg: Leg, block: u32, offset: u32, len: u32) -> Done {
        let mut piece = [0; PROGRAM_BYTES_MAX];
        let piece = piece.get_mut(..len as usize).ok_or(Fault::State)?;
        let source = self.source(leg, block).saturating_add(offset);
        self.read(source, piece, source_place_of(leg))?;
        let target = self.target(leg, block).saturating_add(offset);
        self.program(target, piece, place_of(leg)).map(|()| None)
    }

    pub(super) fn verify_block(&mut self, leg: Leg, block: u32, offset: u32, len: u32) -> Done {
        let source = self.source(leg, block).saturating_add(offset);
        let target = self.target(leg, block).saturating_add(offset);
        let (mut one, mut other) = ([0; PROGRAM_BYTES_MAX], [0; PROGRAM_BYTES_MAX]);
        let mut at = 0;
        while at < len {
            let piece = (len - at).min(PROGRAM_LEN_MAX);
            let one = one.get_mut(..piece as usize).unwrap_or_default();
            let other = other.get_mut(..piece as usize).unwrap_or_default();
            self.read(source.saturating_add(at), one, source_place_of(leg))?;
            self.read(target.saturating_add(at), other, place_of(leg))?;
            if one != other {
                return Err(Fault::Program(place_of(leg)));
            }
            at += piece;
        }
        Ok(None)
    }

    fn source(&self, leg: Leg, block: u32) -> u32 {
        match leg {
            Leg::Save => in_slot(self.layout.secondary, block, self.shape.block_len),
            Leg::Retire => in_slot(self.layout.primary, block, self.shape.block_len),
            Leg::Fill => in_slot(self.layout.secondary, block, self.shape.slot_unit),
            Leg::Install | Leg::Decode | Leg::WriteBack => self.layout.scratch.start,
        }
    }

    fn target(&self, leg: Leg, block: u32) -> u32 {
        match leg {
            Leg::Save | Leg::Decode => self.layout.scratch.start,
            Leg::Retire => in_slot(self.layout.secondary, block, self.shape.block_len),
            Leg::Install => in_slot(self.layout.primary, block, self.shape.block_len),
            Leg::WriteBack => in_slot(self.layout.primary, block, self.patch_block_len()),
            Leg::Fill => in_slot(self.layout.primary, block, self.shape.slot_unit),
        }
    }
}

/// Address of block `block` of a slot.
const fn in_slot(slot: Area, block: u32, block_len: u32) -> u32 {
    slot.start.saturating_add(block.saturating_mul(block_len))
}

const fn place_of(leg: Leg) -> Place {
    match leg {
        Leg::Save | Leg::Decode => Place::Scratch,
        Leg::Retire | Leg::Install | Leg::WriteBack | Leg::Fill => Place::Slot,
    }
}

const fn source_place_of(leg: Leg) -> Place {
    match leg {
        Leg::Save | Leg::Retire | Leg::Fill => Place::Slot,
        Leg::Install | Leg::Decode | Leg::WriteBack => Place::Scratch,
    }
}
