//! From a block to operations: the cheapest way to say its bytes.
//!
//! A search along the block keeps the best way to have said all bytes so far, and every copy that
//! may still turn out cheaper. Costs are estimates of what the coder will need.

use host_agent::patch::op::Kind;

use super::made::Made;
use super::suffix::{Suffixes, common};

/// Cost in 64ths of a bit.
type Cost = u32;

const LITERAL: Cost = 403;
const LITERAL_START: Cost = 320;
const HIT: Cost = 3;
const HIT_AFTER_MISS: Cost = 64;
const MISS: Cost = 704;
const MISS_AFTER_MISS: Cost = 512;
const LAST_SHIFT: Cost = 448;
const RECENT_SHIFT: Cost = 640;
const NEW_SHIFT: Cost = 896;
const NEW_SHIFT_BIT: Cost = 67;
/// A copy that costs this much more than the best way is given up.
const GIVE_UP: Cost = 45 * 64;
/// Neighbours of the best match on either side that are looked at.
const OLD_REACH: usize = 8;
const NEW_REACH: usize = 4;
/// Shortest match that is looked at, bytes.
const MATCH_MIN: usize = 5;
/// Copies that are tried at a time.
const COPIES_MAX: usize = 128;
/// A match of this many bytes makes a search for others idle.
const LONG: usize = 128;
const LONG_MAX: usize = 4096;
/// A copy that is right for so many more bytes needs no rival.
const SURE: usize = 16;

/// The images as the parser compares them.
#[derive(Debug)]
pub(super) struct Images<'a> {
    /// The new image.
    pub(super) new: &'a [u8],
    /// The new image by targets.
    pub(super) new_targets: &'a [u8],
    /// The old image by targets.
    pub(super) old_targets: &'a [u8],
    pub(super) old: &'a Suffixes<'a>,
    pub(super) new_suffixes: &'a Suffixes<'a>,
}

/// What may be read while a block is made.
pub(super) trait Sources {
    /// Whether the new image may be read at all, the block itself included.
    const HAS_NEW: bool;

    /// Whether the old image is still there at `offset`.
    fn has_old(&self, offset: usize) -> bool;
    /// Whether the new image is there already at `offset`, in another block.
    fn has_new(&self, offset: usize) -> bool;
}

/// A stretch of a block, and where it comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stretch {
    pub(super) kind: Kind,
    pub(super) len: usize,
    pub(super) source: usize,
}

/// Where one way of saying the bytes turned to another source.
struct Turn {
    before: u32,
    at: usize,
    kind: Kind,
    shift: i64,
}

/// A copy that is being tried.
struct Copy {
    kind: Kind,
    shift: i64,
    cost: Cost,
    turn: u32,
    missed: bool,
}

struct Search<'a, S> {
    images: &'a Images<'a>,
    sources: &'a S,
    made: &'a mut Made,
    start: usize,
    end: usize,
    turns: Vec<Turn>,
    copies: Vec<Copy>,
    literal: (Cost, u32),
    best: (Cost, u32),
    recent: [i64; 4],
    quiet_until: usize,
}

/// The stretches of the block from `start` to `end` of the new image; `made` knows the blocks before
/// it, and then this one.
pub(super) fn parse<S: Sources>(
    images: &Images<'_>,
    sources: &S,
    made: &mut Made,
    start: usize,
    end: usize,
) -> Vec<Stretch> {
    let first = Turn {
        before: u32::MAX,
        at: start,
        kind: Kind::Literal,
        shift: 0,
    };
    let mut search = Search {
        images,
        sources,
        made,
        start,
        end,
        turns: vec![first],
        copies: Vec::new(),
        literal: (0, 0),
        best: (0, 0),
        recent: [0; 4],
        quiet_until: start,
    };
    for at in start..end {
        search.step(at);
    }
    search.stretches()
}

impl<S: Sources> Search<'_, S> {
    fn step(&mut self, at: usize) {
        if at >= self.quiet_until && !self.is_sure(at) {
            self.find_old(at);
            if S::HAS_NEW {
                self.find_new(at);
            }
        }
        if S::HAS_NEW {
            self.made.add(&self.images.new[at..], at);
        }
        self.find_recent(at);
        let (cost, turn) = self.best;
        if cost + LITERAL_START < self.literal.0 && self.turn(turn).kind != Kind::Literal {
            let shift = self.turn(turn).shift;
            let turn = self.push(turn, at, Kind::Literal, shift);
            self.literal = (cost + LITERAL_START, turn);
        }
        self.literal.0 += LITERAL;
        self.best = self.literal;
        self.advance(at);
        let limit = self.best.0 + GIVE_UP;
        self.copies.retain(|copy| copy.cost < limit);
        self.remember();
    }

    /// Adds the byte at `at` to every copy.
    fn advance(&mut self, at: usize) {
        let (images, sources, start) = (self.images, self.sources, self.start);
        for copy in &mut self.copies {
            let Ok(source) = usize::try_from(at as i64 + copy.shift) else {
                copy.cost = Cost::MAX;
                continue;
            };
            let (there, hit) = match copy.kind {
                Kind::Old => (
                    source < images.old_targets.len() && sources.has_old(source),
                    images.old_targets.get(source) == Some(&images.new_targets[at]),
                ),
                _ => (
                    source < images.new.len()
                        && (sources.has_new(source) || (start..at).contains(&source)),
                    images.new.get(source) == Some(&images.new[at]),
                ),
            };
            if !there {
                copy.cost = Cost::MAX;
                continue;
            }
            copy.cost += match (hit, copy.missed) {
                (true, false) => HIT,
                (true, true) => HIT_AFTER_MISS,
                (false, false) => MISS,
                (false, true) => MISS_AFTER_MISS,
            };
            copy.missed = !hit;
            if copy.cost < self.best.0 {
                self.best = (copy.cost, copy.turn);
            }
        }
    }

    /// Whether the best way goes on well without another source.
    fn is_sure(&self, at: usize) -> bool {
        let best = self.turn(self.best.1);
        let source = usize::try_from(at as i64 + best.shift).unwrap_or(usize::MAX);
        let old = self
            .images
            .old_targets
            .get(source..source.saturating_add(SURE));
        best.kind == Kind::Old
            && at + SURE <= self.end
            && old == Some(&self.images.new_targets[at..at + SURE])
    }

    fn find_old(&mut self, at: usize) {
        let images = self.images;
        let query = &images.new_targets[at..self.end];
        for place in images.old.near(query, OLD_REACH) {
            let len = common(&images.old_targets[place..], query, LONG_MAX);
            if len >= MATCH_MIN {
                self.try_copy(at, Kind::Old, place, len);
            }
        }
    }

    fn find_new(&mut self, at: usize) {
        let images = self.images;
        let query = &images.new[at..self.end];
        // Where much is alike, the neighbours may all be yet to come.
        let latest = self.made.latest(&images.new[at..]);
        let near = images.new_suffixes.near(query, NEW_REACH);
        for place in near.chain(latest) {
            let before = (self.start..at).contains(&place);
            if place == at || !before && !self.sources.has_new(place) {
                continue;
            }
            let len = common(&images.new[place..], query, LONG_MAX);
            let there = before || self.sources.has_new(place + len.min(MATCH_MIN));
            if len >= MATCH_MIN && there {
                self.try_copy(at, Kind::New, place, len);
            }
        }
    }

    /// Copies with a shift that was used before are worth a try after fewer bytes.
    fn find_recent(&mut self, at: usize) {
        const FEW: usize = 4;
        let images = self.images;
        for shift in self.recent {
            let Ok(source) = usize::try_from(at as i64 + shift) else {
                continue;
            };
            let old = images.old_targets.get(source..source + FEW);
            if at + FEW <= self.end && old == Some(&images.new_targets[at..at + FEW]) {
                self.try_copy(at, Kind::Old, source, FEW);
            }
        }
    }

    fn try_copy(&mut self, at: usize, kind: Kind, source: usize, len: usize) {
        let shift = source as i64 - at as i64;
        if len >= LONG && kind == Kind::Old && self.sources.has_old(source) {
            self.quiet_until = self.quiet_until.max(at + len - LONG / 4);
        }
        let known = self
            .copies
            .iter()
            .any(|copy| copy.kind == kind && copy.shift == shift);
        if known || self.copies.len() > COPIES_MAX {
            return;
        }
        let (cost, turn) = self.best;
        let last = self.turn(turn).shift;
        let price = if shift == last {
            LAST_SHIFT
        } else if self.recent.contains(&shift) {
            RECENT_SHIFT
        } else {
            let bits = 64 - (shift - last).unsigned_abs().leading_zeros();
            NEW_SHIFT + bits * NEW_SHIFT_BIT
        };
        let turn = self.push(turn, at, kind, shift);
        self.copies.push(Copy {
            kind,
            shift,
            cost: cost + price,
            turn,
            missed: false,
        });
    }

    fn push(&mut self, before: u32, at: usize, kind: Kind, shift: i64) -> u32 {
        let index = u32::try_from(self.turns.len()).unwrap_or(u32::MAX);
        self.turns.push(Turn {
            before,
            at,
            kind,
            shift,
        });
        index
    }

    fn turn(&self, index: u32) -> &Turn {
        &self.turns[index as usize]
    }

    fn remember(&mut self) {
        let best = self.turn(self.best.1);
        let shift = best.shift;
        if best.kind == Kind::Old && self.recent[0] != shift {
            let known = self.recent.iter().position(|recent| *recent == shift);
            self.recent[..=known.unwrap_or(3)].rotate_right(1);
            self.recent[0] = shift;
        }
    }

    fn stretches(&self) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        let (mut end, mut index) = (self.end, self.best.1);
        while index != u32::MAX {
            let turn = self.turn(index);
            if end > turn.at {
                let source = usize::try_from(turn.at as i64 + turn.shift).unwrap_or(0);
                stretches.push(Stretch {
                    kind: turn.kind,
                    len: end - turn.at,
                    source: if turn.kind == Kind::Literal {
                        0
                    } else {
                        source
                    },
                });
            }
            (end, index) = (turn.at, turn.before);
        }
        stretches.reverse();
        stretches
    }
}
