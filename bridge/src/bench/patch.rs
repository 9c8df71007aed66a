//! The patch file of a scenario, made beforehand and damaged as it asks.

use fixtures::board::Board;
use fixtures::scenario::{PatchEdit, PatchPart, PatchSpec, Scenario, hex_bytes};
use protocol_spec::patch::head::{CRC, file_crc};
use protocol_spec::patch::section::expected;
use protocol_spec::patch::{Head, Profile, SectionHead};

use super::setup::SetupError;
use crate::object::{PatchFacts, PatchObject};
use crate::patch::{HostLimits, Options, craft, make};

/// Where the length of the file stands in it.
const FILE_LEN: core::ops::Range<usize> = 12..16;
/// Least bytes of a block, where the scenario names none.
const BLOCK_LEN_WANTED: u32 = 4096;

/// Makes the patch of `scenario` to `new`, and what it says of itself before any damage.
pub(crate) fn make_file(
    scenario: &Scenario,
    spec: &PatchSpec,
    board: &'static Board,
    new: &[u8],
) -> Result<PatchObject, SetupError> {
    let failed = |text: String| SetupError::Patch { text };
    let base = scenario.make_base(spec)?;
    let old = spec.base.as_ref().or(scenario.old_image.as_ref());
    let old_version = old.map_or(fixtures::image::PROJECT_VERSION, |old| &old.version);
    let options = Options {
        block_len: block_len(spec, board).ok_or_else(|| failed("no block fits".to_owned()))?,
        profile: profile(scenario, spec, board),
        board: spec.board.clone().unwrap_or_else(|| board.name.to_owned()),
        old_version: old_version.to_owned(),
        new_version: scenario.image.version.clone(),
        load_address: None,
    };
    let made = match spec.craft {
        None => make(&base, new, &options).map_err(|error| failed(error.to_string()))?,
        Some(wrong) => {
            craft(&base, new, &options, wrong).map_err(|error| failed(error.to_string()))?
        }
    };
    let PatchObject { facts, .. } =
        PatchObject::new(made.file.clone()).map_err(|error| failed(error.to_string()))?;
    let mut file = made.file;
    for edit in &spec.edits {
        apply(edit, &mut file).ok_or_else(|| failed(format!("{edit:?} lies beyond the file")))?;
    }
    if spec.repair && !spec.edits.is_empty() {
        repair(&mut file);
    }
    let file_len = u32::try_from(file.len()).unwrap_or(u32::MAX);
    Ok(PatchObject {
        file: file.into(),
        facts: PatchFacts { file_len, ..facts },
    })
}

fn block_len(spec: &PatchSpec, board: &'static Board) -> Option<u32> {
    let of_board = || HostLimits::of(board)?.block_len(BLOCK_LEN_WANTED);
    spec.block_len.or_else(of_board)
}

fn profile(scenario: &Scenario, spec: &PatchSpec, board: &Board) -> Profile {
    let of_host = scenario.decode_ram.unwrap_or(board.decode_ram_used());
    Profile::for_ram(spec.needs_ram.unwrap_or(of_host)).unwrap_or(Profile::Small)
}

/// `None` when the edit lies beyond the file.
fn apply(edit: &PatchEdit, file: &mut Vec<u8>) -> Option<()> {
    match edit {
        PatchEdit::Write {
            part,
            section,
            at,
            bytes,
        } => {
            let start = place(file, *part, *section, *at)?;
            let bytes = hex_bytes(bytes)?;
            let end = start.checked_add(bytes.len())?;
            file.get_mut(start..end)?.copy_from_slice(&bytes);
        }
        PatchEdit::Flip {
            part,
            section,
            at,
            xor,
        } => {
            let at = place(file, *part, *section, *at)?;
            *file.get_mut(at)? ^= xor;
        }
        PatchEdit::Truncate { to } => file.truncate(*to as usize),
        PatchEdit::Pad { to } => {
            let len = file.len().max(*to as usize);
            file.resize(len, 0);
        }
    }
    Some(())
}

/// Offset in the file of byte `at` of a part; `None` when the part is not there.
fn place(file: &[u8], part: PatchPart, section: u32, at: u32) -> Option<usize> {
    let start = match part {
        PatchPart::File => 0,
        PatchPart::Operations => Head::decode(file).ok()?.1,
        PatchPart::SectionHead => find_section(file, section)?.0,
        PatchPart::SectionData => find_section(file, section)?.1,
    };
    start.checked_add(at as usize)
}

/// Offsets of the head and of the coded data of a section.
fn find_section(file: &[u8], number: u32) -> Option<(usize, usize)> {
    let (head, head_len) = Head::decode(file).ok()?;
    let mut at = head_len + head.ops_len as usize;
    let mut last = None;
    for index in 0..u32::from(head.sections) {
        let expected = expected(last, head.blocks(), head.descending);
        let (section, used) = SectionHead::decode(file.get(at..)?, expected).ok()?;
        if index == number {
            return Some((at, at + used));
        }
        last = Some(section.block);
        at += used + section.len as usize;
    }
    None
}

/// Makes length and CRC in the head right, where the file is long enough to have them.
fn repair(file: &mut [u8]) {
    let len = u32::try_from(file.len()).unwrap_or(u32::MAX);
    if let Some(field) = file.get_mut(FILE_LEN) {
        field.copy_from_slice(&len.to_le_bytes());
    }
    let crc = file_crc(file).unwrap_or_default();
    if let Some(field) = file.get_mut(CRC) {
        field.copy_from_slice(&crc.to_le_bytes());
    }
}
