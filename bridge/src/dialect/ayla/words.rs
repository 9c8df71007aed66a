//! Captured frames of the ayla dialect.

use protocol_spec::ayla::frame::{Deframer, Fed, FrameType};
use protocol_spec::ayla::message::{Message, Protocol};
use protocol_spec::ayla::opcode::{ControlOp, DataOp};

use super::summary;
use crate::dialect::words::{Answer, Ask, Words};
use crate::event::Direction;

/// What the wire bytes of one frame say.
pub(crate) fn of_wire(direction: Direction, wire: &[u8]) -> Words {
    let mut deframer = Deframer::new();
    let Fed::Frame(frame) = deframer.feed(wire).0 else {
        return Words::plain("no frame".to_owned());
    };
    let mut words = Words::plain(summary::of_frame(&frame));
    let (to_host, seq) = (direction == Direction::ToHost, frame.seq);
    if frame.kind == FrameType::ACK {
        let to_host = !to_host;
        words
            .answers
            .push(Answer::To(Ask::AylaFrame { to_host, seq }));
    } else if let Ok(message) = Message::decode(frame.payload) {
        let request = message.request;
        words.asks.push(Ask::AylaFrame { to_host, seq });
        words.asks.push(Ask::AylaRequest { to_host, request });
        if answers(&message) {
            let to_host = !to_host;
            let answered = Ask::AylaRequest { to_host, request };
            words.answers.push(Answer::To(answered));
        }
    }
    words
}

/// Whether a message carries the number of a request that came the other way.
fn answers(message: &Message<'_>) -> bool {
    match message.protocol {
        Protocol::CONTROL => {
            let op = ControlOp(message.opcode);
            op == ControlOp::RESP || op == ControlOp::NAK
        }
        Protocol::DATA => {
            let op = DataOp(message.opcode);
            op == DataOp::NAK || op == DataOp::SEND_PROP_RESP || op == DataOp::DP_RESP
        }
        _ => false,
    }
}
