//! Receive window: bytes of the object that arrived and that the core has not taken yet.
//!
//! A ring of the caller's, indexed by offset modulo its length. It holds `written..next` without
//! gaps, and up to [`SACK_RANGES_MAX`] ranges beyond a gap. The credit limit is absolute and never
//! moves back, and `limit - written` never exceeds the ring, so no byte overwrites another.

use heapless::Vec;
use protocol_spec::rig::message::{SACK_RANGES_MAX, SackRange};

/// What a piece of the object was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arrival {
    /// The next bytes, and there was no gap.
    InOrder,
    /// New bytes that open a gap, close one, or leave one open.
    Gap,
    /// All of it was here before.
    Duplicate,
    /// It lies beyond the credit, or opens one gap too many. Nothing was kept.
    Refused,
}

/// The window of one transfer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Window {
    /// Length of the object.
    length: u32,
    /// Every byte below has arrived.
    next: u32,
    /// Credit given.
    limit: u32,
    /// What arrived beyond `next`: ascending, apart from each other.
    ranges: Vec<SackRange, SACK_RANGES_MAX>,
}

impl Window {
    /// The window of an object of `length` bytes of which those below `offset` are in flash.
    pub(super) const fn new(offset: u32, length: u32) -> Self {
        Self {
            length,
            next: offset,
            limit: offset,
            ranges: Vec::new(),
        }
    }

    pub(super) const fn next(&self) -> u32 {
        self.next
    }

    pub(super) const fn limit(&self) -> u32 {
        self.limit
    }

    /// Whether every byte has arrived.
    pub(super) const fn is_full(&self) -> bool {
        self.next == self.length
    }

    /// The limit that a ring of `capacity` bytes allows when the core has taken `written` bytes.
    pub(super) fn limit_for(&self, written: u32, capacity: u32) -> u32 {
        written
            .saturating_add(capacity)
            .min(self.length)
            .max(self.limit)
    }

    /// Gives credit up to `limit`, which the caller got from [`Self::limit_for`].
    pub(super) fn raise_limit(&mut self, limit: u32) {
        debug_assert!(limit >= self.limit, "credit is never taken back");
        self.limit = self.limit.max(limit);
    }

    /// The ranges beyond the gap, as an acknowledgement carries them.
    pub(super) fn sack(&self) -> [SackRange; SACK_RANGES_MAX] {
        let mut sack = [SackRange::default(); SACK_RANGES_MAX];
        for (place, range) in sack.iter_mut().zip(&self.ranges) {
            *place = *range;
        }
        sack
    }

    /// Takes a piece of the object that lies at `offset`.
    pub(super) fn insert(&mut self, ring: &mut [u8], offset: u32, bytes: &[u8]) -> Arrival {
        let Some(end) = u32::try_from(bytes.len())
            .ok()
            .and_then(|len| offset.checked_add(len))
        else {
            return Arrival::Refused;
        };
        if end > self.limit {
            return Arrival::Refused;
        }
        let start = offset.max(self.next);
        let covers = |range: &SackRange| range.start <= start && end <= range.end;
        if end <= self.next || self.ranges.iter().any(covers) {
            return Arrival::Duplicate;
        }
        if start > self.next && !self.keep_range(SackRange { start, end }) {
            return Arrival::Refused;
        }
        let fresh = usize::try_from(start - offset)
            .ok()
            .and_then(|skip| bytes.get(skip..));
        copy_in(ring, start, fresh.unwrap_or(&[]));
        let gap = !self.ranges.is_empty();
        if start == self.next {
            self.advance(end);
        }
        if !gap { Arrival::InOrder } else { Arrival::Gap }
    }

    /// Bytes from `written` on that lie in one piece in the ring.
    pub(super) fn readable<'r>(&self, ring: &'r [u8], written: u32) -> &'r [u8] {
        let from = index(written, ring.len());
        let count = usize::try_from(self.next.saturating_sub(written)).unwrap_or(0);
        ring.get(from..)
            .map_or(&[], |tail| tail.get(..count.min(tail.len())).unwrap_or(&[]))
    }

    /// Moves `next` to `end` and over the ranges that this reaches.
    fn advance(&mut self, end: u32) {
        self.next = end;
        while let Some(range) = self
            .ranges
            .first()
            .copied()
            .filter(|range| range.start <= self.next)
        {
            self.next = self.next.max(range.end);
            self.ranges.remove(0);
        }
    }

    /// Adds a range, joined with those that it touches; `false` when there is no place.
    fn keep_range(&mut self, range: SackRange) -> bool {
        let touches = |other: &SackRange| other.start <= range.end && range.start <= other.end;
        let joined =
            self.ranges
                .iter()
                .filter(|other| touches(other))
                .fold(range, |joined, other| SackRange {
                    start: joined.start.min(other.start),
                    end: joined.end.max(other.end),
                });
        if self.ranges.is_full() && !self.ranges.iter().any(touches) {
            return false;
        }
        self.ranges.retain(|other| !touches(other));
        let place = self
            .ranges
            .iter()
            .position(|other| other.start > joined.start);
        self.ranges
            .insert(place.unwrap_or(self.ranges.len()), joined)
            .is_ok()
    }
}

fn index(offset: u32, len: usize) -> usize {
    usize::try_from(offset)
        .ok()
        .and_then(|offset| offset.checked_rem(len))
        .unwrap_or(0)
}

fn copy_in(ring: &mut [u8], offset: u32, bytes: &[u8]) {
    let (head, tail) = ring.split_at_mut(index(offset, ring.len()).min(ring.len()));
    let (first, second) = bytes.split_at(bytes.len().min(tail.len()));
    for (place, piece) in [(tail, first), (head, second)] {
        if let Some(place) = place.get_mut(..piece.len()) {
            place.copy_from_slice(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RING: u32 = 64;
    const LENGTH: u32 = 1000;

    fn byte(offset: u32) -> u8 {
        let [low, high, ..] = offset.to_le_bytes();
        low ^ high.wrapping_mul(37)
    }

    fn piece(offset: u32, len: u32) -> Vec<u8, 64> {
        (offset..offset + len).map(byte).collect()
    }

    fn window() -> (Window, [u8; RING as usize]) {
        let mut window = Window::new(0, LENGTH);
        window.raise_limit(window.limit_for(0, RING));
        (window, [0; RING as usize])
    }

    #[test]
    fn ranges_join_when_the_gap_closes() {
        let (mut window, mut ring) = window();
        assert_eq!(window.insert(&mut ring, 0, &piece(0, 8)), Arrival::InOrder);
        assert_eq!(window.insert(&mut ring, 16, &piece(16, 8)), Arrival::Gap);
        assert_eq!(window.insert(&mut ring, 24, &piece(24, 8)), Arrival::Gap);
        assert_eq!(window.sack()[0], SackRange { start: 16, end: 32 });
        assert_eq!(
            window.insert(&mut ring, 18, &piece(18, 4)),
            Arrival::Duplicate
        );
        assert_eq!(window.insert(&mut ring, 4, &piece(4, 12)), Arrival::Gap);
        assert_eq!((window.next(), window.sack()), (32, Default::default()));
    }

    #[test]
    fn a_fifth_gap_and_bytes_beyond_the_credit_are_refused() {
        let (mut window, mut ring) = window();
        for start in [8, 16, 24, 32] {
            assert_eq!(
                window.insert(&mut ring, start, &piece(start, 4)),
                Arrival::Gap
            );
        }
        assert_eq!(
            window.insert(&mut ring, 40, &piece(40, 4)),
            Arrival::Refused
        );
        assert_eq!(
            window.insert(&mut ring, 4, &piece(4, 4)),
            Arrival::Gap,
            "joins the first"
        );
        assert_eq!(
            window.insert(&mut ring, 60, &piece(60, 5)),
            Arrival::Refused
        );
        assert_eq!(
            window.insert(&mut ring, u32::MAX, &[1, 2]),
            Arrival::Refused
        );
    }

    #[test]
    fn credit_never_moves_back_and_stops_at_the_length() {
        let (mut window, _) = window();
        assert_eq!(window.limit_for(0, RING / 2), RING);
        assert_eq!(window.limit_for(LENGTH - 10, RING), LENGTH);
        window.raise_limit(LENGTH);
        assert_eq!(window.limit_for(0, RING), LENGTH);
    }

    #[test]
    fn any_order_of_pieces_gives_the_object() {
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        let mut draw = move |below: u32| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random >> 33) as u32 % below
        };
        for _ in 0..50 {
            let (mut window, mut ring) = window();
            let (mut written, mut turns) = (0, 0);
            while written < LENGTH {
                turns += 1;
                assert!(turns < 10_000, "stuck at {written}");
                window.raise_limit(window.limit_for(written, RING));
                // A sender repeats from `next`, or sends anything at or beyond it.
                let ahead = if draw(3) == 0 { 0 } else { draw(RING) };
                let start = (window.next() + ahead).saturating_sub(draw(4));
                let len = (1 + draw(20)).min(window.limit().saturating_sub(start));
                window.insert(&mut ring, start, &piece(start, len));
                let readable = window.readable(&ring, written);
                let taken = (draw(24) as usize).min(readable.len());
                for byte_read in &readable[..taken] {
                    assert_eq!(*byte_read, byte(written), "at {written}");
                    written += 1;
                }
            }
            assert!(window.is_full());
        }
    }

    #[test]
    fn a_ring_without_bytes_takes_nothing() {
        let mut window = Window::new(0, 10);
        window.raise_limit(window.limit_for(0, 0));
        assert_eq!(window.insert(&mut [], 0, &[1]), Arrival::Refused);
        assert!(window.readable(&[], 0).is_empty());
    }
}
