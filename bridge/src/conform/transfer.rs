//! The rest of an object, in legal steps.

use core::time::Duration;

use protocol_spec::tick::Tick;

use super::speaker::{ANSWER_TIME, Flow};

/// How long nothing may move before pieces are sent again (rig).
const STALL_TIME: Duration = Duration::from_millis(1000);
/// How often that may happen in a row.
const STALLS_MAX: u32 = 20;
/// How often a block is sent in all (ayla).
const SENDS_MAX: u32 = 3;

/// A transfer that goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Progress {
    pub(super) of: String,
    to: i64,
    piece: i64,
    /// Bytes below it were sent.
    sent: i64,
    acked: i64,
    stalls: u32,
    due: Tick,
    /// In stop and wait: the seq that is awaited, and the piece to send again.
    awaited: Option<(u8, i64, i64)>,
    again: bool,
}

/// What to do now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Move {
    /// Send this piece: offset and count; the seq of a frame that is sent again.
    Send(i64, i64, Option<u8>),
    /// Wait for the host, or until then.
    Wait(Tick),
    /// All is there.
    Done,
    /// Nothing moves any more.
    Stuck,
}

impl Progress {
    pub(super) fn new(of: String, now: Tick, from: i64, to: i64, piece: i64) -> Self {
        Self {
            of,
            to,
            piece: piece.max(1),
            sent: from,
            acked: from,
            stalls: 0,
            due: now + STALL_TIME,
            awaited: None,
            again: false,
        }
    }

    /// The next move where many pieces are on their way.
    pub(super) fn window_move(&mut self, now: Tick, flow: &Flow) -> Move {
        if flow.next > self.acked {
            self.acked = flow.next;
            self.sent = self.sent.max(flow.next);
            self.stalls = 0;
            self.due = now + STALL_TIME;
        }
        if self.acked >= self.to {
            return Move::Done;
        }
        let count = self.piece.min(self.to.min(flow.limit) - self.sent);
        if count > 0 {
            let offset = self.sent;
            self.sent += count;
            return Move::Send(offset, count, None);
        }
        let due = self.due.max(flow.busy_until + STALL_TIME);
        if now < due {
            return Move::Wait(due);
        }
        self.stalls += 1;
        if self.stalls > STALLS_MAX {
            return Move::Stuck;
        }
        self.sent = self.acked;
        self.due = now + STALL_TIME;
        Move::Wait(now)
    }

    /// The next move in stop and wait.
    pub(super) fn single_move(&mut self, now: Tick) -> Move {
        if self.acked >= self.to {
            return Move::Done;
        }
        match self.awaited {
            None => {
                let count = self.piece.min(self.to - self.acked);
                Move::Send(self.acked, count, None)
            }
            Some((seq, offset, count)) if self.again => {
                self.again = false;
                Move::Send(offset, count, Some(seq))
            }
            Some(_) if now < self.due => Move::Wait(self.due),
            Some(_) => {
                self.stalls += 1;
                if self.stalls >= SENDS_MAX {
                    return Move::Stuck;
                }
                self.again = true;
                Move::Wait(now)
            }
        }
    }

    /// A piece went out in stop and wait.
    pub(super) fn sent(&mut self, now: Tick, seq: u8, offset: i64, count: i64) {
        self.awaited = Some((seq, offset, count));
        self.due = now + ANSWER_TIME;
    }

    /// An ACK came in stop and wait; whether it was the one.
    pub(super) fn acked(&mut self, seq: i64) -> bool {
        let Some((_, offset, count)) = self.awaited.filter(|(own, ..)| i64::from(*own) == seq)
        else {
            return false;
        };
        self.awaited = None;
        self.stalls = 0;
        self.acked = offset + count;
        true
    }

    pub(super) fn acked_to(&self) -> i64 {
        self.acked
    }
}
