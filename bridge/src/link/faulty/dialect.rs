//! Faults that know what a frame is: which one acknowledges, where its content and number stand.

use fixtures::rng::Rng;
use fixtures::scenario::{Dialect, End};
use protocol_spec::ayla::frame::{Deframer, Fed, Frame, FrameType, STUFFED_BYTES_MAX, next_seq};
use protocol_spec::rig;
use protocol_spec::rig::kind::Kind;
use protocol_spec::rig::message::{ToHost, ToModule};

/// Flag and escape of an ayla frame.
const AYLA_MARKS: [u8; 2] = [0x7e, 0x7d];
/// Bytes of the CRC at the end of a frame.
const AYLA_CRC_BYTES: usize = 2;
/// Bytes of the CRC at the end of a frame.
const RIG_CRC_BYTES: usize = 4;
/// What a number is changed by: far from all that are in use.
const FAR: u16 = 0x4000;

/// Whether a frame acknowledges another.
pub(super) fn is_ack(dialect: Dialect, frame: &[u8]) -> bool {
    match dialect {
        Dialect::Ayla => ayla(frame, |frame| frame.kind == FrameType::ACK).unwrap_or(false),
        Dialect::Rig => {
            // Of a message with a body COBS leaves the kind where it is.
            let kind = frame.iter().position(|byte| *byte != 0);
            let kind = kind.and_then(|at| frame.get(at + 1)).copied();
            kind.is_some_and(|kind| [Kind::ACK, Kind::REPORT_ACK].contains(&Kind(kind)))
        }
    }
}

/// Changes a bit of a frame's content; neither the frame's length nor its CRC changes with it.
pub(super) fn change_content(dialect: Dialect, frame: &mut [u8], rng: &mut Rng) {
    let places = match dialect {
        Dialect::Ayla => ayla_content(frame),
        Dialect::Rig => rig_content(frame),
    };
    let flips: Vec<(usize, u8)> = places
        .into_iter()
        .flat_map(|at| (0..8).map(move |bit| (at, 1 << bit)))
        .filter(|(at, flip)| {
            let changed = frame.get(*at).map_or(0, |byte| byte ^ flip);
            match dialect {
                Dialect::Ayla => !AYLA_MARKS.contains(&changed),
                Dialect::Rig => changed != rig::frame::DELIMITER,
            }
        })
        .collect();
    let chosen = rng.below(u32::try_from(flips.len()).unwrap_or(u32::MAX));
    if let Some((at, flip)) = flips.get(chosen as usize)
        && let Some(byte) = frame.get_mut(*at)
    {
        *byte ^= flip;
    }
}

/// Where bytes of type, seq and message stand that are not stuffed.
fn ayla_content(frame: &[u8]) -> Vec<usize> {
    let plain = |at: &usize| {
        let before = at.checked_sub(1).and_then(|before| frame.get(before));
        !AYLA_MARKS.contains(&frame[*at]) && before != Some(&AYLA_MARKS[1])
    };
    let end = frame.len().saturating_sub(1 + 2 * AYLA_CRC_BYTES);
    (0..end).filter(plain).collect()
}

/// Where bytes of kind and body stand that are not COBS's own.
fn rig_content(frame: &[u8]) -> Vec<usize> {
    let end = frame.len().saturating_sub(1 + RIG_CRC_BYTES);
    let mut places = Vec::new();
    let mut at = frame.iter().take_while(|byte| **byte == 0).count();
    while let Some(code) = frame.get(at).filter(|code| **code != 0) {
        let next = at + usize::from(*code);
        places.extend((at + 1..next).take_while(|place| *place < end));
        at = next;
    }
    places
}

/// The frame with another number and a good CRC; `None` when it has none.
pub(super) fn change_sequence(dialect: Dialect, to: End, frame: &[u8]) -> Option<Vec<u8>> {
    match dialect {
        Dialect::Ayla => ayla(frame, |frame| {
            let seq = next_seq(next_seq(frame.seq));
            let mut wire = vec![0; STUFFED_BYTES_MAX];
            let len = Frame { seq, ..*frame }.encode(&mut wire).ok()?;
            wire.truncate(len);
            Some(wire)
        })?,
        Dialect::Rig => change_rig_number(to, frame),
    }
}

fn change_rig_number(to: End, frame: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = vec![0; rig::frame::FRAME_BYTES_MAX];
    let mut deframer = rig::frame::Deframer::new(&mut buffer[..]);
    let (rig::frame::Fed::Packet(packet), _) = deframer.feed(frame) else {
        return None;
    };
    let mut wire = vec![0; rig::frame::FRAME_BYTES_MAX];
    let len = match to {
        End::Host => {
            let mut message = rig::frame::decode_to_host(packet).ok()?;
            renumber_to_host(&mut message)?;
            rig::frame::encode_to_host(&message, &mut wire)
        }
        End::Module => {
            let mut message = rig::frame::decode_to_module(packet).ok()?;
            renumber_to_module(&mut message)?;
            rig::frame::encode_to_module(&message, &mut wire)
        }
    };
    wire.truncate(len.ok()?);
    Some(wire)
}

fn renumber_to_host(message: &mut ToHost<'_>) -> Option<()> {
    let number = match message {
        ToHost::Hello(hello) => {
            hello.nonce = hello.nonce.wrapping_add(FAR.into());
            return Some(());
        }
        ToHost::Offer(offer) => &mut offer.transfer,
        ToHost::Data(data) => &mut data.transfer,
        ToHost::Finish(finish) => &mut finish.transfer,
        ToHost::Boot(boot) => &mut boot.transfer,
        ToHost::ReportAck(ack) => &mut ack.id,
        ToHost::Abort(abort) => &mut abort.transfer,
        ToHost::Query(_) | ToHost::Unsupported(_) => return None,
    };
    *number = number.wrapping_add(FAR);
    Some(())
}

fn renumber_to_module(message: &mut ToModule<'_>) -> Option<()> {
    let number = match message {
        ToModule::HelloAnswer(answer) => {
            answer.nonce = answer.nonce.wrapping_add(FAR.into());
            return Some(());
        }
        ToModule::Accept(accept) => &mut accept.transfer,
        ToModule::Ack(ack) => &mut ack.transfer,
        ToModule::StepStatus(status) => &mut status.transfer,
        ToModule::BootAnswer(answer) => &mut answer.transfer,
        ToModule::Report(report) => &mut report.id,
        ToModule::Busy(_) | ToModule::BlockStatus(_) | ToModule::Unsupported(_) => return None,
    };
    *number = number.wrapping_add(FAR);
    Some(())
}

/// What `read` makes of the frame in `wire`.
fn ayla<T>(wire: &[u8], read: impl FnOnce(&Frame<'_>) -> T) -> Option<T> {
    let mut deframer = Deframer::new();
    let mut rest = wire;
    while !rest.is_empty() {
        let (fed, after) = deframer.feed(rest);
        if let Fed::Frame(frame) = fed {
            return Some(read(&frame));
        }
        rest = after;
    }
    None
}
