//! What a patch file says of itself, without any image.

use std::collections::BTreeSet;

use host_agent::patch::PatchFault;
use host_agent::update_core::Fault;
use protocol_spec::patch::section::{SECTION_HEAD_BYTES_MAX, expected};
use protocol_spec::patch::{
    DIGEST_BYTES, Head, HeadError, ImageId, NO_LOAD_ADDRESS, Profile, SectionError, SectionHead,
    head,
};
use protocol_spec::text::Escaped;

use super::fault_text::fault_text;
use super::operations::{Operations, misses, operations};

/// A patch file, taken apart as far as it can be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspection {
    /// Its head.
    pub head: HeadReport,
    /// Its sections, in the order in which they are applied.
    pub blocks: Vec<BlockReport>,
    /// What is wrong with it, in the order in which it was found.
    pub defects: Vec<Defect>,
}

/// The head of a patch file, texts escaped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeadReport {
    /// Bytes of the head, texts included.
    pub head_len: usize,
    /// Bytes of the operations, coded.
    pub ops_len: u32,
    /// Bytes of the whole file, as the head says.
    pub file_len: u32,
    /// Decode RAM that is needed.
    pub profile: Profile,
    /// The image that must run.
    pub old: ImageReport,
    /// The image that runs afterwards.
    pub new: ImageReport,
    /// Bytes of a block.
    pub block_len: u32,
    /// Blocks of the new image.
    pub blocks: u32,
    /// Sections, as the head says.
    pub sections: u16,
    /// Address of the images' first byte.
    pub load_address: Option<u32>,
    /// Blocks are applied from the last to the first.
    pub descending: bool,
    /// Board that the patch is for; `None` for any.
    pub board: Option<String>,
    /// Bytes of the authenticator.
    pub auth_len: usize,
}

/// What the head says of one image.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImageReport {
    /// Bytes.
    pub length: u32,
    /// First bytes of the SHA-256.
    pub digest: [u8; DIGEST_BYTES],
    /// Version text, escaped.
    pub version: String,
}

/// One section: a block that changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockReport {
    /// Index of the block.
    pub block: u32,
    /// Offset of the section in the file.
    pub offset: usize,
    /// Bytes of the section's head.
    pub head_len: usize,
    /// Bytes of coded data.
    pub coded_len: u32,
    /// Bytes of the new image in the block.
    pub new_len: u32,
    /// CRC-16 of the old image's bytes in the block.
    pub before: u16,
    /// CRC-16 of the new image's bytes in the block.
    pub after: u16,
    /// What its operations do; `None` where they cannot be read.
    pub operations: Option<Operations>,
}

/// Something that is wrong with a patch file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Defect {
    /// The file is not as long as its head says.
    #[error("the head says {stated} bytes and the file has {found}")]
    Length {
        /// Bytes by the head.
        stated: u32,
        /// Bytes that there are.
        found: usize,
    },
    /// The file does not have the CRC of its head.
    #[error("the file does not have the CRC of its head; bytes were changed or lost")]
    Crc,
    /// The head of a section cannot be read.
    #[error("section {section}: {error}")]
    Section {
        /// Number of the section, from 0.
        section: u32,
        /// What is wrong.
        error: SectionError,
    },
    /// The coded data of a section runs beyond the end of the file.
    #[error("section {section}: its {len} bytes run beyond the end of the file")]
    Cut {
        /// Number of the section, from 0.
        section: u32,
        /// Bytes by the section's head.
        len: u32,
    },
    /// A section is for a block that the new image does not have.
    #[error("section {section}: there is no block {block}")]
    NoSuchBlock {
        /// Number of the section, from 0.
        section: u32,
        /// The block.
        block: u32,
    },
    /// Two sections are for one block.
    #[error("section {section}: block {block} was there before")]
    Twice {
        /// Number of the section, from 0.
        section: u32,
        /// The block.
        block: u32,
    },
    /// A host would refuse the operations.
    #[error("its operations: {}", fault_text(*.fault))]
    Operations {
        /// What is wrong.
        fault: Fault,
    },
    /// Bytes follow the last section.
    #[error("{bytes} bytes follow the last section")]
    Behind {
        /// How many.
        bytes: usize,
    },
}

/// Takes a patch file apart.
///
/// # Errors
/// Why its head cannot be used; whatever is wrong behind the head is among the defects.
pub fn inspect(file: &[u8]) -> Result<Inspection, HeadError> {
    let (head, head_len) = Head::decode(file)?;
    let mut defects = Vec::new();
    if head.file_len as usize != file.len() {
        defects.push(Defect::Length {
            stated: head.file_len,
            found: file.len(),
        });
    } else if head::file_crc(file) != Some(head.crc) {
        defects.push(Defect::Crc);
    }
    let mut walk = Walk {
        file,
        head: &head,
        at: head_len.saturating_add(head.ops_len as usize),
        last: None,
        seen: BTreeSet::new(),
    };
    let mut blocks = Vec::new();
    for section in 0..u32::from(head.sections) {
        match walk.section(section) {
            Ok(block) => blocks.push(block),
            Err(defect) => {
                defects.push(defect);
                break;
            }
        }
    }
    let behind = file.len().saturating_sub(walk.at);
    if defects.is_empty() && behind > 0 {
        defects.push(Defect::Behind { bytes: behind });
    }
    if defects.is_empty() {
        match operations(file, &head) {
            Ok(all) => {
                for (block, operations) in blocks.iter_mut().zip(all) {
                    block.operations = Some(operations);
                }
            }
            Err(fault) => defects.push(Defect::Operations { fault }),
        }
    }
    Ok(Inspection {
        head: HeadReport::of(&head, head_len),
        blocks,
        defects,
    })
}

impl Inspection {
    /// Sections that are for another block than the one that follows in the direction of the head.
    #[must_use]
    pub fn jumps(&self) -> usize {
        let (blocks, descending) = (self.head.blocks, self.head.descending);
        let mut last = None;
        let jumps = self.blocks.iter().filter(|found| {
            let expected = expected(last.replace(found.block), blocks, descending);
            found.block != expected
        });
        jumps.count()
    }

    /// Adds how well bytes are predicted when `file` is applied to `old`, which must be the image
    /// that it is for.
    ///
    /// # Errors
    /// What the applier says.
    pub fn predict(&mut self, file: &[u8], old: &[u8]) -> Result<(), Fault> {
        let (head, _) = Head::decode(file).map_err(PatchFault::from)?;
        let misses = misses(file, old, &head)?;
        for block in &mut self.blocks {
            if let Some(operations) = &mut block.operations {
                operations.predicted(misses.get(&block.block).copied().unwrap_or(0));
            }
        }
        Ok(())
    }
}

/// Goes from section to section.
struct Walk<'a> {
    file: &'a [u8],
    head: &'a Head<'a>,
    at: usize,
    last: Option<u32>,
    seen: BTreeSet<u32>,
}

impl Walk<'_> {
    fn section(&mut self, section: u32) -> Result<BlockReport, Defect> {
        let rest = self.file.get(self.at..).unwrap_or_default();
        let bytes = &rest[..rest.len().min(SECTION_HEAD_BYTES_MAX)];
        let blocks = self.head.blocks();
        let expected = expected(self.last, blocks, self.head.descending);
        let (found, head_len) = SectionHead::decode(bytes, expected)
            .map_err(|error| Defect::Section { section, error })?;
        let SectionHead { block, len, .. } = found;
        if block >= blocks {
            return Err(Defect::NoSuchBlock { section, block });
        }
        if !self.seen.insert(block) {
            return Err(Defect::Twice { section, block });
        }
        let offset = self.at;
        let end = offset as u64 + head_len as u64 + u64::from(len);
        self.at = usize::try_from(end)
            .ok()
            .filter(|end| *end <= self.file.len())
            .ok_or(Defect::Cut { section, len })?;
        self.last = Some(block);
        Ok(BlockReport {
            block,
            offset,
            head_len,
            coded_len: len,
            new_len: bytes_in(self.head.new.length, self.head.block_len, block),
            before: found.before,
            after: found.after,
            operations: None,
        })
    }
}

fn bytes_in(len: u32, block_len: u32, block: u32) -> u32 {
    len.saturating_sub(block.saturating_mul(block_len))
        .min(block_len)
}

impl HeadReport {
    fn of(head: &Head<'_>, head_len: usize) -> Self {
        let text = |bytes: &[u8]| Escaped(bytes).to_string();
        let image = |id: &ImageId<'_>| ImageReport {
            length: id.length,
            digest: id.digest,
            version: text(id.version),
        };
        Self {
            head_len,
            ops_len: head.ops_len,
            file_len: head.file_len,
            profile: head.profile,
            old: image(&head.old),
            new: image(&head.new),
            block_len: head.block_len,
            blocks: head.blocks(),
            sections: head.sections,
            load_address: (head.load_address != NO_LOAD_ADDRESS).then_some(head.load_address),
            descending: head.descending,
            board: (!head.board.is_empty()).then(|| text(head.board)),
            auth_len: head.auth.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::{Options, Predicted, make};

    fn patch() -> Vec<u8> {
        let old: Vec<u8> = (0..1000_u32).map(|at| (at % 251) as u8).collect();
        let mut new = old.clone();
        new[10] ^= 1;
        new[900] ^= 1;
        new.extend_from_slice(&[9; 100]);
        let options = Options {
            block_len: 256,
            board: "nrf52840".to_owned(),
            new_version: "1.1\x1b".to_owned(),
            ..Options::default()
        };
        make(&old, &new, &options).unwrap().file
    }

    #[test]
    fn head_and_blocks_are_told() {
        let found = inspect(&patch()).unwrap();
        assert_eq!(found.defects, []);
        assert_eq!(found.head.blocks, 5);
        assert_eq!(found.head.board.as_deref(), Some("nrf52840"));
        assert!(!found.head.new.version.contains('\x1b'));
        let mut blocks: Vec<u32> = found.blocks.iter().map(|block| block.block).collect();
        blocks.sort_unstable();
        assert_eq!(blocks, [0, 3, 4]);
        // Of 0, 3 and 4, or 4, 3 and 0, only 0 to 3 or 3 to 0 is a jump.
        assert_eq!(found.jumps(), 1);
        let last = found.blocks.iter().find(|block| block.block == 4).unwrap();
        assert_eq!(last.new_len, 1100 - 1024);
    }

    #[test]
    fn operations_are_counted_and_their_bytes_predicted() {
        let old: Vec<u8> = (0..2048_u32)
            .map(|at| (at.wrapping_mul(0x9e37_79b1) >> 24) as u8)
            .collect();
        let mut new = old.clone();
        new[300] ^= 1;
        new[1100..1200].copy_from_slice(&old[1500..1600]);
        let noise =
            (0..512_u32).map(|at| (at.wrapping_mul(at).wrapping_mul(0x9e37_79b1) >> 24) as u8);
        new.extend(noise);
        let options = Options {
            block_len: 512,
            ..Options::default()
        };
        let file = make(&old, &new, &options).unwrap().file;
        let mut found = inspect(&file).unwrap();
        let block = |found: &Inspection, wanted| {
            let blocks = found.blocks.iter();
            let mut blocks = blocks.filter(|block| block.block == wanted);
            blocks.next().unwrap().operations.clone().unwrap()
        };
        let first = block(&found, 0);
        assert_eq!((first.copies.bytes, first.predicted), (512, None));
        assert_eq!(block(&found, 2).sources, [2, 3]);
        let last = block(&found, 4);
        assert_eq!((last.literals.bytes, last.sources), (512, vec![]));
        found.predict(&file, &old).unwrap();
        let predicted = |index| block(&found, index).predicted.unwrap();
        assert_eq!(
            predicted(0),
            Predicted {
                hits: 511,
                misses: 1
            }
        );
        assert_eq!(predicted(2).misses, 0);
        assert_eq!(predicted(4), Predicted::default());
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_noticed() {
        let file = patch();
        for cut in 0..file.len() {
            let found = inspect(&file[..cut]);
            assert!(
                found.is_err() || !found.unwrap().defects.is_empty(),
                "{cut}"
            );
        }
        for bit in 0..file.len() * 8 {
            let mut file = file.clone();
            file[bit / 8] ^= 1 << (bit % 8);
            let found = inspect(&file);
            assert!(
                found.is_err() || !found.unwrap().defects.is_empty(),
                "{bit}"
            );
        }
        let mut longer = file;
        longer.push(0);
        assert!(matches!(
            inspect(&longer).unwrap().defects[0],
            Defect::Length { .. }
        ));
    }

    /// The patch with these sections in place of its own: block, stated length, bytes that follow.
    fn with_sections(sections: &[(u32, u32, usize)]) -> Vec<u8> {
        let file = patch();
        let (mut head, _) = Head::decode(&file).unwrap();
        let mut behind = Vec::new();
        let mut last = None;
        for (block, len, bytes) in sections {
            let section = SectionHead {
                block: *block,
                len: *len,
                before: 0,
                after: 0,
            };
            let mut out = [0; SECTION_HEAD_BYTES_MAX];
            let used = section.encode(expected(last, head.blocks(), false), &mut out);
            behind.extend_from_slice(&out[..used]);
            behind.resize(behind.len() + bytes, 0);
            last = Some(*block);
        }
        head.ops_len = 0;
        head.descending = false;
        head.sections = u16::try_from(sections.len()).unwrap();
        head.file_len = u32::try_from(head.len() + behind.len()).unwrap();
        let mut file = vec![0; head.len()];
        head.encode(&mut file).unwrap();
        file.extend_from_slice(&behind);
        let crc = head::file_crc(&file).unwrap();
        file[head::CRC].copy_from_slice(&crc.to_le_bytes());
        file
    }

    #[test]
    fn sections_that_cannot_be_are_named() {
        let first = |sections| {
            let found = inspect(&with_sections(sections)).unwrap();
            found.defects.into_iter().next()
        };
        // The sections are good, but nothing says what to do in them.
        let unread = first(&[(0, 3, 3), (4, 1, 1)]);
        assert!(
            matches!(unread, Some(Defect::Operations { .. })),
            "{unread:?}"
        );
        let block = 5;
        assert_eq!(
            first(&[(5, 0, 0)]),
            Some(Defect::NoSuchBlock { section: 0, block })
        );
        let twice = Defect::Twice {
            section: 1,
            block: 2,
        };
        assert_eq!(first(&[(2, 1, 1), (2, 1, 1)]), Some(twice));
        assert_eq!(
            first(&[(2, 9, 8)]),
            Some(Defect::Cut { section: 0, len: 9 })
        );
        assert_eq!(first(&[(2, 7, 8)]), Some(Defect::Behind { bytes: 1 }));
        let huge = Some(Defect::Cut {
            section: 0,
            len: 0x7fff_ffff,
        });
        assert_eq!(first(&[(2, 0x7fff_ffff, 8)]), huge);
    }
}
