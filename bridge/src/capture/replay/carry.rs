//! Numbers of the live module in the frames of the recorded host.

use std::collections::BTreeMap;

use protocol_spec::ayla;
use protocol_spec::ayla::message::{Message, Protocol};
use protocol_spec::rig;
use protocol_spec::rig::message::{Ack, SACK_RANGES_MAX, SackRange, ToModule};

use super::speech::Numbers;
use crate::dialect::words::{Answer, Ask, words};
use crate::event::Direction;
use crate::job::DialectKind;

/// Which number of the live module stands for which recorded one.
#[derive(Clone, Debug, Default)]
pub(super) struct Carried {
    nonces: BTreeMap<u32, u32>,
    transfers: BTreeMap<u16, u16>,
    seqs: BTreeMap<u8, u8>,
    requests: BTreeMap<u16, u16>,
}

impl Carried {
    /// A recorded frame was said with other numbers.
    pub(super) fn learn(&mut self, recorded: Numbers, live: Numbers) {
        note(&mut self.nonces, recorded.nonce, live.nonce);
        note(&mut self.transfers, recorded.transfer, live.transfer);
        note(&mut self.seqs, recorded.seq, live.seq);
        note(&mut self.requests, recorded.request, live.request);
    }

    /// The recorded transfer that the live one of this number stands for.
    pub(super) fn recorded_transfer(&self, live: u16) -> Option<u16> {
        let mut all = self.transfers.iter();
        all.find(|(_, it)| **it == live)
            .map(|(recorded, _)| *recorded)
    }

    /// The recorded frame of the host with the live numbers and a good CRC; as it is where it
    /// carries none.
    pub(super) fn rewrite(&self, dialect: DialectKind, wire: &[u8]) -> Vec<u8> {
        let rewritten = match dialect {
            DialectKind::Ayla => self.rewrite_ayla(wire),
            DialectKind::Rig => self.rewrite_rig(wire),
        };
        rewritten.unwrap_or_else(|| wire.to_vec())
    }

    fn rewrite_ayla(&self, wire: &[u8]) -> Option<Vec<u8>> {
        let mut deframer = ayla::frame::Deframer::new();
        let ayla::frame::Fed::Frame(frame) = deframer.feed(wire).0 else {
            return None;
        };
        let mut payload = frame.payload.to_vec();
        let mut seq = frame.seq;
        if frame.kind == ayla::frame::FrameType::ACK {
            seq = *self.seqs.get(&seq)?;
        } else {
            let message = Message::decode(frame.payload).ok()?;
            let answers = words(DialectKind::Ayla, Direction::ToModule, wire).answers;
            let answers = answers
                .iter()
                .any(|it| matches!(it, Answer::To(Ask::AylaRequest { to_host: true, .. })));
            if !answers || message.protocol != Protocol::CONTROL {
                return None;
            }
            let live = self.requests.get(&message.request)?;
            payload.get_mut(2..4)?.copy_from_slice(&live.to_be_bytes());
        }
        let mut out = vec![0; ayla::frame::STUFFED_BYTES_MAX];
        let changed = ayla::frame::Frame {
            seq,
            payload: &payload,
            ..frame
        };
        let len = changed.encode(&mut out).ok()?;
        out.truncate(len);
        Some(out)
    }

    fn rewrite_rig(&self, wire: &[u8]) -> Option<Vec<u8>> {
        let mut deframer = rig::frame::Deframer::new(vec![0; rig::frame::FRAME_BYTES_MAX]);
        let rig::frame::Fed::Packet(packet) = deframer.feed(wire).0 else {
            return None;
        };
        let mut message = rig::frame::decode_to_module(packet).ok()?;
        let transfer = match &mut message {
            ToModule::HelloAnswer(answer) => {
                answer.nonce = *self.nonces.get(&answer.nonce)?;
                None
            }
            ToModule::Accept(it) => Some(&mut it.transfer),
            ToModule::Ack(it) => Some(&mut it.transfer),
            ToModule::StepStatus(it) => Some(&mut it.transfer),
            ToModule::BootAnswer(it) => Some(&mut it.transfer),
            ToModule::Busy(_)
            | ToModule::Report(_)
            | ToModule::BlockStatus(_)
            | ToModule::Unsupported(_) => return None,
        };
        if let Some(transfer) = transfer {
            *transfer = *self.transfers.get(transfer)?;
        }
        let mut out = vec![0; rig::frame::FRAME_BYTES_MAX];
        let len = rig::frame::encode_to_module(&message, &mut out).ok()?;
        out.truncate(len);
        Some(out)
    }
}

/// The acknowledgement in `wire` with all that has come since behind what it says; `None` when it
/// is none.
pub(super) fn acknowledging(wire: &[u8], reach: impl Fn(u32) -> u32) -> Option<Vec<u8>> {
    let mut deframer = rig::frame::Deframer::new(vec![0; rig::frame::FRAME_BYTES_MAX]);
    let rig::frame::Fed::Packet(packet) = deframer.feed(wire).0 else {
        return None;
    };
    let ToModule::Ack(ack) = rig::frame::decode_to_module(packet).ok()? else {
        return None;
    };
    let next = reach(ack.next);
    let later = Ack {
        next,
        sack: [SackRange::default(); SACK_RANGES_MAX],
        ..ack
    };
    let mut out = vec![0; rig::frame::FRAME_BYTES_MAX];
    let message = ToModule::Ack(if next > ack.next { later } else { ack });
    let len = rig::frame::encode_to_module(&message, &mut out).ok()?;
    out.truncate(len);
    Some(out)
}

fn note<N: Ord>(map: &mut BTreeMap<N, N>, recorded: Option<N>, live: Option<N>) {
    if let (Some(recorded), Some(live)) = (recorded, live) {
        map.insert(recorded, live);
    }
}

#[cfg(test)]
mod tests {
    use protocol_spec::ayla::frame::{Frame, FrameType, STUFFED_BYTES_MAX};
    use protocol_spec::ayla::opcode::ControlOp;
    use protocol_spec::rig::message::{Accept, Busy};

    use super::*;

    fn ayla(kind: FrameType, seq: u8, payload: &[u8]) -> Vec<u8> {
        let mut wire = vec![0; STUFFED_BYTES_MAX];
        let len = Frame { kind, seq, payload }.encode(&mut wire).unwrap();
        wire.truncate(len);
        wire
    }

    fn rig(message: &ToModule<'_>) -> Vec<u8> {
        let mut wire = vec![0; rig::frame::FRAME_BYTES_MAX];
        let len = rig::frame::encode_to_module(message, &mut wire).unwrap();
        wire.truncate(len);
        wire
    }

    fn carried() -> Carried {
        let numbers = |nonce, transfer, seq, request| Numbers {
            nonce: Some(nonce),
            transfer: Some(transfer),
            seq: Some(seq),
            request: Some(request),
        };
        let mut carried = Carried::default();
        carried.learn(numbers(1, 2, 3, 0x0104), numbers(11, 12, 13, 0x0114));
        carried
    }

    #[test]
    fn an_acknowledgement_carries_the_number_of_the_live_frame() {
        let rewrite = |seq| {
            let wire = ayla(FrameType::ACK, seq, &[]);
            carried().rewrite(DialectKind::Ayla, &wire)
        };
        assert_eq!(rewrite(3), ayla(FrameType::ACK, 13, &[]));
        assert_eq!(rewrite(4), ayla(FrameType::ACK, 4, &[]));
    }

    #[test]
    fn an_answer_carries_the_number_of_the_live_request_and_a_request_its_own() {
        let message = |op: ControlOp, request: u8| {
            let payload = [Protocol::CONTROL.0, op.0, 1, request];
            ayla(FrameType::DATA, 3, &payload)
        };
        let rewrite = |op, request| carried().rewrite(DialectKind::Ayla, &message(op, request));
        let (nak, status) = (ControlOp::NAK, ControlOp::MCU_OTA_STAT);
        assert_eq!(rewrite(nak, 4), message(nak, 0x14));
        assert_eq!(rewrite(nak, 5), message(nak, 5));
        assert_eq!(rewrite(status, 4), message(status, 4));
    }

    #[test]
    fn a_transfer_carries_the_live_number() {
        let accept = |transfer| {
            let (offset, limit, busy_ms) = (0, 4096, 0);
            rig(&ToModule::Accept(Accept {
                transfer,
                offset,
                limit,
                busy_ms,
            }))
        };
        let rewrite = |wire: Vec<u8>| carried().rewrite(DialectKind::Rig, &wire);
        assert_eq!(rewrite(accept(2)), accept(12));
        assert_eq!(rewrite(accept(7)), accept(7));
        let busy = rig(&ToModule::Busy(Busy { busy_ms: 2 }));
        assert_eq!(rewrite(busy.clone()), busy);
        assert_eq!(rewrite(vec![1, 2, 3]), [1, 2, 3]);
    }
}
