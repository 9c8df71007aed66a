//! The ayla dialect, module side: 0x7e frames and TLVs, stop and wait.
//!
//! | state     | waits for                                   | timers                        |
//! |-----------|---------------------------------------------|-------------------------------|
//! | Idle      | an order                                    |                               |
//! | Hello     | the answer to the feature request           | hello repeat, answer, give up |
//! | Quiet     | the host's chatter to end                   | quiet, quiet max              |
//! | Ready     | an order                                    |                               |
//! | Offered   | go-ahead, or a refusal by status            | offer                         |
//! | Streaming | the ACK of every block                      | link ACK, stall               |
//! | Sent      | the status                                  | status, then status probe     |
//! | Lost      | the status of a host that has restarted     | status probe                  |
//! | Booting   | a first frame with number 0                 | boot delay, restart           |
//! | Reporting | the version property and the status         | report, late status           |
//! | Settling  | time for the host to write its confirmation | stall until the ACK of the    |
//! |           |                                             | CONFIRM, then settle          |
//! | Closed    | nothing                                     |                               |

mod config;
mod heard;
mod link;
mod message;
mod session;
mod steps;
mod summary;
pub(crate) mod words;

pub use config::AylaConfig;

use protocol_spec::ayla::frame::{Deframer, Fed, Frame, FrameError, FrameType};

use self::link::{Arrival, Link};
use self::session::Session;
use super::Dialect;
use crate::engine::{Context, Order, RawRun, Timer};

/// The module side of the ayla dialect.
#[derive(Debug)]
pub(crate) struct Ayla {
    deframer: Box<Deframer>,
    raw: RawRun,
    port: Port,
}

/// Everything behind the deframer.
#[derive(Debug)]
struct Port {
    config: AylaConfig,
    link: Link,
    session: Session,
}

impl Ayla {
    pub(crate) fn new(config: AylaConfig) -> Self {
        let port = Port {
            config,
            link: Link::default(),
            session: Session::new(),
        };
        Self {
            deframer: Box::new(Deframer::new()),
            raw: RawRun::default(),
            port,
        }
    }
}

impl Dialect for Ayla {
    fn order(&mut self, run: &mut Context, order: Order) {
        self.port.order(run, order);
    }

    fn handle_input<'b>(&mut self, run: &mut Context, bytes: &'b [u8]) -> &'b [u8] {
        let (fed, rest) = self.deframer.feed(bytes);
        let taken = bytes.len() - rest.len();
        self.raw
            .push(run.now, bytes.get(..taken).unwrap_or_default());
        match fed {
            Fed::More => {}
            Fed::Frame(frame) => self.port.handle_frame(run, self.raw.take(), &frame),
            Fed::Bad { reason, .. } => run.bad_frame(self.raw.take(), reason_text(reason)),
            Fed::Noise { len } => {
                run.bad_frame(
                    self.raw.take(),
                    format!("{len} bytes before the first flag"),
                );
            }
        }
        rest
    }

    fn handle_timer(&mut self, run: &mut Context, timer: Timer) {
        self.port.handle_timer(run, timer);
    }

    fn poll_transmit(&mut self, run: &mut Context, out: &mut Vec<u8>) -> usize {
        self.port.link.poll_transmit(run, &self.port.config, out)
    }
}

impl Port {
    fn handle_frame(&mut self, run: &mut Context, raw: RawRun, frame: &Frame<'_>) {
        run.received(raw, summary::of_frame(frame));
        match frame.kind {
            FrameType::ACK => {
                if let Some(role) = self.link.handle_ack(run, frame.seq) {
                    self.acknowledged(run, role);
                }
            }
            FrameType::DATA => match self.link.handle_data(frame.seq, frame.payload) {
                Arrival::Duplicate | Arrival::Dropped => {}
                Arrival::New => self.handle_payload(run, frame.payload),
                Arrival::Restarted => {
                    self.host_restarted(run, frame.payload);
                    self.handle_payload(run, frame.payload);
                }
            },
            _ => {}
        }
    }
}

fn reason_text(reason: FrameError) -> String {
    match reason {
        FrameError::Crc { computed, found } => {
            format!("CRC {found:04x} in the frame, {computed:04x} computed")
        }
        FrameError::Short => "shorter than any frame".to_owned(),
        FrameError::TooLong => "longer than any frame".to_owned(),
        FrameError::EndsInEscape => "ends in an escape byte".to_owned(),
    }
}
