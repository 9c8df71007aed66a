//! A frame in words: names instead of numbers, peer text escaped and cut.

use core::fmt::Write as _;

use protocol_spec::ayla::conf::ConfPath;
use protocol_spec::ayla::feature::Features;
use protocol_spec::ayla::frame::{Deframer, Fed, Frame, FrameType};
use protocol_spec::ayla::message::{Message, Protocol};
use protocol_spec::ayla::opcode::{ControlOp, DataOp};
use protocol_spec::ayla::tlv::{Tlv, TlvType};
use protocol_spec::codes::HostErr;
use protocol_spec::text::Escaped;

/// Most bytes of a peer's text that are shown.
const TEXT_BYTES_MAX: usize = 80;

/// One wire frame in words.
pub(super) fn of_wire(wire: &[u8]) -> String {
    let mut deframer = Deframer::new();
    match deframer.feed(wire).0 {
        Fed::Frame(frame) => of_frame(&frame),
        _ => "no frame".to_owned(),
    }
}

/// One frame in words.
pub(super) fn of_frame(frame: &Frame<'_>) -> String {
    match frame.kind {
        FrameType::ACK => format!("ACK seq={}", frame.seq),
        FrameType::DATA => of_data(frame.seq, frame.payload),
        kind => format!("frame of unknown type {:02x} seq={}", kind.0, frame.seq),
    }
}

fn of_data(seq: u8, payload: &[u8]) -> String {
    let Ok(message) = Message::decode(payload) else {
        return format!(
            "data of {} bytes, too short for a message, seq={seq}",
            payload.len()
        );
    };
    let mut text = format!(
        "{} seq={seq} req={:04x}",
        op_name(&message),
        message.request
    );
    for tlv in message.tlvs {
        let _ = match tlv {
            Ok(tlv) => write_tlv(&mut text, &tlv),
            Err(_) => write!(text, " (TLV cut short)"),
        };
    }
    text
}

fn op_name(message: &Message<'_>) -> String {
    match message.protocol {
        Protocol::CONTROL => ControlOp(message.opcode).to_string(),
        Protocol::DATA => DataOp(message.opcode).to_string(),
        protocol => format!("{protocol} op {:02x}", message.opcode),
    }
}

fn write_tlv(text: &mut String, tlv: &Tlv<'_>) -> core::fmt::Result {
    let number = tlv.uint();
    match (tlv.kind, number, tlv.value) {
        (TlvType::NAME, _, value) => write!(text, " name={}", shown(value)),
        (TlvType::UTF8, _, value) => write!(text, " text={}", shown(value)),
        (TlvType::BIN, _, value) => write!(text, " len={}", value.len()),
        (TlvType::EOF, _, _) => write!(text, " end"),
        (TlvType::CONF, _, path) => write!(text, " conf={}", ConfPath(path)),
        (TlvType::ERR, _, [err]) => write!(text, " err={}", HostErr(*err)),
        (TlvType::FEATURES, _, [bits]) => write!(text, " features={}", Features(*bits)),
        (TlvType::OFF, Some(number), _) => write!(text, " offset={number}"),
        (TlvType::LEN, Some(number), _) => write!(text, " length={number}"),
        (TlvType::NODES, Some(number), _) => write!(text, " nodes={number:02x}"),
        (kind, Some(number), _) => write!(text, " {kind}={number}"),
        (kind, None, value) => write!(text, " {kind}({} bytes)", value.len()),
    }
}

/// A peer's text, cut and escaped.
pub(super) fn shown(bytes: &[u8]) -> String {
    match bytes.get(..TEXT_BYTES_MAX) {
        Some(head) if bytes.len() > TEXT_BYTES_MAX => format!("{}...", Escaped(head)),
        _ => Escaped(bytes).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_reads_as_words() {
        let offer = [
            0x7e, 0x01, 0x05, 0x00, 0x0d, 0x00, 0x01, 0x05, 0x08, 0x64, 0x65, 0x6d, 0x6f, 0x20,
            0x31, 0x2e, 0x31, 0x12, 0x04, 0x00, 0x00, 0x05, 0x78, 0xdc, 0x89, 0x7e,
        ];
        assert_eq!(
            of_wire(&offer),
            "MCU_OTA seq=5 req=0001 text=demo 1.1 length=1400"
        );
        let status = [
            0x7e, 0x01, 0x08, 0x00, 0x0f, 0x00, 0x0a, 0x07, 0x01, 0x0e, 0x17, 0x4c, 0x7e,
        ];
        assert_eq!(
            of_wire(&status),
            "MCU_OTA_STAT seq=8 req=000a err=0e CHECKSUM"
        );
    }

    #[test]
    fn long_and_hostile_text_is_cut_and_escaped() {
        let text = [b"\x1b[2J".as_slice(), &[b'x'; 200]].concat();
        let shown = shown(&text);
        assert!(shown.starts_with("\\x1b[2J"), "{shown}");
        assert!(shown.len() < 100, "{shown}");
    }
}
