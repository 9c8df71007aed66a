//! A recorded dialogue with a public host library, decoded and encoded again.
//!
//! The recording is reference material that does not belong to this project. It is looked for
//! beside the project; without it the test says so and checks nothing.

use protocol_spec::ayla::frame::{Deframer, Fed, Frame, FrameType, STUFFED_BYTES_MAX};
use protocol_spec::ayla::message::{Message, MessageWriter, Protocol};
use protocol_spec::ayla::opcode::{ControlOp, DataOp};

use crate::project::{bytes, hex, read};

const RECORDING: &str = "../shared/reference/ayla-transcript.txt";
/// Frames in the recording.
const FRAMES: usize = 119;

#[test]
fn every_recorded_frame_encodes_to_the_same_bytes() {
    let Some(text) = read(RECORDING) else {
        println!("skipped: {RECORDING} is not beside the project; no recorded frame was checked");
        return;
    };
    let mut ends = [Deframer::new(), Deframer::new()];
    let mut frames = 0;
    for (number, line) in text.lines().enumerate() {
        let (end, rest) = match (line.split_once("M>H"), line.split_once("H>M")) {
            (Some((_, rest)), _) if rest.starts_with(" 7e") => (0, rest),
            (_, Some((_, rest))) if rest.starts_with(" 7e") => (1, rest),
            _ => continue,
        };
        let (wire, decode) = rest.split_once(';').expect("a decode follows the bytes");
        check(&mut ends[end], &bytes(wire), decode, number + 1);
        frames += 1;
    }
    assert_eq!(frames, FRAMES);
}

fn check(deframer: &mut Deframer, wire: &[u8], decode: &str, line: usize) {
    let mut rest = wire;
    let mut frame = None;
    while !rest.is_empty() {
        let (fed, tail) = deframer.feed(rest);
        rest = tail;
        match fed {
            Fed::More => {}
            Fed::Frame(found) => frame = Some(again(found, decode, line)),
            other => panic!("line {line}: {other:?}"),
        }
    }
    assert_eq!(frame.map(|wire| hex(&wire)), Some(hex(wire)), "line {line}");
}

/// The frame as this code encodes it, from its smallest parts up.
fn again(frame: Frame<'_>, decode: &str, line: usize) -> Vec<u8> {
    let mut out = [0; STUFFED_BYTES_MAX];
    let mut buffer = [0; 384];
    let payload = if frame.kind == FrameType::DATA {
        let message = Message::decode(frame.payload).expect("a header");
        assert!(decode.contains(&name(&message)), "line {line}: {decode}");
        let mut writer = MessageWriter::new(
            &mut buffer,
            message.protocol,
            message.opcode,
            message.request,
        );
        for tlv in message.tlvs {
            let tlv = tlv.expect("a whole TLV");
            assert!(tlv.kind.row().is_some(), "line {line}: {}", tlv.kind);
            writer.tlv(tlv.kind, tlv.value);
        }
        writer.finish().expect("it fitted before")
    } else {
        frame.payload
    };
    let len = Frame { payload, ..frame }
        .encode(&mut out)
        .expect("it fitted before");
    out[..len].to_vec()
}

/// As the recording's decode names it.
fn name(message: &Message<'_>) -> String {
    match message.protocol {
        Protocol::CONTROL => format!("ctl {} ", ControlOp(message.opcode)),
        _ => format!("data {} ", DataOp(message.opcode)),
    }
}
