//! Patches that are wrong on purpose although every length and the CRC are right: for trying hosts.

use fixtures::scenario::PatchCraft;
use host_agent::patch::coder::{BitCoder, Probability};
use host_agent::patch::op::{Kind, Op, OpCoder, OpState};
use host_agent::patch::stream::{Preface, forget, preface};
use host_agent::patch::words::{Words, map_entries, model_bytes};

use super::make::{Draft, Made, MakeError, Options, draft};
use super::plan::PlannedBlock;
use super::writer::BitWriter;

/// Bytes that are put behind others: more than a reader takes for the end of a stream.
const BEHIND: [u8; 8] = [0x5a; 8];
/// Fewest bytes of coded data that half of them are missed of.
const CUT_LEN_MIN: usize = 16;

/// Why no patch can be made wrong.
#[derive(Debug, thiserror::Error)]
pub enum CraftError {
    /// No patch can be made at all.
    #[error("{0}")]
    Make(#[from] MakeError),
    /// It has nothing that this could be wrong of.
    #[error("the patch between these images has no place for {0:?}")]
    NoPlace(PatchCraft),
}

/// Makes the patch from `old` to `new`, wrong as `wrong` says.
///
/// # Errors
/// That no patch can be made, or that it has no place for it.
pub fn craft(
    old: &[u8],
    new: &[u8],
    options: &Options,
    wrong: PatchCraft,
) -> Result<Made, CraftError> {
    let mut draft = draft(old, new, options)?;
    spoil(&mut draft, wrong).ok_or(CraftError::NoPlace(wrong))?;
    Ok(draft.made()?)
}

/// `None` when there is no place for it.
fn spoil(draft: &mut Draft<'_>, wrong: PatchCraft) -> Option<()> {
    match wrong {
        PatchCraft::MapTooLong => {
            let (most, _) = map_entries(draft.head.profile);
            // All for the same address: it is their number alone that is too large.
            draft.plan.map = vec![(0, 1); most + 1];
            draft.recode(None);
        }
        PatchCraft::UnknownOperation => draft.unknown_operation()?,
        PatchCraft::LengthBeyondBlock => {
            let (_, op, rest) = draft.places().into_iter().last()?;
            draft.operation(op).len = rest + 1;
            draft.recode(None);
        }
        PatchCraft::SourceOutside => draft.source(|draft, _, op| {
            let end = draft.head.old.length;
            Some(end - op.len + 1).filter(|_| op.len <= end)
        })?,
        PatchCraft::SourceOverwritten => draft.source(Draft::overwritten)?,
        PatchCraft::SourceSplit => draft.source(Draft::split)?,
        PatchCraft::OperationsBehind => draft.coded.ops.extend(BEHIND),
        PatchCraft::BlockTwice => draft.block_twice()?,
        PatchCraft::BlockOutside => {
            let blocks = draft.head.blocks();
            draft.heads.last_mut()?.block = blocks;
        }
        PatchCraft::SectionMissing => {
            draft.heads.pop()?;
        }
        PatchCraft::SectionBehind => draft.head.sections = draft.head.sections.checked_sub(1)?,
        PatchCraft::DataBehind => draft.longest()?.extend(BEHIND),
        PatchCraft::DataCut => cut(draft.longest()?)?,
        PatchCraft::OldChecksum => draft.heads.first_mut()?.before ^= 1,
        PatchCraft::NewChecksum => draft.heads.first_mut()?.after ^= 1,
        PatchCraft::NewDigest => draft.head.new.digest[0] ^= 1,
    }
    Some(())
}

fn cut(bytes: &mut Vec<u8>) -> Option<()> {
    let len = bytes.len();
    bytes.truncate(len / 2);
    (len >= CUT_LEN_MIN).then_some(())
}

/// Number of a block in the order of the file, and of one of its operations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    block: usize,
    op: usize,
}

impl Draft<'_> {
    /// Every operation: its block, its place, and how many bytes its block still lacks.
    fn places(&self) -> Vec<(PlannedBlock, Place, u32)> {
        let mut places = Vec::new();
        for (number, block) in self.plan.blocks.iter().enumerate() {
            let mut rest = block.end - block.start;
            if self.is_stored(number) {
                continue;
            }
            for (index, op) in block.ops.iter().enumerate() {
                let place = Place {
                    block: number,
                    op: index,
                };
                places.push((block.clone(), place, rest));
                rest -= op.len;
            }
        }
        places
    }

    fn operation(&mut self, place: Place) -> &mut Op {
        &mut self.plan.blocks[place.block].ops[place.op]
    }

    /// Whether the bytes of a block are stored as they are, so that it has no operations.
    fn is_stored(&self, number: usize) -> bool {
        self.coded.is_stored(number, &self.plan.blocks[number])
    }

    /// The longest coded data of a section.
    fn longest(&mut self) -> Option<&mut Vec<u8>> {
        let coded = (0..self.plan.blocks.len()).filter(|number| !self.is_stored(*number));
        let longest = coded.max_by_key(|number| self.coded.sections[*number].len())?;
        self.coded.sections.get_mut(longest)
    }

    /// Turns the first operation that `find` knows a source for into a copy of the old image from
    /// there.
    fn source(&mut self, find: impl Fn(&Self, usize, &Op) -> Option<u32>) -> Option<()> {
        let sources = self.places().into_iter().find_map(|(block, place, _)| {
            let op = &block.ops[place.op];
            Some((place, op.len, find(self, place.block, op)?))
        });
        let (place, len, source) = sources?;
        *self.operation(place) = Op {
            kind: Kind::Old,
            len,
            source,
            anchor: false,
        };
        self.recode(None);
        Some(())
    }

    /// A source for `op` in a block that is overwritten before block `number` of the file.
    fn overwritten(&self, number: usize, op: &Op) -> Option<u32> {
        let holds = |block: &&PlannedBlock| {
            block.end.min(self.head.old.length) >= block.start.saturating_add(op.len)
        };
        let before = &self.plan.blocks[..number];
        before.iter().find(holds).map(|block| block.start)
    }

    /// A source for `op` that is overwritten before block `number` of the file but for its last
    /// byte.
    fn split(&self, number: usize, op: &Op) -> Option<u32> {
        let before = &self.plan.blocks[..number];
        let is_new = |block: u32| before.iter().any(|new| new.block == block);
        let splits = before.iter().filter_map(|block| {
            let source = block.end.checked_sub(op.len.saturating_sub(1))?;
            let fits = source >= block.start && block.end < self.head.old.length;
            (op.len > 1 && fits && !is_new(block.block + 1)).then_some(source)
        });
        splits.min()
    }

    fn unknown_operation(&mut self) -> Option<()> {
        let (_, place, _) = self.places().into_iter().next()?;
        let op = self.operation(place);
        (op.kind, op.anchor) = (Kind::New, false);
        self.recode(Some(place));
        Some(())
    }

    /// The last section is for the block of the first; the lengths of both are the same.
    fn block_twice(&mut self) -> Option<()> {
        let (first, rest) = self.heads.split_first_mut()?;
        let (last, planned) = (rest.last_mut()?, &self.plan.blocks);
        let len = |block: &PlannedBlock| block.end - block.start;
        last.block = first.block;
        (len(planned.first()?) == len(planned.last()?)).then_some(())
    }

    /// Codes the operations anew, as far as they can be read; the one at `unknown` has no kind.
    fn recode(&mut self, unknown: Option<Place>) {
        let mut ram = vec![0; model_bytes(self.head.profile)];
        let mut words = Words::new(&mut ram);
        let mut writer = Escaping {
            inner: BitWriter::new(),
            left: None,
        };
        self.code(&mut writer, &mut words, unknown);
        self.coded.ops = writer.inner.finish();
    }

    /// `None` when an operation cannot be read, so that none follows it.
    fn code(
        &self,
        writer: &mut Escaping,
        words: &mut Words<'_>,
        unknown: Option<Place>,
    ) -> Option<()> {
        let given = Preface {
            half_words: self.coded.half_words,
            ram_map: &self.plan.ram_map,
            map: &self.plan.map,
        };
        preface(writer, words, &given, &self.head).ok()?;
        forget(words);
        let mut state = OpState::new();
        for (number, block) in self.plan.blocks.iter().enumerate() {
            let stored = self.is_stored(number);
            OpCoder::new(writer, words).stored(stored);
            let ops = if stored { &[][..] } else { &block.ops };
            let mut at = block.start;
            for (index, op) in ops.iter().enumerate() {
                let place = Place {
                    block: number,
                    op: index,
                };
                writer.left = (unknown == Some(place)).then_some(KIND_BITS);
                let rest = block.end - at;
                let coded = OpCoder::new(writer, words).op(&mut state, op, at, rest);
                at += coded.ok()?.len;
            }
        }
        Some(())
    }
}

/// Bits of an operation in front of the one that says: no kind that is known.
const KIND_BITS: u32 = 2;

/// Writes bits, one of them the other way.
struct Escaping {
    inner: BitWriter,
    /// Bits in front of it.
    left: Option<u32>,
}

impl BitCoder for Escaping {
    fn code(&mut self, bit: bool, one: Probability) -> bool {
        let bit = bit ^ (self.left == Some(0));
        self.left = self.left.and_then(|left| left.checked_sub(1));
        self.inner.code(bit, one)
    }
}
