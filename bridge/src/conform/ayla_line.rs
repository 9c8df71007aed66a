//! The ayla dialect as scripts speak it: frames, sequence numbers, and what is answered by itself.

use core::time::Duration;
use std::collections::VecDeque;

use fixtures::script::{AYLA_TLVS, Auto, Damage, FieldKind, Value, ayla_name, ayla_opcode};
use protocol_spec::ayla::frame::{Deframer, Fed, Frame, FrameType, next_seq};
use protocol_spec::ayla::message::{Message, Protocol};
use protocol_spec::ayla::opcode::{ControlOp, DataOp};
use protocol_spec::ayla::tlv::{TlvType, uint};
use protocol_spec::tick::Tick;

use super::ayla_frame::{big_endian, build, cut, payload, spoilt, tlv};
use super::heard::Heard;
use super::speaker::{Flow, Order, SpeakError};

/// How long a link ACK is waited for.
pub(super) const ACK_TIME: Duration = Duration::from_secs(5);
/// Object bytes in one block.
pub(super) const BLOCK_BYTES: i64 = 255;
/// What the rig says it is, when it is asked.
const IDENTITY: &[u8] = b"otarig";
/// Most answers that wait.
const ANSWERS_MAX: usize = 32;
/// Most bytes that a frame of a script is padded with.
const PAD_MAX: i64 = 4096;

/// The line and what was said on it.
pub(super) struct AylaLine {
    deframer: Deframer,
    next_seq: u8,
    request: u16,
    last_received: Option<u8>,
    pub(super) auto: Auto,
    /// An answer that waits for its ACK, until when.
    in_flight: Option<(u8, Tick)>,
    answers: VecDeque<(Vec<u8>, Heard)>,
    pub(super) flow: Flow,
}

impl AylaLine {
    pub(super) fn new() -> Self {
        Self {
            deframer: Deframer::new(),
            next_seq: 0,
            request: 0,
            last_received: None,
            auto: Auto::default(),
            in_flight: None,
            answers: VecDeque::new(),
            flow: Flow::default(),
        }
    }

    /// Forgets the link, as a module that restarts; `whole`: its own numbers too.
    pub(super) fn restart(&mut self, whole: bool) {
        let auto = self.auto;
        let seq = self.next_seq;
        *self = Self::new();
        self.auto = auto;
        if !whole {
            self.next_seq = seq;
        }
    }

    /// Until when an answer of ours is in the way of another frame.
    pub(super) fn busy_until(&self) -> Option<Tick> {
        self.in_flight.map(|(_, until)| until)
    }

    /// Takes bytes; puts what they are to `heard`, and frames that are due at once to `out`.
    pub(super) fn feed(
        &mut self,
        now: Tick,
        bytes: &[u8],
        heard: &mut Vec<Heard>,
        out: &mut Vec<(Vec<u8>, Heard)>,
    ) -> usize {
        let mut bad = 0;
        let mut rest = bytes;
        while !rest.is_empty() {
            let mut deframer = std::mem::take(&mut self.deframer);
            let (fed, after) = deframer.feed(rest);
            rest = after;
            match fed {
                Fed::More => {}
                Fed::Bad { .. } | Fed::Noise { .. } => bad += 1,
                Fed::Frame(frame) => self.frame(now, &frame, heard, out),
            }
            self.deframer = deframer;
        }
        bad
    }

    fn frame(
        &mut self,
        now: Tick,
        frame: &Frame<'_>,
        heard: &mut Vec<Heard>,
        out: &mut Vec<(Vec<u8>, Heard)>,
    ) {
        match frame.kind {
            FrameType::ACK => {
                if self.in_flight.is_some_and(|(seq, _)| seq == frame.seq) {
                    self.in_flight = None;
                    return;
                }
                heard.push(Heard::new(now, "link-ack").number("seq", frame.seq));
            }
            FrameType::DATA => {
                let again = frame.seq != 0 && self.last_received == Some(frame.seq);
                self.last_received = Some(frame.seq);
                if self.auto.ack {
                    let shown = Heard::new(now, "link-ack").number("seq", frame.seq);
                    out.push((build(FrameType::ACK.0, frame.seq, &[]), shown));
                    if again {
                        return;
                    }
                }
                if let Ok(message) = Message::decode(frame.payload) {
                    let mut shown = show(now, &message);
                    shown.auto = self.answer(now, &message);
                    shown
                        .fields
                        .insert(0, ("seq", Value::Number(frame.seq.into())));
                    heard.push(shown);
                }
            }
            _ => {}
        }
    }

    /// Answers what is answered by itself; whether that is so.
    fn answer(&mut self, now: Tick, message: &Message<'_>) -> bool {
        let asks = matches!(
            ControlOp(message.opcode),
            ControlOp::GET_CONF | ControlOp::GET_STAT
        );
        if message.protocol == Protocol::CONTROL && asks && self.auto.conf {
            let conf = message.tlvs.find(TlvType::CONF).unwrap_or_default();
            let mut tlvs = tlv(TlvType::CONF, conf);
            tlvs.extend(tlv(TlvType::UTF8, IDENTITY));
            let op = (Protocol::CONTROL, ControlOp::RESP.0);
            return self.queue(now, "resp", op, message.request, &tlvs);
        }
        if message.protocol != Protocol::DATA || !self.auto.confirm {
            return false;
        }
        let names = message.tlvs.find(TlvType::NAME).is_some();
        match DataOp(message.opcode) {
            DataOp::LISTEN_ENB => true,
            DataOp::REQ_TLV | DataOp::SEND_TLV => self.confirm(now, message.request),
            DataOp::SEND_PROP_RESP if names => self.confirm(now, message.request),
            _ => false,
        }
    }

    fn confirm(&mut self, now: Tick, request: u16) -> bool {
        let op = (Protocol::DATA, DataOp::CONFIRM.0);
        self.queue(now, "confirm", op, request, &[])
    }

    fn queue(
        &mut self,
        now: Tick,
        name: &str,
        op: (Protocol, u8),
        request: u16,
        tlvs: &[u8],
    ) -> bool {
        if self.answers.len() < ANSWERS_MAX {
            let shown = Heard::new(now, name).number("request", request);
            self.answers.push_back((payload(op, request, tlvs), shown));
        }
        true
    }

    /// The next answer that may go out; `idle`: nothing of the script waits for its ACK.
    pub(super) fn next_answer(&mut self, now: Tick, idle: bool) -> Option<(Vec<u8>, Heard)> {
        if self.in_flight.is_some_and(|(_, until)| until <= now) {
            self.in_flight = None;
        }
        if !idle || self.in_flight.is_some() {
            return None;
        }
        let (payload, shown) = self.answers.pop_front()?;
        let seq = self.take_seq(None);
        self.in_flight = Some((seq, now + ACK_TIME));
        Some((build(FrameType::DATA.0, seq, &payload), shown))
    }

    fn take_seq(&mut self, given: Option<u8>) -> u8 {
        let seq = given.unwrap_or(self.next_seq);
        self.next_seq = next_seq(seq);
        seq
    }

    /// The frame of an order, the seq that its ACK carries, and what a transcript says of it.
    pub(super) fn encode(
        &mut self,
        now: Tick,
        order: &Order<'_>,
    ) -> Result<(Vec<u8>, u8, Heard), SpeakError> {
        let seq_given = order
            .number("seq")
            .map(|_| order.small("seq", 0))
            .transpose()?;
        let (frame, seq, shown) = match order.message {
            "link-ack" => {
                let seq = order.small("seq", self.last_received.unwrap_or(0))?;
                let shown = Heard::new(now, "link-ack").number("seq", seq);
                (build(FrameType::ACK.0, seq, &[]), seq, shown)
            }
            "frame" => {
                let kind = order.small("type", FrameType::DATA.0)?;
                let mut payload = order.bytes("payload").unwrap_or_default();
                let pad = order.up_to("pad", 0, PAD_MAX)?;
                let pad = usize::try_from(pad).unwrap_or(0);
                payload.resize(payload.len() + pad, 0x7d);
                let seq = self.take_seq(seq_given);
                let shown = Heard::new(now, "frame")
                    .number("seq", seq)
                    .number("type", kind)
                    .bytes("payload", &payload);
                (build(kind, seq, &payload), seq, shown)
            }
            name => {
                let op = ayla_opcode(name).ok_or(SpeakError::Encode)?;
                let request = order.small("request", self.request)?;
                self.request = request.wrapping_add(1);
                let mut shown = Heard::new(now, name);
                let tlvs = self.tlvs(order, &mut shown)?;
                let seq = self.take_seq(seq_given);
                shown
                    .fields
                    .insert(0, ("request", Value::Number(request.into())));
                shown.fields.insert(0, ("seq", Value::Number(seq.into())));
                let payload = payload(op, request, &tlvs);
                (build(FrameType::DATA.0, seq, &payload), seq, shown)
            }
        };
        let frame = match order.damage {
            None => frame,
            Some(Damage::Twice) => [frame.as_slice(), frame.as_slice()].concat(),
            Some(Damage::Crc) => spoilt(&frame),
            Some(Damage::Cut) => cut(&frame),
        };
        Ok((frame, seq, shown))
    }

    /// The TLVs of a message: those of its fields, and those that its object gives.
    fn tlvs(&mut self, order: &Order<'_>, shown: &mut Heard) -> Result<Vec<u8>, SpeakError> {
        let mut fields = order.fields.clone();
        if let Some(object) = order.object {
            self.object_fields(order, object, &mut fields)?;
        }
        let mut out = Vec::new();
        for (name, kind, width) in AYLA_TLVS {
            let Some(value) = fields.get(name) else {
                continue;
            };
            let bytes = match value {
                Value::Number(number) => big_endian(name, *number, *width)?,
                Value::Text(bytes) | Value::Bytes(bytes) => bytes.clone(),
            };
            let (len, most) = (bytes.len(), usize::from(u8::MAX));
            if len > most {
                return Err(SpeakError::Long { name, len, most });
            }
            out.extend(tlv(*kind, &bytes));
            shown.fields.push((name, value.clone()));
        }
        if let Some(raw) = order.bytes("tlvs") {
            shown.fields.push(("tlvs", Value::Bytes(raw.clone())));
            out.extend(raw);
        }
        Ok(out)
    }

    fn object_fields(
        &mut self,
        order: &Order<'_>,
        object: &super::MadeObject,
        fields: &mut super::speaker::Fields,
    ) -> Result<(), SpeakError> {
        match order.message {
            "mcu-ota" => {
                self.flow = Flow::default();
                let version = Value::Text(object.version.clone().into_bytes());
                fields.entry("utf8").or_insert(version);
                fields
                    .entry("len")
                    .or_insert(Value::Number(object.length().into()));
            }
            "mcu-ota-load" => {
                let offset = order.up_to("off", self.flow.next, u32::MAX.into())?;
                let left = i64::from(object.length()) - offset;
                let count = order.up_to("count", left.clamp(1, BLOCK_BYTES), BLOCK_BYTES)?;
                fields.entry("off").or_insert(Value::Number(offset));
                let piece = object.piece(offset, count);
                fields.entry("bin").or_insert(Value::Bytes(piece));
                if offset == self.flow.next {
                    self.flow.next = offset.saturating_add(count);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn show(now: Tick, message: &Message<'_>) -> Heard {
    let name = ayla_name(message.protocol, message.opcode);
    let mut heard = Heard::new(now, name).number("request", message.request);
    let known = fixtures::script::AYLA_FIELDS;
    for tlv in message.tlvs.iter().map_while(Result::ok) {
        let Some((name, ..)) = AYLA_TLVS.iter().find(|(_, kind, _)| *kind == tlv.kind) else {
            continue;
        };
        let field = known.iter().find(|field| field.name == *name);
        let number = uint(tlv.value).and_then(|number| i64::try_from(number).ok());
        let value = match (field.map(|field| field.kind), number) {
            (Some(FieldKind::Number | FieldKind::HostErr), Some(number)) => Value::Number(number),
            (Some(FieldKind::Text), _) => Value::Text(tlv.value.to_vec()),
            _ => Value::Bytes(tlv.value.to_vec()),
        };
        if heard.field(name).is_none() {
            heard.fields.push((name, value));
        }
    }
    heard
}
