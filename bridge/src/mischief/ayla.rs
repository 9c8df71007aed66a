//! Mistakes in the ayla dialect.

use protocol_spec::ayla::frame::{
    Deframer, Fed, Frame, FrameType, MESSAGE_BYTES_MAX, STUFFED_BYTES_MAX, next_seq,
};
use protocol_spec::ayla::message::{Message, MessageWriter, Protocol};
use protocol_spec::ayla::opcode::{ControlOp, DataOp};
use protocol_spec::ayla::tlv::{self, TlvType};

use super::plan::{Deed, Extra, Plan, Said, shifted};

/// Most bytes of a block: what a one-byte length can say.
const BLOCK_BYTES_MAX: usize = 255;
/// Request number of what the engine has not said.
const REQUEST: u16 = 0x7001;

/// What mistakes in this dialect must remember.
#[derive(Debug, Default)]
pub(super) struct AylaTongue {
    /// Number of the next new frame on the line.
    next_wire: u8,
    /// The engine's last frame: its own number, and the one on the line.
    current: Option<(u8, u8)>,
    /// Whether the two numberings differ.
    renumbered: bool,
    offer: Vec<u8>,
    data: Vec<u8>,
    heard: Deframer,
}

impl AylaTongue {
    pub(super) fn speak(&mut self, plan: &mut Plan, frame: &[u8]) -> Vec<Vec<u8>> {
        let mut deframer = Deframer::new();
        // The flag that a frame begins with ends nothing.
        let (Fed::Frame(found), _) = deframer.feed(frame) else {
            return vec![frame.to_vec()];
        };
        if found.kind != FrameType::DATA {
            return vec![frame.to_vec()];
        }
        let again = self.current.is_some_and(|(engine, _)| engine == found.seq);
        let Some(message) = Message::decode(found.payload).ok().filter(|_| !again) else {
            return vec![self.renumbered(&found, frame)];
        };
        let deeds = plan.deeds(said(&message));
        self.remember(&message, found.payload);
        if !self.renumbered {
            self.next_wire = found.seq;
        }
        let mut frames: Vec<Vec<u8>> = Vec::new();
        for deed in &deeds {
            if let Deed::Before(extra) = deed {
                frames.extend(self.extra(*extra));
            }
        }
        let seq = self.take_seq();
        self.renumbered |= seq != found.seq;
        self.current = Some((found.seq, seq));
        let changed = changed(&message, &deeds);
        let payload = changed.as_deref().unwrap_or(found.payload);
        frames.push(encode(seq, payload));
        for deed in &deeds {
            if let Deed::After(extra) = deed {
                frames.extend(self.extra(*extra));
                self.renumbered = true;
            }
        }
        frames
    }

    /// Bytes of the host, the numbers of its acknowledgements turned back.
    pub(super) fn hear(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (fed, after) = self.heard.feed(rest);
            rest = after;
            let Fed::Frame(frame) = fed else {
                continue;
            };
            if frame.kind != FrameType::ACK {
                out.extend(wire(&frame));
                continue;
            }
            if let Some((engine, _)) = self.current.filter(|(_, wire)| *wire == frame.seq) {
                out.extend(wire(&Frame {
                    seq: engine,
                    ..frame
                }));
            }
        }
        if self.renumbered { out } else { bytes }
    }

    /// A frame that goes again, or that is no message, under the number that it has on the line.
    fn renumbered(&self, found: &Frame<'_>, frame: &[u8]) -> Vec<u8> {
        match self.current.filter(|(engine, _)| *engine == found.seq) {
            Some((_, seq)) => encode(seq, found.payload),
            None => frame.to_vec(),
        }
    }

    fn take_seq(&mut self) -> u8 {
        let seq = self.next_wire;
        self.next_wire = next_seq(seq);
        seq
    }

    fn remember(&mut self, message: &Message<'_>, payload: &[u8]) {
        match said(message) {
            Said::Offer { .. } => self.offer = payload.to_vec(),
            Said::Data { .. } => self.data = payload.to_vec(),
            _ => {}
        }
    }

    fn extra(&mut self, extra: Extra) -> Option<Vec<u8>> {
        let payload = match extra {
            Extra::Boot => written(Protocol::CONTROL, ControlOp::MCU_OTA_BOOT.0, REQUEST)?,
            Extra::Offer => Some(self.offer.clone()).filter(|it| !it.is_empty())?,
            Extra::LastData => self.data.clone(),
            Extra::Start => {
                self.next_wire = 0;
                written(Protocol::DATA, DataOp::SEND_PROP.0, 0)?
            }
        };
        let seq = self.take_seq();
        Some(encode(seq, &payload))
    }
}

fn said(message: &Message<'_>) -> Said {
    let number = |kind| message.tlvs.find(kind).and_then(tlv::uint);
    let number = |kind| u32::try_from(number(kind).unwrap_or(0)).unwrap_or(0);
    match (message.protocol, ControlOp(message.opcode)) {
        (Protocol::CONTROL, ControlOp::MCU_OTA) => Said::Offer {
            length: number(TlvType::LEN),
        },
        (Protocol::CONTROL, ControlOp::MCU_OTA_LOAD) => {
            let len = message.tlvs.find(TlvType::BIN).map_or(0, <[u8]>::len);
            Said::Data {
                offset: number(TlvType::OFF),
                len: u32::try_from(len).unwrap_or(0),
            }
        }
        (Protocol::CONTROL, ControlOp::MCU_OTA_BOOT) => Said::Boot,
        _ => Said::Other,
    }
}

/// The message with other TLVs; `None` when no deed is about them.
fn changed(message: &Message<'_>, deeds: &[Deed]) -> Option<Vec<u8>> {
    let about = |deed: &&Deed| !matches!(deed, Deed::Before(_) | Deed::After(_));
    let deeds: Vec<Deed> = deeds.iter().filter(about).copied().collect();
    if deeds.is_empty() {
        return None;
    }
    let mut space = [0; MESSAGE_BYTES_MAX];
    let mut writer = MessageWriter::new(
        &mut space,
        message.protocol,
        message.opcode,
        message.request,
    );
    for tlv in message.tlvs.iter().map_while(Result::ok) {
        let mut value = tlv.value.to_vec();
        for deed in &deeds {
            match (deed, tlv.kind) {
                (Deed::Shift(add), TlvType::OFF) | (Deed::Resize(add), TlvType::LEN) => {
                    let number = u32::try_from(tlv::uint(&value)?).unwrap_or(u32::MAX);
                    value = shifted(number, *add).to_be_bytes().to_vec();
                }
                (Deed::Fill, TlvType::BIN) => value.resize(BLOCK_BYTES_MAX, 0),
                _ => {}
            }
        }
        writer.tlv(tlv.kind, &value);
    }
    writer.finish().ok().map(<[u8]>::to_vec)
}

/// A message without TLVs.
fn written(protocol: Protocol, opcode: u8, request: u16) -> Option<Vec<u8>> {
    let mut space = [0; MESSAGE_BYTES_MAX];
    let mut writer = MessageWriter::new(&mut space, protocol, opcode, request);
    writer.finish().ok().map(<[u8]>::to_vec)
}

fn encode(seq: u8, payload: &[u8]) -> Vec<u8> {
    let kind = FrameType::DATA;
    wire(&Frame { kind, seq, payload })
}

fn wire(frame: &Frame<'_>) -> Vec<u8> {
    let mut wire = vec![0; STUFFED_BYTES_MAX];
    let len = frame.encode(&mut wire).unwrap_or_default();
    wire.truncate(len);
    wire
}
