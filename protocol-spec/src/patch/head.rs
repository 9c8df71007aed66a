//! The head of a patch file.
//!
//! Numbers are little endian.
//!
//! | offset | size | field        | meaning                                                        |
//! |--------|------|--------------|----------------------------------------------------------------|
//! | 0      | 4    | magic        | `OTRP`                                                         |
//! | 4      | 1    | format       | 1                                                              |
//! | 5      | 1    | profile      | decode RAM that is needed: 1 = 4096 bytes, 2 = 8192 bytes      |
//! | 6      | 2    | head_len     | bytes of the head, texts included; operations follow           |
//! | 8      | 4    | crc          | CRC-32/ISO-HDLC of the whole file, these four bytes taken as 0 |
//! | 12     | 4    | file_len     | bytes of the whole file                                        |
//! | 16     | 4    | old_len      | bytes of the old image                                         |
//! | 20     | 4    | new_len      | bytes of the new image                                         |
//! | 24     | 16   | old_digest   | first bytes of the old image's SHA-256                         |
//! | 40     | 16   | new_digest   | first bytes of the new image's SHA-256                         |
//! | 56     | 4    | block_len    | bytes of a block                                               |
//! | 60     | 4    | load_address | address of the image's first byte; ffffffff = none             |
//! | 64     | 4    | ops_len      | bytes of the operations                                        |
//! | 68     | 2    | sections     | sections: blocks that change                                   |
//! | 70     | 1    | flags        | bit 0: blocks are applied from the last to the first           |
//! | 71     | 1    | old_version  | bytes of the old image's version text                          |
//! | 72     | 1    | new_version  | bytes of the new image's version text                          |
//! | 73     | 1    | board        | bytes of the board name; 0 = any board                         |
//! | 74     | 1    | auth         | bytes of the authenticator; 0 in format 1                      |
//! | 75     | n    | texts        | old version, new version, board, authenticator                 |

use core::fmt;
use core::ops::Range;

use super::{BLOCK_LEN_MAX, BLOCK_LEN_MIN, BLOCKS_MAX, DIGEST_BYTES, FORMAT, IMAGE_LEN_MAX, MAGIC};
use crate::crc::CRC32;
use crate::rig::message::{AUTH_BYTES_MAX, BOARD_BYTES_MAX, VERSION_BYTES_MAX};

/// Bytes of a head without texts.
pub const HEAD_BYTES_MIN: usize = 75;
/// Most bytes of a head.
pub const HEAD_BYTES_MAX: usize =
    HEAD_BYTES_MIN + 2 * VERSION_BYTES_MAX + BOARD_BYTES_MAX + AUTH_BYTES_MAX;
/// Where the CRC of the file stands in it.
pub const CRC: Range<usize> = 8..12;

const DESCENDING: u8 = 1;

/// How much RAM decoding takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Profile {
    /// 4096 bytes.
    Small,
    /// 8192 bytes.
    Large,
}

impl Profile {
    /// Bytes of RAM that a host must have for decoding.
    #[must_use]
    pub const fn decode_ram(self) -> u32 {
        match self {
            Self::Small => 4096,
            Self::Large => 8192,
        }
    }

    /// The largest profile that `decode_ram` bytes allow.
    #[must_use]
    pub const fn for_ram(decode_ram: u32) -> Option<Self> {
        match decode_ram {
            0..4096 => None,
            4096..8192 => Some(Self::Small),
            _ => Some(Self::Large),
        }
    }

    const fn from_number(number: u8) -> Result<Self, HeadError> {
        match number {
            1 => Ok(Self::Small),
            2 => Ok(Self::Large),
            _ => Err(HeadError::Profile(number)),
        }
    }

    const fn number(self) -> u8 {
        match self {
            Self::Small => 1,
            Self::Large => 2,
        }
    }
}

/// What a patch says of one of its two images.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ImageId<'a> {
    /// Bytes, 1 to [`IMAGE_LEN_MAX`].
    pub length: u32,
    /// First bytes of the SHA-256.
    pub digest: [u8; DIGEST_BYTES],
    /// Version text, at most [`VERSION_BYTES_MAX`] bytes, any bytes.
    pub version: &'a [u8],
}

/// The head of a patch file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head<'a> {
    /// Decode RAM that is needed.
    pub profile: Profile,
    /// CRC-32 of the whole file.
    pub crc: u32,
    /// Bytes of the whole file.
    pub file_len: u32,
    /// The image that must run.
    pub old: ImageId<'a>,
    /// The image that runs afterwards.
    pub new: ImageId<'a>,
    /// Bytes of a block: [`BLOCK_LEN_MIN`] to [`BLOCK_LEN_MAX`].
    pub block_len: u32,
    /// Address of the image's first byte, or [`super::NO_LOAD_ADDRESS`].
    pub load_address: u32,
    /// Bytes of the operations.
    pub ops_len: u32,
    /// Sections, one for each block that changes.
    pub sections: u16,
    /// Blocks are applied from the last to the first.
    pub descending: bool,
    /// Board that the patch is for, at most [`BOARD_BYTES_MAX`] bytes; empty for any.
    pub board: &'a [u8],
    /// Authenticator: empty in format 1, which refuses any other. Formats to come may have up to
    /// [`AUTH_BYTES_MAX`] bytes.
    pub auth: &'a [u8],
}

/// Why a head cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HeadError {
    /// Fewer bytes than a head has.
    Short {
        /// Bytes that there are.
        len: usize,
    },
    /// The first bytes are not [`MAGIC`].
    Magic,
    /// Another format version.
    Format(u8),
    /// A profile that is not known.
    Profile(u8),
    /// A length or count is out of its range: the name of the field.
    Field(&'static str),
}

impl fmt::Display for HeadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { len } => write!(f, "the head is cut short at {len} bytes"),
            Self::Magic => f.write_str("it is no otarig patch file (the magic is missing)"),
            Self::Format(format) => write!(f, "patch format {format} is unknown here"),
            Self::Profile(profile) => write!(f, "decode profile {profile} is unknown here"),
            Self::Field(name) => write!(f, "the field {name} of the head is out of its range"),
        }
    }
}

impl core::error::Error for HeadError {}

impl<'a> Head<'a> {
    /// Reads the head at the start of `bytes`; returns it and its length.
    ///
    /// # Errors
    /// What makes it unusable; the CRC of the file is not looked at.
    pub fn decode(bytes: &'a [u8]) -> Result<(Self, usize), HeadError> {
        let mut reader = Reader {
            rest: bytes,
            len: bytes.len(),
        };
        if !MAGIC.iter().zip(bytes).all(|(want, found)| want == found) {
            return Err(HeadError::Magic);
        }
        let [_, _, _, _, format] = reader.take()?;
        if format != FORMAT {
            return Err(HeadError::Format(format));
        }
        let [profile] = reader.take()?;
        let head_len = u16::from_le_bytes(reader.take()?);
        let mut le32 = || reader.take().map(u32::from_le_bytes);
        let (crc, file_len, old_len, new_len) = (le32()?, le32()?, le32()?, le32()?);
        let (old_digest, new_digest) = (reader.take()?, reader.take()?);
        let mut le32 = || reader.take().map(u32::from_le_bytes);
        let (block_len, load_address, ops_len) = (le32()?, le32()?, le32()?);
        let sections = u16::from_le_bytes(reader.take()?);
        let [flags, text_lens @ ..] = reader.take::<5>()?;
        let [.., auth_len] = text_lens;
        if auth_len > 0 {
            return Err(HeadError::Field("auth"));
        }
        let [old_version, new_version, board, auth] = reader.texts(text_lens)?;
        let head = Self {
            profile: Profile::from_number(profile)?,
            crc,
            file_len,
            old: ImageId {
                length: old_len,
                digest: old_digest,
                version: old_version,
            },
            new: ImageId {
                length: new_len,
                digest: new_digest,
                version: new_version,
            },
            block_len,
            load_address,
            ops_len,
            sections,
            descending: flags == DESCENDING,
            board,
            auth,
        };
        if flags > DESCENDING {
            return Err(HeadError::Field("flags"));
        }
        if usize::from(head_len) != head.len() {
            return Err(HeadError::Field("head_len"));
        }
        head.check()?;
        Ok((head, head.len()))
    }

    /// Writes the head to `out` and returns its length.
    ///
    /// # Errors
    /// The field that is out of its range; [`HeadError::Short`] when `out` is too short.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, HeadError> {
        self.check()?;
        let short = HeadError::Short { len: out.len() };
        // HEAD_BYTES_MAX fits 16 bits, and `check` bounds the texts.
        let head_len = u16::try_from(self.len()).unwrap_or(0);
        let texts = self.texts();
        let text_lens = texts.map(|text| u8::try_from(text.len()).unwrap_or(0));
        let fields: [&[u8]; 19] = [
            &MAGIC,
            &[FORMAT, self.profile.number()],
            &head_len.to_le_bytes(),
            &self.crc.to_le_bytes(),
            &self.file_len.to_le_bytes(),
            &self.old.length.to_le_bytes(),
            &self.new.length.to_le_bytes(),
            &self.old.digest,
            &self.new.digest,
            &self.block_len.to_le_bytes(),
            &self.load_address.to_le_bytes(),
            &self.ops_len.to_le_bytes(),
            &self.sections.to_le_bytes(),
            &[u8::from(self.descending)],
            &text_lens,
            self.old.version,
            self.new.version,
            self.board,
            self.auth,
        ];
        let mut rest = out;
        for field in fields {
            let (to, behind) = rest.split_at_mut_checked(field.len()).ok_or(short)?;
            to.copy_from_slice(field);
            rest = behind;
        }
        Ok(self.len())
    }

    /// Bytes of the head.
    #[must_use]
    pub fn len(&self) -> usize {
        HEAD_BYTES_MIN + self.texts().iter().map(|text| text.len()).sum::<usize>()
    }

    /// Always false: a head has at least [`HEAD_BYTES_MIN`] bytes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Blocks of the new image.
    #[must_use]
    pub const fn blocks(&self) -> u32 {
        self.new.length.div_ceil(self.block_len)
    }

    fn texts(&self) -> [&'a [u8]; 4] {
        [self.old.version, self.new.version, self.board, self.auth]
    }

    /// Whether every field is in its range.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), HeadError> {
        let image = 1..=IMAGE_LEN_MAX;
        let right = [
            ("old_len", image.contains(&self.old.length)),
            ("new_len", image.contains(&self.new.length)),
            (
                "block_len",
                (BLOCK_LEN_MIN..=BLOCK_LEN_MAX).contains(&self.block_len),
            ),
            ("old_version", self.old.version.len() <= VERSION_BYTES_MAX),
            ("new_version", self.new.version.len() <= VERSION_BYTES_MAX),
            ("board", self.board.len() <= BOARD_BYTES_MAX),
            // Nobody would verify it.
            ("auth", self.auth.is_empty()),
        ];
        if let Some((name, _)) = right.iter().find(|(_, right)| !right) {
            return Err(HeadError::Field(name));
        }
        if self.blocks() > BLOCKS_MAX {
            return Err(HeadError::Field("block_len"));
        }
        if u32::from(self.sections) > self.blocks() {
            return Err(HeadError::Field("sections"));
        }
        let least = self.len() as u64 + u64::from(self.ops_len);
        if u64::from(self.file_len) < least {
            return Err(HeadError::Field("file_len"));
        }
        Ok(())
    }
}

/// CRC-32 of a whole patch file, as its head states it; `None` when it is shorter than a head.
#[must_use]
pub fn file_crc(file: &[u8]) -> Option<u32> {
    let mut sum = CRC32.digest();
    sum.update(file.get(..CRC.start)?);
    sum.update(&[0; 4]);
    sum.update(file.get(CRC.end..)?);
    Some(sum.finalize())
}

/// Takes fields one after the other.
struct Reader<'a> {
    rest: &'a [u8],
    /// Bytes that there were.
    len: usize,
}

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], HeadError> {
        let short = HeadError::Short { len: self.len };
        let (field, rest) = self.rest.split_first_chunk().ok_or(short)?;
        self.rest = rest;
        Ok(*field)
    }

    fn texts(&mut self, lens: [u8; 4]) -> Result<[&'a [u8]; 4], HeadError> {
        let short = HeadError::Short { len: self.len };
        let mut texts: [&[u8]; 4] = [&[]; 4];
        for (text, len) in texts.iter_mut().zip(lens) {
            let split = self.rest.split_at_checked(usize::from(len));
            (*text, self.rest) = split.ok_or(short)?;
        }
        Ok(texts)
    }
}
