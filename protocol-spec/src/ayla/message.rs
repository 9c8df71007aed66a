//! A message: header and TLVs.
//!
//! | offset | size | field    | meaning                                              |
//! |--------|------|----------|------------------------------------------------------|
//! | 0      | 1    | protocol | 00 control, 01 data                                  |
//! | 1      | 1    | opcode   | a number of its own space per protocol               |
//! | 2      | 2    | request  | big endian; a reply carries the number of the request |
//! | 4      | n    | TLVs     | type 1, length 1, value; see [`tlv`](super::tlv)      |

use core::fmt;

use super::frame::MESSAGE_BYTES_MAX;
use super::tlv::{self, Tlv, TlvType};

code_space! {
    /// What a message belongs to; each protocol has its own opcodes and its own request numbers.
    pub struct Protocol: ProtocolRow, named;
    gaps [];
    /// Configuration of the module and firmware update of the host.
    0x00 CONTROL {}
    /// Properties and connectivity.
    0x01 DATA {}
    /// Echo test, on SPI links only.
    0x02 PING {}
    /// Log lines, inside the module only.
    0x03 LOG {}
}

/// What is known of a protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProtocolRow {
    /// The number.
    pub number: u8,
    /// The name, upper case.
    pub name: &'static str,
    /// What it is for, one sentence.
    pub sentence: &'static str,
}

/// One message, its TLVs not yet looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Message<'a> {
    /// What the message belongs to.
    pub protocol: Protocol,
    /// The opcode, in the space of the protocol.
    pub opcode: u8,
    /// Request number; never assume that they are consecutive.
    pub request: u16,
    /// The rest of the message.
    pub tlvs: Tlvs<'a>,
}

/// Why bytes are no message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// Fewer bytes than a header takes.
    Header {
        /// Length of the message, bytes.
        len: usize,
    },
    /// A TLV runs past the end of the message.
    Tlv {
        /// Type of the TLV; `None` when the length byte itself is missing.
        kind: Option<TlvType>,
        /// Bytes that are missing.
        missing: usize,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header { len } => write!(f, "{len} bytes are no message header"),
            Self::Tlv { kind: None, .. } => f.write_str("the last TLV has no length"),
            Self::Tlv {
                kind: Some(kind),
                missing,
            } => write!(f, "{kind} lacks {missing} bytes"),
        }
    }
}

impl core::error::Error for DecodeError {}

impl<'a> Message<'a> {
    /// Decodes the header; TLVs are decoded when they are asked for.
    ///
    /// # Errors
    /// [`DecodeError::Header`] when there are less than 4 bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let Some((&[protocol, opcode, high, low], rest)) = bytes.split_first_chunk() else {
            return Err(DecodeError::Header { len: bytes.len() });
        };
        Ok(Self {
            protocol: Protocol(protocol),
            opcode,
            request: u16::from_be_bytes([high, low]),
            tlvs: Tlvs(rest),
        })
    }
}

/// The TLVs of a message, in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tlvs<'a>(&'a [u8]);

impl<'a> Tlvs<'a> {
    /// TLVs over raw bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The raw bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each TLV in order; ends after the first error.
    #[must_use]
    pub const fn iter(&self) -> TlvIter<'a> {
        TlvIter { rest: self.0 }
    }

    /// The value of the first TLV of type `kind`; `None` when it is absent or stands behind a
    /// broken TLV.
    #[must_use]
    pub fn find(&self, kind: TlvType) -> Option<&'a [u8]> {
        self.iter()
            .map_while(Result::ok)
            .find(|tlv| tlv.kind == kind)
            .map(|tlv| tlv.value)
    }
}

impl<'a> IntoIterator for Tlvs<'a> {
    type Item = Result<Tlv<'a>, DecodeError>;
    type IntoIter = TlvIter<'a>;

    fn into_iter(self) -> TlvIter<'a> {
        self.iter()
    }
}

/// Iterator over [`Tlvs`].
#[derive(Clone, Debug)]
pub struct TlvIter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for TlvIter<'a> {
    type Item = Result<Tlv<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        match tlv::split_first(self.rest) {
            Ok((tlv, rest)) => {
                self.rest = rest;
                Some(Ok(tlv))
            }
            Err(error) => {
                self.rest = &[];
                Some(Err(error))
            }
        }
    }
}

/// Why a message could not be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EncodeError {
    /// A value is longer than its length field can say.
    Value {
        /// Type of the TLV.
        kind: TlvType,
        /// Length of the value, bytes.
        len: usize,
    },
    /// The buffer, or [`MESSAGE_BYTES_MAX`], holds less than the message.
    NoRoom {
        /// The limit that was met, bytes.
        limit: usize,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { kind, len } => write!(f, "{kind} cannot hold {len} bytes"),
            Self::NoRoom { limit } => write!(f, "the message does not fit in {limit} bytes"),
        }
    }
}

impl core::error::Error for EncodeError {}

/// Writes a message into a buffer; the first error sticks and [`finish`](Self::finish) tells it.
#[derive(Debug)]
pub struct MessageWriter<'b> {
    out: &'b mut [u8],
    len: usize,
    error: Option<EncodeError>,
}

impl<'b> MessageWriter<'b> {
    /// Begins a message in `out`; [`MESSAGE_BYTES_MAX`] bytes hold every message.
    pub fn new(out: &'b mut [u8], protocol: Protocol, opcode: u8, request: u16) -> Self {
        let mut writer = Self {
            out,
            len: 0,
            error: None,
        };
        let [high, low] = request.to_be_bytes();
        writer.put(&[protocol.0, opcode, high, low]);
        writer
    }

    /// Appends a TLV.
    pub fn tlv(&mut self, kind: TlvType, value: &[u8]) -> &mut Self {
        match tlv::head(kind, value.len()) {
            Some(head) => {
                self.put(&head);
                self.put(value);
            }
            None => {
                self.error.get_or_insert(EncodeError::Value {
                    kind,
                    len: value.len(),
                });
            }
        }
        self
    }

    /// Appends a TLV of one byte.
    pub fn tlv_u8(&mut self, kind: TlvType, value: u8) -> &mut Self {
        self.tlv(kind, &[value])
    }

    /// Appends a TLV of two bytes, big endian.
    pub fn tlv_u16(&mut self, kind: TlvType, value: u16) -> &mut Self {
        self.tlv(kind, &value.to_be_bytes())
    }

    /// Appends a TLV of four bytes, big endian.
    pub fn tlv_u32(&mut self, kind: TlvType, value: u32) -> &mut Self {
        self.tlv(kind, &value.to_be_bytes())
    }

    /// The finished message; the writer is empty afterwards.
    ///
    /// # Errors
    /// The first [`EncodeError`] since the message was begun.
    pub fn finish(&mut self) -> Result<&'b [u8], EncodeError> {
        let out = core::mem::take(&mut self.out);
        match self.error {
            Some(error) => Err(error),
            None => out.get(..self.len).ok_or(EncodeError::NoRoom { limit: 0 }),
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        let limit = self.out.len().min(MESSAGE_BYTES_MAX);
        let end = self.len + bytes.len();
        match self
            .out
            .get_mut(..limit)
            .and_then(|out| out.get_mut(self.len..end))
        {
            Some(place) => {
                place.copy_from_slice(bytes);
                self.len = end;
            }
            None => {
                self.error.get_or_insert(EncodeError::NoRoom { limit });
            }
        }
    }
}
