//! The plain bytes in front of each block's coded data.
//!
//! | size  | field  | meaning                                                                      |
//! |-------|--------|------------------------------------------------------------------------------|
//! | 1 - 5 | len    | varint: twice the bytes of the coded data, plus 1 when a jump follows        |
//! | 0 - 5 | jump   | zigzag varint: this block less the expected one                              |
//! | 2     | before | CRC-16 of the old image's bytes in this block, low byte first                |
//! | 2     | after  | CRC-16 of the new image's bytes in this block, low byte first                |
//!
//! A varint holds 7 bits a byte, low ones first; the top bit says that another byte follows. The
//! expected block is the one after the last section's in the order of the head, and the first or
//! the last block for the first section. CRC-16 is CCITT-FALSE.

use core::fmt;

/// Most bytes of a section head.
pub const SECTION_HEAD_BYTES_MAX: usize = 14;

/// What stands in front of a block's coded data.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SectionHead {
    /// Index of the block.
    pub block: u32,
    /// Bytes of coded data.
    pub len: u32,
    /// CRC-16 of the old image's bytes in the block; of no bytes where the old image has none.
    pub before: u16,
    /// CRC-16 of the new image's bytes in the block.
    pub after: u16,
}

/// Why a section head cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SectionError {
    /// It runs beyond the bytes that are there.
    Short,
    /// A varint is too long, or its block or length is out of range.
    Range,
}

impl fmt::Display for SectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Short => "a section head runs beyond the end",
            Self::Range => "a section head states a block or a length out of range",
        })
    }
}

impl core::error::Error for SectionError {}

/// The block that the section after that of `last` is for, unless it says otherwise.
#[must_use]
pub const fn expected(last: Option<u32>, blocks: u32, descending: bool) -> u32 {
    match last {
        None if descending => blocks.saturating_sub(1),
        None => 0,
        Some(last) if descending => last.wrapping_sub(1),
        Some(last) => last.wrapping_add(1),
    }
}

impl SectionHead {
    /// Reads the head at the start of `bytes`, when block `expected` is next; returns it and its
    /// length.
    ///
    /// # Errors
    /// What makes it unusable. Whether the block exists is for the caller to see.
    pub fn decode(bytes: &[u8], expected: u32) -> Result<(Self, usize), SectionError> {
        let mut rest = bytes;
        let len = varint(&mut rest)?;
        let jump = if len & 1 == 1 { varint(&mut rest)? } else { 0 };
        let jump = (jump >> 1) ^ (jump & 1).wrapping_neg();
        let (crcs, rest) = rest.split_first_chunk().ok_or(SectionError::Short)?;
        let [b0, b1, a0, a1] = *crcs;
        let head = Self {
            block: expected.wrapping_add(jump),
            len: len >> 1,
            before: u16::from_le_bytes([b0, b1]),
            after: u16::from_le_bytes([a0, a1]),
        };
        Ok((head, bytes.len() - rest.len()))
    }

    /// Writes the head to `out`, when block `expected` would be next; returns its length.
    #[must_use]
    pub fn encode(&self, expected: u32, out: &mut [u8; SECTION_HEAD_BYTES_MAX]) -> usize {
        let jump = self.block.wrapping_sub(expected);
        let mut out = out.iter_mut();
        let mut used = 0;
        let mut put = |byte| {
            if let Some(to) = out.next() {
                *to = byte;
                used += 1;
            }
        };
        put_varint(self.len << 1 | u32::from(jump != 0), &mut put);
        if jump != 0 {
            put_varint(jump << 1 ^ (jump >> 31).wrapping_neg(), &mut put);
        }
        for byte in self
            .before
            .to_le_bytes()
            .into_iter()
            .chain(self.after.to_le_bytes())
        {
            put(byte);
        }
        used
    }
}

fn varint(bytes: &mut &[u8]) -> Result<u32, SectionError> {
    let mut value = 0_u32;
    for shift in [0, 7, 14, 21, 28] {
        let (byte, rest) = bytes.split_first().ok_or(SectionError::Short)?;
        *bytes = rest;
        let part = u32::from(byte & 0x7f);
        if shift == 28 && *byte > 0x0f {
            return Err(SectionError::Range);
        }
        value |= part << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(SectionError::Range)
}

fn put_varint(value: u32, put: &mut impl FnMut(u8)) {
    let mut rest = value;
    while rest > 0x7f {
        let [low, ..] = rest.to_le_bytes();
        put(low | 0x80);
        rest >>= 7;
    }
    let [low, ..] = rest.to_le_bytes();
    put(low);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_survives_its_bytes() {
        for (block, expected, len) in [
            (5, 5, 0),
            (5, 6, 1),
            (0, 77, 63),
            (2047, 0, 64),
            (9, 8, 0x7fff_ffff),
        ] {
            let head = SectionHead {
                block,
                len,
                before: 0x1234,
                after: 0xfedc,
            };
            let mut out = [0; SECTION_HEAD_BYTES_MAX];
            let used = head.encode(expected, &mut out);
            assert_eq!(
                SectionHead::decode(&out[..used], expected),
                Ok((head, used))
            );
            for cut in 0..used {
                assert_eq!(
                    SectionHead::decode(&out[..cut], expected),
                    Err(SectionError::Short)
                );
            }
        }
    }

    #[test]
    fn an_endless_varint_is_refused() {
        let endless = [0xff; SECTION_HEAD_BYTES_MAX];
        assert_eq!(SectionHead::decode(&endless, 0), Err(SectionError::Range));
    }

    #[test]
    fn the_expected_block_follows_the_order() {
        assert_eq!(expected(None, 9, false), 0);
        assert_eq!(expected(None, 9, true), 8);
        assert_eq!(expected(Some(4), 9, false), 5);
        assert_eq!(expected(Some(4), 9, true), 3);
    }
}
