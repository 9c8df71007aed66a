//! Stop and wait: one frame in flight, repeated until acknowledged or given up.

use std::collections::VecDeque;

use protocol_spec::ayla::frame::{Frame, FrameType, STUFFED_BYTES_MAX, next_seq};

use super::config::AylaConfig;
use super::summary;
use crate::engine::{Context, Timer};
use crate::event::{Piece, RetransmitReason};

/// Most acknowledgements that wait to be sent; a frame beyond that is dropped and comes again.
const ACKS_MAX: usize = 32;
/// No answer is added to so many waiting messages: a host that asks faster than it acknowledges
/// goes without. What the update itself has to say is never left out.
const WAITING_MAX: usize = 32;

/// One direction's sending and the other's receiving, by sequence numbers.
#[derive(Debug, Default)]
pub(super) struct Link {
    next_seq: u8,
    in_flight: Option<InFlight>,
    queue: VecDeque<Outgoing>,
    acks: VecDeque<u8>,
    last_received: Option<u8>,
    /// The host's last frame with number 0, while no feature request went out after it.
    last_zero: Option<Vec<u8>>,
}

/// A message to be sent.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub(super) message: Vec<u8>,
    pub(super) role: Role,
}

/// What a message is for: decides how it is repeated, and who hears of its acknowledgement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// The feature request: repeated until acknowledged, without end.
    Hello,
    /// The offer.
    Offer,
    /// A block of the image.
    Block {
        /// First byte of the block.
        offset: u32,
        /// Bytes.
        len: u32,
    },
    /// The boot order.
    Boot,
    /// The CONFIRM of the version report.
    Confirm,
    /// Everything else.
    Answer,
}

/// What a data frame from the host is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arrival {
    /// A new frame.
    New,
    /// A new frame, the first after a restart of the host.
    Restarted,
    /// A repetition: acknowledge again, no more.
    Duplicate,
    /// There was no room for its acknowledgement; it comes again.
    Dropped,
}

#[derive(Debug)]
struct InFlight {
    frame: Vec<u8>,
    seq: u8,
    role: Role,
    sends: u32,
    resend: bool,
}

impl Link {
    /// Puts a message behind those that wait; returns whether there was room for it, which there
    /// always is but for an answer.
    pub(super) fn push(&mut self, outgoing: Outgoing) -> bool {
        let room = outgoing.role != Role::Answer || self.queue.len() < WAITING_MAX;
        if room {
            self.queue.push_back(outgoing);
        }
        room
    }

    /// Puts a feature request before everything else, unless one is already on its way.
    pub(super) fn push_hello(&mut self, message: Vec<u8>) {
        let on_its_way = self.queue.iter().any(|waiting| waiting.role == Role::Hello)
            || self
                .in_flight
                .as_ref()
                .is_some_and(|frame| frame.role == Role::Hello);
        if !on_its_way {
            self.queue.push_front(Outgoing {
                message,
                role: Role::Hello,
            });
        }
    }

    /// Forgets what is not yet acknowledged; acknowledgements still go out.
    pub(super) fn forget_messages(&mut self, run: &mut Context) {
        self.queue.clear();
        self.end_flight(run);
    }

    /// Whether a block of the image is in flight.
    pub(super) fn carries_block(&self) -> bool {
        let role = self.in_flight.as_ref().map(|frame| frame.role);
        matches!(role, Some(Role::Block { .. }))
    }

    /// The frame in flight was acknowledged; `None` when it is another one.
    pub(super) fn handle_ack(&mut self, run: &mut Context, seq: u8) -> Option<Role> {
        self.in_flight.as_ref().filter(|frame| frame.seq == seq)?;
        self.end_flight(run)
    }

    pub(super) fn handle_data(&mut self, seq: u8, payload: &[u8]) -> Arrival {
        if self.acks.len() >= ACKS_MAX {
            return Arrival::Dropped;
        }
        self.acks.push_back(seq);
        let repeated = match seq {
            0 => self.last_zero.as_deref() == Some(payload),
            _ => self.last_received == Some(seq),
        };
        if repeated {
            return Arrival::Duplicate;
        }
        self.last_received = Some(seq);
        if seq == 0 {
            self.last_zero = Some(payload.to_vec());
            return Arrival::Restarted;
        }
        Arrival::New
    }

    /// The acknowledgement is overdue: repeat the frame, or give it up and say which it was.
    pub(super) fn handle_overdue(
        &mut self,
        run: &mut Context,
        config: &AylaConfig,
    ) -> Option<(Role, String)> {
        let frame = self.in_flight.as_mut()?;
        if frame.role == Role::Hello || frame.sends < config.link_sends {
            frame.resend = true;
            return None;
        }
        let (role, summary) = (frame.role, summary::of_wire(&frame.frame));
        self.end_flight(run);
        Some((role, summary))
    }

    pub(super) fn poll_transmit(
        &mut self,
        run: &mut Context,
        config: &AylaConfig,
        out: &mut Vec<u8>,
    ) -> usize {
        if let Some(seq) = self.acks.pop_front() {
            let bytes = encode(FrameType::ACK, seq, &[]);
            run.sent(&bytes, summary::of_wire(&bytes), None);
            out.extend_from_slice(&bytes);
            return bytes.len();
        }
        if self.in_flight.is_none() {
            self.take_off(run);
        }
        match &mut self.in_flight {
            Some(frame) if frame.resend => {
                let len = send(run, config, frame, out);
                let awaited = frame.role != Role::Boot || config.boot_repeat;
                if frame.role == Role::Hello {
                    self.last_zero = None;
                }
                if !awaited {
                    self.end_flight(run);
                }
                len
            }
            _ => 0,
        }
    }

    /// The next message becomes the frame in flight.
    fn take_off(&mut self, run: &mut Context) {
        if let Some(Outgoing { message, role }) = self.queue.pop_front() {
            let seq = self.next_seq;
            self.next_seq = next_seq(seq);
            let frame = encode(FrameType::DATA, seq, &message);
            self.end_flight(run);
            self.in_flight = Some(InFlight {
                frame,
                seq,
                role,
                sends: 0,
                resend: true,
            });
        }
    }

    fn end_flight(&mut self, run: &mut Context) -> Option<Role> {
        run.timers.clear(Timer::LinkAck);
        run.timers.clear(Timer::HelloRepeat);
        self.in_flight.take().map(|frame| frame.role)
    }
}

fn send(run: &mut Context, config: &AylaConfig, frame: &mut InFlight, out: &mut Vec<u8>) -> usize {
    frame.resend = false;
    frame.sends += 1;
    let piece = match frame.role {
        Role::Block { offset, len } => Some(Piece {
            offset,
            len,
            sends: frame.sends,
        }),
        _ => None,
    };
    let summary = summary::of_wire(&frame.frame);
    // A hello is repeated because the host may not be there yet, not because it was lost.
    if frame.sends > 1 && frame.role != Role::Hello {
        run.retransmit(summary.clone(), piece, RetransmitReason::Timeout);
    }
    let last_byte = run.sent(&frame.frame, summary, piece);
    match frame.role {
        Role::Hello => run
            .timers
            .set(Timer::HelloRepeat, last_byte + config.hello_repeat),
        _ => run.timers.set(Timer::LinkAck, last_byte + config.link_ack),
    }
    out.extend_from_slice(&frame.frame);
    frame.frame.len()
}

fn encode(kind: FrameType, seq: u8, payload: &[u8]) -> Vec<u8> {
    let mut wire = vec![0; STUFFED_BYTES_MAX];
    let len = Frame { kind, seq, payload }
        .encode(&mut wire)
        .unwrap_or_default();
    debug_assert!(len > 0, "messages are built within their limit");
    wire.truncate(len);
    wire
}
