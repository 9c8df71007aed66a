//! Applying a patch file to bytes in memory, with the applier of the hosts.

use host_agent::flash::PROGRAM_BYTES_MAX;
use host_agent::patch::{Applier, PatchFault, View};
use host_agent::update_core::Fault;
use protocol_spec::crc::CRC16;
use sha2::{Digest as _, Sha256};

use super::make::Options;

/// Why a patch cannot be applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}", fault.status())]
pub struct ApplyError {
    /// What a host would say.
    pub fault: Fault,
    /// The block at which it was found; `None` before the first.
    pub block: Option<u32>,
}

/// A slot, a scratch and a staged file, in memory.
struct Memory<'a> {
    file: &'a [u8],
    slot: Vec<u8>,
    scratch: Vec<u8>,
}

impl View for Memory<'_> {
    fn patch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        copy(self.file, offset, out)
    }

    fn slot(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        copy(&self.slot, offset, out)
    }

    fn scratch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        copy(&self.scratch, offset, out)
    }
}

/// A file without any flash around it.
pub(super) struct FileOnly<'a>(pub(super) &'a [u8]);

impl View for FileOnly<'_> {
    fn patch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        copy(self.0, offset, out)
    }

    fn slot(&mut self, _offset: u32, _out: &mut [u8]) -> Result<(), Fault> {
        Err(PatchFault::SourceRange.into())
    }

    fn scratch(&mut self, _offset: u32, _out: &mut [u8]) -> Result<(), Fault> {
        Err(PatchFault::SourceRange.into())
    }
}

/// Applies `file` to `old`: the new image.
///
/// # Errors
/// What a host with `ram` bytes of decode RAM and the name `board` would say.
pub fn apply(old: &[u8], file: &[u8], board: &str, ram: usize) -> Result<Vec<u8>, ApplyError> {
    apply_on(old, file, board.as_bytes(), ram)
}

/// As [`apply`], for a host whose name may be any bytes.
pub(super) fn apply_on(
    old: &[u8],
    file: &[u8],
    board: &[u8],
    ram: usize,
) -> Result<Vec<u8>, ApplyError> {
    let mut memory = Memory {
        file,
        slot: old.to_vec(),
        scratch: Vec::new(),
    };
    let early = |fault: Fault| ApplyError { fault, block: None };
    let mut ram = vec![0; ram];
    let file_len = u32::try_from(file.len()).unwrap_or(u32::MAX);
    let opened = Applier::open(&mut memory, file_len, board, &mut ram);
    let mut applier = opened.map_err(early)?;
    let facts = *applier.facts();
    let longest = facts.old_len.max(facts.new_len) as usize;
    memory.slot.resize(longest, 0xff);
    if protocol_spec::patch::head::file_crc(file) != Some(facts.crc) {
        return Err(early(PatchFault::FileCrc.into()));
    }
    if Sha256::digest(old)[..16] != facts.old_digest {
        return Err(early(PatchFault::Base.into()));
    }
    while applier
        .seek(&mut memory, &mut ram)
        .map_err(early)?
        .is_some()
    {
        applier.check(&mut memory, &mut ram).map_err(early)?;
    }
    applier.rewind();
    while let Some(section) = applier.seek(&mut memory, &mut ram).map_err(early)? {
        let at = |fault: Fault| ApplyError {
            fault,
            block: Some(section.block),
        };
        let start = section.block as usize * facts.block_len as usize;
        let old = &memory.slot[start..start + facts.old_in(section.block) as usize];
        if CRC16.checksum(old) != section.before {
            return Err(at(PatchFault::BlockBefore.into()));
        }
        memory.scratch.clear();
        applier.begin(&mut memory, &mut ram).map_err(at)?;
        let len = facts.new_in(section.block) as usize;
        while memory.scratch.len() < len {
            let mut piece = [0; PROGRAM_BYTES_MAX];
            let piece = &mut piece[..(len - memory.scratch.len()).min(PROGRAM_BYTES_MAX)];
            applier.decode(&mut memory, &mut ram, piece).map_err(at)?;
            memory.scratch.extend_from_slice(piece);
        }
        if CRC16.checksum(&memory.scratch) != section.after {
            return Err(at(PatchFault::BlockAfter.into()));
        }
        memory.write_back(start);
    }
    memory.slot.truncate(facts.new_len as usize);
    if Sha256::digest(&memory.slot)[..16] != facts.new_digest {
        return Err(early(PatchFault::ImageAfter.into()));
    }
    Ok(memory.slot)
}

/// A patch that does not give the new image: an error of the maker.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProofError {
    /// It cannot be applied to the old image.
    #[error("the patch does not give the new image: {0}")]
    Apply(#[from] ApplyError),
    /// It gives something else.
    #[error("the patch gives another image than the new one")]
    Other,
}

/// Applies a patch that was made with `options` as a host would, and compares: one that does not
/// give the new image must never leave the maker.
///
/// # Errors
/// What is wrong with it.
pub fn prove(file: &[u8], old: &[u8], new: &[u8], options: &Options) -> Result<(), ProofError> {
    let ram = options.profile.decode_ram() as usize;
    if apply(old, file, &options.board, ram)? == new {
        Ok(())
    } else {
        Err(ProofError::Other)
    }
}

impl Memory<'_> {
    fn write_back(&mut self, start: usize) {
        let end = start + self.scratch.len();
        self.slot[start..end].copy_from_slice(&self.scratch);
    }
}

fn copy(from: &[u8], offset: u32, out: &mut [u8]) -> Result<(), Fault> {
    let start = offset as usize;
    let source = from.get(start..start.saturating_add(out.len()));
    out.copy_from_slice(source.ok_or(PatchFault::SourceRange)?);
    Ok(())
}
