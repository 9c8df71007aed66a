//! A TLV: type, length, value.
//!
//! | offset | size | field  | meaning                                        |
//! |--------|------|--------|------------------------------------------------|
//! | 0      | 1    | type   | what the value is                              |
//! | 1      | 1    | length | of the value, bytes                            |
//! | 2      | n    | value  | numbers big endian                             |
//!
//! Types `80..=fe` are one type, [`TlvType::FILE`], with 15 bits of length: the low 7 bits of the
//! type byte are the high bits of the length.

use super::message::DecodeError;

code_space! {
    /// The type of a TLV.
    pub struct TlvType: TlvTypeRow, named;
    gaps [];
    /// Name of a property.
    0x01 NAME {}
    /// Signed number of 1, 2, 4 or 8 bytes.
    0x02 INT {}
    /// Unsigned number; inside the module only.
    0x03 UINT {}
    /// Bytes: a piece of the image, a key.
    0x04 BIN {}
    /// Text: a version, a property's value, an SSID.
    0x05 UTF8 {}
    /// Path of a configuration item, as tokens.
    0x06 CONF {}
    /// Error number of one byte.
    0x07 ERR {}
    /// Format of a value.
    0x08 FORMAT {}
    /// A fragment of a longer value.
    0x09 FRAG {}
    /// Nothing; skipped.
    0x0a NOP {}
    /// Floating-point number.
    0x0b FLOAT {}
    /// Configuration: go to a path.
    0x0c CONF_CD {}
    /// Configuration: go to a path from the root.
    0x0d CONF_CD_ABS {}
    /// Configuration: go to the parent path.
    0x0e CONF_CD_PAR {}
    /// Boolean of one byte.
    0x0f BOOL {}
    /// Token of 4 bytes that continues a list.
    0x10 CONT {}
    /// Offset of the value that follows, bytes.
    0x11 OFF {}
    /// Length of the whole value, bytes.
    0x12 LEN {}
    /// Place of a file datapoint.
    0x13 LOC {}
    /// No value: the last message of a value or a list.
    0x14 EOF {}
    /// Binary coded decimal number.
    0x15 BCD {}
    /// Number of hundredths.
    0x16 CENTS {}
    /// Mask of destinations or sources; bit 0 is the cloud.
    0x17 NODES {}
    /// No value: the property is an echo.
    0x18 ECHO {}
    /// Mask of what the host can do.
    0x19 FEATURES {}
    /// Path of a factory configuration item.
    0x1a CONF_FACTORY {}
    /// Configuration: delete the item.
    0x1b DELETE {}
    /// State of the registration.
    0x1c REGINFO {}
    /// Mask of events.
    0x1d EVENT_MASK {}
    /// Number that the acknowledgement of a property carries.
    0x1e ACK_ID {}
    /// Whether a value outlives a restart.
    0x1f PERSIST {}
    /// A schedule.
    0x20 SCHED {}
    /// Schedule: times are in UTC.
    0x21 UTC {}
    /// Schedule: both conditions must hold.
    0x22 AND {}
    /// Schedule: switched off.
    0x23 DISABLE {}
    /// Schedule: the time lies in a range.
    0x24 INRANGE {}
    /// Schedule: act at the start.
    0x25 ATSTART {}
    /// Schedule: act at the end.
    0x26 ATEND {}
    /// Schedule: first date.
    0x27 STARTDATE {}
    /// Schedule: last date.
    0x28 ENDDATE {}
    /// Schedule: days of the month.
    0x29 DAYSOFMON {}
    /// Schedule: days of the week.
    0x2a DAYSOFWK {}
    /// Schedule: which occurrence of a week day in the month.
    0x2b DAYOCOFMO {}
    /// Schedule: months of the year.
    0x2c MOOFYR {}
    /// Schedule: start time of each day.
    0x2d STTIMEEACHDAY {}
    /// Schedule: end time of each day.
    0x2e ENDTIMEEACHDAY {}
    /// Schedule: duration.
    0x2f DURATION {}
    /// Schedule: time before the end.
    0x30 TIMEBFEND {}
    /// Schedule: interval.
    0x31 INTERVAL {}
    /// Schedule: property to set.
    0x32 SETPROP {}
    /// Schedule: version of the format.
    0x33 VERSION {}
    /// Metadata of a datapoint.
    0x34 DPMETA {}
    /// Outcome of a Wi-Fi join attempt.
    0x35 WIFI_STATUS {}
    /// Outcome of the last Wi-Fi join attempt.
    0x36 WIFI_STATUS_FINAL {}
    /// Message datapoint of bytes.
    0x37 MSG_BIN {}
    /// Message datapoint of text.
    0x38 MSG_UTF8 {}
    /// Message datapoint of JSON.
    0x39 MSG_JSON {}
    /// Type of a message datapoint.
    0x3a MSG_TYPE {}
    /// Time to wait before the next attempt, milliseconds.
    0x3b ERR_BACKOFF {}
    /// Number of a batch.
    0x3c BATCH_ID {}
    /// Last message of a batch.
    0x3d BATCH_END {}
    /// Time of 8 bytes, milliseconds.
    0x3e TIME_MS {}
    /// Schedule: table of sunrise and sunset.
    0x40 SOLAR_TABLE {}
    /// Reference to a local item.
    0x41 REF {}
    /// A batch.
    0x7f BATCH {}
    /// A long value: the low 7 bits of the type are bits 8 to 14 of the length.
    0x80 FILE {}
    /// Reserved; never sent.
    0xff RESERVED {}
}

/// What is known of a TLV type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TlvTypeRow {
    /// The number.
    pub number: u8,
    /// The name, upper case.
    pub name: &'static str,
    /// What it is for, one sentence.
    pub sentence: &'static str,
}

/// Bit of the type byte that says that the length has 15 bits.
const FILE_BIT: u8 = 0x80;
/// Longest value of a [`TlvType::FILE`]: `fe` is the highest type byte that has 15 bits of length.
pub const FILE_BYTES_MAX: usize = 0x7eff;

/// One TLV.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tlv<'a> {
    /// Type; [`TlvType::FILE`] for each of `80..=fe`.
    pub kind: TlvType,
    /// The value.
    pub value: &'a [u8],
}

impl Tlv<'_> {
    /// The value as a big-endian number of 1, 2, 4 or 8 bytes; `None` for another length.
    #[must_use]
    pub fn uint(&self) -> Option<u64> {
        uint(self.value)
    }
}

/// A big-endian number of 1, 2, 4 or 8 bytes; `None` for another length.
#[must_use]
pub fn uint(value: &[u8]) -> Option<u64> {
    match *value {
        [a] => Some(u64::from(a)),
        [a, b] => Some(u64::from(u16::from_be_bytes([a, b]))),
        [a, b, c, d] => Some(u64::from(u32::from_be_bytes([a, b, c, d]))),
        _ => value.try_into().ok().map(u64::from_be_bytes),
    }
}

/// Whether the type byte holds the high bits of the length.
const fn is_file(kind: u8) -> bool {
    kind & FILE_BIT != 0 && kind != TlvType::RESERVED.0
}

/// Splits the first TLV off.
pub(super) fn split_first(bytes: &[u8]) -> Result<(Tlv<'_>, &[u8]), DecodeError> {
    let Some((&[kind, low], rest)) = bytes.split_first_chunk() else {
        return Err(DecodeError::Tlv {
            kind: None,
            missing: 1,
        });
    };
    let (kind, high) = if is_file(kind) {
        (TlvType::FILE, kind & !FILE_BIT)
    } else {
        (TlvType(kind), 0)
    };
    let len = usize::from(u16::from_be_bytes([high, low]));
    let Some((value, rest)) = rest.split_at_checked(len) else {
        return Err(DecodeError::Tlv {
            kind: Some(kind),
            missing: len - rest.len(),
        });
    };
    Ok((Tlv { kind, value }, rest))
}

/// Type and length byte of a TLV; `None` when the length does not fit.
pub(super) fn head(kind: TlvType, len: usize) -> Option<[u8; 2]> {
    if is_file(kind.0) {
        let [high, low] = u16::try_from(len)
            .ok()
            .filter(|_| len <= FILE_BYTES_MAX)?
            .to_be_bytes();
        return Some([FILE_BIT | high, low]);
    }
    Some([kind.0, u8::try_from(len).ok()?])
}
