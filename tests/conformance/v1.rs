//! Version 1 of the rig dialect, byte for byte: one frame per message kind at least.
//!
//! The bytes were made by another program (COBS, CRC-32 and the field layouts of SPEC.md), not by
//! the code under test.

use protocol_spec::rig::frame::{
    Deframer, FRAME_BYTES_MAX, Fed, decode_to_host, decode_to_module, encode_to_host,
    encode_to_module,
};
use protocol_spec::rig::message::*;

use crate::project::{bytes, hex};

const TRANSFER: u16 = 0x1234;
const NONCE: u32 = 0x1234_5678;

/// Bytes 00, 01, ... 1f.
fn digest() -> [u8; 32] {
    std::array::from_fn(|at| u8::try_from(at).expect("below 32"))
}

fn packet(wire: &[u8]) -> Vec<u8> {
    let mut deframer = Deframer::new([0; FRAME_BYTES_MAX]);
    match deframer.feed(wire) {
        (Fed::Packet(packet), []) => packet.to_vec(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn to_host(frozen: &str, message: ToHost<'_>) {
    let mut out = [0; FRAME_BYTES_MAX];
    let len = encode_to_host(&message, &mut out).expect("a good message");
    assert_eq!(hex(&out[..len]), hex(&bytes(frozen)));
    assert_eq!(decode_to_host(&packet(&bytes(frozen))), Ok(message));
}

#[track_caller]
fn to_module(frozen: &str, message: ToModule<'_>) {
    let mut out = [0; FRAME_BYTES_MAX];
    let len = encode_to_module(&message, &mut out).expect("a good message");
    assert_eq!(hex(&out[..len]), hex(&bytes(frozen)));
    assert_eq!(decode_to_module(&packet(&bytes(frozen))), Ok(message));
}

#[test]
fn hello_01() {
    let hello = Hello {
        version_min: 1,
        version_max: 1,
        nonce: NONCE,
    };
    to_host(
        "1001 6f74 6172 0101 7856 3412 f460 0938 00",
        ToHost::Hello(hello),
    );
}

#[test]
fn offer_02() {
    let image = Offer {
        transfer: TRANSFER,
        kind: ObjectKind::Image,
        length: 65_536,
        digest: digest(),
        version: b"1.1",
        auth: b"",
    };
    to_host(
        "0402 b424 0480 8004 2401 0203 0405 0607 0809 0a0b 0c0d 0e0f 1011 1213 1415 1617 1819 \
         1a1b 1c1d 1e1f 0331 2e31 0550 307b 4000",
        ToHost::Offer(image),
    );
    let (kind, version, auth) = (ObjectKind::Patch, b"2.0", b"\xaa\xbb");
    to_host(
        "0702 b424 01ac 022b 0102 0304 0506 0708 090a 0b0c 0d0e 0f10 1112 1314 1516 1718 191a \
         1b1c 1d1e 1f03 322e 3002 aabb 94bb 7e58 00",
        ToHost::Offer(Offer {
            kind,
            length: 300,
            version,
            auth,
            ..image
        }),
    );
}

#[test]
fn data_03() {
    let data = Data {
        transfer: TRANSFER,
        offset: 1024,
        bytes: &[0, 1, 0, 0xff],
    };
    to_host(
        "0703 b424 8008 0402 0106 ffad 650c dd00",
        ToHost::Data(data),
    );
}

/// 300 bytes without a zero: the stuffing needs a full block.
#[test]
fn data_03_longer_than_a_block() {
    let frozen = format!(
        "03 0301 ff ac02 {} 35 {} 869d 530e 00",
        "55".repeat(252),
        "55".repeat(48)
    );
    to_host(
        &frozen,
        ToHost::Data(Data {
            transfer: 1,
            offset: 0,
            bytes: &[0x55; 300],
        }),
    );
}

#[test]
fn finish_04_boot_05_query_06() {
    to_host(
        "0804 b424 a3fe e244 00",
        ToHost::Finish(Finish { transfer: TRANSFER }),
    );
    to_host(
        "0805 b424 9494 2045 00",
        ToHost::Boot(Boot { transfer: TRANSFER }),
    );
    to_host("0606 b84a 613b 00", ToHost::Query(Query {}));
}

#[test]
fn report_ack_07_abort_08_unsupported_3f() {
    to_host(
        "0707 079b 11fc 9000",
        ToHost::ReportAck(ReportAck { id: 7 }),
    );
    to_host(
        "0808 b424 c707 f84d 00",
        ToHost::Abort(Abort { transfer: TRANSFER }),
    );
    to_host(
        "073f 49f7 c107 1600",
        ToHost::Unsupported(Unsupported { kind: 0x49 }),
    );
}

#[test]
fn hello_answer_41() {
    let mut regions = [RegionInfo::default(); REGIONS_MAX];
    regions[0] = RegionInfo {
        start: 0,
        unit: 4096,
        count: 256,
    };
    let info = HostInfo {
        board: b"nrf52840",
        boot_id: 3,
        layout: LayoutKind::TwoSlot,
        image_start: 65_536,
        image_max: 397_312,
        staging: 397_312,
        scratch: 4096,
        decode_ram: 0,
        window: 8192,
        data_max: 1024,
        flash: FlashInfo {
            regions,
            program_unit: 4,
            erased: 0xff,
            erase_ms_max: 90,
            program_us_max: 2624,
        },
        version: b"1.0",
        image_len: 65_536,
        confirmed: true,
        code: 0,
    };
    let answer = HelloAnswer {
        version: 1,
        version_min: 1,
        version_max: 1,
        nonce: NONCE,
        info: Some(info),
    };
    to_module(
        "1741 6f74 6172 0101 0178 5634 1208 6e72 6635 3238 3430 030c 8080 0480 a018 80a0 1880 2005 \
         8040 8008 0580 2080 0201 0101 0101 0101 010e 04ff 5ac0 1403 312e 3080 8004 0105 0b40 76f6 00",
        ToModule::HelloAnswer(answer),
    );
    let none = HelloAnswer {
        version: 0,
        version_min: 2,
        version_max: 3,
        nonce: NONCE,
        info: None,
    };
    to_module(
        "0641 6f74 6172 0b02 0378 5634 12f3 fab1 cd00",
        ToModule::HelloAnswer(none),
    );
}

#[test]
fn accept_42() {
    let accept = Accept {
        transfer: TRANSFER,
        offset: 4096,
        limit: 12_288,
        busy_ms: 90,
    };
    to_module(
        "0d42 b424 8020 8060 5a0b e13f 5800",
        ToModule::Accept(accept),
    );
}

#[test]
fn ack_43() {
    let mut sack = [SackRange::default(); SACK_RANGES_MAX];
    sack[0] = SackRange {
        start: 9216,
        end: 10_240,
    };
    let ack = Ack {
        transfer: TRANSFER,
        next: 8192,
        limit: 16_384,
        stored: 4096,
        busy_ms: 0,
        sack,
    };
    to_module(
        "0b43 b424 8040 8080 0180 2005 8048 8050 0101 0101 0105 e464 93e9 00",
        ToModule::Ack(ack),
    );
}

#[test]
fn step_status_44() {
    let finish = StepStatus {
        transfer: TRANSFER,
        step: Step::Finish,
        code: 24,
        detail: 0,
    };
    to_module(
        "0644 b424 0218 0553 3383 6e00",
        ToModule::StepStatus(finish),
    );
    let abort = StepStatus {
        transfer: TRANSFER,
        step: Step::Abort,
        code: 17,
        detail: 397_312,
    };
    to_module(
        "0d44 b424 0411 80a0 18e8 9689 c100",
        ToModule::StepStatus(abort),
    );
}

#[test]
fn busy_45_boot_answer_46() {
    to_module(
        "0845 fa01 98af 4410 00",
        ToModule::Busy(Busy { busy_ms: 250 }),
    );
    let answer = BootAnswer {
        transfer: TRANSFER,
        report_ms_max: 30_000,
    };
    to_module(
        "0b46 b424 b0ea 018f 0b1c b400",
        ToModule::BootAnswer(answer),
    );
}

#[test]
fn report_47() {
    let report = Report {
        id: 7,
        version: b"1.1",
        length: 65_536,
        digest: digest(),
        confirmed: false,
        code: 0,
    };
    to_module(
        "0a47 0703 312e 3180 8004 2001 0203 0405 0607 0809 0a0b 0c0d 0e0f 1011 1213 1415 1617 1819 \
         1a1b 1c1d 1e1f 0105 0590 9ddc 00",
        ToModule::Report(report),
    );
}

#[test]
fn block_status_48_unsupported_7f() {
    let status = BlockStatus {
        block: 5,
        state: 63,
        code: 21,
    };
    to_module("0948 053f 15f2 a32c 4c00", ToModule::BlockStatus(status));
    to_module(
        "077f 0962 cfa2 9000",
        ToModule::Unsupported(Unsupported { kind: 9 }),
    );
}

#[test]
fn the_order_of_choices_stays() {
    let steps = [
        Step::Offer,
        Step::Data,
        Step::Finish,
        Step::Boot,
        Step::Abort,
    ];
    for (number, step) in (0..).zip(steps) {
        let status = StepStatus {
            transfer: 0,
            step,
            code: 0,
            detail: 0,
        };
        assert_eq!(
            decode_to_module(&[0x44, 0, number, 0, 0]),
            Ok(ToModule::StepStatus(status))
        );
    }
    assert!(
        decode_to_module(&[0x44, 0, 5, 0, 0]).is_err(),
        "there is no sixth step"
    );
    assert_eq!(
        [LayoutKind::TwoSlot as u8, LayoutKind::InPlace as u8],
        [0, 1]
    );
    assert_eq!([ObjectKind::Image as u8, ObjectKind::Patch as u8], [0, 1]);
}

#[test]
fn limits_stay() {
    let limits = [
        DATA_BYTES_MAX,
        SACK_RANGES_MAX,
        VERSION_BYTES_MAX,
        BOARD_BYTES_MAX,
        AUTH_BYTES_MAX,
        REGIONS_MAX,
        FRAME_BYTES_MAX,
    ];
    assert_eq!(limits, [4096, 4, 72, 32, 96, 4, 4129]);
}
