//! What decides on a host whether a patch fits it: one set of rules, whoever asks.
//!
//! The rules are those of the host, so that the code is the one that it would raise.

use fixtures::board::Board;
use host_agent::patch::PatchFault;
use host_agent::update_core::Refusal;
use protocol_spec::patch::{BLOCKS_MAX, Profile};
use protocol_spec::text::Escaped;

use super::advice::Advice;
use super::objection::Objection;
use crate::event::Phase;
use crate::text::{bytes, grouped};

/// Least bytes of a block, where the host allows.
const BLOCK_LEN_WANTED: u32 = 4096;

/// What decides on a host whether a patch fits it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostLimits {
    /// Name that the host gives itself, any bytes.
    pub board: Vec<u8>,
    /// Bytes of the slot.
    pub slot_len: u32,
    /// Erase unit of the slot, bytes.
    pub erase_unit: u32,
    /// Bytes of the scratch.
    pub scratch_len: u32,
    /// Bytes of the staging area.
    pub staging_len: u32,
    /// Program unit, bytes.
    pub program_unit: u32,
    /// RAM for decoding, bytes.
    pub decode_ram: u32,
}

/// Bytes of staging that a file and its marks take where a program unit has `program_unit` bytes.
#[must_use]
pub fn staging_needed(file_len: u32, sections: u32, program_unit: u32) -> u64 {
    let unit = u64::from(program_unit.max(1));
    let marks = 1 + 2 * u64::from(sections);
    u64::from(file_len).next_multiple_of(unit) + marks * unit
}

impl HostLimits {
    /// The limits of an emulated board; `None` when it has no in-place layout.
    #[must_use]
    pub fn of(board: &Board) -> Option<Self> {
        let layout = board.in_place;
        let (_, erase_unit) = board.geometry.unit_at(layout.primary.start)?;
        Some(Self {
            board: board.name.as_bytes().to_vec(),
            slot_len: layout.primary.len,
            erase_unit,
            scratch_len: layout.scratch.len,
            staging_len: layout.secondary.len,
            program_unit: board.geometry.program_unit.into(),
            decode_ram: board.decode_ram_used(),
        })
    }

    /// The name of the board, escaped.
    #[must_use]
    pub fn board_text(&self) -> String {
        Escaped(&self.board).to_string()
    }

    /// Bytes of a block for this host: the least whole erase units that reach `wanted`, and no more
    /// than the scratch holds; `None` when the scratch holds not one.
    #[must_use]
    pub fn block_len(&self, wanted: u32) -> Option<u32> {
        let unit = self.erase_unit.max(1);
        let most = self.scratch_len / unit * unit;
        let reached = wanted.checked_next_multiple_of(unit).unwrap_or(most);
        (most > 0).then(|| reached.min(most))
    }

    /// Bytes of a block for an image of `image_len` bytes: 4096 or the least that keeps the number
    /// of blocks possible, in whole erase units; `None` when no length will do.
    #[must_use]
    pub fn block_len_for(&self, image_len: u32) -> Option<u32> {
        let wanted = BLOCK_LEN_WANTED.max(image_len.div_ceil(BLOCKS_MAX));
        let block_len = self.block_len(wanted)?;
        (image_len.div_ceil(block_len) <= BLOCKS_MAX).then_some(block_len)
    }

    /// Bytes of staging that a file and its marks take.
    #[must_use]
    pub fn staging_needed(&self, file_len: u32, sections: u32) -> u64 {
        staging_needed(file_len, sections, self.program_unit)
    }

    /// What patches for this host are made for.
    ///
    /// # Errors
    /// It has too little decode RAM for any.
    pub fn profile(&self) -> Result<Profile, Objection> {
        Profile::for_ram(self.decode_ram).ok_or_else(|| {
            let what = format!(
                "the host has {} of decode RAM, a patch needs at least {}",
                length(self.decode_ram),
                number(Profile::Small.decode_ram())
            );
            Objection::because(PatchFault::Memory, what).advise(Advice::memory(self.decode_ram))
        })
    }

    /// Whether the scratch holds a block at all.
    ///
    /// # Errors
    /// It does not hold one erase unit.
    pub fn has_blocks(&self) -> Result<(), Objection> {
        if self.block_len(1).is_some() {
            return Ok(());
        }
        let what = format!(
            "the host has {} of scratch, an erase unit of its slot {}",
            length(self.scratch_len),
            number(self.erase_unit)
        );
        Err(Objection::because(PatchFault::ScratchLength, what).advise(Advice::blocks(self)))
    }

    /// Whether staging takes an object of `len` bytes.
    ///
    /// # Errors
    /// It is too long.
    pub fn takes_file(&self, len: u64) -> Result<(), Objection> {
        if len <= u64::from(self.staging_len) {
            return Ok(());
        }
        let what = format!(
            "the patch has {}, the host's staging {}",
            bytes(len),
            number(self.staging_len)
        );
        Err(Objection {
            status: Refusal::TooLarge.status(),
            phase: Phase::Offer,
            block: None,
            written: None,
            what,
            advice: Advice::staging(None),
        })
    }

    /// Whether a patch for `board` is for this host; an empty name is any.
    ///
    /// # Errors
    /// It is for another one.
    pub fn is_board(&self, board: &[u8]) -> Result<(), Objection> {
        if board.is_empty() || board == self.board {
            return Ok(());
        }
        let what = format!(
            "the patch is for the board {}, the host is {}",
            Escaped(board),
            self.board_text()
        );
        Err(Objection::because(PatchFault::Board, what))
    }

    /// Whether the host can decode a patch of `profile`.
    ///
    /// # Errors
    /// It has too little decode RAM.
    pub fn can_decode(&self, profile: Profile) -> Result<(), Objection> {
        can_decode(profile, self.decode_ram)
    }

    /// Whether an image of `longest` bytes fits the slot.
    ///
    /// # Errors
    /// It is too long.
    pub fn fits_slot(&self, longest: u32) -> Result<(), Objection> {
        if longest <= self.slot_len {
            return Ok(());
        }
        let what = format!(
            "the image does not fit the slot: it has {}, the host's slot {}",
            length(longest),
            number(self.slot_len)
        );
        Err(Objection::because(PatchFault::SlotLength, what))
    }

    /// Whether images of at most `longest` bytes, in blocks of `block_len`, fit slot and scratch.
    ///
    /// # Errors
    /// What is too long, or no multiple of an erase unit.
    pub fn fits_blocks(&self, longest: u32, block_len: u32) -> Result<(), Objection> {
        self.fits_slot(longest)?;
        let refused =
            |fault, what| Err(Objection::because(fault, what).advise(Advice::blocks(self)));
        if !block_len.is_multiple_of(self.erase_unit.max(1)) {
            let what = format!(
                "its blocks of {} are not whole erase units of {}",
                length(block_len),
                number(self.erase_unit)
            );
            return refused(PatchFault::BlockLength, what);
        }
        if block_len > self.scratch_len {
            let what = format!(
                "a block has {}, the host's scratch {}",
                length(block_len),
                number(self.scratch_len)
            );
            return refused(PatchFault::ScratchLength, what);
        }
        Ok(())
    }

    /// Bytes of staging that a file of `file_len` bytes and the marks of its sections, one for each
    /// changed block of `block_len` bytes, take.
    ///
    /// # Errors
    /// Staging does not have as many.
    pub fn fits_marks(
        &self,
        file_len: u32,
        sections: u32,
        block_len: u32,
    ) -> Result<u64, Objection> {
        let needed = self.staging_needed(file_len, sections);
        if needed <= u64::from(self.staging_len) {
            return Ok(needed);
        }
        let what = format!(
            "patch and marks take {}, the host's staging has {}",
            bytes(needed),
            number(self.staging_len)
        );
        let larger = self.larger_blocks(file_len, sections, block_len);
        Err(Objection::because(PatchFault::NoMarks, what).advise(Advice::staging(larger)))
    }

    /// Bytes of a block with which there might be so few marks that they fit; `None` when the
    /// scratch holds no larger blocks, or the file itself is too long.
    fn larger_blocks(&self, file_len: u32, sections: u32, block_len: u32) -> Option<u32> {
        let most = self.block_len(u32::MAX).filter(|most| *most > block_len)?;
        let changed = u64::from(sections) * u64::from(block_len);
        let fewest = u32::try_from(changed.div_ceil(most.into())).unwrap_or(u32::MAX);
        let fits = self.staging_needed(file_len, fewest) <= u64::from(self.staging_len);
        fits.then_some(most)
    }
}

/// Whether a host with `has` bytes of decode RAM can decode a patch of `profile`.
pub(super) fn can_decode(profile: Profile, has: u32) -> Result<(), Objection> {
    let needs = profile.decode_ram();
    if needs <= has {
        return Ok(());
    }
    let what = format!(
        "the patch needs {} of decode RAM, the host has {}",
        length(needs),
        number(has)
    );
    Err(Objection::because(PatchFault::Memory, what).advise(Advice::memory(has)))
}

fn length(len: u32) -> String {
    bytes(len.into())
}

fn number(number: u32) -> String {
    grouped(number.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_whole_erase_units_that_fit_the_scratch() {
        let with = |unit, scratch_len| HostLimits {
            board: b"x".to_vec(),
            slot_len: 1 << 20,
            erase_unit: unit,
            scratch_len,
            staging_len: 1 << 20,
            program_unit: 4,
            decode_ram: 8192,
        };
        assert_eq!(with(0x400, 0x2000).block_len(4096), Some(4096));
        assert_eq!(with(0x1800, 0x8000).block_len(4096), Some(0x1800));
        assert_eq!(with(0x2_0000, 0x2_0000).block_len(4096), Some(0x2_0000));
        assert_eq!(with(0x400, 0x800).block_len(4096), Some(0x800));
        assert_eq!(with(0x400, 0x3ff).block_len(4096), None);
        assert!(
            with(0x400, 0x3ff).has_blocks().is_err() && with(0x400, 0x400).has_blocks().is_ok()
        );
        let longest = 4096 * BLOCKS_MAX;
        assert_eq!(with(0x400, 0x2000).block_len_for(longest), Some(4096));
        assert_eq!(with(0x400, 0x2000).block_len_for(longest + 1), Some(0x1400));
        assert_eq!(with(0x400, 0x1000).block_len_for(longest + 1), None);
    }
}
