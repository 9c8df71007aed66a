//! The applier alone, without a host's checks of file, images and blocks: for measuring it.

use host_agent::flash::PROGRAM_BYTES_MAX;
use host_agent::patch::{Applier, PatchFault, View};
use host_agent::update_core::Fault;

/// A file, and flash in memory.
struct Flash<'a> {
    file: &'a [u8],
    slot: Vec<u8>,
    scratch: Vec<u8>,
}

/// Decodes every block of `file` over `old`, in the order of the file: the new image.
///
/// `ram` is all the memory that the decoder is lent. Nothing is checked that the decoder itself
/// does not need; [`super::apply`] is for images that matter.
///
/// # Errors
/// What the applier says.
pub fn decode(old: &[u8], file: &[u8], board: &str, ram: &mut [u8]) -> Result<Vec<u8>, Fault> {
    let mut flash = Flash {
        file,
        slot: old.to_vec(),
        scratch: Vec::new(),
    };
    let file_len = u32::try_from(file.len()).unwrap_or(u32::MAX);
    let mut applier = Applier::open(&mut flash, file_len, board.as_bytes(), ram)?;
    let facts = *applier.facts();
    let longest = facts.old_len.max(facts.new_len) as usize;
    flash.slot.resize(longest, 0xff);
    while let Some(section) = applier.seek(&mut flash, ram)? {
        flash.scratch.clear();
        applier.begin(&mut flash, ram)?;
        let mut left = facts.new_in(section.block) as usize;
        while left > 0 {
            let mut piece = [0; PROGRAM_BYTES_MAX];
            let piece = &mut piece[..left.min(PROGRAM_BYTES_MAX)];
            applier.decode(&mut flash, ram, piece)?;
            flash.scratch.extend_from_slice(piece);
            left -= piece.len();
        }
        let start = section.block as usize * facts.block_len as usize;
        let block = flash.slot.get_mut(start..start + flash.scratch.len());
        block
            .ok_or(PatchFault::OutputLength)?
            .copy_from_slice(&flash.scratch);
    }
    flash.slot.truncate(facts.new_len as usize);
    Ok(flash.slot)
}

impl View for Flash<'_> {
    fn patch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        read(self.file, offset, out)
    }

    fn slot(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        read(&self.slot, offset, out)
    }

    fn scratch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        read(&self.scratch, offset, out)
    }
}

fn read(from: &[u8], offset: u32, out: &mut [u8]) -> Result<(), Fault> {
    let start = offset as usize;
    let bytes = from.get(start..start.saturating_add(out.len()));
    out.copy_from_slice(bytes.ok_or(PatchFault::SourceRange)?);
    Ok(())
}
