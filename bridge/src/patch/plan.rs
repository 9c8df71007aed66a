//! What a patch does: blocks in order, the operations of each, and the address map.

use host_agent::patch::op::{Kind, Op};
use host_agent::patch::words::map_entries;
use protocol_spec::patch::Profile;

use super::made::Made;
use super::moves::Copies;
use super::order::{Order, Unordered};
use super::parse::{Images, Stretch, parse};
use super::refs::{Moves, by_target};
use super::suffix::Suffixes;

/// A block that changes.
#[derive(Clone, Debug)]
pub(super) struct PlannedBlock {
    /// Index of the block.
    pub(super) block: u32,
    /// Offset of its first byte.
    pub(super) start: u32,
    /// Offset behind its last byte.
    pub(super) end: u32,
    pub(super) ops: Vec<Op>,
}

/// What a patch does.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// In the order in which they are applied.
    pub(super) blocks: Vec<PlannedBlock>,
    /// Blocks are applied from the last to the first, but for jumps.
    pub(super) descending: bool,
    /// Entries of the RAM map.
    pub(super) ram_map: Vec<(u32, i32)>,
    /// Entries of the address map that no operation brings.
    pub(super) map: Vec<(u32, i32)>,
}

impl Plan {
    /// Sends what the anchors in some blocks tell in front, as entries of the map that no operation
    /// brings; whether there were any.
    pub(super) fn send_anchors(&mut self, of: impl Fn(usize, &PlannedBlock) -> bool) -> bool {
        let before = self.map.len();
        for (number, block) in self.blocks.iter_mut().enumerate() {
            if !of(number, block) {
                continue;
            }
            let mut at = block.start;
            for op in &mut block.ops {
                if core::mem::take(&mut op.anchor) {
                    let shift = at.wrapping_sub(op.source).cast_signed();
                    self.map.push((op.source, shift));
                }
                at += op.len;
            }
        }
        self.map.sort_unstable();
        self.map.len() > before
    }
}

/// The images, and how they are cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task<'a> {
    pub(super) old: &'a [u8],
    pub(super) new: &'a [u8],
    pub(super) block_len: usize,
    pub(super) load_address: Option<u32>,
    pub(super) profile: Profile,
}

impl Task<'_> {
    /// Plans the patch: once to see what moves and in which order blocks can go, then again.
    pub(super) fn plan(&self) -> Plan {
        let changed = self.changed();
        let (flash_max, ram_max) = map_entries(self.profile);
        let new_suffixes = Suffixes::new(self.new);
        let copies = |stretches: &[Vec<Stretch>]| {
            Copies {
                old: self.old,
                new: self.new,
                load_address: self.load_address,
                block_len: self.block_len,
                stretches,
                changed: &changed,
            }
            .moves(flash_max, ram_max)
        };
        let order = Order::ascending(&changed, self.block_len);
        let stretches = self.parse_all(&order, None, &new_suffixes, false);
        let moves = copies(&stretches);
        let (order, descending) = self.order(&changed, &stretches);
        let stretches = self.parse_all(&order, Some(&moves), &new_suffixes, true);
        let moves = copies(&stretches);
        self.finish(&order, descending, &stretches, &moves)
    }

    /// Blocks that change, by index.
    fn changed(&self) -> Vec<bool> {
        let blocks = self.new.chunks(self.block_len).enumerate();
        let changed = blocks.map(|(index, block)| {
            let start = index * self.block_len;
            self.old.get(start..start + block.len()) != Some(block)
        });
        changed.collect()
    }

    fn order(&self, changed: &[bool], stretches: &[Vec<Stretch>]) -> (Order, bool) {
        let of = |descending| Order::for_sources(changed, self.block_len, stretches, descending);
        let (up, down) = (of(false), of(true));
        if down.jumps(true) < up.jumps(false) {
            (down, true)
        } else {
            (up, false)
        }
    }

    /// The stretches of every block that changes, by block.
    fn parse_all(
        &self,
        order: &Order,
        moves: Option<&Moves>,
        new_suffixes: &Suffixes<'_>,
        ordered: bool,
    ) -> Vec<Vec<Stretch>> {
        let nothing = Moves::default();
        let known = moves.is_some();
        let moves = moves.unwrap_or(&nothing);
        let old_targets = by_target(self.old, self.load_address, known, moves);
        let new_targets = by_target(self.new, self.load_address, known, &nothing);
        let images = Images {
            new: self.new,
            new_targets: &new_targets,
            old_targets: &old_targets,
            old: &Suffixes::new(&old_targets),
            new_suffixes,
        };
        let mut all = vec![Vec::new(); self.new.len().div_ceil(self.block_len)];
        let mut made = Made::new();
        for block in &order.blocks {
            let start = block * self.block_len;
            let end = (start + self.block_len).min(self.new.len());
            all[*block] = if ordered {
                parse(&images, &order.sources(*block), &mut made, start, end)
            } else {
                parse(&images, &Unordered, &mut made, start, end)
            };
        }
        all
    }

    fn finish(
        &self,
        order: &Order,
        descending: bool,
        stretches: &[Vec<Stretch>],
        moves: &Moves,
    ) -> Plan {
        let mut left = moves.flash.clone();
        let blocks = order.blocks.iter().map(|block| {
            let start = block * self.block_len;
            let end = (start + self.block_len).min(self.new.len());
            let mut at = start;
            let ops = stretches[*block].iter().map(|stretch| {
                let op = op(stretch, at, &mut left);
                at += stretch.len;
                op
            });
            PlannedBlock {
                ops: ops.collect(),
                block: narrow(*block),
                start: narrow(start),
                end: narrow(end),
            }
        });
        Plan {
            blocks: blocks.collect(),
            descending,
            ram_map: moves.ram.clone(),
            map: left,
        }
    }
}

/// The operation of a stretch at `at`; takes the entry of the map that it brings out of `left`.
fn op(stretch: &Stretch, at: usize, left: &mut Vec<(u32, i32)>) -> Op {
    let mut op = Op {
        kind: stretch.kind,
        len: narrow(stretch.len),
        source: if stretch.kind == Kind::Literal {
            0
        } else {
            narrow(stretch.source)
        },
        anchor: false,
    };
    if op.may_anchor() {
        let shift = narrow(at).wrapping_sub(op.source).cast_signed();
        if let Ok(index) = left.binary_search(&(op.source, shift)) {
            left.remove(index);
            op.anchor = true;
        }
    }
    op
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
