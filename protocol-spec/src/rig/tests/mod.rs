//! Messages of every kind, made from arbitrary fields, and what a deframer says of their frames.

use std::vec;
use std::vec::Vec;

use proptest::collection::vec as vec_of;
use proptest::prelude::*;

use super::frame::{Deframer, FRAME_BYTES_MAX, Fed, FrameError, encode_to_host, encode_to_module};
use super::message::*;

mod limits;
mod properties;

/// Field values from which any message can be made.
#[derive(Clone, Debug)]
struct Fields {
    numbers: [u32; 8],
    transfer: u16,
    small: [u8; 3],
    flag: bool,
    digest: [u8; 32],
    short: Vec<u8>,
    version: Vec<u8>,
    bytes: Vec<u8>,
}

fn fields() -> impl Strategy<Value = Fields> {
    let bytes = prop_oneof![
        vec_of(any::<u8>(), 1..600),
        vec_of(prop_oneof![9 => Just(0u8), 1 => any::<u8>()], 1..600),
        vec_of(1u8.., DATA_BYTES_MAX - 3..=DATA_BYTES_MAX),
    ];
    let texts = (
        vec_of(any::<u8>(), 0..=BOARD_BYTES_MAX),
        vec_of(any::<u8>(), 0..=VERSION_BYTES_MAX),
    );
    let scalars = (
        any::<[u32; 8]>(),
        any::<u16>(),
        any::<[u8; 3]>(),
        any::<bool>(),
    );
    (scalars, any::<[u8; 32]>(), texts, bytes).prop_map(
        |((numbers, transfer, small, flag), digest, (short, version), bytes)| Fields {
            numbers,
            transfer,
            small,
            flag,
            digest,
            short,
            version,
            bytes,
        },
    )
}

fn to_host(f: &Fields) -> Vec<ToHost<'_>> {
    let transfer = f.transfer;
    let [offset, length, nonce, ..] = f.numbers;
    let kind = if f.flag {
        ObjectKind::Image
    } else {
        ObjectKind::Patch
    };
    let (digest, version, auth) = (f.digest, &f.version[..], &f.short[..]);
    let [version_min, version_max, unknown] = f.small;
    vec![
        ToHost::Hello(Hello {
            version_min,
            version_max,
            nonce,
        }),
        ToHost::Offer(Offer {
            transfer,
            kind,
            length,
            digest,
            version,
            auth,
        }),
        ToHost::Data(Data {
            transfer,
            offset,
            bytes: &f.bytes,
        }),
        ToHost::Finish(Finish { transfer }),
        ToHost::Boot(Boot { transfer }),
        ToHost::Query(Query {}),
        ToHost::ReportAck(ReportAck { id: transfer }),
        ToHost::Abort(Abort { transfer }),
        ToHost::Unsupported(Unsupported { kind: unknown }),
    ]
}

fn host_info(f: &Fields) -> HostInfo<'_> {
    let [a, b, c, d, e, g, h, i] = f.numbers;
    let region = RegionInfo {
        start: a,
        unit: b,
        count: c,
    };
    HostInfo {
        board: &f.short,
        boot_id: a,
        layout: if f.flag {
            LayoutKind::TwoSlot
        } else {
            LayoutKind::InPlace
        },
        image_start: i,
        image_max: b,
        staging: c,
        scratch: d,
        decode_ram: e,
        window: g,
        data_max: f.transfer % 4096 + 1,
        flash: FlashInfo {
            regions: [region; REGIONS_MAX],
            program_unit: f.transfer,
            erased: f.small[0],
            erase_ms_max: h,
            program_us_max: i,
        },
        version: &f.version,
        image_len: a,
        confirmed: f.flag,
        code: f.small[1],
    }
}

fn to_module(f: &Fields) -> Vec<ToModule<'_>> {
    let transfer = f.transfer;
    let [next, limit, stored, busy_ms, detail, start, end, nonce] = f.numbers;
    let [code, state, kind] = f.small;
    let step = [
        Step::Offer,
        Step::Data,
        Step::Finish,
        Step::Boot,
        Step::Abort,
    ][usize::from(kind) % 5];
    let (version, digest, confirmed) = (&f.version[..], f.digest, f.flag);
    let answer = |version, info| HelloAnswer {
        version,
        version_min: code,
        version_max: state,
        nonce,
        info,
    };
    vec![
        ToModule::HelloAnswer(answer(1, Some(host_info(f)))),
        ToModule::HelloAnswer(answer(0, None)),
        ToModule::Accept(Accept {
            transfer,
            offset: next,
            limit,
            busy_ms,
        }),
        ToModule::Ack(Ack {
            transfer,
            next,
            limit,
            stored,
            busy_ms,
            sack: [SackRange { start, end }; 4],
        }),
        ToModule::StepStatus(StepStatus {
            transfer,
            step,
            code,
            detail,
        }),
        ToModule::Busy(Busy { busy_ms }),
        ToModule::BootAnswer(BootAnswer {
            transfer,
            report_ms_max: busy_ms,
        }),
        ToModule::Report(Report {
            id: transfer,
            version,
            length: next,
            digest,
            confirmed,
            code,
        }),
        ToModule::BlockStatus(BlockStatus {
            block: next,
            state,
            code,
        }),
        ToModule::Unsupported(Unsupported { kind }),
    ]
}

fn encode_host(message: &ToHost<'_>) -> Vec<u8> {
    let mut out = [0; FRAME_BYTES_MAX];
    let len = encode_to_host(message, &mut out).unwrap();
    out[..len].to_vec()
}

fn encode_module(message: &ToModule<'_>) -> Vec<u8> {
    let mut out = [0; FRAME_BYTES_MAX];
    let len = encode_to_module(message, &mut out).unwrap();
    out[..len].to_vec()
}

/// What a deframer said, without borrows.
#[derive(Clone, PartialEq, Debug)]
enum Found {
    Packet(Vec<u8>),
    Bad(FrameError, usize),
}

fn deframe<'i>(pieces: impl IntoIterator<Item = &'i [u8]>) -> Vec<Found> {
    let mut deframer = Deframer::new([0; FRAME_BYTES_MAX]);
    let mut found = Vec::new();
    for piece in pieces {
        let mut rest = piece;
        while !rest.is_empty() {
            let (fed, tail) = deframer.feed(rest);
            rest = tail;
            found.extend(match fed {
                Fed::More => None,
                Fed::Packet(packet) => Some(Found::Packet(packet.to_vec())),
                Fed::Bad { reason, len } => Some(Found::Bad(reason, len)),
            });
        }
    }
    found
}

fn only_packet(wire: &[u8]) -> Vec<u8> {
    match &deframe([wire])[..] {
        [Found::Packet(packet)] => packet.clone(),
        other => panic!("one packet expected, found {other:?}"),
    }
}
