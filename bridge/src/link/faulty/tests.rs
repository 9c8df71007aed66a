//! Each kind of fault on a line of one byte per 10 us.

use fixtures::scenario::LineTrouble;
use protocol_spec::ayla::frame::{Deframer, Fed, Frame, FrameType};
use protocol_spec::rig::frame::encode_to_host;
use protocol_spec::rig::message::{Data, ReportAck, ToHost};

use super::*;

fn fault(at: u32, what: LineTrouble) -> LineFault {
    LineFault {
        to: End::Host,
        at: Some(at),
        per_million: None,
        what,
    }
}

fn rated(per_million: u32, what: LineTrouble) -> LineFault {
    LineFault {
        at: None,
        per_million: Some(per_million),
        ..fault(0, what)
    }
}

fn whole(what: LineTrouble) -> LineFault {
    LineFault {
        at: None,
        ..fault(0, what)
    }
}

fn wire(faults: &[LineFault]) -> FaultyWire {
    let mut wire = FaultyWire::new(LineModel::plain(1_000_000, 10));
    wire.add_faults(Dialect::Rig, End::Host, faults, Seed(5));
    wire
}

/// What arrives, with the time of each call, when a frame is pushed every millisecond.
fn arrivals(faults: &[LineFault], frames: &[&[u8]]) -> Vec<(u64, Vec<u8>)> {
    let mut wire = wire(faults);
    let mut calls = Vec::new();
    for (index, frame) in (0..).zip(frames) {
        drain(&mut wire, Tick::from_millis(index), &mut calls);
        wire.push(Tick::from_millis(index), frame);
    }
    drain(&mut wire, Tick::from_secs(100), &mut calls);
    assert_eq!(wire.queued(), 0);
    calls
}

fn drain(wire: &mut FaultyWire, until: Tick, calls: &mut Vec<(u64, Vec<u8>)>) {
    while let Some(at) = wire.next().filter(|at| *at <= until) {
        let mut bytes = Vec::new();
        if wire.pop(at, &mut bytes) > 0 {
            calls.push((at.as_nanos() / 1000, bytes));
        }
    }
}

fn bytes(faults: &[LineFault]) -> Vec<u8> {
    let calls = arrivals(faults, &[&[1, 2, 3], &[4, 5, 6], &[7, 8, 9]]);
    calls.into_iter().flat_map(|(_, bytes)| bytes).collect()
}

#[test]
fn faults_of_bytes_strike_at_their_index() {
    let flip = LineTrouble::Flip { xor: 0x80 };
    assert_eq!(bytes(&[fault(4, flip)]), [1, 2, 3, 4, 0x85, 6, 7, 8, 9]);
    let drop = LineTrouble::DropByte;
    assert_eq!(bytes(&[fault(0, drop)]), [2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(bytes(&[fault(8, drop)]), [1, 2, 3, 4, 5, 6, 7, 8]);
    let noisy = bytes(&[fault(3, LineTrouble::Insert { len: 2 })]);
    assert_eq!(
        (noisy.len(), &noisy[..3], &noisy[5..]),
        (11, &[1, 2, 3][..], &[4, 5, 6, 7, 8, 9][..])
    );
    assert_eq!(
        bytes(&[fault(9, drop), fault(99, flip)]),
        [1, 2, 3, 4, 5, 6, 7, 8, 9]
    );
}

#[test]
fn faults_of_frames_strike_at_their_index() {
    assert_eq!(
        bytes(&[fault(1, LineTrouble::DropFrame)]),
        [1, 2, 3, 7, 8, 9]
    );
    assert_eq!(
        bytes(&[fault(1, LineTrouble::Duplicate)]),
        [1, 2, 3, 4, 5, 6, 4, 5, 6, 7, 8, 9]
    );
    assert_eq!(
        bytes(&[fault(0, LineTrouble::Reorder)]),
        [4, 5, 6, 1, 2, 3, 7, 8, 9]
    );
    assert_eq!(
        bytes(&[fault(2, LineTrouble::Reorder)]),
        [1, 2, 3, 4, 5, 6],
        "nothing overtakes the last one"
    );
    assert_eq!(
        bytes(&[fault(2, LineTrouble::Truncate { keep: None })]),
        [1, 2, 3, 4, 5, 6, 7]
    );
    assert_eq!(
        bytes(&[fault(0, LineTrouble::Truncate { keep: Some(2) })]),
        [1, 2, 4, 5, 6, 7, 8, 9]
    );
}

#[test]
fn what_one_fault_takes_away_counts_for_the_others() {
    let faults = [
        fault(0, LineTrouble::DropFrame),
        fault(4, LineTrouble::DropByte),
        fault(1, LineTrouble::DropFrame),
        fault(8, LineTrouble::Flip { xor: 1 }),
    ];
    assert_eq!(bytes(&faults), [7, 8, 8]);
}

#[test]
fn a_stalled_line_delivers_later_and_in_order() {
    let stall = fault(4, LineTrouble::Stall { ms: 20 });
    let calls = arrivals(&[stall], &[&[1, 2, 3], &[4, 5, 6], &[7, 8, 9]]);
    let want = [
        (30, vec![1, 2, 3]),
        (1010, vec![4]),
        (21_030, vec![5, 6]),
        (21_060, vec![7, 8, 9]),
    ];
    assert_eq!(calls, want);
}

#[test]
fn a_break_is_one_zero_and_then_nothing_for_its_time() {
    let low = fault(1, LineTrouble::Break { ms: 1 });
    let calls = arrivals(&[low], &[&[1, 2, 3], &[4, 5, 6], &[7, 8, 9]]);
    let want = [(20, vec![1, 0]), (1030, vec![5, 6]), (2030, vec![7, 8, 9])];
    assert_eq!(calls, want);
}

#[test]
fn an_open_line_loses_both_directions_until_it_is_back() {
    let open = LineTrouble::Disconnect { back_ms: Some(1) };
    let mut one = wire(&[fault(2, open)]);
    let mut other = wire(&[]);
    one.push(Tick::ZERO, &[1, 2, 3]);
    let outage = one.take_disconnection().unwrap();
    assert_eq!(outage.from, Tick::from_micros(20));
    assert_eq!(outage.until, Some(Tick::from_micros(1020)));
    assert_eq!(one.take_disconnection(), None);
    other.cut(outage);
    other.push(Tick::from_micros(5), &[1, 2, 3]);
    other.push(Tick::from_micros(1020), &[4]);
    let mut calls = Vec::new();
    drain(&mut other, Tick::from_secs(1), &mut calls);
    let arrived: Vec<u8> = calls.into_iter().flat_map(|(_, bytes)| bytes).collect();
    assert_eq!(arrived, [1, 2, 4]);
    let for_good = LineTrouble::Disconnect { back_ms: None };
    assert_eq!(bytes(&[fault(5, for_good)]), [1, 2, 3, 4, 5]);
}

#[test]
fn jitter_delays_and_never_reorders() {
    let jitter = whole(LineTrouble::Jitter { us: 5000 });
    let frames: Vec<[u8; 1]> = (0..50).map(|index| [index]).collect();
    let frames: Vec<&[u8]> = frames.iter().map(|frame| &frame[..]).collect();
    let calls = arrivals(&[jitter], &frames);
    assert!(
        calls
            .iter()
            .any(|(at, bytes)| *at > u64::from(bytes[0]) * 1000 + 3000)
    );
    let all: Vec<u8> = calls.into_iter().flat_map(|(_, bytes)| bytes).collect();
    assert_eq!(all, (0..50).collect::<Vec<u8>>());
}

#[test]
fn a_rate_of_zero_is_no_decorator_at_all() {
    let kinds = [
        LineTrouble::Flip { xor: 1 },
        LineTrouble::DropByte,
        LineTrouble::Insert { len: 3 },
        LineTrouble::Stall { ms: 1 },
        LineTrouble::Break { ms: 1 },
        LineTrouble::Disconnect { back_ms: None },
        LineTrouble::DropFrame,
        LineTrouble::Duplicate,
        LineTrouble::Reorder,
        LineTrouble::Truncate { keep: None },
        LineTrouble::WrongCrc,
        LineTrouble::WrongSequence,
        LineTrouble::LostAck,
    ];
    let faults: Vec<LineFault> = kinds.iter().map(|kind| rated(0, *kind)).collect();
    let frames: Vec<Vec<u8>> = (1..40).map(|len| (0..len).collect()).collect();
    let frames: Vec<&[u8]> = frames.iter().map(|frame| &frame[..]).collect();
    let mut plain = Wire::new(LineModel::plain(1_000_000, 10));
    let mut calls = Vec::new();
    for (index, frame) in (0..).zip(&frames) {
        plain.push(Tick::from_millis(index), frame);
        while let Some(at) = plain.next() {
            let mut bytes = Vec::new();
            plain.pop(at, &mut bytes);
            calls.push((at.as_nanos() / 1000, bytes));
        }
    }
    assert_eq!(arrivals(&faults, &frames), calls);
    let still = [
        whole(LineTrouble::Jitter { us: 0 }),
        whole(LineTrouble::Skew { ppm: 0 }),
    ];
    assert_eq!(arrivals(&still, &frames), calls);
}

#[test]
fn a_rate_strikes_as_often_as_it_says_and_the_same_for_one_seed() {
    let frame = vec![0; 100_000];
    let flip = rated(1000, LineTrouble::Flip { xor: 1 });
    let once = arrivals(&[flip], &[&frame]);
    let struck: usize = once
        .iter()
        .map(|(_, bytes)| bytes.iter().filter(|byte| **byte == 1).count())
        .sum();
    assert!((60..140).contains(&struck), "{struck}");
    assert_eq!(once, arrivals(&[flip], &[&frame]));
}

#[test]
fn a_changed_content_keeps_length_and_frame_and_fails_its_crc() {
    let mut space = [0; 800];
    let payload: Vec<u8> = (0..=0x7f).collect();
    let frame = Frame {
        kind: FrameType::DATA,
        seq: 7,
        payload: &payload,
    };
    let len = frame.encode(&mut space).unwrap();
    for seed in 0..200 {
        let mut wire = space[..len].to_vec();
        dialect::change_content(Dialect::Ayla, &mut wire, &mut Seed(seed).rng());
        let mut deframer = Deframer::new();
        assert!(
            matches!(deframer.feed(&wire), (Fed::Bad { len: bad, .. }, _) if bad == len - 2),
            "{seed}"
        );
    }
    let data = ToHost::Data(Data {
        transfer: 1,
        offset: 0,
        bytes: &payload,
    });
    let mut space = [0; 800];
    let len = encode_to_host(&data, &mut space).unwrap();
    for seed in 0..200 {
        let mut wire = space[..len].to_vec();
        dialect::change_content(Dialect::Rig, &mut wire, &mut Seed(seed).rng());
        let mut deframer = protocol_spec::rig::frame::Deframer::new(vec![0; 800]);
        let (fed, rest) = deframer.feed(&wire);
        assert!(
            matches!(fed, protocol_spec::rig::frame::Fed::Bad { .. }),
            "{seed}: {fed:?}"
        );
        assert!(rest.is_empty());
    }
}

#[test]
fn a_changed_number_has_a_good_crc() {
    let mut space = [0; 800];
    let frame = Frame {
        kind: FrameType::DATA,
        seq: 255,
        payload: &[9, 0x7e],
    };
    let len = frame.encode(&mut space).unwrap();
    let wire = dialect::change_sequence(Dialect::Ayla, End::Host, &space[..len]).unwrap();
    let mut deframer = Deframer::new();
    let (Fed::Frame(found), _) = deframer.feed(&wire) else {
        panic!("no frame")
    };
    assert_eq!((found.seq, found.payload), (2, frame.payload));
    let len = encode_to_host(&ToHost::ReportAck(ReportAck { id: 3 }), &mut space).unwrap();
    assert!(dialect::is_ack(Dialect::Rig, &space[..len]));
    let changed = dialect::change_sequence(Dialect::Rig, End::Host, &space[..len]).unwrap();
    assert_ne!(changed, &space[..len]);
    assert!(dialect::is_ack(Dialect::Rig, &changed));
}

#[test]
fn every_hit_is_told_once_with_its_place() {
    let mut wire = wire(&[
        fault(4, LineTrouble::Flip { xor: 0x80 }),
        fault(2, LineTrouble::DropFrame),
        fault(99, LineTrouble::DropByte),
        whole(LineTrouble::Jitter { us: 5 }),
    ]);
    let mut told = Vec::new();
    for frame in [[1, 2, 3], [4, 5, 6], [7, 8, 9]] {
        wire.push(Tick::ZERO, &frame);
        told.extend(std::iter::from_fn(|| wire.poll_hit()));
    }
    let words: Vec<String> = told.iter().map(LineHit::to_string).collect();
    assert_eq!(
        words,
        [
            "flip bits 80 of byte 4 to the host",
            "lose frame 2 to the host"
        ]
    );
}

#[test]
fn hits_that_nobody_reads_are_bounded() {
    let mut wire = wire(&[rated(1_000_000, LineTrouble::Flip { xor: 1 })]);
    (0..3).for_each(|_| wire.push(Tick::ZERO, &[0; 4000]));
    assert_eq!(std::iter::from_fn(|| wire.poll_hit()).count(), HITS_MAX);
}
