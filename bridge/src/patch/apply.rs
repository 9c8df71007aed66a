//! Applying a patch file to bytes in memory, with the applier and the checks of the hosts.

use host_agent::patch::{Applier, PatchFault, Section};
use host_agent::update_core::Fault;
use protocol_spec::crc::CRC16;
use protocol_spec::patch::{DIGEST_BYTES, head};
use sha2::{Digest as _, Sha256};

use super::memory::{Memory, Watch};

/// Why a patch cannot be applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}", fault.status())]
pub struct ApplyError {
    /// What a host would say.
    pub fault: Fault,
    /// The block at which it was found; `None` before the first, or in no one.
    pub block: Option<u32>,
    /// Blocks that a host has rewritten by then; `None` while it only checks the file.
    pub written: Option<u32>,
}

impl ApplyError {
    /// Found before any block is made: the host still checks the file.
    pub(crate) fn early(fault: impl Into<Fault>) -> Self {
        Self {
            fault: fault.into(),
            block: None,
            written: None,
        }
    }

    /// Found while the host applies the patch, with `written` blocks rewritten.
    pub(super) fn late(fault: impl Into<Fault>, block: Option<u32>, written: u32) -> Self {
        Self {
            fault: fault.into(),
            block,
            written: Some(written),
        }
    }
}

/// The checks of each block.
struct Checks;

impl Watch for Checks {
    fn begins(&mut self, section: &Section, old: &[u8]) -> Result<(), Fault> {
        if CRC16.checksum(old) == section.before {
            Ok(())
        } else {
            Err(PatchFault::BlockBefore.into())
        }
    }

    fn ends(&mut self, section: &Section, new: &[u8]) -> Result<(), Fault> {
        if CRC16.checksum(new) == section.after {
            Ok(())
        } else {
            Err(PatchFault::BlockAfter.into())
        }
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
    let mut checks = Checks;
    let mut memory = Memory::new(old, file, &mut checks);
    let mut ram = vec![0; ram];
    let file_len = memory.file_len();
    let opened = Applier::head(&mut memory, file_len, board, &ram);
    let mut applier = opened.map_err(ApplyError::early)?;
    let facts = *applier.facts();
    if head::file_crc(file) != Some(facts.crc) {
        return Err(ApplyError::early(PatchFault::FileCrc));
    }
    let mut survey = || applier.survey(&mut memory, &mut ram);
    while !survey().map_err(ApplyError::early)? {}
    if !is_digest(&facts.old_digest, old) {
        return Err(ApplyError::early(PatchFault::Base));
    }
    check_sections(&mut applier, &mut memory, &mut ram).map_err(ApplyError::early)?;
    let image = memory.make_image(&mut applier, &mut ram)?;
    if is_digest(&facts.new_digest, &image) {
        Ok(image)
    } else {
        let written = facts.sections;
        Err(ApplyError::late(PatchFault::ImageAfter, None, written))
    }
}

/// Looks at every section before the first block is made.
fn check_sections(
    applier: &mut Applier,
    memory: &mut Memory<'_, Checks>,
    ram: &mut [u8],
) -> Result<(), Fault> {
    while applier.seek(memory, ram)?.is_some() {
        applier.check(memory, ram)?;
    }
    applier.rewind();
    Ok(())
}

fn is_digest(start: &[u8; DIGEST_BYTES], image: &[u8]) -> bool {
    Sha256::digest(image).starts_with(start)
}
