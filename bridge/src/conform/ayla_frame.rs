//! Frames and messages of the ayla dialect, right or wrong, byte by byte.

use protocol_spec::ayla::message::Protocol;
use protocol_spec::ayla::tlv::TlvType;
use protocol_spec::crc::CRC16;

use super::speaker::{SpeakError, in_range};

const FLAG: u8 = 0x7e;
const ESCAPE: u8 = 0x7d;
const ESCAPE_XOR: u8 = 0x20;

pub(super) fn big_endian(
    name: &'static str,
    number: i64,
    width: u8,
) -> Result<Vec<u8>, SpeakError> {
    let bits = 8 * u32::from(width.clamp(1, 7));
    let bytes = in_range(name, number, 0, (1 << bits) - 1)?.to_be_bytes();
    let from = bytes.len() - usize::from(width.max(1));
    Ok(bytes.split_at(from).1.to_vec())
}

pub(super) fn tlv(kind: TlvType, value: &[u8]) -> Vec<u8> {
    let mut out = vec![kind.0, u8::try_from(value.len()).unwrap_or(u8::MAX)];
    out.extend_from_slice(value);
    out
}

pub(super) fn payload(op: (Protocol, u8), request: u16, tlvs: &[u8]) -> Vec<u8> {
    let [high, low] = request.to_be_bytes();
    let mut out = vec![op.0.0, op.1, high, low];
    out.extend_from_slice(tlvs);
    out
}

/// A link frame around any payload.
pub(super) fn build(kind: u8, seq: u8, payload: &[u8]) -> Vec<u8> {
    let mut body = vec![kind, seq];
    body.extend_from_slice(payload);
    let crc = CRC16.checksum(&body);
    body.extend_from_slice(&crc.to_be_bytes());
    let mut frame = vec![FLAG];
    for byte in body {
        if byte == FLAG || byte == ESCAPE {
            frame.extend([ESCAPE, byte ^ ESCAPE_XOR]);
        } else {
            frame.push(byte);
        }
    }
    frame.push(FLAG);
    frame
}

/// The frame with one bit of its sequence number wrong.
pub(super) fn spoilt(frame: &[u8]) -> Vec<u8> {
    let mut out = frame.to_vec();
    if let Some(byte) = out.get_mut(1) {
        *byte ^= 0x40;
    }
    out
}

/// The frame without its last bytes, but with its end.
pub(super) fn cut(frame: &[u8]) -> Vec<u8> {
    let keep = frame.len().saturating_sub(3).max(1);
    let mut out = frame.get(..keep).unwrap_or_default().to_vec();
    out.push(FLAG);
    out
}

#[cfg(test)]
mod tests {
    use protocol_spec::ayla::frame::{Frame, FrameType};

    use super::*;

    #[test]
    fn frames_are_those_of_the_codec() {
        for (seq, payload) in [(0, &b""[..]), (0x7d, &[0x7e, 0x7d, 1, 2][..])] {
            let frame = Frame {
                kind: FrameType::DATA,
                seq,
                payload,
            };
            let mut out = [0; 64];
            let len = frame.encode(&mut out).unwrap();
            assert_eq!(build(FrameType::DATA.0, seq, payload), out[..len]);
        }
    }
}
