//! Whole dialogues, decoded and encoded again.
//!
//! One is frozen here: an update of an emulated host. Another is a recording of a public host
//! library; it is reference material that does not belong to this project and is looked for beside
//! it, and without it that test is skipped.

use bridge::event::{Direction, Event};
use fixtures::scenario::parse;
use protocol_spec::ayla::frame::{Deframer, Fed, Frame, FrameType, STUFFED_BYTES_MAX};
use protocol_spec::ayla::message::{Message, MessageWriter, Protocol};
use protocol_spec::ayla::opcode::{ControlOp, DataOp};
use rig_tests::beside;

use crate::project::{bytes, hex, read};

const RECORDING: &str = "../shared/reference/ayla-transcript.txt";
/// Frames in the recording.
const FRAMES: usize = 119;

/// Every frame of the update of [`SCENARIO`]: `M>H` or `H>M`, then the bytes on the wire.
const DIALOGUE: &str = "tests/conformance/ayla_update.txt";
/// An image of four blocks with a head, in the plainest of all updates.
const SCENARIO: &str = r#"
version = 1
title = "A small image with a head"
board = "stm32f303"
dialect = "ayla"
seed = 1
image = { format = "ayla-head", size = 1000, version = "demo 1.1", seed = 1 }
expect = { class = "pass" }
"#;

#[test]
fn every_recorded_frame_encodes_to_the_same_bytes() {
    if beside(RECORDING).is_none() {
        return;
    }
    let text = read(RECORDING).expect("the recording is text");
    let mut frames = 0;
    let mut ends = [Deframer::new(), Deframer::new()];
    for (number, line) in text.lines().enumerate() {
        let Some((end, rest)) = spoken(line) else {
            continue;
        };
        let (wire, decode) = rest.split_once(';').expect("a decode follows the bytes");
        let name = check(&mut ends[end], &bytes(wire), number + 1);
        assert!(decode.contains(&name), "line {}: {decode}", number + 1);
        frames += 1;
    }
    assert_eq!(frames, FRAMES);
}

#[test]
fn every_frozen_frame_encodes_to_the_same_bytes() {
    let text = read(DIALOGUE).expect("the dialogue is part of the project");
    let mut ends = [Deframer::new(), Deframer::new()];
    let mut names = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let (end, wire) = spoken(line).expect("every line is a frame");
        names.push(check(&mut ends[end], &bytes(wire), number + 1));
    }
    assert!(names.iter().any(|name| name.contains("BOOT")), "{names:?}");
}

#[test]
fn module_and_host_still_say_what_is_frozen() {
    let scenario = parse(SCENARIO).expect("the scenario is good");
    let outcome = bridge::bench::run(&scenario, None);
    assert!(outcome.verdict.passed(), "{}", outcome.transcript);
    let frames = outcome
        .events
        .iter()
        .filter_map(|event| match &event.event {
            Event::Frame(frame) => Some(frame),
            _ => None,
        });
    let said = frames.map(|frame| {
        let end = match frame.direction {
            Direction::ToHost => "M>H",
            Direction::ToModule => "H>M",
        };
        format!("{end} {}\n", hex(&frame.bytes))
    });
    let said: String = said.collect();
    let frozen = read(DIALOGUE).unwrap_or_default();
    for (number, (said, frozen)) in said.lines().zip(frozen.lines()).enumerate() {
        assert_eq!(said, frozen, "frame {}", number + 1);
    }
    assert_eq!(said, frozen);
}

/// Who speaks in a line, 0 the module and 1 the host, and what follows.
fn spoken(line: &str) -> Option<(usize, &str)> {
    let ends = ["M>H", "H>M"].into_iter().enumerate();
    let mut found = ends.filter_map(|(end, mark)| Some((end, line.split_once(mark)?.1)));
    found.find(|(_, rest)| rest.starts_with(" 7e"))
}

/// Decodes the one frame on `wire` and encodes it again; returns what it is called.
fn check(deframer: &mut Deframer, wire: &[u8], line: usize) -> String {
    let mut rest = wire;
    let mut frame = None;
    while !rest.is_empty() {
        let (fed, tail) = deframer.feed(rest);
        rest = tail;
        match fed {
            Fed::More => {}
            Fed::Frame(found) => frame = Some(again(found, line)),
            other => panic!("line {line}: {other:?}"),
        }
    }
    let (again, name) = frame.unwrap_or_else(|| panic!("line {line}: no frame"));
    assert_eq!(hex(&again), hex(wire), "line {line}");
    name
}

/// The frame as this code encodes it, from its smallest parts up, and its name.
fn again(frame: Frame<'_>, line: usize) -> (Vec<u8>, String) {
    let mut out = [0; STUFFED_BYTES_MAX];
    let mut buffer = [0; 384];
    let mut called = String::new();
    let payload = if frame.kind == FrameType::DATA {
        let message = Message::decode(frame.payload).expect("a header");
        called = name(&message);
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
    (out[..len].to_vec(), called)
}

/// As the recording names it.
fn name(message: &Message<'_>) -> String {
    match message.protocol {
        Protocol::CONTROL => format!("ctl {} ", ControlOp(message.opcode)),
        _ => format!("data {} ", DataOp(message.opcode)),
    }
}
