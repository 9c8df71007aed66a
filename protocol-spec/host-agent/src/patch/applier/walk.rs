//! The walk over sections and operations.

use protocol_spec::patch::SectionHead;
use protocol_spec::patch::section::{SECTION_HEAD_BYTES_MAX, expected};

use super::Applier;
use crate::fault::Fault;
use crate::patch::block::Common;
use crate::patch::coder::Input;
use crate::patch::facts::Section;
use crate::patch::live::Written;
use crate::patch::op::{Op, OpCoder};
use crate::patch::stream::forget;
use crate::patch::words::Words;
use crate::patch::{PatchFault, View};

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

    /// Reads all operations, and puts those that are anchors into the address map.
    pub(super) fn survey<V: View>(&mut self, view: &mut V, ram: &mut [u8]) -> Result<(), Fault> {
        while self.seek(view, ram)?.is_some() {
            self.each_op(view, ram, |common, words, op, at| {
                if op.anchor && !common.anchor(words, op, at) {
                    return Err(PatchFault::Init);
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Reads the operations of the section that are left.
    pub(super) fn each_op<V: View>(
        &mut self,
        view: &mut V,
        ram: &mut [u8],
        mut take: impl FnMut(&mut Common, &mut Words<'_>, &Op, u32) -> Result<(), PatchFault>,
    ) -> Result<(), Fault> {
        let Some(section) = self.section else {
            return Ok(());
        };
        let start = section.block * self.facts.block_len;
        let len = self.facts.new_in(section.block);
        let mut words = Words::new(ram);
        let mut input = Input::new(view);
        while self.ops.covered < len {
            let covered = self.ops.covered;
            let op = self
                .ops
                .next(&mut input, &mut words, start + covered, len - covered)?;
            take(&mut self.common, &mut words, &op, start + covered)?;
        }
        Ok(())
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
