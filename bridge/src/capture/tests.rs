//! Captures of whole runs, written and read again.

use std::time::Duration;

use fixtures::scenario::{parse, shipped_text};

use super::*;
use crate::bench::{Told, run_with};
use crate::capture::pair::Pairing;
use crate::dialect::words::words;
use crate::event::{Event, FrameRecord};

/// A run of a shipped scenario: its frames, and its capture.
fn captured(name: &str) -> (Vec<FrameRecord>, Vec<u8>) {
    let scenario = parse(shipped_text(name).unwrap()).unwrap();
    let (mut frames, mut file) = (Vec::new(), Vec::new());
    let mut writer = Writer::new(&mut file, Duration::ZERO).unwrap();
    run_with(&scenario, None, &mut |told| {
        if let Told::Engine(stamped) = told {
            writer.event(stamped).unwrap();
            if let Event::Frame(frame) = &stamped.event {
                frames.push(frame.clone());
            }
        }
    });
    writer.finish().unwrap();
    drop(writer);
    (frames, file)
}

fn packets(file: &[u8]) -> Vec<Packet> {
    let items = Reader::new(file).unwrap().map(|item| match item.unwrap() {
        Item::Packet(packet) => packet,
        Item::Foreign(why) => panic!("{why}"),
    });
    items.collect()
}

#[test]
fn a_capture_holds_every_frame_of_a_run_as_it_was_on_the_wire() {
    for name in ["rig-nrf52840", "ayla-nrf52840"] {
        let (frames, file) = captured(name);
        let packets = packets(&file);
        assert_eq!(packets.len(), frames.len(), "{name}");
        for (packet, frame) in packets.iter().zip(&frames) {
            let head = packet.head;
            assert_eq!(packet.wire, frame.bytes);
            assert_eq!((head.kind, head.dialect), (Kind::Frame, frame.dialect));
            assert_eq!(head.direction, frame.direction);
            assert_eq!(head.first_byte, frame.first_byte);
            assert_eq!(head.last_byte, frame.last_byte);
            let said = words(head.dialect, head.direction, &packet.wire);
            assert_eq!(said.summary, frame.summary);
        }
        let last = packets.last().unwrap();
        assert!(
            last.comments
                .iter()
                .any(|it| it.starts_with("verdict pass"))
        );
    }
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    assert_eq!(captured("rig-nrf52840").1, captured("rig-nrf52840").1);
}

#[test]
fn every_question_of_a_clean_run_has_its_answer() {
    for name in ["rig-nrf52840", "ayla-nrf52840"] {
        let mut pairing = Pairing::default();
        let (mut asked, mut answered) = (0, 0);
        for (number, packet) in (0..).zip(packets(&captured(name).1)) {
            let head = packet.head;
            let said = words(head.dialect, head.direction, &packet.wire);
            asked += u32::from(!said.asks.is_empty());
            if let Some(answer) = pairing.see(number, head.last_byte, &said) {
                assert!(answer.frame < number);
                assert!(answer.latency < Duration::from_secs(30), "{}", said.summary);
                answered += 1;
            }
        }
        assert!(
            answered > 10 && answered <= 2 * asked,
            "{answered} of {asked}"
        );
    }
}

#[test]
fn a_file_that_is_cut_short_gives_what_is_there() {
    let (_, file) = captured("ayla-nrf52840");
    let whole = packets(&file).len();
    for len in (0..file.len()).step_by(211) {
        let Ok(reader) = Reader::new(&file[..len]) else {
            assert!(len < 100, "{len}");
            continue;
        };
        let items: Vec<_> = reader.collect();
        let good = items.iter().filter(|item| item.is_ok()).count();
        assert!(good < whole);
        assert!(items.len() <= good + 1);
        if let Some(Err(error)) = items.last() {
            assert!(matches!(error, ReadError::Cut { .. }), "{error}");
        }
    }
}

#[test]
fn a_file_of_another_kind_is_told() {
    for bytes in [
        &b""[..],
        b"otarig",
        &[0xff; 4096],
        b"\x0a\x0d\x0d\x0a\xff\xff\xff\xff",
    ] {
        assert!(Reader::new(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn a_file_with_a_wrong_byte_is_read_to_an_end() {
    let (_, file) = captured("ayla-nrf52840");
    let start = &file[..1200];
    let whole = Reader::new(start).unwrap().count();
    for at in 0..start.len() {
        for wrong in [0x00, 0x01, 0x80, 0xff] {
            let mut spoiled = start.to_vec();
            spoiled[at] ^= wrong;
            if let Ok(reader) = Reader::new(&spoiled[..]) {
                assert!(reader.count() <= 2 * whole, "byte {at}");
            }
        }
    }
}
