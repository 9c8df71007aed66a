//! What the operations of a patch file do, block by block.

use std::collections::{BTreeMap, BTreeSet};

use host_agent::patch::op::{Kind, Op};
use host_agent::patch::tables::TABLES;
use host_agent::patch::{Applier, PatchFault, Section};
use host_agent::update_core::Fault;
use protocol_spec::patch::Head;

use super::decode::decode_with;
use super::memory::{FileOnly, Watch};

/// What the operations of a section do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Operations {
    /// Copies from the old image, with corrections.
    pub copies: Tally,
    /// Copies from what is new already, with corrections.
    pub matches: Tally,
    /// Bytes that are in the patch itself.
    pub literals: Tally,
    /// How well the bytes of copies and matches were predicted; `None` without the old image.
    pub predicted: Option<Predicted>,
    /// Blocks that are read, ascending.
    pub sources: Vec<u32>,
}

/// Operations of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// How many there are.
    pub count: u32,
    /// Bytes that they make.
    pub bytes: u32,
}

/// Bytes of copies and matches.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Predicted {
    /// Those that were predicted right.
    pub hits: u32,
    /// Those that had to be corrected.
    pub misses: u32,
}

/// The operations of every section of `file`, in the order of the file.
///
/// # Errors
/// What a host would find wrong with them.
pub(super) fn operations(file: &[u8], head: &Head<'_>) -> Result<Vec<Operations>, Fault> {
    let (mut view, mut ram) = (FileOnly(file), vec![0; head.profile.decode_ram() as usize]);
    let mut applier = Applier::open(&mut view, head.file_len, head.board, &mut ram)?;
    let facts = *applier.facts();
    let mut all = Vec::new();
    while let Some(section) = applier.seek(&mut view, &mut ram)? {
        let mut found = Found::default();
        applier.operations(&mut view, &mut ram, |op, _| found.take(op, head.block_len))?;
        if found.is_nothing() {
            // The bytes are stored as they are.
            found.operations.literals.take(facts.new_in(section.block));
        }
        all.push(found.operations());
    }
    applier.rewind();
    while applier.seek(&mut view, &mut ram)?.is_some() {
        applier.check(&mut view, &mut ram)?;
    }
    Ok(all)
}

/// Bytes that had to be corrected when `file` is applied to `old`, by block.
///
/// # Errors
/// What the applier says. Whether `old` is the right image is for the caller to check.
pub(super) fn misses(
    file: &[u8],
    old: &[u8],
    head: &Head<'_>,
) -> Result<BTreeMap<u32, u32>, Fault> {
    let board = core::str::from_utf8(head.board).map_err(|_| PatchFault::Board)?;
    let mut ram = vec![0; head.profile.decode_ram() as usize];
    let mut misses = Misses::default();
    decode_with(old, file, board, &mut ram, &TABLES, &mut misses)?;
    Ok(misses.of)
}

#[derive(Default)]
struct Misses {
    block: u32,
    of: BTreeMap<u32, u32>,
}

impl Watch for Misses {
    fn begins(&mut self, section: &Section, _old: &[u8]) -> Result<(), Fault> {
        self.block = section.block;
        Ok(())
    }

    fn miss(&mut self, _field: usize, _difference: u8) {
        *self.of.entry(self.block).or_default() += 1;
    }
}

/// What was found in one section.
#[derive(Default)]
struct Found {
    operations: Operations,
    sources: BTreeSet<u32>,
}

impl Found {
    fn take(&mut self, op: &Op, block_len: u32) {
        let tally = match op.kind {
            Kind::Old => &mut self.operations.copies,
            Kind::New => &mut self.operations.matches,
            Kind::Literal => &mut self.operations.literals,
        };
        tally.take(op.len);
        if op.kind != Kind::Literal {
            let last = op.source.saturating_add(op.len.saturating_sub(1));
            self.sources
                .extend(op.source / block_len..=last / block_len);
        }
    }

    fn is_nothing(&self) -> bool {
        self.operations == Operations::default()
    }

    fn operations(self) -> Operations {
        Operations {
            sources: self.sources.into_iter().collect(),
            ..self.operations
        }
    }
}

impl Tally {
    const fn take(&mut self, bytes: u32) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

impl Operations {
    /// Adds how many bytes of copies and matches had to be corrected.
    pub(super) fn predicted(&mut self, misses: u32) {
        let bytes = self.copies.bytes.saturating_add(self.matches.bytes);
        let hits = bytes.saturating_sub(misses);
        self.predicted = Some(Predicted { hits, misses });
    }
}
