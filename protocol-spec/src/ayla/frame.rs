//! The link frame: flag, stuffed body, flag.
//!
//! | offset | size | field   | meaning                                               |
//! |--------|------|---------|-------------------------------------------------------|
//! | 0      | 1    | type    | 01 data, 02 ACK                                       |
//! | 1      | 1    | seq     | per direction: 0 after a restart, then 1..=255, 1 ... |
//! | 2      | n    | payload | of data: one message, 0..=384 bytes; of an ACK: empty |
//! | 2 + n  | 2    | crc     | CRC-16 over all before, high byte first               |
//!
//! On the wire the body stands between two flags `7e`; inside, `7e` and `7d` are sent as `7d` and
//! the byte XOR `20`. One flag may end a frame and begin the next.

use core::fmt;

use crate::crc::CRC16;

/// Ends a frame and begins the next.
const FLAG: u8 = 0x7e;
/// Says that the next byte is XORed with [`ESCAPE_XOR`].
const ESCAPE: u8 = 0x7d;
/// What stuffing does to a byte.
const ESCAPE_XOR: u8 = 0x20;
/// Type, seq and CRC.
const OVERHEAD_BYTES: usize = 4;

/// Most bytes of a message: header and TLVs.
pub const MESSAGE_BYTES_MAX: usize = 384;
/// Most bytes of a body before stuffing.
pub const BODY_BYTES_MAX: usize = MESSAGE_BYTES_MAX + OVERHEAD_BYTES;
/// Most bytes of a frame on the wire: every body byte stuffed, and two flags.
pub const STUFFED_BYTES_MAX: usize = 2 * BODY_BYTES_MAX + 2;

const _: () = assert!(STUFFED_BYTES_MAX == 778, "the published worst case");

code_space! {
    /// The type byte of a frame; a receiver ignores the types it does not know.
    pub struct FrameType: FrameTypeRow, named;
    gaps [];
    /// Carries one message; answered by an ACK with the same seq.
    0x01 DATA {}
    /// Says that the data frame with this seq has arrived.
    0x02 ACK {}
}

/// What is known of a frame type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameTypeRow {
    /// The number.
    pub number: u8,
    /// The name, upper case.
    pub name: &'static str,
    /// What it does, one sentence.
    pub sentence: &'static str,
}

/// One frame, unstuffed and with a good CRC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame<'a> {
    /// Data, ACK, or a type that this code does not know.
    pub kind: FrameType,
    /// Sequence number.
    pub seq: u8,
    /// The message of a data frame.
    pub payload: &'a [u8],
}

/// Why a frame could not be encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EncodeError {
    /// The payload is longer than [`MESSAGE_BYTES_MAX`].
    TooLong {
        /// Length of the payload, bytes.
        len: usize,
    },
    /// The output holds less than the stuffed frame.
    NoRoom {
        /// Length of the output, bytes.
        len: usize,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { len } => {
                write!(
                    f,
                    "a payload of {len} bytes, at most {MESSAGE_BYTES_MAX} fit"
                )
            }
            Self::NoRoom { len } => write!(f, "the frame does not fit in {len} bytes"),
        }
    }
}

impl core::error::Error for EncodeError {}

impl Frame<'_> {
    /// Writes the frame with both flags to `out` and returns its length on the wire, bytes.
    ///
    /// An output of [`STUFFED_BYTES_MAX`] bytes holds every frame.
    ///
    /// # Errors
    /// [`EncodeError`] when the payload is too long or the output too short.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        if self.payload.len() > MESSAGE_BYTES_MAX {
            return Err(EncodeError::TooLong {
                len: self.payload.len(),
            });
        }
        let head = [self.kind.0, self.seq];
        let mut digest = CRC16.digest();
        digest.update(&head);
        digest.update(self.payload);
        let crc = digest.finalize().to_be_bytes();

        let no_room = EncodeError::NoRoom { len: out.len() };
        let mut wire = Stuffer { out, len: 0 };
        let body = head.iter().chain(self.payload).chain(&crc);
        wire.put(FLAG).ok_or(no_room)?;
        body.copied()
            .try_for_each(|byte| wire.put_stuffed(byte))
            .ok_or(no_room)?;
        wire.put(FLAG).ok_or(no_room)?;
        Ok(wire.len)
    }
}

/// The seq of the data frame after `seq`: 0 comes once, at the start, and 1 follows 255.
#[must_use]
pub const fn next_seq(seq: u8) -> u8 {
    match seq {
        u8::MAX => 1,
        _ => seq + 1,
    }
}

/// Writes stuffed bytes; `None` = no room.
struct Stuffer<'b> {
    out: &'b mut [u8],
    len: usize,
}

impl Stuffer<'_> {
    fn put(&mut self, byte: u8) -> Option<()> {
        *self.out.get_mut(self.len)? = byte;
        self.len += 1;
        Some(())
    }

    fn put_stuffed(&mut self, byte: u8) -> Option<()> {
        if byte == FLAG || byte == ESCAPE {
            self.put(ESCAPE)?;
            self.put(byte ^ ESCAPE_XOR)
        } else {
            self.put(byte)
        }
    }
}

/// Why the bytes between two flags are no frame. Nothing is answered; the sender's timer sends the
/// frame again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameError {
    /// The CRC in the frame is not the CRC of its content.
    Crc {
        /// Computed over the content.
        computed: u16,
        /// Found in the frame.
        found: u16,
    },
    /// Fewer body bytes than type, seq and CRC take.
    Short,
    /// More body bytes than [`BODY_BYTES_MAX`].
    TooLong,
    /// The escape byte stands right before the closing flag.
    EndsInEscape,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crc { computed, found } => write!(f, "CRC {found:04x}, computed {computed:04x}"),
            Self::Short => f.write_str("too short for type, seq and CRC"),
            Self::TooLong => f.write_str("longer than any frame"),
            Self::EndsInEscape => f.write_str("ends in an escape"),
        }
    }
}

/// What one call of [`Deframer::feed`] found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fed<'d> {
    /// All input is used up; no frame has ended.
    More,
    /// A frame.
    Frame(Frame<'d>),
    /// Bytes between two flags that are no frame.
    Bad {
        /// What is wrong with them.
        reason: FrameError,
        /// How many they were on the wire, without the flags.
        len: usize,
    },
    /// Bytes before the first flag since the start.
    Noise {
        /// How many they were.
        len: usize,
    },
}

/// Finds frames in a byte stream that may be split, damaged or begin anywhere.
///
/// Holds any stuffed form of a body of [`BODY_BYTES_MAX`] bytes. A longer one is one bad frame.
#[derive(Clone, Debug)]
pub struct Deframer {
    body: [u8; BODY_BYTES_MAX],
    /// Unstuffed bytes so far; one more than `body` holds means too long.
    body_len: usize,
    /// Bytes since the last flag, as on the wire.
    wire_len: usize,
    after_escape: bool,
    flag_seen: bool,
}

/// What ended at a flag.
enum Ended {
    Frame { body_len: usize },
    Bad { reason: FrameError, len: usize },
    Noise { len: usize },
}

impl Default for Deframer {
    fn default() -> Self {
        Self::new()
    }
}

impl Deframer {
    /// A deframer that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            body: [0; BODY_BYTES_MAX],
            body_len: 0,
            wire_len: 0,
            after_escape: false,
            flag_seen: false,
        }
    }

    /// Takes bytes up to the end of the next frame and returns what ended there and the unused
    /// rest; feed the rest again until it is empty.
    ///
    /// Two flags with nothing between them are no frame and are not reported.
    pub fn feed<'d, 'i>(&'d mut self, input: &'i [u8]) -> (Fed<'d>, &'i [u8]) {
        let mut rest = input;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            if byte != FLAG {
                self.take(byte);
            } else if let Some(ended) = self.end() {
                return (self.fed(&ended), rest);
            }
        }
        (Fed::More, rest)
    }

    fn take(&mut self, byte: u8) {
        self.wire_len = self.wire_len.saturating_add(1);
        if byte == ESCAPE && !self.after_escape {
            self.after_escape = true;
            return;
        }
        let plain = if self.after_escape {
            byte ^ ESCAPE_XOR
        } else {
            byte
        };
        self.after_escape = false;
        if let Some(place) = self.body.get_mut(self.body_len) {
            *place = plain;
        }
        self.body_len = (self.body_len + 1).min(BODY_BYTES_MAX + 1);
    }

    /// A flag came: says what it ended and starts over. `None` when there was nothing.
    fn end(&mut self) -> Option<Ended> {
        let (body_len, len) = (self.body_len, self.wire_len);
        let ends_in_escape = self.after_escape;
        let first_flag = !self.flag_seen;
        *self = Self {
            body: self.body,
            flag_seen: true,
            ..Self::new()
        };

        if len == 0 {
            return None;
        }
        if first_flag {
            return Some(Ended::Noise { len });
        }
        let reason = if body_len > BODY_BYTES_MAX {
            FrameError::TooLong
        } else if ends_in_escape {
            FrameError::EndsInEscape
        } else if body_len < OVERHEAD_BYTES {
            FrameError::Short
        } else if let Some(reason) = self.crc_error(body_len) {
            reason
        } else {
            return Some(Ended::Frame { body_len });
        };
        Some(Ended::Bad { reason, len })
    }

    fn crc_error(&self, body_len: usize) -> Option<FrameError> {
        let (content, crc) = self.body.get(..body_len)?.split_last_chunk::<2>()?;
        let (computed, found) = (CRC16.checksum(content), u16::from_be_bytes(*crc));
        (computed != found).then_some(FrameError::Crc { computed, found })
    }

    fn fed(&self, ended: &Ended) -> Fed<'_> {
        match *ended {
            Ended::Bad { reason, len } => Fed::Bad { reason, len },
            Ended::Noise { len } => Fed::Noise { len },
            Ended::Frame { body_len } => match self.body.get(..body_len - 2) {
                Some([kind, seq, payload @ ..]) => Fed::Frame(Frame {
                    kind: FrameType(*kind),
                    seq: *seq,
                    payload,
                }),
                _ => Fed::More,
            },
        }
    }
}
