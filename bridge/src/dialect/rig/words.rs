//! Captured frames of the rig dialect.

use protocol_spec::rig::frame::{Deframer, FRAME_BYTES_MAX, Fed, decode_to_host, decode_to_module};
use protocol_spec::rig::message::{Step, ToHost, ToModule};

use super::summary;
use crate::dialect::words::{Answer, Ask, Words};
use crate::event::Direction;

/// What the wire bytes of one frame say.
pub(crate) fn of_wire(direction: Direction, wire: &[u8]) -> Words {
    let mut deframer = Deframer::new(vec![0; FRAME_BYTES_MAX]);
    let Fed::Packet(packet) = deframer.feed(wire).0 else {
        return Words::plain("no frame".to_owned());
    };
    let words = match direction {
        Direction::ToHost => decode_to_host(packet).map(|message| to_host(&message)),
        Direction::ToModule => decode_to_module(packet).map(|message| to_module(&message)),
    };
    words.unwrap_or_else(|error| Words::plain(format!("frame that makes no sense: {error}")))
}

fn to_host(message: &ToHost<'_>) -> Words {
    let mut words = Words::plain(summary::to_host(message));
    words.asks.extend(match message {
        ToHost::Hello(hello) => Some(Ask::Hello { nonce: hello.nonce }),
        ToHost::Offer(offer) => Some(Ask::Offer {
            transfer: offer.transfer,
        }),
        ToHost::Data(data) => Some(Ask::Data {
            transfer: data.transfer,
            end: data
                .offset
                .saturating_add(u32::try_from(data.bytes.len()).unwrap_or(u32::MAX)),
        }),
        ToHost::Finish(finish) => Some(Ask::Finish {
            transfer: finish.transfer,
        }),
        ToHost::Boot(boot) => Some(Ask::Boot {
            transfer: boot.transfer,
        }),
        _ => None,
    });
    if let ToHost::ReportAck(ack) = message {
        words.answers.push(Answer::To(Ask::Report { id: ack.id }));
    }
    words
}

fn to_module(message: &ToModule<'_>) -> Words {
    let mut words = Words::plain(summary::to_module(message));
    if let ToModule::Report(report) = message {
        words.asks.push(Ask::Report { id: report.id });
    }
    words.answers.extend(match message {
        ToModule::HelloAnswer(answer) => Some(Answer::To(Ask::Hello {
            nonce: answer.nonce,
        })),
        ToModule::Accept(accept) => Some(Answer::To(Ask::Offer {
            transfer: accept.transfer,
        })),
        ToModule::Ack(ack) => Some(Answer::UpTo {
            transfer: ack.transfer,
            next: ack.next,
        }),
        ToModule::StepStatus(status) => {
            let transfer = status.transfer;
            match status.step {
                Step::Offer => Some(Answer::To(Ask::Offer { transfer })),
                Step::Finish => Some(Answer::To(Ask::Finish { transfer })),
                Step::Boot => Some(Answer::To(Ask::Boot { transfer })),
                _ => None,
            }
        }
        ToModule::BootAnswer(answer) => Some(Answer::To(Ask::Boot {
            transfer: answer.transfer,
        })),
        _ => None,
    });
    words
}
