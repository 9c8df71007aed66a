//! Finds rig frames in a byte stream that may be split, damaged or begin anywhere.

use core::fmt;

use super::cobs;
use super::frame::OVERHEAD_BYTES;
use crate::crc::CRC32;

/// Why the bytes before a zero are no frame. Nothing is answered; the sender's timer sends again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameError {
    /// The CRC in the frame is not the CRC of its content.
    Crc {
        /// Computed over the content.
        computed: u32,
        /// Found in the frame.
        found: u32,
    },
    /// Fewer bytes than kind and CRC take.
    Short,
    /// More bytes than the buffer holds.
    TooLong,
    /// The stuffing is broken: a block runs past the end of the frame.
    Stuffing,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crc { computed, found } => write!(f, "CRC {found:08x}, computed {computed:08x}"),
            Self::Short => f.write_str("too short for kind and CRC"),
            Self::TooLong => f.write_str("longer than any frame"),
            Self::Stuffing => f.write_str("a block runs past the end"),
        }
    }
}

/// What one call of [`Deframer::feed`] found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fed<'d> {
    /// All input is used up; no frame has ended.
    More,
    /// Kind and body of a frame with a good CRC.
    Packet(&'d [u8]),
    /// Bytes that are no frame.
    Bad {
        /// What is wrong with them.
        reason: FrameError,
        /// How many they were on the wire, without the ending zero.
        len: usize,
    },
}

/// Collects a frame in `buf` and checks it when its zero comes.
///
/// A buffer of [`FRAME_BYTES_MAX`](super::frame::FRAME_BYTES_MAX) bytes takes every frame; an end
/// that takes less data per frame needs
/// [`data_frame_bytes_max`](super::frame::data_frame_bytes_max) bytes.
#[derive(Clone, Debug)]
pub struct Deframer<B> {
    buf: B,
    /// Bytes since the last zero; more than `buf` holds means too long.
    len: usize,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> Deframer<B> {
    /// A deframer that has seen nothing.
    pub const fn new(buf: B) -> Self {
        Self { buf, len: 0 }
    }

    /// Takes bytes up to the end of the next frame and returns what ended there and the unused
    /// rest; feed the rest again until it is empty.
    ///
    /// Zeros with nothing between them are no frames and are not reported.
    pub fn feed<'i>(&mut self, input: &'i [u8]) -> (Fed<'_>, &'i [u8]) {
        let mut rest = input;
        while let Some(end) = cobs::zero_at(rest) {
            let (piece, tail) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            rest = tail.get(1..).unwrap_or(&[]);
            self.take(piece);
            if self.len > 0 {
                return (self.end(), rest);
            }
        }
        self.take(rest);
        (Fed::More, &[])
    }

    fn take(&mut self, piece: &[u8]) {
        let end = self.len.saturating_add(piece.len());
        if let Some(place) = self.buf.as_mut().get_mut(self.len..end) {
            place.copy_from_slice(piece);
        }
        self.len = end;
    }

    fn end(&mut self) -> Fed<'_> {
        let len = core::mem::take(&mut self.len);
        let checked = match self.buf.as_mut().get_mut(..len) {
            Some(stuffed) => unpack(stuffed),
            None => Err(FrameError::TooLong),
        };
        match checked {
            Ok(packet) => Fed::Packet(packet),
            Err(reason) => Fed::Bad { reason, len },
        }
    }
}

fn unpack(stuffed: &mut [u8]) -> Result<&[u8], FrameError> {
    let len = cobs::decode_in_place(stuffed).ok_or(FrameError::Stuffing)?;
    let plain = stuffed
        .get(..len)
        .filter(|plain| plain.len() >= OVERHEAD_BYTES);
    let (packet, crc) = plain
        .and_then(<[u8]>::split_last_chunk)
        .ok_or(FrameError::Short)?;
    let (computed, found) = (CRC32.checksum(packet), u32::from_le_bytes(*crc));
    if computed == found {
        Ok(packet)
    } else {
        Err(FrameError::Crc { computed, found })
    }
}
