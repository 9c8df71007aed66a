//! The applier alone, without a host's checks of file, images and blocks: for measuring it.

use host_agent::flash::PROGRAM_BYTES_MAX;
use host_agent::patch::tables::{TABLES, Tables};
use host_agent::patch::{Applier, PatchFault, View};
use host_agent::update_core::Fault;

/// Hears what the decoder meets.
pub trait Watch {
    /// The decoder begins with a block.
    fn begins(&mut self, block: u32) {
        let _ = block;
    }

    /// Bytes of a copy were as predicted, or not; the numbers of the counters that were asked.
    #[inline]
    fn flag(&mut self, counters: &[usize; 3], hit: bool) {
        let _ = (counters, hit);
    }

    /// A byte of a copy, in this field, was so far from its prediction.
    #[inline]
    fn miss(&mut self, field: usize, difference: u8) {
        let _ = (field, difference);
    }
}

/// Nobody listens.
impl Watch for () {}

/// A file, and flash in memory.
struct Flash<'a, W> {
    file: &'a [u8],
    slot: Vec<u8>,
    scratch: Vec<u8>,
    watch: &'a mut W,
}

/// Decodes every block of `file` over `old`, in the order of the file: the new image.
///
/// `ram` is all the memory that the decoder is lent. Nothing is checked that the decoder itself
/// does not need; [`super::apply`] is for images that matter.
///
/// # Errors
/// What the applier says.
pub fn decode(old: &[u8], file: &[u8], board: &str, ram: &mut [u8]) -> Result<Vec<u8>, Fault> {
    decode_with(old, file, board, ram, &TABLES, &mut ())
}

/// As [`decode`], for a file that was made with `tables`, and tells `watch` of what it meets.
///
/// # Errors
/// What the applier says.
pub fn decode_with<W: Watch>(
    old: &[u8],
    file: &[u8],
    board: &str,
    ram: &mut [u8],
    tables: &'static Tables<'static>,
    watch: &mut W,
) -> Result<Vec<u8>, Fault> {
    let mut flash = Flash {
        watch,
        file,
        slot: old.to_vec(),
        scratch: Vec::new(),
    };
    let file_len = u32::try_from(file.len()).unwrap_or(u32::MAX);
    let mut applier = Applier::open_with(&mut flash, file_len, board.as_bytes(), ram, tables)?;
    let facts = *applier.facts();
    let longest = facts.old_len.max(facts.new_len) as usize;
    flash.slot.resize(longest, 0xff);
    while let Some(section) = applier.seek(&mut flash, ram)? {
        flash.watch.begins(section.block);
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

impl<W: Watch> View for Flash<'_, W> {
    fn patch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        read(self.file, offset, out)
    }

    fn slot(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        read(&self.slot, offset, out)
    }

    fn scratch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        read(&self.scratch, offset, out)
    }

    #[inline]
    fn saw_flag(&mut self, counters: &[usize; 3], hit: bool) {
        self.watch.flag(counters, hit);
    }

    #[inline]
    fn saw_miss(&mut self, field: usize, difference: u8) {
        self.watch.miss(field, difference);
    }
}

fn read(from: &[u8], offset: u32, out: &mut [u8]) -> Result<(), Fault> {
    let start = offset as usize;
    let bytes = from.get(start..start.saturating_add(out.len()));
    out.copy_from_slice(bytes.ok_or(PatchFault::SourceRange)?);
    Ok(())
}
