//! What a frame of a module says, apart from the numbers that every module draws anew.

use protocol_spec::ayla;
use protocol_spec::ayla::message::{Message, Protocol};
use protocol_spec::ayla::opcode::ControlOp;
use protocol_spec::rig;
use protocol_spec::rig::message::{Abort, Boot, Finish, Hello, Offer, ToHost};

use crate::dialect::words::words;
use crate::event::Direction;
use crate::job::DialectKind;

/// Where the request number stands in an ayla message.
const REQUEST: std::ops::Range<usize> = 2..4;

/// How strictly a frame keeps its place among the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rank {
    /// It is a step of the update: these come in their order.
    Step,
    /// It comes when its time has come, between two steps.
    Aside,
    /// It acknowledges a frame of the host.
    Ack,
}

/// Numbers that a module draws, and that the host repeats to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Numbers {
    pub(super) nonce: Option<u32>,
    pub(super) transfer: Option<u16>,
    pub(super) seq: Option<u8>,
    pub(super) request: Option<u16>,
}

/// A piece of the object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    pub(super) transfer: u16,
    pub(super) offset: u32,
    pub(super) bytes: Vec<u8>,
}

/// A frame of the module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Speech {
    pub(super) rank: Rank,
    /// Equal where two frames say the same; the numbers are left out of it.
    pub(super) says: Vec<u8>,
    /// Equal where a frame is sent again; `None` where that cannot be told.
    pub(super) identity: Option<Vec<u8>>,
    pub(super) numbers: Numbers,
    pub(super) piece: Option<Piece>,
    pub(super) summary: String,
}

/// What the wire bytes of one frame say; `None` when they are no frame.
pub(super) fn read(dialect: DialectKind, wire: &[u8]) -> Option<Speech> {
    let speech = match dialect {
        DialectKind::Ayla => read_ayla(wire),
        DialectKind::Rig => read_rig(wire),
    };
    let summary = || words(dialect, Direction::ToHost, wire).summary;
    speech.map(|speech| Speech {
        summary: summary(),
        ..speech
    })
}

impl Piece {
    /// Offset behind its last byte.
    pub(super) fn end(&self) -> u32 {
        let len = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        self.offset.saturating_add(len)
    }
}

fn read_ayla(wire: &[u8]) -> Option<Speech> {
    let mut deframer = ayla::frame::Deframer::new();
    let ayla::frame::Fed::Frame(frame) = deframer.feed(wire).0 else {
        return None;
    };
    let mut speech = Speech {
        rank: Rank::Aside,
        says: frame.payload.to_vec(),
        identity: None,
        numbers: Numbers::default(),
        piece: None,
        summary: String::new(),
    };
    if frame.kind == ayla::frame::FrameType::ACK {
        speech.rank = Rank::Ack;
        speech.says = vec![frame.seq];
        return Some(speech);
    }
    speech.numbers.seq = Some(frame.seq);
    speech.identity = Some([&[frame.seq], frame.payload].concat());
    if let Ok(message) = Message::decode(frame.payload)
        && is_step(&message)
    {
        speech.rank = Rank::Step;
        speech.numbers.request = Some(message.request);
        if let Some(request) = speech.says.get_mut(REQUEST) {
            request.fill(0);
        }
    }
    Some(speech)
}

fn is_step(message: &Message<'_>) -> bool {
    let steps = [
        ControlOp::MCU_OTA,
        ControlOp::MCU_OTA_LOAD,
        ControlOp::MCU_OTA_BOOT,
    ];
    message.protocol == Protocol::CONTROL && steps.contains(&ControlOp(message.opcode))
}

fn read_rig(wire: &[u8]) -> Option<Speech> {
    let mut deframer = rig::frame::Deframer::new(vec![0; rig::frame::FRAME_BYTES_MAX]);
    let rig::frame::Fed::Packet(packet) = deframer.feed(wire).0 else {
        return None;
    };
    let mut speech = Speech {
        rank: Rank::Aside,
        says: packet.to_vec(),
        identity: None,
        numbers: Numbers::default(),
        piece: None,
        summary: String::new(),
    };
    let Ok(message) = rig::frame::decode_to_host(packet) else {
        return Some(speech);
    };
    let (plain, numbers) = numbered(&message);
    speech.numbers = numbers;
    if let Some(plain) = plain {
        speech.identity = Some(packet.to_vec());
        speech.says = encoded(&plain);
        if !matches!(plain, ToHost::Hello(_)) {
            speech.rank = Rank::Step;
        }
    }
    if let ToHost::Data(data) = message {
        speech.rank = Rank::Step;
        speech.says = Vec::new();
        speech.piece = Some(Piece {
            transfer: data.transfer,
            offset: data.offset,
            bytes: data.bytes.to_vec(),
        });
    }
    Some(speech)
}

/// The message without its numbers, where it has some and is no piece; and the numbers.
fn numbered<'m>(message: &ToHost<'m>) -> (Option<ToHost<'m>>, Numbers) {
    let transfer = 0;
    let (plain, number) = match message {
        ToHost::Hello(hello) => {
            let nonce = Some(hello.nonce);
            let numbers = Numbers {
                nonce,
                ..Numbers::default()
            };
            return (Some(ToHost::Hello(Hello { nonce: 0, ..*hello })), numbers);
        }
        ToHost::Offer(offer) => {
            let plain = Offer { transfer, ..*offer };
            (Some(ToHost::Offer(plain)), Some(offer.transfer))
        }
        ToHost::Finish(it) => (Some(ToHost::Finish(Finish { transfer })), Some(it.transfer)),
        ToHost::Boot(it) => (Some(ToHost::Boot(Boot { transfer })), Some(it.transfer)),
        ToHost::Abort(it) => (Some(ToHost::Abort(Abort { transfer })), Some(it.transfer)),
        ToHost::Data(data) => (None, Some(data.transfer)),
        ToHost::Query(_) | ToHost::ReportAck(_) | ToHost::Unsupported(_) => (None, None),
    };
    let numbers = Numbers {
        transfer: number,
        ..Numbers::default()
    };
    (plain, numbers)
}

fn encoded(message: &ToHost<'_>) -> Vec<u8> {
    let mut wire = vec![0; rig::frame::FRAME_BYTES_MAX];
    let len = rig::frame::encode_to_host(message, &mut wire).unwrap_or_default();
    wire.truncate(len);
    wire
}
