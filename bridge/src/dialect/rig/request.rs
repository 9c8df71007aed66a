//! Requests that are repeated until answered, and frames that go out once.

use std::collections::VecDeque;

use protocol_spec::rig::frame::{DELIMITER, FRAME_BYTES_MAX, encode_to_host};
use protocol_spec::rig::message::{
    Abort, Boot, Finish, Hello, Offer, Query, ReportAck, ToHost, Unsupported, VERSION_MAX,
    VERSION_MIN,
};
use protocol_spec::tick::Tick;

use super::summary;
use crate::engine::Context;
use crate::event::{Piece, RetransmitReason};

/// Most frames that wait to go out once.
const ONCE_MAX: usize = 16;

/// Something that the module asks, and repeats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ask {
    /// Who is there? The nonce tells which asking an answer belongs to.
    Hello { nonce: u32 },
    /// What runs?
    Query,
    /// Take this object.
    Offer,
    /// Verify it.
    Finish,
    /// Boot it.
    Boot,
}

/// Something that goes out once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Once {
    /// The report is right.
    ReportAck { id: u16 },
    /// A message of this kind is not known here.
    Unsupported { kind: u8 },
    /// Forget the transfer.
    Abort,
    /// The request as it stands, asked again out of turn.
    Ask(Ask),
}

/// What is being asked, and what goes out before it.
#[derive(Debug, Default)]
pub(super) struct Desk {
    asking: Option<Asking>,
    once: VecDeque<Once>,
}

#[derive(Clone, Copy, Debug)]
struct Asking {
    ask: Ask,
    sends: u32,
    due: bool,
    left_wire: Tick,
}

/// A frame that has just been handed over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handed {
    pub(super) len: usize,
    /// The request that it carries; `None` for a frame that goes out once.
    pub(super) ask: Option<Ask>,
    pub(super) left_wire: Tick,
}

impl Desk {
    pub(super) fn ask(&mut self, ask: Ask) {
        self.asking = Some(Asking {
            ask,
            sends: 0,
            due: true,
            left_wire: Tick::ZERO,
        });
    }

    pub(super) fn asked(&self) -> Option<Ask> {
        self.asking.map(|asking| asking.ask)
    }

    /// Sends the request again.
    pub(super) fn repeat(&mut self) {
        if let Some(asking) = &mut self.asking {
            asking.due = true;
        }
    }

    /// The request is answered. Returns when it left the wire, if it was sent once only.
    pub(super) fn answered(&mut self) -> Option<Tick> {
        let asking = self.asking.take()?;
        (asking.sends == 1 && !asking.due).then_some(asking.left_wire)
    }

    pub(super) fn push_once(&mut self, once: Once) {
        if self.once.len() < ONCE_MAX && !self.once.contains(&once) {
            self.once.push_back(once);
        }
    }

    /// Hands over what is due, frames that go out once first.
    pub(super) fn poll_transmit(
        &mut self,
        run: &mut Context,
        transfer: u16,
        out: &mut Vec<u8>,
    ) -> Option<Handed> {
        let version = run.version;
        let offer = offer(run, transfer, version.as_bytes());
        if let Some(once) = self.once.pop_front() {
            let (len, left_wire) = hand_over(run, &once_message(once, &offer), None, out);
            return Some(Handed {
                len,
                ask: None,
                left_wire,
            });
        }
        let asking = self.asking.as_mut().filter(|asking| asking.due)?;
        asking.due = false;
        asking.sends += 1;
        let message = ask_message(asking.ask, &offer);
        // A hello is repeated because the host may not be there yet, not because it was lost.
        if asking.sends > 1 && !matches!(asking.ask, Ask::Hello { .. }) {
            run.retransmit(summary::to_host(&message), None, RetransmitReason::Timeout);
        }
        let (len, left_wire) = hand_over(run, &message, None, out);
        asking.left_wire = left_wire;
        Some(Handed {
            len,
            ask: Some(asking.ask),
            left_wire,
        })
    }
}

/// Encodes a message into `out` and accounts for it; returns its length and when it leaves the
/// wire.
pub(super) fn hand_over(
    run: &mut Context,
    message: &ToHost<'_>,
    piece: Option<Piece>,
    out: &mut Vec<u8>,
) -> (usize, Tick) {
    let start = out.len();
    if matches!(message, ToHost::Hello(_)) {
        // Ends whatever noise an idle line has put before it.
        out.push(DELIMITER);
    }
    let frame = out.len();
    out.resize(frame + FRAME_BYTES_MAX, 0);
    let room = out.get_mut(frame..).unwrap_or_default();
    let len = encode_to_host(message, room).unwrap_or_default();
    debug_assert!(len > 0, "every message of the module is within its limits");
    out.truncate(frame + len);
    let bytes = out.get(start..).unwrap_or_default();
    let left_wire = run.sent(bytes, summary::to_host(message), piece);
    (bytes.len(), left_wire)
}

fn offer<'a>(run: &Context, transfer: u16, version: &'a [u8]) -> Offer<'a> {
    Offer {
        transfer,
        kind: run.kind,
        length: run.length,
        digest: run.digest.0,
        version,
        auth: &[],
    }
}

fn ask_message<'a>(ask: Ask, offer: &Offer<'a>) -> ToHost<'a> {
    let transfer = offer.transfer;
    match ask {
        Ask::Hello { nonce } => ToHost::Hello(Hello {
            version_min: VERSION_MIN,
            version_max: VERSION_MAX,
            nonce,
        }),
        Ask::Query => ToHost::Query(Query {}),
        Ask::Offer => ToHost::Offer(*offer),
        Ask::Finish => ToHost::Finish(Finish { transfer }),
        Ask::Boot => ToHost::Boot(Boot { transfer }),
    }
}

fn once_message<'a>(once: Once, offer: &Offer<'a>) -> ToHost<'a> {
    match once {
        Once::ReportAck { id } => ToHost::ReportAck(ReportAck { id }),
        Once::Unsupported { kind } => ToHost::Unsupported(Unsupported { kind }),
        Once::Abort => ToHost::Abort(Abort {
            transfer: offer.transfer,
        }),
        Once::Ask(ask) => ask_message(ask, offer),
    }
}
