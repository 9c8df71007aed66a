//! The three copies that swap a block.

use super::{Done, Executor};
use crate::effect::Leg;
use crate::fault::{Fault, Place};
use crate::flash::{Flash, PROGRAM_BYTES_MAX, PROGRAM_LEN_MAX};

impl<F: Flash> Executor<F> {
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
            Leg::Save => self.in_slot(self.layout.secondary.start, block),
            Leg::Retire => self.in_slot(self.layout.primary.start, block),
            Leg::Install => self.layout.scratch.start,
        }
    }

    fn target(&self, leg: Leg, block: u32) -> u32 {
        match leg {
            Leg::Save => self.layout.scratch.start,
            Leg::Retire => self.in_slot(self.layout.secondary.start, block),
            Leg::Install => self.in_slot(self.layout.primary.start, block),
        }
    }

    const fn in_slot(&self, start: u32, block: u32) -> u32 {
        start.saturating_add(block.saturating_mul(self.shape.block_len))
    }
}

const fn place_of(leg: Leg) -> Place {
    match leg {
        Leg::Save => Place::Scratch,
        Leg::Retire | Leg::Install => Place::Slot,
    }
}

const fn source_place_of(leg: Leg) -> Place {
    match leg {
        Leg::Save | Leg::Retire => Place::Slot,
        Leg::Install => Place::Scratch,
    }
}
