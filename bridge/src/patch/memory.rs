//! A patch file, a slot and a scratch in memory, and the applier of the hosts between them.

use host_agent::flash::PROGRAM_BYTES_MAX;
use host_agent::patch::{Applier, PatchFault, Section, View};
use host_agent::update_core::Fault;

use super::apply::ApplyError;

/// Hears what is met, and may object to a block.
pub trait Watch {
    /// A block begins, whose bytes in the slot are `old`.
    ///
    /// # Errors
    /// What is wrong with it.
    fn begins(&mut self, section: &Section, old: &[u8]) -> Result<(), Fault> {
        let _ = (section, old);
        Ok(())
    }

    /// A block is made: `new`.
    ///
    /// # Errors
    /// What is wrong with it.
    fn ends(&mut self, section: &Section, new: &[u8]) -> Result<(), Fault> {
        let _ = (section, new);
        Ok(())
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

/// A slot, a scratch and a staged file, in memory.
pub(super) struct Memory<'a, W> {
    file: &'a [u8],
    slot: Vec<u8>,
    scratch: Vec<u8>,
    watch: &'a mut W,
}

impl<'a, W: Watch> Memory<'a, W> {
    /// A host that runs `old` and has `file` in its staging.
    pub(super) fn new(old: &[u8], file: &'a [u8], watch: &'a mut W) -> Self {
        Self {
            file,
            slot: old.to_vec(),
            scratch: Vec::new(),
            watch,
        }
    }

    /// Bytes of the file, as an applier is told.
    pub(super) fn file_len(&self) -> u32 {
        u32::try_from(self.file.len()).unwrap_or(u32::MAX)
    }

    /// Makes every block, in the order of the file: the new image.
    pub(super) fn make_image(
        mut self,
        applier: &mut Applier,
        ram: &mut [u8],
    ) -> Result<Vec<u8>, ApplyError> {
        let facts = *applier.facts();
        let longest = facts.old_len.max(facts.new_len) as usize;
        self.slot.resize(longest, 0xff);
        let mut written = 0;
        loop {
            let sought = applier.seek(&mut self, ram);
            let late = |fault| ApplyError::late(fault, None, written);
            let Some(section) = sought.map_err(late)? else {
                break;
            };
            let made = self.make_block(applier, ram, &section);
            made.map_err(|fault| ApplyError::late(fault, Some(section.block), written))?;
            written += 1;
        }
        self.slot.truncate(facts.new_len as usize);
        Ok(self.slot)
    }

    fn make_block(
        &mut self,
        applier: &mut Applier,
        ram: &mut [u8],
        section: &Section,
    ) -> Result<(), Fault> {
        let facts = *applier.facts();
        let start = section.block as usize * facts.block_len as usize;
        let old = self
            .slot
            .get(start..start + facts.old_in(section.block) as usize);
        self.watch.begins(section, old.unwrap_or_default())?;
        self.scratch.clear();
        applier.begin(self, ram)?;
        let mut left = facts.new_in(section.block) as usize;
        while left > 0 {
            let mut piece = [0; PROGRAM_BYTES_MAX];
            let piece = &mut piece[..left.min(PROGRAM_BYTES_MAX)];
            applier.decode(self, ram, piece)?;
            self.scratch.extend_from_slice(piece);
            left -= piece.len();
        }
        self.watch.ends(section, &self.scratch)?;
        let block = self.slot.get_mut(start..start + self.scratch.len());
        block
            .ok_or(PatchFault::OutputLength)?
            .copy_from_slice(&self.scratch);
        Ok(())
    }
}

impl<W: Watch> View for Memory<'_, W> {
    fn patch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        copy(self.file, offset, out)
    }

    fn slot(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        copy(&self.slot, offset, out)
    }

    fn scratch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        copy(&self.scratch, offset, out)
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

/// A file without any flash around it.
pub(super) struct FileOnly<'a>(pub(super) &'a [u8]);

impl View for FileOnly<'_> {
    fn patch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        copy(self.0, offset, out)
    }

    fn slot(&mut self, _offset: u32, _out: &mut [u8]) -> Result<(), Fault> {
        Err(PatchFault::SourceRange.into())
    }

    fn scratch(&mut self, _offset: u32, _out: &mut [u8]) -> Result<(), Fault> {
        Err(PatchFault::SourceRange.into())
    }
}

fn copy(from: &[u8], offset: u32, out: &mut [u8]) -> Result<(), Fault> {
    let start = offset as usize;
    let source = from.get(start..start.saturating_add(out.len()));
    out.copy_from_slice(source.ok_or(PatchFault::SourceRange)?);
    Ok(())
}
