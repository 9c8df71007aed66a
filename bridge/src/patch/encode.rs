//! From stretches to the coded bytes of a patch file.
//!
//! The block coder of the applier runs here too, over a slot that changes block by block as the
//! host's will; only the bits go the other way.

use host_agent::patch::PatchFault;
use host_agent::patch::block::{Block, Common, Feed};
use host_agent::patch::coder::{BitCoder, Probability};
use host_agent::patch::op::{Op, OpCoder, OpState};
use host_agent::patch::stream::{Preface, forget, preface};
use host_agent::patch::tables::Tables;
use host_agent::patch::words::{Words, model_bytes};
use host_agent::update_core::Fault;
use protocol_spec::patch::Head;

use super::plan::{Plan, PlannedBlock};
use super::writer::BitWriter;

/// The coded parts of a patch.
#[derive(Clone, Debug)]
pub(super) struct Coded {
    /// The stream of operations.
    pub(super) ops: Vec<u8>,
    /// The bytes of each section, in the order of the file.
    pub(super) sections: Vec<Vec<u8>>,
    /// Literals are half-words.
    pub(super) half_words: bool,
}

impl Coded {
    /// Bytes of all parts.
    pub(super) fn total(&self) -> usize {
        self.ops.len() + self.sections.iter().map(Vec::len).sum::<usize>()
    }

    /// Whether the bytes of a block, the one of this number in the order of the file, are stored as
    /// they are, so that its operations are not in the patch.
    pub(super) fn is_stored(&self, number: usize, block: &PlannedBlock) -> bool {
        let coded = self.sections.get(number).map_or(0, Vec::len);
        coded >= (block.end - block.start) as usize
    }
}

/// Codes the blocks of `plan`, in which nothing is left afterwards that the operations of a stored
/// block would have told.
///
/// # Errors
/// As [`encode`].
pub(super) fn encode_whole(
    old: &[u8],
    new: &[u8],
    head: &Head<'_>,
    plan: &mut Plan,
    half_words: bool,
    tables: &Tables<'_>,
) -> Result<Coded, Fault> {
    loop {
        let coded = encode(old, new, head, plan, half_words, tables)?;
        // Each turn takes anchors away, so there is a last one.
        if !plan.send_anchors(|number, block| coded.is_stored(number, block)) {
            return Ok(coded);
        }
    }
}

/// Codes the blocks of `plan`; `tables` are what the model knows beforehand.
///
/// # Errors
/// A fault that an applier would find: the plan is not one that can be applied.
fn encode(
    old: &[u8],
    new: &[u8],
    head: &Head<'_>,
    plan: &Plan,
    half_words: bool,
    tables: &Tables<'_>,
) -> Result<Coded, Fault> {
    let mut ram = vec![0; model_bytes(head.profile)];
    let mut ops = BitWriter::new();
    let given = Preface {
        half_words,
        ram_map: &plan.ram_map,
        map: &plan.map,
    };
    let mut words = Words::new(&mut ram);
    let mut common = preface(&mut ops, &mut words, &given, head)?;
    for block in &plan.blocks {
        let mut at = block.start;
        for op in &block.ops {
            if op.anchor && !common.anchor(&mut words, op, at) {
                return Err(PatchFault::Init.into());
            }
            at += op.len;
        }
    }
    forget(&mut words);
    let mut encoder = Encoder {
        tables,
        common,
        ram,
        ops,
        state: OpState::new(),
        slot: old.to_vec(),
    };
    encoder.slot.resize(old.len().max(new.len()), 0xff);
    let sections = plan.blocks.iter().map(|block| {
        let (start, end) = (block.start as usize, block.end as usize);
        encoder.section(&block.ops, &new[start..end], block.start)
    });
    let sections = sections.collect::<Result<_, _>>()?;
    Ok(Coded {
        ops: encoder.ops.finish(),
        sections,
        half_words,
    })
}

struct Encoder<'a> {
    tables: &'a Tables<'a>,
    common: Common,
    ram: Vec<u8>,
    ops: BitWriter,
    state: OpState,
    slot: Vec<u8>,
}

impl Encoder<'_> {
    /// The coded bytes of one block; the bytes themselves when they are no longer.
    fn section(&mut self, ops: &[Op], block: &[u8], start: u32) -> Result<Vec<u8>, Fault> {
        let (ram, mark, state) = (self.ram.clone(), self.ops.mark(), self.state);
        let mut coded = self.code(ops, block, start)?;
        if coded.len() >= block.len() {
            (self.ram, self.state) = (ram, state);
            self.ops.back_to(mark);
            self.stored(true);
            coded = block.to_vec();
        }
        self.write_back(start as usize, block);
        Ok(coded)
    }

    fn code(&mut self, ops: &[Op], block: &[u8], start: u32) -> Result<Vec<u8>, Fault> {
        self.stored(false);
        let end = start + u32::try_from(block.len()).unwrap_or(0);
        let mut words = Words::new(&mut self.ram);
        let mut running = Block::begin(&self.common, self.tables, &mut words, start, end);
        let mut writing = Writing {
            data: BitWriter::new(),
            ops: &mut self.ops,
            state: &mut self.state,
            left: ops,
            slot: &self.slot,
        };
        let mut bytes = block.to_vec();
        running.piece(
            &mut writing,
            &mut words,
            &self.common,
            self.tables,
            &mut bytes,
        )?;
        Ok(writing.data.finish())
    }

    fn stored(&mut self, stored: bool) {
        OpCoder::new(&mut self.ops, &mut Words::new(&mut self.ram)).stored(stored);
    }

    fn write_back(&mut self, start: usize, block: &[u8]) {
        let end = start + block.len();
        self.slot[start..end].copy_from_slice(block);
    }
}

/// Writes a block.
struct Writing<'a> {
    data: BitWriter,
    ops: &'a mut BitWriter,
    state: &'a mut OpState,
    left: &'a [Op],
    slot: &'a [u8],
}

impl BitCoder for Writing<'_> {
    fn code(&mut self, bit: bool, one: Probability) -> bool {
        self.data.code(bit, one)
    }
}

impl Feed for Writing<'_> {
    fn op(&mut self, words: &mut Words<'_>, at: u32, rest: u32) -> Result<Op, Fault> {
        let (op, left) = self.left.split_first().ok_or(PatchFault::OutputLength)?;
        self.left = left;
        Ok(OpCoder::new(self.ops, words).op(self.state, op, at, rest)?)
    }

    fn slot(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        let start = offset as usize;
        let source = self.slot.get(start..start + out.len());
        out.copy_from_slice(source.ok_or(PatchFault::SourceRange)?);
        Ok(())
    }

    fn scratch(&mut self, _offset: u32, _out: &mut [u8]) -> Result<(), Fault> {
        // A block is written in one piece: nothing of it came before.
        Err(PatchFault::SourceRange.into())
    }
}
