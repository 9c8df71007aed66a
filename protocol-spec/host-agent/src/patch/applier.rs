//! The applier: from a patch file to the bytes of each new block.

mod walk;

use protocol_spec::patch::{Head, Profile, head::HEAD_BYTES_MAX};

use super::block::{Block, Common};
use super::coder::{Input, Stream};
use super::facts::{Facts, Section};
use super::live::Written;
use super::op::Op;
use super::ops::{Ops, Reading};
use super::tables::{TABLES, Tables};
use super::words::Words;
use super::{PatchFault, View};
use crate::fault::Fault;

/// The applier. With the RAM that it is lent it is the whole decoder.
#[derive(Clone, Debug)]
pub struct Applier {
    facts: Facts,
    common: Common,
    tables: &'static Tables<'static>,
    section: Option<Section>,
    /// The operations; those of the blocks up to `section` are read, as far as `covered` says.
    ops: Ops,
    /// The operations of the first section and on.
    first_ops: Stream,
    data: Stream,
    block: Option<Block>,
    /// Bytes of a block that is stored as it is which were handed out.
    copied: u32,
    /// The maps are read, and operations are being put into them.
    surveying: bool,
    /// A call failed, so that `ops` may stand anywhere.
    torn: bool,
}

impl Applier {
    /// Reads the head, the maps and all operations of the file of `file_len` bytes: [`Self::head`],
    /// then [`Self::survey`] to its end. `board` is the host's own name. `ram` is lent again to
    /// every other call, untouched in between.
    ///
    /// Neither the CRC of the file nor the running image is looked at.
    ///
    /// # Errors
    /// [`Fault::Patch`], or why flash could not be read.
    pub fn open<V: View>(
        view: &mut V,
        file_len: u32,
        board: &[u8],
        ram: &mut [u8],
    ) -> Result<Self, Fault> {
        Self::open_with(view, file_len, board, ram, &TABLES)
    }

    /// As [`Self::open`], for a file that was made with other tables than those of this format: to
    /// find out what tables are worth.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with<V: View>(
        view: &mut V,
        file_len: u32,
        board: &[u8],
        ram: &mut [u8],
        tables: &'static Tables<'static>,
    ) -> Result<Self, Fault> {
        let mut applier = Self::head_with(view, file_len, board, ram, tables)?;
        while !applier.survey(view, ram)? {}
        Ok(applier)
    }

    /// Reads the head of the file of `file_len` bytes, and nothing behind it. `board` is the host's
    /// own name, `ram` what it can lend.
    ///
    /// Nothing can be decoded before [`Self::survey`] has come to its end.
    ///
    /// # Errors
    /// [`Fault::Patch`], or why flash could not be read.
    pub fn head<V: View>(
        view: &mut V,
        file_len: u32,
        board: &[u8],
        ram: &[u8],
    ) -> Result<Self, Fault> {
        Self::head_with(view, file_len, board, ram, &TABLES)
    }

    fn head_with<V: View>(
        view: &mut V,
        file_len: u32,
        board: &[u8],
        ram: &[u8],
        tables: &'static Tables<'static>,
    ) -> Result<Self, Fault> {
        let mut bytes = [0; HEAD_BYTES_MAX];
        let len = (file_len as usize).min(HEAD_BYTES_MAX);
        let bytes = bytes.get_mut(..len).unwrap_or_default();
        view.patch(0, bytes)?;
        let (head, head_len) = Head::decode(bytes).map_err(PatchFault::from)?;
        if head.file_len != file_len {
            return Err(PatchFault::FileLength.into());
        }
        if !head.board.is_empty() && head.board != board {
            return Err(PatchFault::Board.into());
        }
        let room = u32::try_from(ram.len()).unwrap_or(u32::MAX);
        if Profile::for_ram(room) < Some(head.profile) {
            return Err(PatchFault::Memory.into());
        }
        // HEAD_BYTES_MAX fits 32 bits.
        let ops_at = u32::try_from(head_len).unwrap_or(0);
        // Without a survey there is nothing to read.
        let nothing = Stream::new(0, 0);
        Ok(Self {
            facts: Facts::of(&head, ops_at),
            common: Common::of(&head),
            tables,
            section: None,
            ops: Ops::new(nothing),
            first_ops: nothing,
            data: nothing,
            block: None,
            copied: 0,
            surveying: false,
            torn: false,
        })
    }

    /// What the head says.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The section that [`Self::seek`] went to last.
    #[must_use]
    pub const fn section(&self) -> Option<&Section> {
        self.section.as_ref()
    }

    /// Goes before the first section.
    pub const fn rewind(&mut self) {
        self.section = None;
        self.ops = Ops::new(self.first_ops);
        self.torn = false;
    }

    /// Goes to the section after the last one; `None` behind the last of the file.
    ///
    /// # Errors
    /// [`PatchFault::SectionLength`] where the file does not hold it, another [`Fault::Patch`] for
    /// an operation of the last section, or why flash could not be read.
    pub fn seek<V: View>(
        &mut self,
        view: &mut V,
        ram: &mut [u8],
    ) -> Result<Option<Section>, Fault> {
        if self.torn {
            self.go_back(view, ram)?;
        }
        let found = self.next_section(view, ram);
        self.torn = found.is_err();
        found
    }

    /// One step of [`Self::seek`]: reads some of the operations that are left of the section, or
    /// goes to the next. The section it stands at then; `None` behind the last of the file.
    ///
    /// After an error only [`Self::rewind`] helps.
    ///
    /// # Errors
    /// As [`Self::seek`].
    pub fn approach<V: View>(
        &mut self,
        view: &mut V,
        ram: &mut [u8],
    ) -> Result<Option<Section>, Fault> {
        if self.torn {
            return Err(Fault::State);
        }
        let moved = self.approached(view, ram);
        self.torn = moved.is_err();
        moved
    }

    /// Checks the operations of the section, without their content: every one is known, every
    /// source is where it may be at this point of the order, every output is in its block.
    ///
    /// All sections are to be checked after [`Self::rewind`], in the order of the file, before one
    /// is decoded.
    ///
    /// # Errors
    /// [`Fault::Patch`], or why flash could not be read.
    pub fn check<V: View>(&mut self, view: &mut V, ram: &mut [u8]) -> Result<(), Fault> {
        while !self.check_some(view, ram)? {}
        Ok(())
    }

    /// One step of [`Self::check`]: some of the operations that are left. Whether the section is
    /// checked.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_some<V: View>(&mut self, view: &mut V, ram: &mut [u8]) -> Result<bool, Fault> {
        let Some(section) = self.section else {
            return Err(PatchFault::SectionLength.into());
        };
        let written = Written::new(&self.common, self.facts.block_len);
        if written.has(&Words::new(ram), section.block) {
            return Err(PatchFault::SectionLength.into());
        }
        let common = self.common;
        let checked = self.some_ops(view, ram, |_, words, op, at| {
            written.check(words, &common, op, at, section.block)
        });
        self.torn |= checked.is_err();
        let all = checked?;
        if all {
            written.add(&mut Words::new(ram), section.block);
        }
        Ok(all)
    }

    /// Hands over each operation of the section that was not read yet, after [`Self::seek`] all of
    /// them, with the offset in the new image of its first byte; none where the bytes of the block
    /// are stored as they are. No source is checked.
    ///
    /// # Errors
    /// [`Fault::Patch`], or why flash could not be read.
    pub fn operations<V: View>(
        &mut self,
        view: &mut V,
        ram: &mut [u8],
        mut take: impl FnMut(&Op, u32),
    ) -> Result<(), Fault> {
        let read = self.each_op(view, ram, |_, _, op, at| {
            take(op, at);
            Ok(())
        });
        self.torn |= read.is_err();
        read
    }

    /// Begins to decode the section, for the first time or again; everything is as after power-on.
    ///
    /// # Errors
    /// [`Fault::Patch`], or why flash could not be read.
    pub fn begin<V: View>(&mut self, view: &mut V, ram: &mut [u8]) -> Result<(), Fault> {
        let section = self.section.ok_or(PatchFault::SectionLength)?;
        self.copied = 0;
        if self.torn || self.ops.covered > 0 && !self.ops.stored {
            self.go_back(view, ram)?;
        }
        if self.ops.stored {
            return Ok(());
        }
        let start = section.block * self.facts.block_len;
        let end = start + self.facts.new_in(section.block);
        self.data = Stream::new(section.offset, section.offset + section.len);
        let mut words = Words::new(ram);
        self.block = Some(Block::begin(
            &self.common,
            self.tables,
            &mut words,
            start,
            end,
        ));
        Ok(())
    }

    /// Decodes the next `out.len()` bytes of the block: at most 256, and no more than are left of
    /// [`Facts::new_in`].
    ///
    /// # Errors
    /// [`Fault::Patch`], or why flash could not be read.
    pub fn decode<V: View>(
        &mut self,
        view: &mut V,
        ram: &mut [u8],
        out: &mut [u8],
    ) -> Result<(), Fault> {
        let decoded = self.next_piece(view, ram, out);
        self.torn |= decoded.is_err();
        decoded
    }

    fn next_piece<V: View>(
        &mut self,
        view: &mut V,
        ram: &mut [u8],
        out: &mut [u8],
    ) -> Result<(), Fault> {
        let section = self.section.ok_or(PatchFault::Stream)?;
        let done = match &self.block {
            _ if self.ops.stored => self.copied,
            Some(block) => block.done(),
            None => return Err(PatchFault::Stream.into()),
        };
        let len = u32::try_from(out.len()).unwrap_or(u32::MAX);
        let left = self.facts.new_in(section.block).saturating_sub(done);
        if len > left {
            return Err(PatchFault::OutputLength.into());
        }
        if self.ops.stored {
            view.patch(section.offset.saturating_add(self.copied), out)?;
            self.copied = self.copied.saturating_add(len);
            return Ok(());
        }
        self.next_coded(view, ram, out)?;
        let whole = len == left;
        if self.data.is_spent() || whole && !self.data.is_whole() {
            return Err(PatchFault::Stream.into());
        }
        Ok(())
    }

    fn next_coded<V: View>(
        &mut self,
        view: &mut V,
        ram: &mut [u8],
        out: &mut [u8],
    ) -> Result<(), Fault> {
        let block = self.block.as_mut().ok_or(PatchFault::Stream)?;
        let mut reading = Reading {
            input: Input::new(view),
            ops: &mut self.ops,
            data: &mut self.data,
        };
        let mut words = Words::new(ram);
        let coded = block.piece(&mut reading, &mut words, &self.common, self.tables, out);
        // What was coded from a stream that could not be read says nothing.
        reading.input.outcome()?;
        coded
    }
}
