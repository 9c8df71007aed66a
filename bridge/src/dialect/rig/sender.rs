//! What to send next: new bytes within the credit, and again only what is missing.
//!
//! A piece is *missing* when it was sent, is not acknowledged, and a piece sent after it is: bytes
//! on a line do not overtake each other. What no acknowledgement speaks of is settled by the
//! retransmit timer: one piece is repeated, and when that is acknowledged, the pieces behind it
//! follow in bursts that double.

use std::collections::VecDeque;

use protocol_spec::rig::message::{Ack, SackRange};
use protocol_spec::tick::Tick;

use crate::event::{Piece, RetransmitReason};

/// The sending half of a transfer; it knows offsets, not bytes.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    length: u32,
    data_max: u32,
    window_max: u32,
    start: u32,
    acked: u32,
    next: u32,
    limit: u32,
    in_flight: VecDeque<Segment>,
    sendings: u64,
    recovery: Option<Recovery>,
    remind: bool,
}

/// A piece that was sent and is not acknowledged in full.
#[derive(Clone, Copy, Debug)]
struct Segment {
    start: u32,
    len: u32,
    /// When its last byte left the wire.
    left_wire: Tick,
    /// Number of its last sending, ascending over all pieces.
    sending: u64,
    sends: u32,
    arrived: bool,
    resend: Option<RetransmitReason>,
}

/// After a timeout: pieces sent before it are repeated in growing bursts.
#[derive(Clone, Copy, Debug)]
struct Recovery {
    before: u64,
    burst: usize,
    probe: u32,
}

/// A piece to be sent now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Planned {
    pub(super) piece: Piece,
    /// Why it is sent again; `None` the first time.
    pub(super) again: Option<RetransmitReason>,
}

/// What an acknowledgement brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Acked {
    /// Something new has arrived, or credit grew.
    pub(super) progress: bool,
    /// When the newest piece that it speaks of for the first time had left the wire, if that piece
    /// was sent once only.
    pub(super) left_wire: Option<Tick>,
}

/// The host acknowledged bytes that were never sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NeverSent {
    pub(super) acked: u32,
    pub(super) sent: u32,
}

impl Sender {
    pub(super) fn new(start: u32, length: u32, limit: u32, data_max: u32, window_max: u32) -> Self {
        Self {
            length,
            data_max: data_max.max(1),
            window_max: window_max.max(1),
            start,
            acked: start,
            next: start,
            limit: limit.max(start),
            in_flight: VecDeque::new(),
            sendings: 0,
            recovery: None,
            remind: false,
        }
    }

    /// The piece to be sent next, if there is one; [`Sender::sent`] must follow.
    pub(super) fn plan(&self) -> Option<Planned> {
        if let Some(piece) = self.reminder().filter(|_| self.remind) {
            return Some(Planned {
                piece,
                again: Some(RetransmitReason::Credit),
            });
        }
        let again = self
            .in_flight
            .iter()
            .find(|segment| segment.resend.is_some());
        if let Some(segment) = again {
            let piece = Piece {
                offset: segment.start,
                len: segment.len,
                sends: segment.sends + 1,
            };
            return Some(Planned {
                piece,
                again: segment.resend,
            });
        }
        let wanted = self.data_max.min(self.length - self.next);
        let window_end = self.acked.saturating_add(self.window_max);
        let room = self.limit.min(window_end).saturating_sub(self.next);
        // A small remainder of credit waits for more, as long as something is on its way.
        let len = if room >= wanted || self.nothing_missing() {
            wanted.min(room)
        } else {
            0
        };
        let piece = Piece {
            offset: self.next,
            len,
            sends: 1,
        };
        (len > 0).then_some(Planned { piece, again: None })
    }

    /// A planned piece was handed to the line, which it leaves at `left_wire`.
    pub(super) fn sent(&mut self, planned: Planned, left_wire: Tick) {
        let piece = planned.piece;
        if planned.again == Some(RetransmitReason::Credit) {
            self.remind = false;
            return;
        }
        self.sendings += 1;
        let sending = self.sendings;
        let known = self
            .in_flight
            .iter_mut()
            .find(|segment| segment.start == piece.offset);
        if let Some(segment) = known {
            *segment = Segment {
                left_wire,
                sending,
                sends: segment.sends + 1,
                resend: None,
                ..*segment
            };
            return;
        }
        debug_assert_eq!(piece.offset, self.next, "new pieces are contiguous");
        self.in_flight.push_back(Segment {
            start: piece.offset,
            len: piece.len,
            left_wire,
            sending,
            sends: 1,
            arrived: false,
            resend: None,
        });
        self.next = piece.offset + piece.len;
    }

    pub(super) fn handle_ack(&mut self, now: Tick, ack: &Ack) -> Result<Acked, NeverSent> {
        let furthest = ack
            .sack
            .iter()
            .map(|range| range.end)
            .fold(ack.next, u32::max);
        if furthest > self.next {
            return Err(NeverSent {
                acked: furthest,
                sent: self.next,
            });
        }
        let grew = self.raise_limit(ack.limit);
        let mut news = News::default();
        self.take_cumulative(ack.next, &mut news);
        self.take_ranges(&ack.sack, &mut news);
        self.find_gaps(&ack.sack, news.newest_once);
        if news.any {
            self.recover(now, news.probe_left);
        }
        Ok(Acked {
            progress: news.any || grew,
            left_wire: news.left_wire,
        })
    }

    /// Raises the credit; it never moves back. Returns whether it moved.
    pub(super) fn raise_limit(&mut self, limit: u32) -> bool {
        let limit = limit.min(self.length);
        let grew = limit > self.limit;
        self.limit = self.limit.max(limit);
        grew
    }

    /// Silence lasted too long: the oldest missing piece is repeated.
    pub(super) fn handle_silence(&mut self) {
        let before = self.sendings + 1;
        if let Some(oldest) = self.in_flight.iter_mut().find(|segment| !segment.arrived) {
            oldest.resend = Some(RetransmitReason::Timeout);
            self.recovery = Some(Recovery {
                before,
                burst: 1,
                probe: oldest.start,
            });
        }
    }

    /// When the oldest piece that is not acknowledged left the wire.
    pub(super) fn waiting_since(&self) -> Option<Tick> {
        let mut missing = self.in_flight.iter().filter(|segment| !segment.arrived);
        missing.next().map(|segment| segment.left_wire)
    }

    pub(super) fn all_acked(&self) -> bool {
        self.acked == self.length
    }

    pub(super) fn acked(&self) -> u32 {
        self.acked
    }

    pub(super) fn sent_to(&self) -> u32 {
        self.next
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    /// Whether only more credit could move the transfer.
    pub(super) fn starved(&self) -> bool {
        !self.all_acked() && self.nothing_missing() && self.limit <= self.next
    }

    /// Plans to send a byte that the host has, to make it say where it stands. Returns whether
    /// there is such a byte.
    pub(super) fn remind(&mut self) -> bool {
        self.remind = self.reminder().is_some();
        self.remind
    }

    fn reminder(&self) -> Option<Piece> {
        let offset = self
            .acked
            .checked_sub(1)
            .filter(|offset| *offset >= self.start)?;
        Some(Piece {
            offset,
            len: 1,
            sends: 2,
        })
    }

    fn nothing_missing(&self) -> bool {
        self.in_flight.iter().all(|segment| segment.arrived)
    }

    fn take_cumulative(&mut self, next: u32, news: &mut News) {
        while let Some(segment) = self.in_flight.front_mut() {
            let end = segment.start + segment.len;
            if end > next {
                if segment.start < next {
                    segment.len = end - next;
                    segment.start = next;
                    news.any = true;
                }
                break;
            }
            news.arrival(segment, self.recovery);
            self.in_flight.pop_front();
        }
        if next > self.acked {
            self.acked = next;
            news.any = true;
        }
    }

    fn take_ranges(&mut self, ranges: &[SackRange], news: &mut News) {
        for segment in &mut self.in_flight {
            let end = segment.start + segment.len;
            let covered = ranges
                .iter()
                .any(|range| range.start <= segment.start && end <= range.end);
            if covered && !segment.arrived {
                news.arrival(segment, self.recovery);
                segment.arrived = true;
                segment.resend = None;
            }
        }
    }

    /// Pieces below the last range that were sent before `newest` and are in no range are missing.
    fn find_gaps(&mut self, ranges: &[SackRange], newest: u64) {
        let top = ranges
            .iter()
            .map(|range| range.end)
            .max()
            .unwrap_or_default();
        for segment in &mut self.in_flight {
            if segment.start >= top {
                break;
            }
            if !segment.arrived && segment.sending < newest && segment.resend.is_none() {
                segment.resend = Some(RetransmitReason::Gap);
            }
        }
    }

    fn recover(&mut self, now: Tick, probe_left: Option<Tick>) {
        let Some(recovery) = self.recovery else {
            return;
        };
        let Some(left) = probe_left else {
            return;
        };
        if now < left {
            // The piece was acknowledged before its repetition left the wire: nothing was lost.
            self.recovery = None;
            return;
        }
        let burst = recovery.burst * 2;
        let mut missing = self
            .in_flight
            .iter_mut()
            .filter(|s| !s.arrived && s.sending < recovery.before);
        let mut probe = None;
        for segment in missing.by_ref().take(burst) {
            segment.resend = Some(RetransmitReason::Timeout);
            probe = Some(segment.start);
        }
        self.recovery = probe.map(|probe| Recovery {
            burst,
            probe,
            ..recovery
        });
    }
}

/// What an acknowledgement tells that was not known.
#[derive(Clone, Copy, Default)]
struct News {
    any: bool,
    newest: u64,
    /// The newest sending among pieces sent once: only there is it certain which sending arrived.
    newest_once: u64,
    left_wire: Option<Tick>,
    probe_left: Option<Tick>,
}

impl News {
    fn arrival(&mut self, segment: &Segment, recovery: Option<Recovery>) {
        if segment.arrived {
            return;
        }
        self.any = true;
        if recovery.is_some_and(|recovery| recovery.probe == segment.start) {
            self.probe_left = Some(segment.left_wire);
        }
        if segment.sends == 1 {
            self.newest_once = self.newest_once.max(segment.sending);
        }
        if segment.sending > self.newest {
            self.newest = segment.sending;
            self.left_wire = (segment.sends == 1).then_some(segment.left_wire);
        }
    }
}
