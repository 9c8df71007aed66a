//! UF2: blocks of 512 bytes, each with an address.
//!
//! | offset | size | field        | meaning                                    |
//! |--------|------|--------------|--------------------------------------------|
//! | 0      | 8    | start magic  | `55 46 32 0a 57 51 5d 9e`                  |
//! | 8      | 4    | flags        | bit 0: not for flash; bit 12: a file       |
//! | 12     | 4    | address      | of the first payload byte                  |
//! | 16     | 4    | payload size | 1 to 476                                   |
//! | 20     | 4    | block number | from 0                                     |
//! | 24     | 4    | blocks       | in the file                                |
//! | 28     | 4    | family       | when flag bit 13 is set                    |
//! | 32     | 476  | payload      |                                            |
//! | 508    | 4    | end magic    | `30 6f b1 0a`                              |
//!
//! Integers are little endian.

use super::areas::Areas;
use super::error::Defect;

/// The first bytes of every block.
pub(super) const MAGIC_START: [u8; 8] = [0x55, 0x46, 0x32, 0x0a, 0x57, 0x51, 0x5d, 0x9e];
/// The last bytes of every block.
pub(super) const MAGIC_END: [u8; 4] = [0x30, 0x6f, 0xb1, 0x0a];
/// Bytes of a block.
pub(super) const BLOCK_BYTES: usize = 512;

const PAYLOAD_AT: usize = 32;
const PAYLOAD_BYTES_MAX: u32 = 476;
const FLAG_NOT_FLASH: u32 = 1 << 0;
const FLAG_FILE: u32 = 1 << 12;
const FLAG_FAMILY: u32 = 1 << 13;

/// Reads the blocks that go to flash; all of them must be there, in order.
pub(super) fn parse(bytes: &[u8]) -> Result<Areas, Defect> {
    let (blocks, rest) = bytes.as_chunks::<BLOCK_BYTES>();
    if !rest.is_empty() {
        let rule = format!("{} bytes left over; the file was cut short", rest.len());
        return Err(Defect::rule("end of file", rule));
    }
    let mut areas = Areas::default();
    let mut skipped = 0;
    let mut family = None;
    for (number, block) in (0..).zip(blocks) {
        let broken = |rule: String| Defect::rule(format!("block {number}"), rule);
        let block = Block::parse(block).map_err(broken)?;
        block.check_place(number, blocks.len()).map_err(broken)?;
        if block.flags & FLAG_FILE != 0 {
            return Err(broken("part of a file, not of flash".to_owned()));
        }
        if block.flags & FLAG_NOT_FLASH != 0 {
            skipped += 1;
            continue;
        }
        if block.flags & FLAG_FAMILY != 0 && *family.get_or_insert(block.family) != block.family {
            return Err(broken(
                "for another chip family than the blocks before it".to_owned(),
            ));
        }
        areas.add(block.address, block.payload);
    }
    if skipped > 0 {
        areas.note(format!("{skipped} blocks that are not for flash left out"));
    }
    Ok(areas)
}

struct Block<'a> {
    flags: u32,
    address: u32,
    number: u32,
    blocks: u32,
    family: u32,
    payload: &'a [u8],
}

impl<'a> Block<'a> {
    fn parse(block: &'a [u8; BLOCK_BYTES]) -> Result<Self, String> {
        if !block.starts_with(&MAGIC_START) || !block.ends_with(&MAGIC_END) {
            return Err("magic number missing".to_owned());
        }
        let word = |at: usize| {
            let bytes = block
                .get(at..at + 4)
                .and_then(|bytes| bytes.try_into().ok());
            bytes.map_or(0, u32::from_le_bytes)
        };
        let size = word(16);
        if size == 0 || size > PAYLOAD_BYTES_MAX {
            return Err(format!(
                "payload of {size} bytes, 1 to {PAYLOAD_BYTES_MAX} are possible"
            ));
        }
        let payload = block
            .get(PAYLOAD_AT..PAYLOAD_AT + size as usize)
            .unwrap_or_default();
        Ok(Self {
            flags: word(8),
            address: word(12),
            number: word(20),
            blocks: word(24),
            family: word(28),
            payload,
        })
    }

    fn check_place(&self, number: u32, blocks: usize) -> Result<(), String> {
        if self.number != number {
            return Err(format!(
                "numbered {}; a block is missing or doubled",
                self.number
            ));
        }
        if self.blocks as usize != blocks {
            return Err(format!(
                "of {} blocks, and the file has {blocks}",
                self.blocks
            ));
        }
        Ok(())
    }
}
