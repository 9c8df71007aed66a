//! What stands before the wire bytes in each packet of a capture; CAPTURE.md beside this crate's
//! Cargo.toml has the table.

use protocol_spec::tick::Tick;

use crate::event::Direction;
use crate::job::DialectKind;

/// Bytes of a head.
pub const HEAD_BYTES: usize = 20;
/// The version that is written.
pub const HEAD_VERSION: u8 = 1;

/// A field of a head: offset and length in bytes, name, and what its numbers mean. Numbers are
/// little-endian; the bytes as they were on the wire follow.
pub const FIELDS: [(usize, usize, &str, &str); 6] = [
    (0, 1, "version", "of this head: 1"),
    (1, 1, "dialect", "1 ayla, 2 rig"),
    (2, 1, "direction", "1 to the host, 2 to the module"),
    (3, 1, "kind", "1 a frame, 2 stray bytes"),
    (
        4,
        8,
        "first byte",
        "when it began on the line, nanoseconds since the start of the run",
    ),
    (12, 8, "last byte", "when it had left the line, likewise"),
];

/// What the bytes of a packet are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One frame, delimiters included.
    Frame,
    /// Received bytes that are no frame.
    Stray,
}

/// A head.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// The dialect that is spoken.
    pub dialect: DialectKind,
    /// Which way the bytes go.
    pub direction: Direction,
    /// What they are.
    pub kind: Kind,
    /// When the first byte was on the line, since the start of the run.
    pub first_byte: Tick,
    /// When the last byte was.
    pub last_byte: Tick,
}

/// Why bytes are no packet of this program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HeadError {
    /// Fewer than a head.
    #[error("{len} bytes are too few for a head of {HEAD_BYTES}")]
    Short {
        /// How many.
        len: usize,
    },
    /// Another version.
    #[error("its head has version {version}, this program knows {HEAD_VERSION}")]
    Version {
        /// Which.
        version: u8,
    },
    /// A number that means nothing in this version.
    #[error("{field} {value} is not known")]
    Value {
        /// What the number is of.
        field: &'static str,
        /// The number.
        value: u8,
    },
}

impl Head {
    /// The bytes of the head.
    #[must_use]
    pub fn encode(&self) -> [u8; HEAD_BYTES] {
        let mut bytes = [0; HEAD_BYTES];
        let (numbers, times) = bytes.split_at_mut(4);
        numbers.copy_from_slice(&[
            HEAD_VERSION,
            match self.dialect {
                DialectKind::Ayla => 1,
                DialectKind::Rig => 2,
            },
            match self.direction {
                Direction::ToHost => 1,
                Direction::ToModule => 2,
            },
            match self.kind {
                Kind::Frame => 1,
                Kind::Stray => 2,
            },
        ]);
        let (first, last) = times.split_at_mut(8);
        first.copy_from_slice(&self.first_byte.as_nanos().to_le_bytes());
        last.copy_from_slice(&self.last_byte.as_nanos().to_le_bytes());
        bytes
    }

    /// The head of a packet, and the wire bytes behind it.
    ///
    /// # Errors
    /// [`HeadError`] when it is no packet of this program.
    pub fn decode(packet: &[u8]) -> Result<(Self, &[u8]), HeadError> {
        let short = HeadError::Short { len: packet.len() };
        let (numbers, rest) = packet.split_first_chunk::<4>().ok_or(short)?;
        let (first, rest) = rest.split_first_chunk::<8>().ok_or(short)?;
        let (last, wire) = rest.split_first_chunk::<8>().ok_or(short)?;
        let [version, dialect, direction, kind] = *numbers;
        if version != HEAD_VERSION {
            return Err(HeadError::Version { version });
        }
        let unknown = |field, value| HeadError::Value { field, value };
        let head = Self {
            dialect: match dialect {
                1 => DialectKind::Ayla,
                2 => DialectKind::Rig,
                value => return Err(unknown("dialect", value)),
            },
            direction: match direction {
                1 => Direction::ToHost,
                2 => Direction::ToModule,
                value => return Err(unknown("direction", value)),
            },
            kind: match kind {
                1 => Kind::Frame,
                2 => Kind::Stray,
                value => return Err(unknown("kind", value)),
            },
            first_byte: Tick::from_nanos(u64::from_le_bytes(*first)),
            last_byte: Tick::from_nanos(u64::from_le_bytes(*last)),
        };
        Ok((head, wire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head {
            dialect: DialectKind::Rig,
            direction: Direction::ToModule,
            kind: Kind::Stray,
            first_byte: Tick::from_nanos(0x0102_0304_0506_0708),
            last_byte: Tick::from_nanos(u64::MAX),
        }
    }

    #[test]
    fn a_head_is_read_as_it_is_written() {
        for dialect in [DialectKind::Ayla, DialectKind::Rig] {
            for direction in [Direction::ToHost, Direction::ToModule] {
                for kind in [Kind::Frame, Kind::Stray] {
                    let head = Head {
                        dialect,
                        direction,
                        kind,
                        ..head()
                    };
                    let packet = [&head.encode()[..], b"wire"].concat();
                    assert_eq!(Head::decode(&packet), Ok((head, &b"wire"[..])));
                }
            }
        }
    }

    #[test]
    fn the_layout_is_the_one_described() {
        let bytes = head().encode();
        assert_eq!(bytes[..4], [1, 2, 2, 2]);
        assert_eq!(bytes[4..12], [8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(bytes[12..], [0xff; 8]);
    }

    /// The document, and what it says of a head.
    const DOCUMENT: &str = include_str!("../../CAPTURE.md");

    #[test]
    fn the_document_has_the_fields_and_they_follow_each_other() {
        let mut table = String::from("| offset | bytes | field | meaning |\n|---|---|---|---|\n");
        let mut at = 0;
        for (offset, len, name, meaning) in FIELDS {
            assert_eq!(offset, at, "{name}");
            at += len;
            table += &format!("| {offset} | {len} | {name} | {meaning} |\n");
        }
        assert_eq!(at, HEAD_BYTES);
        table += &format!("| {at} | the rest | wire | the bytes as they were on the wire |\n");
        assert!(DOCUMENT.contains(&table), "CAPTURE.md lacks\n{table}");
    }

    #[test]
    fn the_numbers_that_the_fields_name_are_those_of_the_code() {
        let numbers = |field: usize| {
            let words = FIELDS[field].3.split(|c: char| !c.is_ascii_digit());
            words.filter_map(|word| word.parse::<u8>().ok()).collect()
        };
        for field in 0..4 {
            let named: Vec<u8> = numbers(field);
            let known = |value: &u8| {
                let mut bytes = head().encode();
                bytes[field] = *value;
                Head::decode(&bytes).is_ok()
            };
            let known: Vec<u8> = (0..=255).filter(known).collect();
            assert_eq!(named, known, "{}", FIELDS[field].2);
        }
    }

    #[test]
    fn the_document_has_a_head_as_it_is_written() {
        let head = Head {
            dialect: DialectKind::Rig,
            direction: Direction::ToHost,
            kind: Kind::Frame,
            first_byte: Tick::from_micros(1),
            last_byte: Tick::from_micros(3),
        };
        let hex: Vec<String> = head.encode().iter().map(|it| format!("{it:02x}")).collect();
        assert!(DOCUMENT.contains(&hex.join(" ")), "{}", hex.join(" "));
    }

    #[test]
    fn what_is_no_head_is_refused() {
        let good = head().encode();
        for len in 0..HEAD_BYTES {
            assert_eq!(Head::decode(&good[..len]), Err(HeadError::Short { len }));
        }
        for (at, field) in [(1, "dialect"), (2, "direction"), (3, "kind")] {
            for value in [0, 3, 255] {
                let mut bytes = good;
                bytes[at] = value;
                assert_eq!(Head::decode(&bytes), Err(HeadError::Value { field, value }));
            }
        }
        let mut bytes = good;
        bytes[0] = 2;
        assert_eq!(Head::decode(&bytes), Err(HeadError::Version { version: 2 }));
    }
}
