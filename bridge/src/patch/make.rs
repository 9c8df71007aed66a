//! From two images to a patch file.

use host_agent::patch::tables::{TABLES, Tables};
use host_agent::update_core::Fault;
use protocol_spec::crc::CRC16;
use protocol_spec::patch::head::CRC;
use protocol_spec::patch::section::{SECTION_HEAD_BYTES_MAX, expected};
use protocol_spec::patch::{DIGEST_BYTES, Head, HeadError, ImageId, NO_LOAD_ADDRESS, Profile};
use protocol_spec::patch::{SectionHead, head};
use sha2::{Digest as _, Sha256};

use super::encode::{Coded, encode_whole};
use super::load_address::find_load_address;
use super::plan::{Plan, PlannedBlock, Task};

/// What a patch is made for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes of a block: whole erase units of the slot, and no more than the scratch holds.
    pub block_len: u32,
    /// Decode RAM of the host.
    pub profile: Profile,
    /// Board that the patch is for; empty for any.
    pub board: String,
    /// Version text of the old image.
    pub old_version: String,
    /// Version text of the new image.
    pub new_version: String,
    /// Address of the images' first byte; found by voting when `None`.
    pub load_address: Option<u32>,
}

impl Default for Options {
    /// Blocks of 4096 bytes and 8192 bytes of decode RAM, for any board.
    fn default() -> Self {
        Self {
            block_len: 4096,
            profile: Profile::Large,
            board: String::new(),
            old_version: String::new(),
            new_version: String::new(),
            load_address: None,
        }
    }
}

/// A patch file and what is worth knowing of it.
#[derive(Clone, Debug)]
pub struct Made {
    /// The file.
    pub file: Vec<u8>,
    /// Blocks that change.
    pub changed: u32,
    /// Blocks of the new image.
    pub blocks: u32,
    /// The load address that was given or found.
    pub load_address: Option<u32>,
}

/// Why no patch can be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// A length, a count or a text is out of its range.
    #[error("{0}")]
    Head(#[from] HeadError),
    /// The applier's own rules refuse what was planned: an error of the maker.
    #[error("the patch that was planned cannot be applied: {0:?}; report this with both images")]
    Plan(Fault),
}

/// Makes the patch from `old` to `new`.
///
/// # Errors
/// What is out of its range.
pub fn make(old: &[u8], new: &[u8], options: &Options) -> Result<Made, MakeError> {
    make_with(old, new, options, &TABLES)
}

/// Makes the patch for an applier with other tables than those of the format: to find out what
/// tables are worth.
///
/// # Errors
/// What is out of its range.
pub fn make_with(
    old: &[u8],
    new: &[u8],
    options: &Options,
    tables: &Tables<'_>,
) -> Result<Made, MakeError> {
    draft_with(old, new, options, tables)?.made()
}

/// A patch before it is put together.
#[derive(Clone, Debug)]
pub(super) struct Draft<'a> {
    /// The head; lengths and CRC are not known yet.
    pub(super) head: Head<'a>,
    /// What is done.
    pub(super) plan: Plan,
    /// The coded parts.
    pub(super) coded: Coded,
    /// The heads of the sections; their lengths are those of the coded parts.
    pub(super) heads: Vec<SectionHead>,
}

/// The parts of the patch from `old` to `new`.
pub(super) fn draft<'a>(
    old: &[u8],
    new: &[u8],
    options: &'a Options,
) -> Result<Draft<'a>, MakeError> {
    draft_with(old, new, options, &TABLES)
}

fn draft_with<'a>(
    old: &[u8],
    new: &[u8],
    options: &'a Options,
    tables: &Tables<'_>,
) -> Result<Draft<'a>, MakeError> {
    let load_address = options.load_address.or_else(|| find_load_address(new));
    let mut head = Head {
        profile: options.profile,
        crc: 0,
        file_len: u32::MAX,
        old: image_id(old, &options.old_version),
        new: image_id(new, &options.new_version),
        block_len: options.block_len,
        load_address: load_address.unwrap_or(NO_LOAD_ADDRESS),
        ops_len: 0,
        sections: 0,
        descending: false,
        board: options.board.as_bytes(),
        auth: &[],
    };
    head.check()?;
    let task = Task {
        old,
        new,
        block_len: options.block_len as usize,
        load_address,
        profile: options.profile,
    };
    let plan = task.plan();
    let (plan, coded) = encode_best(old, new, &head, plan, tables).map_err(MakeError::Plan)?;
    head.descending = plan.descending;
    head.sections = u16::try_from(plan.blocks.len()).map_err(|_| HeadError::Field("sections"))?;
    let heads = section_heads(old, new, &head, &plan);
    Ok(Draft {
        head,
        plan,
        coded,
        heads,
    })
}

impl Draft<'_> {
    /// The file, with its lengths and its CRC.
    ///
    /// # Errors
    /// What is out of its range.
    pub(super) fn made(&self) -> Result<Made, MakeError> {
        let mut head = self.head;
        head.ops_len = length(&self.coded.ops);
        let sections = self.sections();
        head.file_len = length(&sections).saturating_add(head.ops_len);
        head.file_len = head
            .file_len
            .saturating_add(u32::try_from(head.len()).unwrap_or(0));
        let mut file = vec![0; head.len()];
        head.encode(&mut file)?;
        file.extend_from_slice(&self.coded.ops);
        file.extend_from_slice(&sections);
        let crc = head::file_crc(&file).unwrap_or(0);
        file[CRC].copy_from_slice(&crc.to_le_bytes());
        let load_address = head.load_address;
        Ok(Made {
            file,
            changed: head.sections.into(),
            blocks: head.blocks(),
            load_address: (load_address != NO_LOAD_ADDRESS).then_some(load_address),
        })
    }

    /// The sections with their heads.
    fn sections(&self) -> Vec<u8> {
        let (mut all, mut last) = (Vec::new(), None);
        for (section, bytes) in self.heads.iter().zip(&self.coded.sections) {
            let section = SectionHead {
                len: length(bytes),
                ..*section
            };
            let mut room = [0; SECTION_HEAD_BYTES_MAX];
            let expected = expected(last, self.head.blocks(), self.head.descending);
            let used = section.encode(expected, &mut room);
            all.extend_from_slice(&room[..used]);
            all.extend_from_slice(bytes);
            last = Some(section.block);
        }
        all
    }
}

/// Literals are half-words in Thumb code; elsewhere whatever is shorter. The plan is the one that
/// was coded.
fn encode_best(
    old: &[u8],
    new: &[u8],
    head: &Head<'_>,
    plan: Plan,
    tables: &Tables<'_>,
) -> Result<(Plan, Coded), Fault> {
    let encode = |mut plan: Plan, half_words| {
        let coded = encode_whole(old, new, head, &mut plan, half_words, tables)?;
        Ok((plan, coded))
    };
    if head.load_address != NO_LOAD_ADDRESS {
        return encode(plan, true);
    }
    let (half_words, bytes) = (encode(plan.clone(), true)?, encode(plan, false)?);
    Ok(if bytes.1.total() < half_words.1.total() {
        bytes
    } else {
        half_words
    })
}

/// The heads of the sections, without their lengths.
fn section_heads(old: &[u8], new: &[u8], head: &Head<'_>, plan: &Plan) -> Vec<SectionHead> {
    let of = |block: &PlannedBlock| {
        let (start, end) = (block.start as usize, block.end as usize);
        let old_end = (start + head.block_len as usize).min(old.len());
        SectionHead {
            block: block.block,
            len: 0,
            before: CRC16.checksum(old.get(start..old_end).unwrap_or_default()),
            after: CRC16.checksum(&new[start..end]),
        }
    };
    plan.blocks.iter().map(of).collect()
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

fn image_id<'a>(image: &[u8], version: &'a str) -> ImageId<'a> {
    let full: [u8; 32] = Sha256::digest(image).into();
    let mut digest = [0; DIGEST_BYTES];
    digest.copy_from_slice(&full[..DIGEST_BYTES]);
    ImageId {
        length: u32::try_from(image.len()).unwrap_or(u32::MAX),
        digest,
        version: version.as_bytes(),
    }
}
