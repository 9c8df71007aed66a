//! Every parser of bytes from outside, one entry each: of the fuzz targets in `tests/fuzz`, and of
//! the tests. An entry panics when what must hold does not.

use bridge::download::{Fetch, FetchConfig, FetchPhase, OpenHttp, OtaCommand, ReplyHead, TryFault};
use fixtures::scenario::{parse, parse_fault};
use fixtures::script::{self, Claims};
use protocol_spec::ayla::frame as ayla_frame;
use protocol_spec::ayla::message::Message;
use protocol_spec::rig::frame as rig_frame;
use protocol_spec::rig::message::{ToModule, VERSION_MAX};
use protocol_spec::tick::Tick;

use crate::captures;

/// Frames and messages of ayla, in both directions.
///
/// The first byte says how the rest is cut in pieces, which must not matter. A good frame is the
/// same after it was written and read again. The rest is also taken for a message in a good frame.
pub fn ayla(data: &[u8]) {
    let Some((&cut, bytes)) = data.split_first() else {
        return;
    };
    let whole = ayla_frames(bytes, bytes.len().max(1));
    assert_eq!(whole, ayla_frames(bytes, usize::from(cut % 16) + 1));
    for (kind, seq, payload) in whole.into_iter().flatten() {
        message(&payload);
        let frame = ayla_frame::Frame {
            kind: ayla_frame::FrameType(kind),
            seq,
            payload: &payload,
        };
        let mut out = [0; ayla_frame::STUFFED_BYTES_MAX];
        let len = frame.encode(&mut out).expect("it came in a frame");
        let again = ayla_frames(&out[..len], len);
        assert_eq!(again, [Some((kind, seq, payload.clone()))]);
    }
    message(&bytes[..bytes.len().min(ayla_frame::MESSAGE_BYTES_MAX)]);
}

fn message(bytes: &[u8]) {
    let Ok(message) = Message::decode(bytes) else {
        return;
    };
    let mut used = 0;
    for tlv in message.tlvs.iter() {
        let Ok(tlv) = tlv else { break };
        used += tlv.value.len() + 2;
        assert!(used <= bytes.len(), "values are longer than the message");
        let _ = tlv.uint();
    }
}

type AylaFrame = Option<(u8, u8, Vec<u8>)>;

/// The frames in `bytes`, fed in pieces; `None` for what is no frame.
fn ayla_frames(bytes: &[u8], piece: usize) -> Vec<AylaFrame> {
    let mut deframer = ayla_frame::Deframer::new();
    let mut frames = Vec::new();
    for mut rest in bytes.chunks(piece) {
        while !rest.is_empty() {
            let before = rest.len();
            let (fed, after) = deframer.feed(rest);
            match fed {
                ayla_frame::Fed::Frame(frame) => {
                    frames.push(Some((frame.kind.0, frame.seq, frame.payload.to_vec())));
                }
                ayla_frame::Fed::Bad { .. } => frames.push(None),
                ayla_frame::Fed::More | ayla_frame::Fed::Noise { .. } => {}
            }
            rest = after;
            assert!(rest.len() < before, "nothing is taken");
        }
    }
    frames
}

/// Frames and messages of rig, in both directions; as [`ayla`].
pub fn rig(data: &[u8]) {
    let Some((&cut, bytes)) = data.split_first() else {
        return;
    };
    let whole = rig_packets(bytes, bytes.len().max(1));
    assert_eq!(whole, rig_packets(bytes, usize::from(cut % 16) + 1));
    for packet in whole.iter().flatten() {
        rig_message(packet);
    }
    rig_message(&bytes[..bytes.len().min(rig_frame::PACKET_BYTES_MAX)]);
}

/// A message that can be read reads the same after it was written.
fn rig_message(packet: &[u8]) {
    let mut out = vec![0; rig_frame::FRAME_BYTES_MAX];
    if let Ok(message) = rig_frame::decode_to_host(packet) {
        let len = rig_frame::encode_to_host(&message, &mut out).expect("in its limits");
        let again = rig_packets(&out[..len], len).remove(0).expect("a frame");
        assert_eq!(rig_frame::decode_to_host(&again).as_ref(), Ok(&message));
    }
    if let Ok(message) = rig_frame::decode_to_module(packet) {
        // What a later version says behind the head of its hello answer is not read.
        if let ToModule::HelloAnswer(answer) = &message
            && answer.version > VERSION_MAX
        {
            return;
        }
        let len = rig_frame::encode_to_module(&message, &mut out).expect("in its limits");
        let again = rig_packets(&out[..len], len).remove(0).expect("a frame");
        assert_eq!(rig_frame::decode_to_module(&again).as_ref(), Ok(&message));
    }
}

fn rig_packets(bytes: &[u8], piece: usize) -> Vec<Option<Vec<u8>>> {
    let mut deframer = rig_frame::Deframer::new(vec![0; rig_frame::FRAME_BYTES_MAX]);
    let mut packets = Vec::new();
    for mut rest in bytes.chunks(piece) {
        while !rest.is_empty() {
            let before = rest.len();
            let (fed, after) = deframer.feed(rest);
            match fed {
                rig_frame::Fed::Packet(packet) => packets.push(Some(packet.to_vec())),
                rig_frame::Fed::Bad { .. } => packets.push(None),
                rig_frame::Fed::More => {}
            }
            rest = after;
            assert!(rest.len() < before, "nothing is taken");
        }
    }
    packets
}

/// A scenario, or one of its faults; one that is taken is the same after it was written.
pub fn scenario(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match parse(text) {
        Ok(scenario) => {
            // A seed above 2^63 - 1 has no form in TOML.
            if let Ok(written) = scenario.render() {
                assert_eq!(parse(&written).as_ref(), Ok(&scenario), "{written}");
            }
        }
        Err(error) => assert!(error.line >= 1 && error.column >= 1, "{error}"),
    }
    if let Ok(fault) = parse_fault(text) {
        assert_eq!(
            parse_fault(&fault.render()),
            Ok(fault),
            "{}",
            fault.render()
        );
    }
}

/// A file of conformance scripts, or a capability file.
pub fn script(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(scripts) = script::parse(text) {
        assert!(scripts.len() <= script::SCRIPTS_MAX);
    }
    let _ = Claims::parse(text);
}

/// A command of a platform; its errors repeat nothing of it, and what is taken is in its limits.
pub fn command(data: &[u8]) {
    for open in [OpenHttp::Loopback, OpenHttp::Anywhere] {
        match OtaCommand::parse(data, open) {
            Ok(command) => {
                let length = command.length;
                assert!((1..=bridge::download::command::DOWNLOAD_BYTES_MAX).contains(&length));
                let shown = format!("{} {:?}", command.url, command.url);
                let path = command.url.secret_target();
                assert!(path.len() < 4 || !shown.contains(path), "{shown}");
                let whole = command.url.secret_text();
                assert!(whole.bytes().all(|byte| byte.is_ascii_graphic()), "{whole}");
            }
            Err(error) => {
                let text = error.to_string();
                assert!(text.len() < 120 && text.is_ascii(), "{text}");
                assert!(error.status().row().is_some(), "{text}");
            }
        }
    }
}

/// Bytes of the object that [`replies`] fetches.
const FETCHED_BYTES: u32 = 64;

/// Whatever a server replies, a download ends, and an object has the length of the command.
///
/// Two bytes make a reply: what it is, and how many bytes of a body come.
pub fn replies(data: &[u8]) {
    let job = format!("{{\"url\":\"https://a/b\",\"version\":\"1\",\"size\":{FETCHED_BYTES}}}");
    let command = OtaCommand::parse(job.as_bytes(), OpenHttp::Loopback).expect("a good one");
    let config = FetchConfig {
        range: 16,
        ..FetchConfig::default()
    };
    let mut fetch = Fetch::new(command, config);
    let (mut now, mut requests) = (Tick::ZERO, 0);
    let mut replies = data.as_chunks::<2>().0.iter().copied();
    while !fetch.is_over() {
        if let Some(request) = fetch.poll_request(now) {
            requests += 1;
            assert!(requests < 200, "it goes on and on");
            let [what, len] = replies.next().unwrap_or([0, 16]);
            reply(&mut fetch, now, (request.first, request.last), what, len);
        }
        while fetch.poll_event().is_some() {}
        if let Some(due) = fetch.poll_timeout() {
            assert!(due >= now, "time goes back");
            now = due;
            fetch.handle_timeout(now);
        }
    }
    if let Ok(object) = fetch.into_object() {
        assert_eq!(object.len(), FETCHED_BYTES as usize);
    }
}

fn reply(fetch: &mut Fetch, now: Tick, (first, last): (u32, u32), what: u8, len: u8) {
    const STATUSES: [u16; 8] = [206, 206, 206, 200, 302, 404, 503, 416];
    if what == u8::MAX {
        return fetch.handle_trouble(now, TryFault::Broken);
    }
    let last = last.saturating_add(u32::from(what >> 6));
    let first = first.saturating_sub(u32::from(what >> 5 & 1));
    let head = ReplyHead {
        status: STATUSES[usize::from(what & 7)],
        content_range: Some(format!("bytes {first}-{last}/{FETCHED_BYTES}")),
        etag: (what & 16 != 0).then(|| format!("\"{len}\"")),
        location: (what & 8 != 0).then(|| "/c".to_owned()),
        ..ReplyHead::default()
    };
    fetch.handle_reply(now, &head);
    fetch.handle_body(now, &vec![what; usize::from(len)]);
    if fetch.phase() == FetchPhase::Body && what & 32 == 0 {
        fetch.handle_end(now);
    }
}

/// An entry.
pub type Entry = fn(&[u8]);

/// The entries of all parsers but the patch decoder's, by the names of their fuzz targets.
pub const ENTRIES: [(&str, Entry); 7] = [
    ("ayla", ayla),
    ("capture", captures::capture),
    ("command", command),
    ("replies", replies),
    ("rig", rig),
    ("scenario", scenario),
    ("script", script),
];

/// Inputs that the parser of this name takes, to start from.
#[must_use]
pub fn seeds(name: &str) -> Vec<Vec<u8>> {
    let texts = |texts: &[(&str, &str)]| texts.iter().map(|it| it.1.into()).collect();
    match name {
        "ayla" => ayla_seeds(),
        "rig" => rig_seeds(),
        "capture" => captures::seeds(),
        "command" => COMMANDS.map(Vec::from).into(),
        "replies" => vec![
            vec![0; 8],
            vec![3, 64],
            vec![255, 0, 6, 0, 0, 5, 4, 0, 12, 0],
        ],
        "scenario" => texts(fixtures::scenario::shipped()),
        "script" => texts(&SCRIPTS),
        _ => Vec::new(),
    }
}

const COMMANDS: [&[u8]; 3] = [
    br#"{"ota":{"type":"host_mcu","url":"https://a.example:8443/b?c=d","ver":"1.1","size":530,"checksum":"6d7d2ec96a60ebd1448faa7b3cbb5b1a","board":"b","port":443}}"#,
    br#"{"version":"1.0","data":{"channel":9,"version":"1.1","size":"530","httpsUrl":"https://[::1]/b"}}"#,
    br#"{"params":{"type":"URL_LIST","version":"1","size":5,"payload":["http://127.0.0.1/"],"signMethod":"MD5","sign":""}}"#,
];

const SCRIPTS: [(&str, &str); 2] = [
    (
        "ayla-boot",
        include_str!("../../fixtures/scripts/ayla-boot.toml"),
    ),
    (
        "rig-hello",
        include_str!("../../fixtures/scripts/rig-hello.toml"),
    ),
];

fn ayla_seeds() -> Vec<Vec<u8>> {
    let payloads: [&[u8]; 3] = [
        &[
            0, 0x0d, 0, 1, 5, 3, b'1', b'.', b'1', 0x12, 4, 0, 0, 5, 0x78,
        ],
        &[0, 0x0e, 0, 2, 0x11, 4, 0, 0, 0, 0, 4, 2, 0x7e, 0x7d],
        &[1, 6, 0, 0],
    ];
    let seed = |payload: &&[u8]| {
        let frame = ayla_frame::Frame {
            kind: ayla_frame::FrameType::DATA,
            seq: 1,
            payload,
        };
        let mut out = [0; ayla_frame::STUFFED_BYTES_MAX];
        let len = frame.encode(&mut out).expect("short");
        [&[3], &out[..len]].concat()
    };
    payloads.iter().map(seed).collect()
}

/// The frames of an update as a module and a host say them.
fn rig_seeds() -> Vec<Vec<u8>> {
    let text = fixtures::scenario::shipped_text("rig-nrf51822").expect("shipped");
    let scenario = parse(text).expect("good");
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    let mut kinds = std::collections::BTreeSet::new();
    for stamped in bridge::bench::run(&scenario, None).events {
        let bridge::event::Event::Frame(frame) = stamped.event else {
            continue;
        };
        let kind = frame
            .summary
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned();
        if frame.bytes.len() < 600 && kinds.insert(kind) {
            seeds.push([&[5], &frame.bytes[..]].concat());
        }
    }
    seeds
}
