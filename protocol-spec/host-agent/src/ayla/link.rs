//! Host side of the ayla link: ACKs, sequence numbers, stop and wait.
//!
//! What is un-ACKed is sent three times in all, five seconds apart, then dropped without a word.
//! A data frame that cannot be worked on yet is *held*: nothing else is taken until it is released,
//! and its ACK leaves then, so a module never sends a byte that finds no place.

use heapless::{Deque, Vec};
use protocol_spec::ayla::frame::{Frame, FrameType, next_seq};

/// Most ACKs that wait for the transmitter; a data frame that finds no place for its ACK is lost.
const ACKS_MAX: usize = 4;
/// How often a data frame is sent before it is dropped.
const SENDS_MAX: u8 = 3;
/// Longest message of a host: a property post with the longest version text.
pub(super) const MESSAGE_BYTES_MAX: usize = 128;

/// A message of the host, encoded.
pub(super) type Payload = Vec<u8, MESSAGE_BYTES_MAX>;

/// What to do with a data frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Admission {
    /// Work on it, then settle it.
    New,
    /// It came before, or there is no place for it.
    Drop,
}

/// What a data frame of ours is doing.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Sent {
    seq: u8,
    /// Sends so far.
    sends: u8,
    /// Whether it waits for the transmitter, not for its ACK.
    due: bool,
    payload: Payload,
}

/// How the wait for an ACK ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Expired {
    /// The frame goes out once more.
    Again,
    /// It was given up.
    Dropped,
}

/// The link.
#[derive(Clone, Debug)]
pub(super) struct Link {
    acks: Deque<u8, ACKS_MAX>,
    /// Sequence number of the last data frame that was settled with an ACK.
    last: Option<u8>,
    held: Option<u8>,
    next_seq: u8,
    sent: Option<Sent>,
}

impl Link {
    pub(super) const fn new() -> Self {
        Self {
            acks: Deque::new(),
            last: None,
            held: None,
            next_seq: 0,
            sent: None,
        }
    }

    /// Judges a data frame that came in.
    pub(super) fn admit(&mut self, seq: u8) -> Admission {
        if self.held.is_some() || self.acks.is_full() {
            return Admission::Drop;
        }
        // Zero marks a restart, so a second zero is as new as the first.
        if seq != 0 && self.last == Some(seq) {
            self.acknowledge(seq);
            return Admission::Drop;
        }
        Admission::New
    }

    /// ACKs an admitted frame.
    pub(super) fn acknowledge(&mut self, seq: u8) {
        self.last = Some(seq);
        // A full queue was ruled out when the frame was admitted.
        let _ = self.acks.push_back(seq);
    }

    /// Keeps the ACK of an admitted frame back until [`Self::release`].
    pub(super) fn hold(&mut self, seq: u8) {
        self.held = Some(seq);
    }

    /// ACKs the held frame, if there is one.
    pub(super) fn release(&mut self) {
        if let Some(seq) = self.held.take() {
            self.acknowledge(seq);
        }
    }

    /// Takes an ACK from the module and returns whether it ended the wait.
    pub(super) fn acked(&mut self, seq: u8) -> bool {
        let awaited = self
            .sent
            .as_ref()
            .is_some_and(|sent| sent.seq == seq && sent.sends > 0);
        if awaited {
            self.sent = None;
        }
        awaited
    }

    /// Takes the end of the wait for an ACK.
    pub(super) fn expired(&mut self) -> Option<Expired> {
        let sent = self.sent.as_mut()?;
        if sent.sends < SENDS_MAX {
            sent.due = true;
            return Some(Expired::Again);
        }
        self.sent = None;
        Some(Expired::Dropped)
    }

    /// Whether a new message may be queued.
    pub(super) const fn is_free(&self) -> bool {
        self.sent.is_none()
    }

    /// Queues a message; the link must be free.
    pub(super) fn queue(&mut self, payload: Payload) {
        let seq = self.next_seq;
        self.next_seq = next_seq(seq);
        self.sent = Some(Sent {
            seq,
            sends: 0,
            due: true,
            payload,
        });
    }

    /// Whether a frame waits for the transmitter.
    pub(super) fn has_frame(&self) -> bool {
        !self.acks.is_empty() || self.sent.as_ref().is_some_and(|sent| sent.due)
    }

    /// Writes the next frame to `out`: its length, and whether it now waits for an ACK.
    pub(super) fn transmit(&mut self, out: &mut [u8]) -> Option<(usize, bool)> {
        if let Some(seq) = self.acks.pop_front() {
            let frame = Frame {
                kind: FrameType::ACK,
                seq,
                payload: &[],
            };
            return Some((frame.encode(out).ok()?, false));
        }
        let sent = self.sent.as_mut().filter(|sent| sent.due)?;
        sent.due = false;
        sent.sends += 1;
        let frame = Frame {
            kind: FrameType::DATA,
            seq: sent.seq,
            payload: &sent.payload,
        };
        Some((frame.encode(out).ok()?, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(link: &mut Link) -> Option<(usize, bool)> {
        link.transmit(&mut [0; 300])
    }

    #[test]
    fn a_repeated_frame_is_acked_and_dropped_but_zero_is_new_each_time() {
        let mut link = Link::new();
        for seq in [0, 0, 7, 9] {
            assert_eq!(link.admit(seq), Admission::New);
            link.acknowledge(seq);
            assert!(sent(&mut link).is_some());
        }
        assert_eq!(link.admit(9), Admission::Drop);
        assert!(link.has_frame(), "the repeat is ACKed");
    }

    #[test]
    fn the_fifth_pending_ack_is_refused_and_its_frame_counts_as_not_received() {
        let mut link = Link::new();
        for seq in 1..=4 {
            assert_eq!(link.admit(seq), Admission::New);
            link.acknowledge(seq);
        }
        assert_eq!(link.admit(5), Admission::Drop);
        while sent(&mut link).is_some() {}
        assert_eq!(link.admit(5), Admission::New);
    }

    #[test]
    fn nothing_is_taken_while_a_frame_is_held() {
        let mut link = Link::new();
        assert_eq!(link.admit(3), Admission::New);
        link.hold(3);
        assert_eq!(link.admit(3), Admission::Drop);
        assert_eq!(link.admit(4), Admission::Drop);
        assert!(!link.has_frame(), "neither is ACKed");
        link.release();
        assert!(link.has_frame());
    }

    #[test]
    fn an_unacked_message_is_sent_three_times_and_dropped() {
        let mut link = Link::new();
        link.queue(Payload::new());
        for _ in 0..2 {
            assert_eq!(sent(&mut link), Some((6, true)));
            assert_eq!(link.expired(), Some(Expired::Again));
        }
        assert_eq!(sent(&mut link), Some((6, true)));
        assert_eq!(link.expired(), Some(Expired::Dropped));
        assert!(link.is_free());
        link.queue(Payload::new());
        assert!(sent(&mut link).is_some());
        assert!(!link.acked(0), "the dropped one's number");
        assert!(link.acked(1));
    }
}
