//! The order in which blocks are applied: each before the blocks that it reads are overwritten.

use std::collections::BTreeMap;

use host_agent::patch::op::Kind;

use super::parse::{Sources, Stretch};

/// When each block is written; the blocks of the new image that change.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Indices of blocks, first applied first.
    pub(super) blocks: Vec<usize>,
    /// Place in `blocks` of each block; `None` for a block that stays.
    turns: Vec<Option<usize>>,
    block_len: usize,
}

impl Order {
    /// From the first to the last.
    pub(super) fn ascending(changed: &[bool], block_len: usize) -> Self {
        let blocks = (0..changed.len()).filter(|block| changed[*block]);
        Self::of(blocks.collect(), changed.len(), block_len)
    }

    fn of(blocks: Vec<usize>, count: usize, block_len: usize) -> Self {
        let mut turns = vec![None; count];
        for (turn, block) in blocks.iter().enumerate() {
            turns[*block] = Some(turn);
        }
        Self {
            blocks,
            turns,
            block_len,
        }
    }

    /// The order that loses least of what `stretches`, one list for each block, read of the old
    /// image. Blocks are taken one after the other, each time the one that the fewest bytes are
    /// still wanted of; where that leaves a choice, a neighbour of the last.
    pub(super) fn for_sources(
        changed: &[bool],
        block_len: usize,
        stretches: &[Vec<Stretch>],
        descending: bool,
    ) -> Self {
        let reads: Vec<_> = stretches
            .iter()
            .enumerate()
            .map(|(block, list)| reads(list, block, changed, block_len))
            .collect();
        let mut wanted = vec![0_usize; changed.len()];
        for (source, len) in reads.iter().flatten() {
            wanted[*source] += len;
        }
        let mut left: Vec<usize> = (0..changed.len()).filter(|block| changed[*block]).collect();
        if descending {
            left.reverse();
        }
        let mut blocks = Vec::with_capacity(left.len());
        let mut next = 0;
        while !left.is_empty() {
            let least = left.iter().map(|block| wanted[*block]).min().unwrap_or(0);
            let free = |at: &usize| wanted[left[*at]] == least;
            let at = (next..left.len()).chain(0..next).find(free).unwrap_or(0);
            let block = left.remove(at);
            for (source, len) in &reads[block] {
                wanted[*source] -= len;
            }
            blocks.push(block);
            next = at.min(left.len());
        }
        Self::of(blocks, changed.len(), block_len)
    }

    /// Sections whose block is not the one after the last one's.
    pub(super) fn jumps(&self, descending: bool) -> usize {
        let follows = |pair: &&[usize]| match descending {
            true => pair[1] + 1 == pair[0],
            false => pair[0] + 1 == pair[1],
        };
        self.blocks.windows(2).filter(|pair| !follows(pair)).count()
    }

    /// What may be read while `block` is made.
    pub(super) const fn sources(&self, block: usize) -> InOrder<'_> {
        InOrder { order: self, block }
    }

    fn turn_at(&self, offset: usize) -> Option<usize> {
        self.turns.get(offset / self.block_len).copied().flatten()
    }
}

/// Bytes of each other block that changes which `block` reads of the old image.
fn reads(
    stretches: &[Stretch],
    block: usize,
    changed: &[bool],
    block_len: usize,
) -> BTreeMap<usize, usize> {
    let mut reads = BTreeMap::new();
    for stretch in stretches.iter().filter(|it| it.kind == Kind::Old) {
        let (mut at, end) = (stretch.source, stretch.source + stretch.len);
        while at < end {
            let source = at / block_len;
            let next = ((source + 1) * block_len).min(end);
            if source != block && changed.get(source) == Some(&true) {
                *reads.entry(source).or_default() += next - at;
            }
            at = next;
        }
    }
    reads
}

/// The sources of one block, with the blocks before it written.
#[derive(Clone, Copy, Debug)]
pub(super) struct InOrder<'a> {
    order: &'a Order,
    block: usize,
}

impl Sources for InOrder<'_> {
    const HAS_NEW: bool = true;

    fn has_old(&self, offset: usize) -> bool {
        let me = self.order.turns[self.block];
        self.order
            .turn_at(offset)
            .is_none_or(|turn| Some(turn) >= me)
    }

    fn has_new(&self, offset: usize) -> bool {
        let me = self.order.turns[self.block];
        self.order
            .turn_at(offset)
            .is_some_and(|turn| Some(turn) < me)
    }
}

/// Every byte of the old image, and none of the new one: before an order is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unordered;

impl Sources for Unordered {
    const HAS_NEW: bool = false;

    fn has_old(&self, _offset: usize) -> bool {
        true
    }

    fn has_new(&self, _offset: usize) -> bool {
        false
    }
}
