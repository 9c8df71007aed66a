//! The boot record: state that outlives an update.
//!
//! A record area holds one record, followed by its marks (`marks.rs`). Numbers are little endian.
//!
//! | offset | size | field     | meaning                                                        |
//! |--------|------|-----------|----------------------------------------------------------------|
//! | 0      | 4    | magic     | `OTRB`                                                         |
//! | 4      | 1    | format    | 1                                                              |
//! | 5      | 1    | phase     | 1 confirmed, 2 receiving, 3 swap, 4 revert, 5 stopped,         |
//! |        |      |           | 6 apply, 7 install, 8 overwrite                                |
//! | 6      | 1    | code      | module status of the last update that failed; 0 = none         |
//! | 7      | 1    | tried     | marks `tried` that count as set whatever they read             |
//! | 8      | 4    | sequence  | the sealed record with the highest number holds                |
//! | 12     | 4    | base      | marks that count as set whatever they read                     |
//! | 16     | 112  | running   | entry: the image that runs, or ran when the record was written |
//! | 128    | 112  | other     | entry: the object staged, or the image to fall back to         |
//! | 240    | 1    | auth_len  | length of the authenticator; 0 in this format                  |
//! | 241    | 3    | reserved  | 0                                                              |
//! | 244    | 96   | auth      | authenticator of `other`; 0                                    |
//! | 340    | 4    | crc       | CRC-32/ISO-HDLC of bytes 0 to 339                              |
//!
//! An entry:
//!
//! | offset | size | field       | meaning                        |
//! |--------|------|-------------|--------------------------------|
//! | 0      | 1    | kind        | 0 no entry, 1 image, 2 patch   |
//! | 1      | 1    | digest_kind | 0 none, 1 SHA-256              |
//! | 2      | 1    | version_len | bytes of the version text      |
//! | 3      | 1    | reserved    | 0                              |
//! | 4      | 4    | length      | bytes of the object            |
//! | 8      | 32   | digest      | of the object; 0 when none     |
//! | 40     | 72   | version     | text, 0 behind its length      |

use core::ops::Range;

use protocol_spec::codes::Status;
use protocol_spec::crc::CRC32;
use protocol_spec::digest::Digest;
use protocol_spec::rig::message::ObjectKind;
use protocol_spec::text::{VERSION_BYTES_MAX, Version};

use crate::core_event::Object;
use crate::effect::Store;

/// Bytes of a record.
pub const RECORD_BYTES: usize = RECORD_LEN as usize;

pub(crate) const RECORD_LEN: u32 = 344;

const MAGIC: [u8; 4] = *b"OTRB";
const FORMAT: u8 = 1;
const SEQUENCE: Range<usize> = 8..12;
const BASE: Range<usize> = 12..16;
const RUNNING: Range<usize> = 16..128;
const OTHER: Range<usize> = 128..240;
const CRC: Range<usize> = 340..RECORD_BYTES;

const ENTRY_LENGTH: Range<usize> = 4..8;
const ENTRY_DIGEST: Range<usize> = 8..40;
const ENTRY_VERSION: Range<usize> = 40..40 + VERSION_BYTES_MAX;

const _: () = assert!(
    OTHER.start + ENTRY_VERSION.end == OTHER.end,
    "an entry has 112 bytes"
);

/// Where an update stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Phase {
    /// The running image is confirmed, and no update is under way.
    Confirmed,
    /// The running image is confirmed, and an object is being staged.
    Receiving,
    /// The staged image is being swapped in, or is swapped in and not confirmed.
    Swap,
    /// The old image is being swapped back.
    Revert,
    /// No slot holds a whole image that may run.
    Stopped,
    /// In place: the staged patch is being applied.
    Apply,
    /// In place: the staged image is being copied to the slot; with every mark set the slot holds
    /// the new image, copied, patched or streamed there, which is not confirmed.
    Install,
    /// In place: nothing runs, and an image is being streamed straight into the slot.
    Overwrite,
}

impl Phase {
    /// The phase of a transfer to `store`.
    #[must_use]
    pub const fn of_transfer(store: Store) -> Self {
        match store {
            Store::Staging => Self::Receiving,
            Store::Slot => Self::Overwrite,
        }
    }

    const fn number(self) -> u8 {
        match self {
            Self::Confirmed => 1,
            Self::Receiving => 2,
            Self::Swap => 3,
            Self::Revert => 4,
            Self::Stopped => 5,
            Self::Apply => 6,
            Self::Install => 7,
            Self::Overwrite => 8,
        }
    }

    const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Confirmed),
            2 => Some(Self::Receiving),
            3 => Some(Self::Swap),
            4 => Some(Self::Revert),
            5 => Some(Self::Stopped),
            6 => Some(Self::Apply),
            7 => Some(Self::Install),
            8 => Some(Self::Overwrite),
            _ => None,
        }
    }
}

/// A boot record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    /// The sealed record with the highest number holds.
    pub sequence: u32,
    /// Where the update stands.
    pub phase: Phase,
    /// Module status of the last update that failed.
    pub code: Status,
    /// Marks `tried` that count as set whatever they read.
    pub tried: u8,
    /// Marks that count as set whatever they read.
    pub base: u32,
    /// The image that runs, or ran when the record was written.
    pub running: Option<Object>,
    /// The object staged, or the image to fall back to.
    pub other: Option<Object>,
}

impl Record {
    /// The record of a new device that runs `image`.
    #[must_use]
    pub const fn first(image: Object) -> Self {
        Self {
            sequence: 1,
            phase: Phase::Confirmed,
            code: Status::DONE,
            tried: 0,
            base: 0,
            running: Some(image),
            other: None,
        }
    }

    /// The bytes of the record.
    #[must_use]
    pub fn encode(&self) -> [u8; RECORD_BYTES] {
        let mut bytes = [0; RECORD_BYTES];
        put(&mut bytes, 0..4, &MAGIC);
        put(
            &mut bytes,
            4..8,
            &[FORMAT, self.phase.number(), self.code.0, self.tried],
        );
        put(&mut bytes, SEQUENCE, &self.sequence.to_le_bytes());
        put(&mut bytes, BASE, &self.base.to_le_bytes());
        encode_entry(
            self.running.as_ref(),
            bytes.get_mut(RUNNING).unwrap_or_default(),
        );
        encode_entry(
            self.other.as_ref(),
            bytes.get_mut(OTHER).unwrap_or_default(),
        );
        let crc = CRC32.checksum(bytes.get(..CRC.start).unwrap_or_default());
        put(&mut bytes, CRC, &crc.to_le_bytes());
        bytes
    }

    /// The record in `bytes`; `None` unless magic, format, every field and CRC are good.
    #[must_use]
    pub fn decode(bytes: &[u8; RECORD_BYTES]) -> Option<Self> {
        let crc = CRC32.checksum(bytes.get(..CRC.start)?);
        if bytes.get(..4)? != MAGIC || *bytes.get(4)? != FORMAT || le32(bytes, CRC)? != crc {
            return None;
        }
        Some(Self {
            sequence: le32(bytes, SEQUENCE)?,
            phase: Phase::from_number(*bytes.get(5)?)?,
            code: Status(*bytes.get(6)?),
            tried: *bytes.get(7)?,
            base: le32(bytes, BASE)?,
            running: decode_entry(bytes.get(RUNNING)?)?,
            other: decode_entry(bytes.get(OTHER)?)?,
        })
    }
}

fn encode_entry(object: Option<&Object>, out: &mut [u8]) {
    let Some(object) = object else {
        return;
    };
    let kind = match object.kind {
        ObjectKind::Image => 1,
        ObjectKind::Patch => 2,
    };
    let version = object.version.as_bytes();
    let version_len = u8::try_from(version.len()).unwrap_or(0);
    put(
        out,
        0..3,
        &[kind, u8::from(object.digest.is_some()), version_len],
    );
    put(out, ENTRY_LENGTH, &object.length.to_le_bytes());
    put(
        out,
        ENTRY_DIGEST,
        &object.digest.map_or([0; 32], |digest| digest.0),
    );
    put(
        out,
        ENTRY_VERSION.start..ENTRY_VERSION.start + version.len(),
        version,
    );
}

/// `None` when the entry is malformed.
fn decode_entry(bytes: &[u8]) -> Option<Option<Object>> {
    let [kind, digest_kind, version_len, ..] = bytes else {
        return None;
    };
    let kind = match kind {
        0 => return Some(None),
        1 => ObjectKind::Image,
        2 => ObjectKind::Patch,
        _ => return None,
    };
    let digest = Digest(bytes.get(ENTRY_DIGEST)?.try_into().ok()?);
    let text = bytes.get(ENTRY_VERSION)?.get(..usize::from(*version_len))?;
    Some(Some(Object {
        kind,
        length: le32(bytes, ENTRY_LENGTH)?,
        digest: (*digest_kind == 1).then_some(digest),
        version: Version::from_bytes(text)?,
    }))
}

fn put(out: &mut [u8], range: Range<usize>, bytes: &[u8]) {
    // Every range is a constant of the table above, and `bytes` is as long.
    if let Some(field) = out.get_mut(range) {
        field.copy_from_slice(bytes);
    }
}

fn le32(bytes: &[u8], range: Range<usize>) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(range)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(version: &str, digest: Option<u8>) -> Object {
        Object {
            kind: ObjectKind::Image,
            length: 0x0102_0304,
            digest: digest.map(|byte| Digest([byte; 32])),
            version: Version::from_bytes(version.as_bytes()).unwrap(),
        }
    }

    fn records() -> [Record; 3] {
        let first = Record::first(object("1.0", Some(7)));
        let text = [b'x'; VERSION_BYTES_MAX];
        let long = object(str::from_utf8(&text).unwrap(), None);
        let patch = Object {
            kind: ObjectKind::Patch,
            ..long
        };
        [
            first,
            Record {
                phase: Phase::Receiving,
                other: Some(patch),
                base: 9,
                ..first
            },
            Record {
                phase: Phase::Stopped,
                code: Status::ERASE,
                running: None,
                ..first
            },
        ]
    }

    #[test]
    fn a_record_survives_its_bytes() {
        for record in records() {
            assert_eq!(Record::decode(&record.encode()), Some(record));
        }
    }

    #[test]
    fn any_flipped_bit_is_noticed() {
        let bytes = records()[1].encode();
        for bit in 0..RECORD_BYTES * 8 {
            let mut torn = bytes;
            torn[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Record::decode(&torn), None, "bit {bit}");
        }
    }

    #[test]
    fn the_byte_table_holds() {
        let bytes = Record {
            sequence: 0x0a0b_0c0d,
            ..records()[0]
        }
        .encode();
        assert_eq!(bytes[..16], *b"OTRB\x01\x01\0\0\x0d\x0c\x0b\x0a\0\0\0\0");
        assert_eq!(bytes[16..24], [1, 1, 3, 0, 4, 3, 2, 1]);
        assert_eq!(bytes[56..60], *b"1.0\0");
        assert!(bytes[128..340].iter().all(|byte| *byte == 0));
    }
}
