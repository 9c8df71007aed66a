//! Limits, refusals, and what a later version sends.

use std::vec;
use std::vec::Vec;

use super::{
    Fields, Found, deframe, encode_host, encode_module, host_info, only_packet, to_host, to_module,
};
use crate::rig::frame::{
    DecodeError, Deframer, EncodeError, FRAME_BYTES_MAX, Fed, FieldLimit, FrameError,
    decode_to_host, decode_to_module, encode_to_host, encode_to_module,
};
use crate::rig::message::*;
use crate::rig::{codec, hello};

/// Every field at its longest.
fn longest() -> Fields {
    Fields {
        numbers: [u32::MAX; 8],
        transfer: u16::MAX,
        small: [u8::MAX; 3],
        flag: true,
        digest: [0xff; 32],
        short: vec![0xff; BOARD_BYTES_MAX],
        version: vec![0xff; VERSION_BYTES_MAX],
        bytes: vec![0xff; DATA_BYTES_MAX],
    }
}

#[test]
fn the_longest_messages_fit() {
    let mut fields = longest();
    let longest_answer = to_module(&fields)
        .iter()
        .map(|m| encode_module(m).len())
        .max();
    assert!(longest_answer < Some(codec::HEAD_BYTES_MAX));
    fields.short = vec![0xff; AUTH_BYTES_MAX];
    let lengths: Vec<usize> = to_host(&fields)
        .iter()
        .map(|m| encode_host(m).len())
        .collect();
    assert_eq!(
        lengths.iter().max(),
        Some(&FRAME_BYTES_MAX),
        "the bound is met, not only held"
    );
}

#[test]
fn a_cut_at_every_byte_costs_one_frame() {
    let first = encode_host(&ToHost::Finish(Finish { transfer: 0x100 }));
    let second = encode_host(&ToHost::Boot(Boot { transfer: 0x100 }));
    let packet = Found::Packet(only_packet(&second));
    for cut in 0..first.len() {
        let found = deframe([&first[..cut], &second, &second]);
        assert_eq!(found.last(), Some(&packet), "cut at {cut}");
        assert!(found.len() == 2, "cut at {cut}: {found:?}");
    }
}

#[test]
fn bytes_behind_a_body_are_refused() {
    let fields = longest();
    for message in to_host(&fields) {
        let mut packet = only_packet(&encode_host(&message));
        packet.push(0);
        assert_eq!(
            decode_to_host(&packet),
            Err(DecodeError::Trailing { bytes: 1 })
        );
    }
    for message in to_module(&fields) {
        let mut packet = only_packet(&encode_module(&message));
        packet.push(0);
        assert_eq!(
            decode_to_module(&packet),
            Err(DecodeError::Trailing { bytes: 1 })
        );
    }
}

#[test]
fn a_body_that_ends_early_is_refused() {
    let fields = longest();
    for message in to_host(&fields) {
        let packet = only_packet(&encode_host(&message));
        for len in 1..packet.len() {
            assert_eq!(
                decode_to_host(&packet[..len]),
                Err(DecodeError::Body),
                "{message:?}"
            );
        }
    }
    assert_eq!(decode_to_host(&[]), Err(DecodeError::Empty));
    assert_eq!(
        decode_to_module(&[0x01, 0]),
        Err(DecodeError::UnknownKind(1))
    );
}

fn limit(field: &'static str, min: usize, max: usize, found: usize) -> FieldLimit {
    FieldLimit {
        field,
        min,
        max,
        found,
    }
}

#[test]
fn limits_hold_on_the_way_out() {
    let mut out = [0; 2 * FRAME_BYTES_MAX];
    let long = [1; DATA_BYTES_MAX + 1];
    let offer = |version, auth| {
        let (kind, digest) = (ObjectKind::Image, [0; 32]);
        ToHost::Offer(Offer {
            transfer: 1,
            kind,
            length: 1,
            digest,
            version,
            auth,
        })
    };
    let data = |bytes| {
        ToHost::Data(Data {
            transfer: 1,
            offset: 0,
            bytes,
        })
    };
    let cases = [
        (offer(&long[..73], &[]), limit("version", 0, 72, 73)),
        (offer(&[], &long[..97]), limit("auth", 0, 96, 97)),
        (data(&[]), limit("bytes", 1, 4096, 0)),
        (data(&long), limit("bytes", 1, 4096, 4097)),
    ];
    for (message, limit) in cases {
        assert_eq!(
            encode_to_host(&message, &mut out),
            Err(EncodeError::Limit(limit))
        );
    }
    let frame = encode_host(&data(&long[..300]));
    for len in 0..frame.len() {
        let short = encode_to_host(&data(&long[..300]), &mut out[..len]);
        assert_eq!(short, Err(EncodeError::NoRoom { len }));
    }
}

#[test]
fn limits_hold_on_the_way_in() {
    let long = [1; DATA_BYTES_MAX + 1];
    let mut out = [0; 2 * FRAME_BYTES_MAX];
    let mut packet = |kind: u8, body: &dyn Fn(&mut [u8]) -> usize| {
        out[0] = kind;
        let len = body(&mut out[1..]);
        out[..=len].to_vec()
    };
    let data = Data {
        transfer: 1,
        offset: 0,
        bytes: &long,
    };
    let too_much = packet(3, &|out| postcard::to_slice(&data, out).unwrap().len());
    let error = DecodeError::Limit(limit("bytes", 1, 4096, 4097));
    assert_eq!(decode_to_host(&too_much), Err(error));

    let fields = longest();
    for (field, max) in [("board", 32), ("version", 72), ("data_max", 4096)] {
        let mut info = host_info(&fields);
        match field {
            "board" => info.board = &long[..=max],
            "version" => info.version = &long[..=max],
            _ => info.data_max = 4097,
        }
        let answer = packet(0x41, &|out| {
            out[..11].copy_from_slice(b"otar\x01\x01\x01\x00\x00\x00\x00");
            11 + postcard::to_slice(&info, &mut out[11..]).unwrap().len()
        });
        let min = usize::from(field == "data_max");
        let error = DecodeError::Limit(limit(field, min, max, max + 1));
        assert_eq!(decode_to_module(&answer), Err(error));
    }
}

#[test]
fn a_hello_answer_of_a_later_version_is_readable() {
    let packet = b"\x41otar\x02\x02\x03\x78\x56\x34\x12 whatever version 2 says";
    let answer = HelloAnswer {
        version: 2,
        version_min: 2,
        version_max: 3,
        nonce: 0x1234_5678,
        info: None,
    };
    assert_eq!(
        decode_to_module(packet),
        Ok(ToModule::HelloAnswer(answer.clone()))
    );
    let fields = longest();
    let info = Some(host_info(&fields));
    let no_version_but_info = HelloAnswer {
        version: 0,
        info,
        ..answer
    };
    for answer in [answer, no_version_but_info] {
        let refused = encode_to_module(&ToModule::HelloAnswer(answer), &mut [0; 300]);
        assert_eq!(refused, Err(EncodeError::HelloInfo));
    }
    let bad = b"\x01otaR\x01\x01\x00\x00\x00\x00";
    assert_eq!(decode_to_host(bad), Err(DecodeError::Magic(*b"otaR")));
}

#[test]
fn the_highest_common_version_is_chosen() {
    let cases = [
        ((1, 1), 1),
        ((1, 9), 1),
        ((2, 9), 0),
        ((0, 0), 0),
        ((0, 1), 1),
        ((9, 1), 0),
    ];
    for ((min, max), chosen) in cases {
        assert_eq!(hello::choose_version(min, max), chosen, "{min}..={max}");
    }
}

#[test]
fn a_small_buffer_calls_longer_frames_too_long() {
    let mut deframer = Deframer::new([0; 16]);
    let long = [1; 40];
    assert_eq!(deframer.feed(&long), (Fed::More, &[][..]));
    assert_eq!(
        deframer.feed(&[0]).0,
        Fed::Bad {
            reason: FrameError::TooLong,
            len: 40
        }
    );
    let frame = encode_host(&ToHost::Query(Query {}));
    assert_eq!(deframer.feed(&frame).0, Fed::Packet(&[6]));
}

#[test]
fn version_and_authenticator_limits_hold_both_ways() {
    let long = [1; VERSION_BYTES_MAX + 1];
    let report = Report {
        id: 1,
        version: &long,
        length: 1,
        digest: [0; 32],
        confirmed: true,
        code: 0,
    };
    let error = limit("version", 0, 72, 73);
    let mut out = [0; 300];
    let encoded = encode_to_module(&ToModule::Report(report), &mut out);
    assert_eq!(encoded, Err(EncodeError::Limit(error)));
    let packet = [&[0x47][..], postcard::to_slice(&report, &mut out).unwrap()].concat();
    assert_eq!(decode_to_module(&packet), Err(DecodeError::Limit(error)));

    let offer = Offer {
        transfer: 1,
        kind: ObjectKind::Image,
        length: 1,
        digest: [0; 32],
        version: &long,
        auth: &[],
    };
    let packet = [&[2][..], postcard::to_slice(&offer, &mut out).unwrap()].concat();
    assert_eq!(decode_to_host(&packet), Err(DecodeError::Limit(error)));
    let auth = [1; AUTH_BYTES_MAX + 1];
    let offer = Offer {
        version: &[],
        auth: &auth,
        ..offer
    };
    let packet = [&[2][..], postcard::to_slice(&offer, &mut out).unwrap()].concat();
    let error = limit("auth", 0, 96, 97);
    assert_eq!(decode_to_host(&packet), Err(DecodeError::Limit(error)));
}

#[test]
fn zeros_between_frames_are_nothing() {
    let frame = encode_host(&ToHost::Query(Query {}));
    let bytes = [&[0, 0][..], &frame, &[0, 0, 0], &frame, &[0]].concat();
    assert_eq!(
        deframe([&bytes[..]]),
        [6, 6].map(|kind| Found::Packet(vec![kind]))
    );
}

#[test]
fn each_kind_of_bad_frame_is_named() {
    let long = [&[1; 6000][..], &[0]].concat();
    let cases: [(&[u8], FrameError, usize); 4] = [
        // Four zeros: a good CRC of nothing.
        (b"\x01\x01\x01\x01\x01\0", FrameError::Short, 5),
        (b"\x09\x06\0", FrameError::Stuffing, 2),
        (
            b"\x06\x06\xb8\x4a\x61\x3c\0",
            FrameError::Crc {
                computed: 0x3b61_4ab8,
                found: 0x3c61_4ab8,
            },
            6,
        ),
        (&long, FrameError::TooLong, 6000),
    ];
    for (bytes, reason, len) in cases {
        assert_eq!(deframe([bytes]), [Found::Bad(reason, len)]);
    }
}
