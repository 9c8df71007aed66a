//! The walk over sections and operations.

use protocol_spec::patch::SectionHead;
use protocol_spec::patch::section::{SECTION_HEAD_BYTES_MAX, expected};

use super::Applier;
use crate::fault::Fault;
use crate::flash::READ_LEN_MAX;
use crate::patch::block::Common;
use crate::patch::coder::{Input, Reader, Stream};
use crate::patch::facts::Section;
use crate::patch::live::Written;
use crate::patch::op::{Op, OpCoder};
use crate::patch::stream::{Preface, code_preface, forget};
use crate::patch::words::Words;
use crate::patch::{PatchFault, View};

/// Operations that one step reads at most.
const STEP_OPS: u32 = 256;
/// Bytes of them after which a step ends. The last operation is far shorter than what is then left
/// of a read.
const STEP_BYTES: u32 = READ_LEN_MAX - 512;

impl Applier {
    pub(super) fn next_section<V: View>(
        &mut self,
        view: &mut V,
        ram: &mut [u8],
    ) -> Result<Option<Section>, Fault> {
        match self.section {
            Some(_) => self.each_op(view, ram, |_, _, _, _| Ok(()))?,
            None => self.forget(ram),
        }
        let index = self.section.map_or(0, |last| last.index + 1);
        if index >= self.facts.sections {
            return self.at_end().map(|()| None);
        }
        let section = self.read_section(view, index)?;
        let mut input = Input::new(view);
        let stored = {
            let (mut coder, _) = self.ops.coder(&mut input);
            OpCoder::new(&mut coder, &mut Words::new(ram)).stored(false)
        };
        input.outcome()?;
        self.ops.stored = stored;
        self.ops.covered = if stored {
            self.facts.new_in(section.block)
        } else {
            0
        };
        if stored && self.ops.covered != section.len {
            return Err(PatchFault::Stream.into());
        }
        self.section = Some(section);
        self.block = None;
        Ok(Some(section))
    }

    /// Goes to the section again, whose operations are then all to be read.
    pub(super) fn go_back<V: View>(&mut self, view: &mut V, ram: &mut [u8]) -> Result<(), Fault> {
        let here = self.section;
        self.rewind();
        while self.section.map(|at| at.index) != here.map(|at| at.index) {
            if let Err(fault) = self.next_section(view, ram) {
                (self.section, self.torn) = (here, true);
                return Err(fault);
            }
        }
        Ok(())
    }

    /// Clears what was learned of operations, and the set of blocks that are written.
    fn forget(&self, ram: &mut [u8]) {
        let mut words = Words::new(ram);
        forget(&mut words);
        Written::new(&self.common, self.facts.block_len).clear(&mut words);
    }

    /// One step of reading the maps and all operations, of which those that are anchors go into the
    /// address map; whether that was the last. Then it stands before the first section.
    ///
    /// To be called until it says so, before anything but [`Self::facts`]. After an error it begins
    /// anew.
    ///
    /// # Errors
    /// [`Fault::Patch`], or why flash could not be read.
    pub fn survey<V: View>(&mut self, view: &mut V, ram: &mut [u8]) -> Result<bool, Fault> {
        let surveyed = if self.surveying {
            self.survey_some(view, ram)
        } else {
            self.survey_maps(view, ram).map(|()| false)
        };
        self.surveying = matches!(surveyed, Ok(false));
        if surveyed == Ok(true) {
            self.rewind();
        }
        surveyed
    }

    fn survey_maps<V: View>(&mut self, view: &mut V, ram: &mut [u8]) -> Result<(), Fault> {
        let mut stream = Stream::new(self.facts.ops_at, self.facts.first);
        let mut input = Input::new(view);
        let mut coder = Reader {
            stream: &mut stream,
            input: &mut input,
        };
        let (mut words, given) = (Words::new(ram), Preface::default());
        let coded = code_preface(&mut coder, &mut words, &given, &mut self.common);
        input.outcome()?;
        coded?;
        self.first_ops = stream;
        self.rewind();
        Ok(())
    }

    /// Whether that was all.
    fn survey_some<V: View>(&mut self, view: &mut V, ram: &mut [u8]) -> Result<bool, Fault> {
        if self.ops_left() == 0 && self.next_section(view, ram)?.is_none() {
            return Ok(true);
        }
        self.some_ops(view, ram, |common, words, op, at| {
            if op.anchor && !common.anchor(words, op, at) {
                return Err(PatchFault::Init);
            }
            Ok(())
        })?;
        Ok(false)
    }

    pub(super) fn approached<V: View>(
        &mut self,
        view: &mut V,
        ram: &mut [u8],
    ) -> Result<Option<Section>, Fault> {
        if self.some_ops(view, ram, |_, _, _, _| Ok(()))? {
            self.next_section(view, ram)
        } else {
            Ok(self.section)
        }
    }

    /// Reads the operations of the section that are left.
    pub(super) fn each_op<V: View>(
        &mut self,
        view: &mut V,
        ram: &mut [u8],
        mut take: impl FnMut(&mut Common, &mut Words<'_>, &Op, u32) -> Result<(), PatchFault>,
    ) -> Result<(), Fault> {
        while !self.some_ops(view, ram, &mut take)? {}
        Ok(())
    }

    /// Bytes of the section whose operations were not read yet.
    fn ops_left(&self) -> u32 {
        let len = self
            .section
            .map_or(0, |section| self.facts.new_in(section.block));
        len.saturating_sub(self.ops.covered)
    }

    /// Reads operations of the section that are left, no more than one step may; whether those were
    /// the last.
    pub(super) fn some_ops<V: View>(
        &mut self,
        view: &mut V,
        ram: &mut [u8],
        mut take: impl FnMut(&mut Common, &mut Words<'_>, &Op, u32) -> Result<(), PatchFault>,
    ) -> Result<bool, Fault> {
        let Some(section) = self.section else {
            return Ok(true);
        };
        let end = self.ops.stream.position().saturating_add(STEP_BYTES);
        let mut count = 0;
        let start = section.block * self.facts.block_len;
        let len = self.facts.new_in(section.block);
        let mut words = Words::new(ram);
        let mut input = Input::new(view);
        while self.ops.covered < len {
            if count == STEP_OPS || self.ops.stream.position() > end {
                return Ok(false);
            }
            count += 1;
            let covered = self.ops.covered;
            let op = self
                .ops
                .next(&mut input, &mut words, start + covered, len - covered)?;
            take(&mut self.common, &mut words, &op, start + covered)?;
        }
        Ok(true)
    }

    fn read_section<V: View>(&self, view: &mut V, index: u32) -> Result<Section, Fault> {
        let last = self.section;
        let at = last.map_or(self.facts.first, |last| last.offset + last.len);
        let rest = self.facts.file_len.saturating_sub(at);
        let mut bytes = [0; SECTION_HEAD_BYTES_MAX];
        let room = (rest as usize).min(SECTION_HEAD_BYTES_MAX);
        let bytes = bytes.get_mut(..room).unwrap_or_default();
        view.patch(at, bytes)?;
        let blocks = self.facts.blocks();
        let expected = expected(last.map(|last| last.block), blocks, self.facts.descending);
        let (head, used) =
            SectionHead::decode(bytes, expected).map_err(|_| PatchFault::SectionLength)?;
        let used = u32::try_from(used).unwrap_or(0);
        if head.block >= blocks || u64::from(used) + u64::from(head.len) > u64::from(rest) {
            return Err(PatchFault::SectionLength.into());
        }
        Ok(Section {
            index,
            block: head.block,
            before: head.before,
            after: head.after,
            offset: at + used,
            len: head.len,
        })
    }

    /// Behind the last section nothing is left, of the file and of the operations.
    fn at_end(&self) -> Result<(), Fault> {
        let end = self
            .section
            .map_or(self.facts.first, |last| last.offset + last.len);
        if end != self.facts.file_len {
            return Err(PatchFault::SectionLength.into());
        }
        if !self.ops.stream.is_whole() {
            return Err(PatchFault::Stream.into());
        }
        Ok(())
    }
}
