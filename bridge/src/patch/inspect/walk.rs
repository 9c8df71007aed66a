//! The way from section to section of a patch file.

use std::collections::BTreeSet;

use host_agent::patch::bytes_in;
use protocol_spec::patch::section::{SECTION_HEAD_BYTES_MAX, expected};
use protocol_spec::patch::{Head, SectionHead};

use super::{BlockReport, Defect};

/// Goes from section to section.
pub(super) struct Walk<'a> {
    file: &'a [u8],
    head: &'a Head<'a>,
    at: usize,
    last: Option<u32>,
    seen: BTreeSet<u32>,
}

impl<'a> Walk<'a> {
    /// Stands before the first section of `file`, whose head has `head_len` bytes.
    pub(super) fn new(file: &'a [u8], head: &'a Head<'a>, head_len: usize) -> Self {
        Self {
            file,
            head,
            at: head_len.saturating_add(head.ops_len as usize),
            last: None,
            seen: BTreeSet::new(),
        }
    }

    /// Bytes of the file behind the last section.
    pub(super) fn behind(&self) -> usize {
        self.file.len().saturating_sub(self.at)
    }

    /// The next section, number `section`.
    pub(super) fn section(&mut self, section: u32) -> Result<BlockReport, Defect> {
        let rest = self.file.get(self.at..).unwrap_or_default();
        let bytes = &rest[..rest.len().min(SECTION_HEAD_BYTES_MAX)];
        let blocks = self.head.blocks();
        let expected = expected(self.last, blocks, self.head.descending);
        let (found, head_len) = SectionHead::decode(bytes, expected)
            .map_err(|error| Defect::Section { section, error })?;
        let SectionHead { block, len, .. } = found;
        if block >= blocks {
            return Err(Defect::NoSuchBlock { section, block });
        }
        if !self.seen.insert(block) {
            return Err(Defect::Twice { section, block });
        }
        let offset = self.at;
        let end = offset as u64 + head_len as u64 + u64::from(len);
        self.at = usize::try_from(end)
            .ok()
            .filter(|end| *end <= self.file.len())
            .ok_or(Defect::Cut { section, len })?;
        self.last = Some(block);
        Ok(BlockReport {
            block,
            offset,
            head_len,
            coded_len: len,
            new_len: bytes_in(self.head.new.length, self.head.block_len, block),
            before: found.before,
            after: found.after,
            operations: None,
        })
    }
}
