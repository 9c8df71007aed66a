//! The block map as it was at a frame: made anew from the deeds of the frames before it.
//!
//! Going on from the frame asked for last costs the frames in between; going back costs those since
//! the object was offered. It is for a thread beside the panel.

use bridge::event::Piece;

use super::deed::Deed;
use super::index::Entry;
use crate::block_map::{BlockMap, CellAddress, CellState, Part};

/// Most frames before an offer that are looked at for what the host and the patch are like.
const LOOK_BACK: u32 = 65_536;

/// The map at a frame.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Then {
    /// Place of the frame in the index.
    pub position: u32,
    /// The map behind it.
    pub map: BlockMap,
}

/// The frames that a replay goes through.
pub(super) trait Frames {
    /// How many there are now.
    fn count(&self) -> usize;

    /// A frame by its place; `None` behind the last one.
    fn entry(&self, position: u32) -> Option<Entry>;

    /// What the patch makes whose first piece is in this frame, if its bytes tell.
    fn patch(&mut self, position: u32, entry: &Entry) -> Option<Deed>;
}

/// Goes through frames.
#[derive(Debug, Default)]
pub(super) struct Replay {
    map: BlockMap,
    /// The first frame that counts: that of the offer.
    start: u32,
    /// The next frame to be taken.
    next: u32,
    /// Length of the object.
    len: u32,
    /// All below this offset was sent, or kept from before.
    reached: u32,
    /// No offer was found among so many frames: the length is as far as they reach.
    guessed: Option<usize>,
    /// The object is a patch of which it is not known yet what it makes.
    untold: bool,
}

impl Replay {
    /// The map behind the frame at `position`.
    pub(super) fn at(&mut self, position: u32, frames: &mut impl Frames) -> &BlockMap {
        let outdated = self.guessed.is_some_and(|seen| seen != frames.count());
        let onwards = self.next > self.start && position.saturating_add(1) >= self.next;
        let known = onwards && !outdated;
        let floor = if known { self.next } else { 0 };
        match offer_before(position, floor, frames) {
            Some(offer) => self.begin(offer, frames),
            None if known => {}
            None => self.begin(0, frames),
        }
        while self.next <= position {
            let Some(entry) = frames.entry(self.next) else {
                break;
            };
            self.take(&entry, frames);
            self.next += 1;
        }
        &self.map
    }

    /// The frame that brings a cell of the map: the first with its first byte, or the first that
    /// tells of that block. The map must have been asked for before.
    pub(super) fn find(&self, cell: CellAddress, frames: &impl Frames) -> Option<u32> {
        let section = self.map.sections().get(cell.section)?;
        let bytes = section.bytes_of(cell.cell);
        let in_cell = |block: u32| bytes.contains(&block.saturating_mul(section.unit));
        for position in self.start.. {
            let deed = frames.entry(position)?.deed();
            let found = match (section.part, deed) {
                (Part::Object, Deed::Piece { from, to }) => (from..to).contains(&bytes.start),
                (Part::Image, Deed::Begun(at) | Deed::Copied(at) | Deed::Done(at)) => in_cell(at),
                _ if position > self.start && deed.is_offer() => return None,
                _ => false,
            };
            if found {
                return Some(position);
            }
        }
        None
    }

    /// Begins anew with the frame at `start`.
    fn begin(&mut self, start: u32, frames: &impl Frames) {
        *self = Self {
            start,
            next: start,
            ..Self::default()
        };
        let (mut unit, mut makes) = (None, None);
        for back in (0..start)
            .rev()
            .take(LOOK_BACK.try_into().unwrap_or(usize::MAX))
        {
            match frames.entry(back).map(|it| it.deed()) {
                Some(Deed::Unit(told)) if unit.is_none() => unit = Some(told),
                Some(deed @ Deed::Makes { .. }) if makes.is_none() => makes = Some(deed),
                // What a patch makes is told before its own offer, not before another one.
                Some(deed) if deed.is_offer() => makes = makes.or(Some(Deed::None)),
                _ => {}
            }
            if unit.is_some() && makes.is_some() {
                break;
            }
        }
        if let Some(unit) = unit {
            self.map.set_unit(unit);
        }
        match frames.entry(start).map(|it| it.deed()) {
            Some(Deed::Image(len)) => self.offered(len),
            Some(Deed::Patch(len)) => {
                self.offered(len);
                self.untold = true;
                self.makes(makes.unwrap_or_default());
            }
            // The capture begins in mid transfer.
            _ => {
                self.guessed = Some(frames.count());
                self.offered(reached_from(start, frames));
            }
        }
    }

    fn offered(&mut self, len: u32) {
        self.len = len;
        if len > 0 {
            self.map.begin_object(len);
        }
    }

    fn makes(&mut self, deed: Deed) {
        if let Deed::Makes { image, block } = deed {
            self.map.show_image(image, block);
            self.untold = false;
        }
    }

    fn take(&mut self, entry: &Entry, frames: &mut impl Frames) {
        let at = entry.at;
        match entry.deed() {
            Deed::Kept(offset) => {
                self.reached = self.reached.max(offset);
                self.map.advance(at, offset, offset);
            }
            Deed::Piece { from, to } => self.piece(entry, from, to, frames),
            Deed::Arrived { next, stored } => {
                self.reached = self.reached.max(next);
                self.map.advance(at, next, stored);
            }
            // A host says the same of an object that it has not been sent.
            Deed::Good if self.reached >= self.len => self.map.verified(at),
            Deed::Begun(block) => self.map.work_on(at, block, CellState::Sent, true),
            Deed::Copied(block) => self.map.work_on(at, block, CellState::Copied, false),
            Deed::Done(block) => self.map.work_on(at, block, CellState::Verified, false),
            Deed::Failed(block) => self.map.work_on(at, block, CellState::Bad, false),
            _ => {}
        }
        if entry.has_fault() {
            self.map.fault();
        }
    }

    fn piece(&mut self, entry: &Entry, from: u32, to: u32, frames: &mut impl Frames) {
        if self.untold && from == 0 {
            self.untold = false;
            self.makes(frames.patch(self.next, entry).unwrap_or_default());
        }
        self.reached = self.reached.max(to);
        let piece = Piece {
            offset: from,
            len: to.saturating_sub(from),
            sends: if entry.is_again() { 2 } else { 1 },
        };
        self.map.sent(entry.at, piece);
    }
}

/// The last frame from `floor` to `position` that offers an object.
fn offer_before(position: u32, floor: u32, frames: &impl Frames) -> Option<u32> {
    let offers = |at: &u32| {
        let entry = frames.entry(*at);
        entry.is_some_and(|entry| entry.deed().is_offer())
    };
    (floor..=position).rev().find(offers)
}

/// How far the pieces reach from a frame to the next offer.
fn reached_from(start: u32, frames: &impl Frames) -> u32 {
    let mut reached = 0;
    for position in start.. {
        match frames.entry(position).map(|it| it.deed()) {
            Some(Deed::Piece { to, .. }) => reached = reached.max(to),
            Some(Deed::Arrived { next, .. }) => reached = reached.max(next),
            Some(deed) if !deed.is_offer() => {}
            _ => break,
        }
    }
    reached
}

/// The cell of the map that a frame is about.
#[must_use]
pub fn cell_of(map: &BlockMap, deed: Deed) -> Option<CellAddress> {
    let part = match deed {
        Deed::Piece { .. } | Deed::Arrived { .. } => Part::Object,
        Deed::Begun(_) | Deed::Copied(_) | Deed::Done(_) | Deed::Failed(_) => Part::Image,
        _ => return None,
    };
    let index = map.sections().iter().position(|it| it.part == part)?;
    let section = map.sections().get(index)?;
    let byte = match deed {
        Deed::Piece { from, .. } => from,
        Deed::Arrived { next, .. } => next.checked_sub(1)?,
        Deed::Begun(block) | Deed::Copied(block) | Deed::Done(block) | Deed::Failed(block) => {
            block.checked_mul(section.unit)?
        }
        _ => return None,
    };
    Some(CellAddress {
        section: index,
        cell: section.cell_of(byte)?,
    })
}

#[cfg(test)]
mod tests;
