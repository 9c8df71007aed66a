//! The rig dialect, module side: COBS frames, a credit window, resume.
//!
//! | state    | waits for                                   | timers                              |
//! |----------|---------------------------------------------|-------------------------------------|
//! | Idle     | an order                                    |                                     |
//! | Hello    | the answer to the hello                     | hello repeat, give up               |
//! | Query    | the report of what runs                     | request, give up, or report         |
//! | Offer    | go-ahead, or a refusal                      | request, give up                    |
//! | Stream   | every byte acknowledged                     | retransmit, credit probe, stall     |
//! | Finish   | the outcome of the check                    | request, give up                    |
//! | Boot     | the answer to the boot order, or a restart  | request, restart                    |
//! | Restart  | a hello answer with another boot number     | boot delay, hello repeat, restart   |
//! | Confirm  | a report that says confirmed                | request, confirm                    |
//! | Diagnose | a hello answer that tells whether it reset  | hello repeat, give up               |
//! | Closed   | nothing                                     |                                     |
//!
//! A request is repeated until answered; only the boot order is not: when its answer is missing, a
//! hello first asks whether the host has restarted already.

mod config;
mod latency;
mod request;
mod sender;
mod session;
mod steps;
mod stream;
mod summary;
pub(crate) mod words;

#[cfg(test)]
mod sender_tests;

pub use config::RigConfig;

use protocol_spec::rig::frame::{DecodeError, Deframer, FRAME_BYTES_MAX, Fed, decode_to_module};

use self::session::Session;
use super::Dialect;
use crate::engine::{Context, Order, RawRun, Timer};

/// The module side of the rig dialect.
#[derive(Debug)]
pub(crate) struct Rig {
    deframer: Deframer<Vec<u8>>,
    raw: RawRun,
    session: Session,
}

impl Rig {
    pub(crate) fn new(config: RigConfig, seed: u32) -> Self {
        Self {
            deframer: Deframer::new(vec![0; FRAME_BYTES_MAX]),
            raw: RawRun::default(),
            session: Session::new(config, seed),
        }
    }
}

impl Dialect for Rig {
    fn order(&mut self, run: &mut Context, order: Order) {
        self.session.order(run, order);
    }

    fn handle_input<'b>(&mut self, run: &mut Context, bytes: &'b [u8]) -> &'b [u8] {
        let (fed, rest) = self.deframer.feed(bytes);
        let taken = bytes.len() - rest.len();
        self.raw
            .push(run.now, bytes.get(..taken).unwrap_or_default());
        match fed {
            Fed::More => {}
            Fed::Packet(packet) => self.session.handle_packet(run, self.raw.take(), packet),
            Fed::Bad { reason, .. } => run.bad_frame(self.raw.take(), reason.to_string()),
        }
        rest
    }

    fn handle_timer(&mut self, run: &mut Context, timer: Timer) {
        self.session.handle_timer(run, timer);
    }

    fn poll_transmit(&mut self, run: &mut Context, out: &mut Vec<u8>) -> usize {
        self.session.poll_transmit(run, out)
    }
}

impl Session {
    /// A packet with a good CRC.
    fn handle_packet(&mut self, run: &mut Context, raw: RawRun, packet: &[u8]) {
        match decode_to_module(packet) {
            Ok(message) => {
                run.received(raw, summary::to_module(&message));
                self.handle_message(run, &message);
            }
            Err(DecodeError::UnknownKind(kind)) => {
                run.received(raw, format!("message of unknown kind {kind:02x}"));
                self.refuse_kind(kind);
            }
            Err(error) => run.bad_frame(raw, error.to_string()),
        }
    }
}
