//! The address map: which copies are worth an entry.
//!
//! Each reference in copied bytes tells where its target went. An entry is worth as many of them
//! as it gets right and the entry before it would not.

use std::collections::{BTreeMap, BTreeSet};

use host_agent::patch::op::{ANCHOR_LEN_MIN, Kind};

use super::parse::Stretch;
use super::refs::{Moves, Reference, reference};

/// References by shift.
type Votes = BTreeMap<i32, i32>;

/// What the map is made from.
#[derive(Debug)]
pub(super) struct Copies<'a> {
    pub(super) old: &'a [u8],
    pub(super) new: &'a [u8],
    pub(super) load_address: Option<u32>,
    pub(super) block_len: usize,
    /// One list for each block; empty where the block stays.
    pub(super) stretches: &'a [Vec<Stretch>],
    pub(super) changed: &'a [bool],
}

struct Entry {
    start: u32,
    shift: i32,
    votes: Votes,
}

/// Least references that a RAM entry gets right: it is sent, which costs about as much as one.
const RAM_GAIN_MIN: i32 = 2;
/// Anchors cost next to nothing.
const FLASH_GAIN_MIN: i32 = 1;

impl Copies<'_> {
    /// The moves, with at most so many entries of each map.
    pub(super) fn moves(&self, flash_max: usize, ram_max: usize) -> Moves {
        let mut flash = self.candidates();
        let mut ram = vec![Entry::first()];
        let mut ram_votes: BTreeMap<u32, Votes> = BTreeMap::new();
        self.each_reference(|target, shift| match target {
            Target::Flash(target) => {
                let at = flash.partition_point(|entry| entry.start <= target) - 1;
                *flash[at].votes.entry(shift).or_default() += 1;
            }
            Target::Ram(target) => {
                *ram_votes
                    .entry(target)
                    .or_default()
                    .entry(shift)
                    .or_default() += 1;
            }
        });
        for (target, votes) in ram_votes {
            push_ram(&mut ram, target, votes);
        }
        Moves {
            flash: prune(flash, flash_max, FLASH_GAIN_MIN),
            ram: prune(ram, ram_max, RAM_GAIN_MIN),
        }
    }

    /// One entry for each stretch of the old image that moved alike.
    fn candidates(&self) -> Vec<Entry> {
        let mut runs = Vec::new();
        self.each_copy(|at, source, len| {
            if len >= ANCHOR_LEN_MIN as usize {
                runs.push((
                    narrow(source),
                    narrow(at).wrapping_sub(narrow(source)).cast_signed(),
                ));
            }
        });
        runs.sort_unstable();
        let mut entries = vec![Entry::first()];
        for (start, shift) in runs {
            if entries
                .last()
                .is_some_and(|last| last.shift != shift && last.start != start)
            {
                entries.push(Entry {
                    start,
                    shift,
                    votes: Votes::new(),
                });
            }
        }
        entries
    }

    /// Calls `take` with offset, source and length of each copy of the old image; blocks that stay
    /// are copies of themselves.
    fn each_copy(&self, mut take: impl FnMut(usize, usize, usize)) {
        for (block, changed) in self.changed.iter().enumerate() {
            let mut at = block * self.block_len;
            if !changed {
                take(at, at, self.block_len.min(self.new.len() - at));
            }
            for stretch in &self.stretches[block] {
                if stretch.kind == Kind::Old {
                    take(at, stretch.source, stretch.len);
                }
                at += stretch.len;
            }
        }
    }

    /// Calls `take` with each target in copied bytes that change, and how far it has moved.
    fn each_reference(&self, mut take: impl FnMut(Target, i32)) {
        self.each_copy(|at, source, len| {
            if (at ^ source) & 1 == 1 || at == source && !self.changed[at / self.block_len] {
                return;
            }
            let mut offset = at & 1;
            while offset + 4 <= len {
                let old = reference(self.old, source + offset, self.load_address);
                let new = reference(self.new, at + offset, self.load_address);
                if let (Some(old), Some(new)) = (old, new)
                    && let Some((target, shift)) = pair(old, new, self.old.len())
                {
                    take(target, shift);
                }
                offset += if old.is_some() { 4 } else { 2 };
            }
        });
    }
}

enum Target {
    Flash(u32),
    Ram(u32),
}

fn pair(old: Reference, new: Reference, old_len: usize) -> Option<(Target, i32)> {
    match (old, new) {
        (Reference::Branch(old), Reference::Branch(new)) => {
            let target = u32::try_from(old)
                .ok()
                .filter(|old| (*old as usize) < old_len)?;
            Some((Target::Flash(target), i32::try_from(new - old).ok()?))
        }
        (Reference::Flash(old), Reference::Flash(new)) => {
            Some((Target::Flash(old & !1), new.wrapping_sub(old).cast_signed()))
        }
        (Reference::Ram(old), Reference::Ram(new)) => {
            Some((Target::Ram(old), new.wrapping_sub(old).cast_signed()))
        }
        _ => None,
    }
}

impl Entry {
    /// What holds before any entry.
    const fn first() -> Self {
        Self {
            start: 0,
            shift: 0,
            votes: Votes::new(),
        }
    }

    fn right(&self, shift: i32) -> i32 {
        self.votes.get(&shift).copied().unwrap_or(0)
    }
}

fn push_ram(entries: &mut Vec<Entry>, target: u32, votes: Votes) {
    let best = votes.iter().max_by_key(|(_, count)| **count);
    let shift = best.map_or(0, |(shift, _)| *shift);
    let last = entries.len() - 1;
    if entries[last].shift == shift {
        merge(&mut entries[last], votes);
    } else {
        entries.push(Entry {
            start: target,
            shift,
            votes,
        });
    }
}

fn merge(entry: &mut Entry, votes: Votes) {
    for (shift, count) in votes {
        *entry.votes.entry(shift).or_default() += count;
    }
}

/// Drops the least useful entries, one after the other, until each of at most `most` gains
/// `gain_min` references over the entry before it.
fn prune(entries: Vec<Entry>, most: usize, gain_min: i32) -> Vec<(u32, i32)> {
    let mut chain = Chain::new(entries);
    while let Some((gain, at)) = chain.by_gain.first().copied() {
        // The first entry is not among them.
        if gain >= gain_min && chain.by_gain.len() < most {
            break;
        }
        chain.drop_entry(at);
    }
    let mut kept: Vec<usize> = chain.by_gain.iter().map(|(_, at)| *at).collect();
    kept.sort_unstable();
    let entries = kept.iter().map(|at| &chain.entries[*at]);
    entries.map(|entry| (entry.start, entry.shift)).collect()
}

/// Entries in a list that they can be dropped from.
struct Chain {
    entries: Vec<Entry>,
    before: Vec<usize>,
    after: Vec<usize>,
    /// What every entry but the first gains, and its index; the least first.
    by_gain: BTreeSet<(i32, usize)>,
}

impl Chain {
    fn new(entries: Vec<Entry>) -> Self {
        let count = entries.len();
        let mut chain = Self {
            before: (0..count).map(|at| at.saturating_sub(1)).collect(),
            after: (1..=count).collect(),
            entries,
            by_gain: BTreeSet::new(),
        };
        chain.by_gain = (1..count).map(|at| (chain.gain(at), at)).collect();
        chain
    }

    /// References that entry `at` gets right and the one before it would not.
    fn gain(&self, at: usize) -> i32 {
        let (before, entry) = (&self.entries[self.before[at]], &self.entries[at]);
        entry.right(entry.shift) - entry.right(before.shift)
    }

    /// Leaves what entry `at` holds for to the one before it.
    fn drop_entry(&mut self, at: usize) {
        let (before, after) = (self.before[at], self.after[at]);
        for entry in [before, at, after] {
            self.without_gain(entry);
        }
        let votes = std::mem::take(&mut self.entries[at].votes);
        merge(&mut self.entries[before], votes);
        self.after[before] = after;
        if let Some(to) = self.before.get_mut(after) {
            *to = before;
        }
        for entry in [before, after] {
            self.with_gain(entry);
        }
    }

    fn without_gain(&mut self, at: usize) {
        if at > 0 && at < self.entries.len() {
            let gain = self.gain(at);
            self.by_gain.remove(&(gain, at));
        }
    }

    fn with_gain(&mut self, at: usize) {
        if at > 0 && at < self.entries.len() {
            let gain = self.gain(at);
            self.by_gain.insert((gain, at));
        }
    }
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
