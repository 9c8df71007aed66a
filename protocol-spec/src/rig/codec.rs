//! Messages to packets and back: the kind byte and the body, strictly.
//!
//! A body is the postcard form of its struct. Bytes behind it are refused, and so is a field beyond
//! its limit; a message that decodes is one that may be sent.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::hello;
use super::kind::Kind;
use super::message::{
    AUTH_BYTES_MAX, BOARD_BYTES_MAX, DATA_BYTES_MAX, Data, HostInfo, Offer, Report, ToHost,
    ToModule, VERSION_BYTES_MAX,
};

/// Most bytes of a body before the bytes of a DATA; every other body fits whole.
pub(super) const HEAD_BYTES_MAX: usize = 256;
/// Most bytes of a postcard `u16` or `u32` or of a DATA's length.
const DATA_HEAD_BYTES_MAX: usize = 3 + 5 + 2;
/// Most bytes of a body.
pub(super) const BODY_BYTES_MAX: usize = DATA_HEAD_BYTES_MAX + DATA_BYTES_MAX;

/// Why a message could not be encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EncodeError {
    /// A field is beyond its limit.
    Limit(FieldLimit),
    /// A hello answer has a version and no host info, or host info and no version.
    HelloInfo,
    /// The output holds less than the frame.
    NoRoom {
        /// Length of the output, bytes.
        len: usize,
    },
}

/// Why a packet is no message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// There is no kind byte.
    Empty,
    /// The kind is not known in this direction; to be answered with UNSUPPORTED.
    UnknownKind(u8),
    /// The body ends early or holds a value that its field cannot have.
    Body,
    /// Bytes follow the body.
    Trailing {
        /// How many.
        bytes: usize,
    },
    /// A field is beyond its limit.
    Limit(FieldLimit),
    /// A hello does not begin with the magic.
    Magic([u8; 4]),
}

/// A field beyond its limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FieldLimit {
    /// Name of the field.
    pub field: &'static str,
    /// Least value, bytes.
    pub min: usize,
    /// Greatest value, bytes.
    pub max: usize,
    /// Value found, bytes.
    pub found: usize,
}

impl From<FieldLimit> for EncodeError {
    fn from(limit: FieldLimit) -> Self {
        Self::Limit(limit)
    }
}

impl From<FieldLimit> for DecodeError {
    fn from(limit: FieldLimit) -> Self {
        Self::Limit(limit)
    }
}

impl fmt::Display for FieldLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            min,
            max,
            found,
        } = self;
        write!(f, "{field} is {found}, the limits are {min} to {max}")
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit(limit) => limit.fmt(f),
            Self::HelloInfo => f.write_str("the version of a hello answer and its info disagree"),
            Self::NoRoom { len } => write!(f, "the frame does not fit in {len} bytes"),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the packet has no kind"),
            Self::UnknownKind(kind) => write!(f, "kind {kind:02x} is not known here"),
            Self::Body => f.write_str("the body ends early or holds an impossible value"),
            Self::Trailing { bytes } => write!(f, "{bytes} bytes follow the body"),
            Self::Limit(limit) => limit.fmt(f),
            Self::Magic(found) => write!(f, "a hello begins with {found:02x?}"),
        }
    }
}

impl core::error::Error for EncodeError {}
impl core::error::Error for DecodeError {}

/// A packet in pieces, ready to be stuffed: kind, head, and the bytes of a DATA.
pub(super) struct Parts<'a> {
    pub(super) kind: Kind,
    pub(super) head_len: usize,
    pub(super) bytes: &'a [u8],
}

/// Encodes the head of `message` into `head`.
pub(super) fn parts_to_host<'a>(
    message: &ToHost<'a>,
    head: &mut [u8; HEAD_BYTES_MAX],
) -> Result<Parts<'a>, EncodeError> {
    let (kind, head_len) = match message {
        ToHost::Data(data) => return data_parts(data, head),
        ToHost::Hello(body) => {
            let bytes = hello::encode_hello(body);
            (Kind::HELLO, copy(&bytes, head)?)
        }
        ToHost::Offer(body) => {
            check_offer(body)?;
            (Kind::OFFER, write_body(body, head)?)
        }
        ToHost::Finish(body) => (Kind::FINISH, write_body(body, head)?),
        ToHost::Boot(body) => (Kind::BOOT, write_body(body, head)?),
        ToHost::Query(body) => (Kind::QUERY, write_body(body, head)?),
        ToHost::ReportAck(body) => (Kind::REPORT_ACK, write_body(body, head)?),
        ToHost::Abort(body) => (Kind::ABORT, write_body(body, head)?),
        ToHost::Unsupported(body) => (Kind::UNSUPPORTED_BY_MODULE, write_body(body, head)?),
    };
    Ok(Parts {
        kind,
        head_len,
        bytes: &[],
    })
}

/// Encodes `message`, which has no part but its head, into `head`.
pub(super) fn parts_to_module(
    message: &ToModule<'_>,
    head: &mut [u8; HEAD_BYTES_MAX],
) -> Result<Parts<'static>, EncodeError> {
    let (kind, head_len) = match message {
        ToModule::HelloAnswer(body) => (Kind::HELLO_ANSWER, hello::encode_answer(body, head)?),
        ToModule::Accept(body) => (Kind::ACCEPT, write_body(body, head)?),
        ToModule::Ack(body) => (Kind::ACK, write_body(body, head)?),
        ToModule::StepStatus(body) => (Kind::STEP_STATUS, write_body(body, head)?),
        ToModule::Busy(body) => (Kind::BUSY, write_body(body, head)?),
        ToModule::BootAnswer(body) => (Kind::BOOT_ANSWER, write_body(body, head)?),
        ToModule::Report(body) => {
            check_report(body)?;
            (Kind::REPORT, write_body(body, head)?)
        }
        ToModule::BlockStatus(body) => (Kind::BLOCK_STATUS, write_body(body, head)?),
        ToModule::Unsupported(body) => (Kind::UNSUPPORTED_BY_HOST, write_body(body, head)?),
    };
    Ok(Parts {
        kind,
        head_len,
        bytes: &[],
    })
}

/// Decodes a packet (kind and body, CRC already checked) from the module.
///
/// # Errors
/// [`DecodeError`]; the packet is to be dropped, and an unknown kind to be answered.
pub fn decode_to_host(packet: &[u8]) -> Result<ToHost<'_>, DecodeError> {
    let (&kind, body) = packet.split_first().ok_or(DecodeError::Empty)?;
    Ok(match Kind(kind) {
        Kind::HELLO => ToHost::Hello(hello::decode_hello(body)?),
        Kind::OFFER => {
            let offer = read_body(body)?;
            check_offer(&offer)?;
            ToHost::Offer(offer)
        }
        Kind::DATA => {
            let data = read_body(body)?;
            check_data(&data)?;
            ToHost::Data(data)
        }
        Kind::FINISH => ToHost::Finish(read_body(body)?),
        Kind::BOOT => ToHost::Boot(read_body(body)?),
        Kind::QUERY => ToHost::Query(read_body(body)?),
        Kind::REPORT_ACK => ToHost::ReportAck(read_body(body)?),
        Kind::ABORT => ToHost::Abort(read_body(body)?),
        Kind::UNSUPPORTED_BY_MODULE => ToHost::Unsupported(read_body(body)?),
        Kind(kind) => return Err(DecodeError::UnknownKind(kind)),
    })
}

/// Decodes a packet (kind and body, CRC already checked) from the host.
///
/// # Errors
/// [`DecodeError`]; the packet is to be dropped, and an unknown kind to be answered.
pub fn decode_to_module(packet: &[u8]) -> Result<ToModule<'_>, DecodeError> {
    let (&kind, body) = packet.split_first().ok_or(DecodeError::Empty)?;
    Ok(match Kind(kind) {
        Kind::HELLO_ANSWER => ToModule::HelloAnswer(hello::decode_answer(body)?),
        Kind::ACCEPT => ToModule::Accept(read_body(body)?),
        Kind::ACK => ToModule::Ack(read_body(body)?),
        Kind::STEP_STATUS => ToModule::StepStatus(read_body(body)?),
        Kind::BUSY => ToModule::Busy(read_body(body)?),
        Kind::BOOT_ANSWER => ToModule::BootAnswer(read_body(body)?),
        Kind::REPORT => {
            let report = read_body(body)?;
            check_report(&report)?;
            ToModule::Report(report)
        }
        Kind::BLOCK_STATUS => ToModule::BlockStatus(read_body(body)?),
        Kind::UNSUPPORTED_BY_HOST => ToModule::Unsupported(read_body(body)?),
        Kind(kind) => return Err(DecodeError::UnknownKind(kind)),
    })
}

pub(super) fn write_body<T: Serialize>(body: &T, out: &mut [u8]) -> Result<usize, EncodeError> {
    let no_room = EncodeError::NoRoom { len: out.len() };
    postcard::to_slice(body, out)
        .map(|used| used.len())
        .map_err(|_| no_room)
}

pub(super) fn read_body<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, DecodeError> {
    let (body, rest) = postcard::take_from_bytes(bytes).map_err(|_| DecodeError::Body)?;
    refuse_rest(rest)?;
    Ok(body)
}

pub(super) fn refuse_rest(rest: &[u8]) -> Result<(), DecodeError> {
    match rest.len() {
        0 => Ok(()),
        bytes => Err(DecodeError::Trailing { bytes }),
    }
}

/// The postcard form of a DATA in two parts, so that its bytes are not copied twice and not one by
/// one, as serde would.
fn data_parts<'a>(
    data: &Data<'a>,
    head: &mut [u8; HEAD_BYTES_MAX],
) -> Result<Parts<'a>, EncodeError> {
    check_data(data)?;
    // A tuple has the form of its members, and a slice begins with its length.
    let head_len = write_body(&(data.transfer, data.offset, data.bytes.len()), head)?;
    Ok(Parts {
        kind: Kind::DATA,
        head_len,
        bytes: data.bytes,
    })
}

fn copy(bytes: &[u8], out: &mut [u8]) -> Result<usize, EncodeError> {
    let no_room = EncodeError::NoRoom { len: out.len() };
    out.get_mut(..bytes.len())
        .ok_or(no_room)?
        .copy_from_slice(bytes);
    Ok(bytes.len())
}

pub(super) fn check_info(info: &HostInfo<'_>) -> Result<(), FieldLimit> {
    within("board", info.board.len(), 0, BOARD_BYTES_MAX)?;
    within("version", info.version.len(), 0, VERSION_BYTES_MAX)?;
    within("data_max", usize::from(info.data_max), 1, DATA_BYTES_MAX)
}

fn check_offer(offer: &Offer<'_>) -> Result<(), FieldLimit> {
    within("version", offer.version.len(), 0, VERSION_BYTES_MAX)?;
    within("auth", offer.auth.len(), 0, AUTH_BYTES_MAX)
}

fn check_data(data: &Data<'_>) -> Result<(), FieldLimit> {
    within("bytes", data.bytes.len(), 1, DATA_BYTES_MAX)
}

fn check_report(report: &Report<'_>) -> Result<(), FieldLimit> {
    within("version", report.version.len(), 0, VERSION_BYTES_MAX)
}

fn within(field: &'static str, found: usize, min: usize, max: usize) -> Result<(), FieldLimit> {
    if (min..=max).contains(&found) {
        Ok(())
    } else {
        Err(FieldLimit {
            field,
            min,
            max,
            found,
        })
    }
}
