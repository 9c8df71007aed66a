//! Frames of the ayla dialect, byte for byte.

use protocol_spec::ayla::feature::{Feature, Features};
use protocol_spec::ayla::frame::{Deframer, Fed, Frame, FrameType, STUFFED_BYTES_MAX};
use protocol_spec::ayla::message::{Message, MessageWriter, Protocol};
use protocol_spec::ayla::opcode::{ControlOp, DataOp};
use protocol_spec::ayla::tlv::TlvType;

use crate::project::{bytes, hex};

/// The one frame on `wire`, and what it is.
fn check(wire: &str, kind: FrameType, seq: u8, payload: &[u8]) {
    let wire = bytes(wire);
    let frame = Frame { kind, seq, payload };
    let mut out = [0; STUFFED_BYTES_MAX];
    let len = frame.encode(&mut out).expect("a frame of known length");
    assert_eq!(hex(&out[..len]), hex(&wire), "encoded");

    let mut deframer = Deframer::new();
    let (_, rest) = deframer.feed(&wire[..1]);
    assert!(rest.is_empty());
    assert_eq!(
        deframer.feed(&wire[1..]),
        (Fed::Frame(frame), &[][..]),
        "decoded"
    );
}

/// A data frame with a message of the given TLVs, checked both ways.
fn check_message(wire: &str, seq: u8, op: Op, request: u16, tlvs: &[(TlvType, &[u8])]) {
    let (protocol, opcode) = match op {
        Op::Control(op) => (Protocol::CONTROL, op.0),
        Op::Data(op) => (Protocol::DATA, op.0),
    };
    let mut out = [0; 384];
    let mut writer = MessageWriter::new(&mut out, protocol, opcode, request);
    for (kind, value) in tlvs {
        writer.tlv(*kind, value);
    }
    let payload = writer.finish().expect("a short message");
    check(wire, FrameType::DATA, seq, payload);

    let message = Message::decode(payload).expect("a header");
    assert_eq!(
        (message.protocol, message.opcode, message.request),
        (protocol, opcode, request)
    );
    let found: Vec<_> = message
        .tlvs
        .iter()
        .map(|tlv| tlv.expect("a whole TLV"))
        .collect();
    let found: Vec<_> = found.iter().map(|tlv| (tlv.kind, tlv.value)).collect();
    assert_eq!(found, tlvs);
}

#[derive(Clone, Copy)]
enum Op {
    Control(ControlOp),
    Data(DataOp),
}

#[test]
fn the_published_example() {
    let wire = "7e 02 01 7a 7b 7c 7d 5d 7d 5e 9f fa 7e";
    check(wire, FrameType::ACK, 1, &[0x7a, 0x7b, 0x7c, 0x7d, 0x7e]);
}

#[test]
fn acks() {
    check("7e 02 00 7b 6d 7e", FrameType::ACK, 0, &[]);
    check("7e 02 01 6b 4c 7e", FrameType::ACK, 1, &[]);
    check("7e 02 11 79 7d 5d 7e", FrameType::ACK, 17, &[]);
}

/// The ACKs that are longer than 6 bytes, for their seq or a CRC byte is stuffed.
#[test]
fn acks_that_need_stuffing() {
    let long = |seq: &u8| {
        let mut out = [0; 16];
        Frame {
            kind: FrameType::ACK,
            seq: *seq,
            payload: &[],
        }
        .encode(&mut out)
            != Ok(6)
    };
    let found: Vec<u8> = (0..=u8::MAX).filter(long).collect();
    assert_eq!(found, [17, 51, 116, 125, 126, 186]);
}

#[test]
fn hello() {
    let op = Op::Data(DataOp::SEND_PROP);
    check_message("7e 01 00 01 06 00 00 8f a4 7e", 0, op, 0, &[]);

    let features = Features::default()
        .with(Feature::LAN)
        .with(Feature::HOST_OTA)
        .with(Feature::CONFIRM);
    let tlvs: [(TlvType, &[u8]); 2] = [(TlvType::ERR, &[0x0a]), (TlvType::FEATURES, &[features.0])];
    let op = Op::Data(DataOp::SEND_PROP_RESP);
    check_message(
        "7e 01 00 01 07 00 00 07 01 0a 19 01 0b 0c 71 7e",
        0,
        op,
        0,
        &tlvs,
    );
}

#[test]
fn cloud_is_reachable() {
    let op = Op::Data(DataOp::CONNECT);
    let wire = "7e 01 01 01 11 00 01 17 01 01 c0 90 7e";
    check_message(wire, 1, op, 1, &[(TlvType::NODES, &[1])]);
}

#[test]
fn offer_and_go_ahead() {
    let wire = "7e 01 05 00 0d 00 01 05 08 64 65 6d 6f 20 31 2e 31 12 04 00 00 05 78 dc 89 7e";
    let tlvs: [(TlvType, &[u8]); 2] = [
        (TlvType::UTF8, b"demo 1.1"),
        (TlvType::LEN, &1400u32.to_be_bytes()),
    ];
    check_message(wire, 5, Op::Control(ControlOp::MCU_OTA), 1, &tlvs);
    let wire = "7e 01 06 00 0d 00 05 94 c1 7e";
    check_message(wire, 6, Op::Control(ControlOp::MCU_OTA), 5, &[]);
}

#[test]
fn block() {
    let wire = "7e 01 7d 5d 00 0e 00 02 11 04 00 00 00 00 04 08 \
                7d 5e 7d 5d 00 01 02 03 04 05 14 85 7e";
    let piece = [0x7e, 0x7d, 0, 1, 2, 3, 4, 5];
    let tlvs: [(TlvType, &[u8]); 2] = [(TlvType::OFF, &[0; 4]), (TlvType::BIN, &piece)];
    check_message(wire, 0x7d, Op::Control(ControlOp::MCU_OTA_LOAD), 2, &tlvs);
}

#[test]
fn status() {
    let op = Op::Control(ControlOp::MCU_OTA_STAT);
    check_message(
        "7e 01 07 00 0f 00 09 07 01 00 b4 9c 7e",
        7,
        op,
        9,
        &[(TlvType::ERR, &[0])],
    );
    let wire = "7e 01 08 00 0f 00 0a 07 01 0e 17 4c 7e";
    check_message(wire, 8, op, 10, &[(TlvType::ERR, &[0x0e])]);
}

#[test]
fn boot_order() {
    let wire = "7e 01 09 00 10 00 03 05 08 64 65 6d 6f 20 31 2e 31 2d 00 7e";
    let op = Op::Control(ControlOp::MCU_OTA_BOOT);
    check_message(wire, 9, op, 3, &[(TlvType::UTF8, b"demo 1.1")]);
}

#[test]
fn property_and_confirm() {
    let wire = "7e 01 04 01 03 00 21 01 08 42 6c 75 65 5f 4c 45 44 0f 01 01 14 f3 7e";
    let tlvs: [(TlvType, &[u8]); 2] = [(TlvType::NAME, b"Blue_LED"), (TlvType::BOOL, &[1])];
    check_message(wire, 4, Op::Data(DataOp::RECV_TLV), 0x21, &tlvs);
    let op = Op::Data(DataOp::CONFIRM);
    check_message("7e 01 02 01 15 00 20 f5 76 7e", 2, op, 0x20, &[]);
}

#[test]
fn a_full_block_has_the_published_length() {
    let mut out = [0; 384];
    let payload = MessageWriter::new(&mut out, Protocol::CONTROL, ControlOp::MCU_OTA_LOAD.0, 1)
        .tlv_u32(TlvType::OFF, 0)
        .tlv(TlvType::BIN, &[0; 255])
        .finish()
        .expect("a block");
    assert_eq!(payload.len(), 267);
    let mut wire = [0; STUFFED_BYTES_MAX];
    let len = Frame {
        kind: FrameType::DATA,
        seq: 1,
        payload,
    }
    .encode(&mut wire);
    assert_eq!(len, Ok(273), "nothing in it needs stuffing");
}

#[test]
fn the_seq_after_255_is_1() {
    use protocol_spec::ayla::frame::next_seq;
    assert_eq!([0, 1, 254, 255].map(next_seq), [1, 2, 255, 1]);
}
