//! The frame of the rig dialect.
//!
//! Before stuffing:
//!
//! | offset | size | field | meaning                                        |
//! |--------|------|-------|------------------------------------------------|
//! | 0      | 1    | kind  | see [`Kind`](super::kind::Kind)                |
//! | 1      | n    | body  | the message, 0..=4106 bytes                    |
//! | 1 + n  | 4    | crc   | CRC-32/ISO-HDLC over kind and body, low first  |
//!
//! COBS takes the zeros out, and one zero ends the frame. Zeros between frames are ignored; a
//! sender puts one before its first frame, so that noise on an idle line does not spoil it.

use super::cobs;
use super::codec::{self, HEAD_BYTES_MAX, Parts};
pub use super::codec::{DecodeError, EncodeError, FieldLimit, decode_to_host, decode_to_module};
pub use super::deframer::{Deframer, Fed, FrameError};
use super::message::{ToHost, ToModule};
use crate::crc::CRC32;

/// Ends a frame.
pub const DELIMITER: u8 = 0;
/// Kind and CRC.
pub(super) const OVERHEAD_BYTES: usize = 5;
/// Most bytes of a packet (kind and body) and its CRC, before stuffing.
pub const PACKET_BYTES_MAX: usize = OVERHEAD_BYTES + codec::BODY_BYTES_MAX;
/// Most bytes of a frame on the wire, its ending zero included.
pub const FRAME_BYTES_MAX: usize = cobs::stuffed_bytes_max(PACKET_BYTES_MAX) + 1;

/// Bytes of a frame on the wire, at most, that carries `data` object bytes in one DATA.
#[must_use]
pub const fn data_frame_bytes_max(data: usize) -> usize {
    let head = codec::BODY_BYTES_MAX - super::message::DATA_BYTES_MAX;
    cobs::stuffed_bytes_max(OVERHEAD_BYTES + head + data) + 1
}

/// Writes a frame for the host to `out` and returns its length on the wire, bytes.
///
/// An output of [`FRAME_BYTES_MAX`] bytes holds every frame.
///
/// # Errors
/// [`EncodeError`] when a field is beyond its limit or the output too short.
pub fn encode_to_host(message: &ToHost<'_>, out: &mut [u8]) -> Result<usize, EncodeError> {
    let mut head = [0; HEAD_BYTES_MAX];
    let parts = codec::parts_to_host(message, &mut head)?;
    encode(&parts, &head, out)
}

/// Writes a frame for the module to `out` and returns its length on the wire, bytes.
///
/// # Errors
/// [`EncodeError`] when a field is beyond its limit or the output too short.
pub fn encode_to_module(message: &ToModule<'_>, out: &mut [u8]) -> Result<usize, EncodeError> {
    let mut head = [0; HEAD_BYTES_MAX];
    let parts = codec::parts_to_module(message, &mut head)?;
    encode(&parts, &head, out)
}

fn encode(parts: &Parts<'_>, head: &[u8], out: &mut [u8]) -> Result<usize, EncodeError> {
    let no_room = EncodeError::NoRoom { len: out.len() };
    let kind = [parts.kind.0];
    let head = head.get(..parts.head_len).ok_or(no_room)?;
    let mut digest = CRC32.digest();
    digest.update(&kind);
    digest.update(head);
    digest.update(parts.bytes);
    let crc = digest.finalize().to_le_bytes();

    let mut wire = cobs::Writer::new(out);
    for piece in [&kind, head, parts.bytes, &crc] {
        wire.put(piece).ok_or(no_room)?;
    }
    wire.finish().ok_or(no_room)
}
