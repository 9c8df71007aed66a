//! Frames in, frames out: what the host hears, and what the engine hears.

use fixtures::scenario::LateAfter;
use protocol_spec::ayla::frame::{Deframer, Fed, Frame, FrameType};
use protocol_spec::ayla::message::{Message, MessageWriter, Protocol};
use protocol_spec::ayla::opcode::ControlOp;
use protocol_spec::ayla::tlv::TlvType;

use super::*;

fn block(seq: u8, offset: u32, bytes: &[u8]) -> Vec<u8> {
    let mut space = [0; 384];
    let mut writer =
        MessageWriter::new(&mut space, Protocol::CONTROL, ControlOp::MCU_OTA_LOAD.0, 9);
    writer
        .tlv_u32(TlvType::OFF, offset)
        .tlv(TlvType::BIN, bytes);
    let payload = writer.finish().unwrap();
    wire(FrameType::DATA, seq, payload)
}

fn wire(kind: FrameType, seq: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 800];
    let len = Frame { kind, seq, payload }.encode(&mut out).unwrap();
    out.truncate(len);
    out
}

/// Sequence number, opcode and offset of frames.
fn heard(frames: &[Vec<u8>]) -> Vec<(u8, u8, u32)> {
    let one = |frame: &Vec<u8>| {
        let mut deframer = Deframer::new();
        let (Fed::Frame(frame), _) = deframer.feed(frame) else {
            panic!("no frame");
        };
        let message = Message::decode(frame.payload).unwrap();
        let offset = message.tlvs.find(TlvType::OFF).unwrap_or(&[0; 4]);
        let offset = u32::from_be_bytes(offset.try_into().unwrap());
        (frame.seq, message.opcode, offset)
    };
    frames.iter().map(one).collect()
}

#[test]
fn frames_behind_an_extra_one_are_renumbered_and_their_acknowledgements_back() {
    let fault = ModuleFault::EarlyBoot { at_bytes: 4 };
    let mut mischief = Mischief::new(Dialect::Ayla, &[fault]).unwrap();
    let load = ControlOp::MCU_OTA_LOAD.0;
    assert_eq!(
        heard(&mischief.speak(&block(0, 0, &[1; 4]))),
        [(0, load, 0)]
    );
    let frames = mischief.speak(&block(1, 4, &[1; 4]));
    let boot = ControlOp::MCU_OTA_BOOT.0;
    assert_eq!(heard(&frames), [(1, boot, 0), (2, load, 4)]);
    let again = mischief.speak(&block(1, 4, &[1; 4]));
    assert_eq!(
        heard(&again),
        [(2, load, 4)],
        "a repetition keeps its number"
    );
    let acks = [wire(FrameType::ACK, 1, &[]), wire(FrameType::ACK, 2, &[])].concat();
    let (one, two) = acks.split_at(5);
    let mut engine = mischief.hear(one.to_vec());
    engine.extend(mischief.hear(two.to_vec()));
    assert_eq!(engine, wire(FrameType::ACK, 1, &[]));
    assert_eq!(
        heard(&mischief.speak(&block(2, 8, &[1; 4]))),
        [(3, load, 8)]
    );
}

#[test]
fn a_mistake_is_made_once() {
    let faults = [
        ModuleFault::Gap {
            at_bytes: 0,
            len: 3,
        },
        ModuleFault::Restart { at_bytes: 8 },
    ];
    let mut mischief = Mischief::new(Dialect::Ayla, &faults).unwrap();
    let load = ControlOp::MCU_OTA_LOAD.0;
    assert_eq!(
        heard(&mischief.speak(&block(0, 0, &[1; 4]))),
        [(0, load, 3)]
    );
    assert_eq!(
        heard(&mischief.speak(&block(1, 4, &[1; 4]))),
        [(1, load, 4)]
    );
    let frames = mischief.speak(&block(2, 8, &[1; 4]));
    assert_eq!(
        heard(&frames)[1],
        (1, load, 8),
        "0 is the first word of a new start"
    );
    mischief.begin();
    assert_eq!(
        heard(&mischief.speak(&block(0, 8, &[1; 4]))),
        [(0, load, 8)]
    );
}

#[test]
fn a_host_hears_the_engine_itself_where_no_mistake_is_due() {
    let fault = ModuleFault::LateBlock {
        after: LateAfter::Boot,
    };
    let mut mischief = Mischief::new(Dialect::Ayla, &[fault]).unwrap();
    let frame = block(0, 0, &[0x7e; 20]);
    assert_eq!(mischief.speak(&frame), std::slice::from_ref(&frame));
    let ack = wire(FrameType::ACK, 7, &[]);
    assert_eq!(mischief.speak(&ack), std::slice::from_ref(&ack));
    let noise = vec![1, 2, 3];
    assert_eq!(mischief.hear(noise.clone()), noise);
    assert!(Mischief::new(Dialect::Rig, &[]).is_none());
}

#[test]
fn a_mistake_that_is_added_on_the_way_goes_on_with_the_numbers_of_the_engine() {
    let mut mischief = Mischief::idle(Dialect::Ayla);
    let load = ControlOp::MCU_OTA_LOAD.0;
    let first = mischief.speak(&block(7, 0, &[1; 4]));
    assert_eq!(heard(&first), [(7, load, 0)]);
    mischief.add(ModuleFault::EarlyBoot { at_bytes: 0 });
    let boot = ControlOp::MCU_OTA_BOOT.0;
    let frames = mischief.speak(&block(8, 4, &[1; 4]));
    assert_eq!(heard(&frames), [(8, boot, 0), (9, load, 4)]);
}
