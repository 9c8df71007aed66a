//! What a host would say to a patch, found out before anything is sent.
//!
//! The checks come in the order in which a host makes them, so that the code is the host's.

use fixtures::board::Board;
use host_agent::patch::{Applier, Facts, PatchFault};
use host_agent::update_core::{Fault, Refusal};
use protocol_spec::codes::Status;
use protocol_spec::patch::{Head, head};

use super::advice::Advice;
use super::fault_text::fault_text;
use super::memory::{FileOnly, apply_on};
use crate::event::Phase;
use crate::text::grouped;

/// Program units of a mark: begun, set, firm.
const UNITS_PER_MARK: u64 = 3;
/// Most decode RAM that a patch ever asks for, bytes.
pub const DECODE_RAM_MAX: u32 = 8192;

/// What decides on a host whether a patch fits it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostLimits {
    /// Name that the host gives itself.
    pub board: String,
    /// Bytes of the slot.
    pub slot_len: u32,
    /// Erase unit of the slot, bytes.
    pub erase_unit: u32,
    /// Bytes of the scratch.
    pub scratch_len: u32,
    /// Bytes of the staging area.
    pub staging_len: u32,
    /// Program unit, bytes.
    pub program_unit: u32,
    /// RAM for decoding, bytes.
    pub decode_ram: u32,
}

/// Why a host would not end with the new image.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Objection {
    /// The code that it would raise.
    pub status: Status,
    /// In which phase of the update.
    pub phase: Phase,
    /// The block at which it is found.
    pub block: Option<u32>,
    /// What is wrong, with its numbers.
    pub what: String,
    /// Why, and what to do.
    pub advice: Advice,
}

/// What is known of a patch that a host would take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// The new image, as the host would have it.
    pub image: Vec<u8>,
    /// What its head says.
    pub facts: Facts,
    /// Bytes of staging that file and marks take; `None` when no host was named.
    pub staging: Option<u64>,
}

/// Checks `file` as a host with `limits` would that runs `old`, then applies it in memory.
///
/// Without limits only file and images are checked, and the host is one of the patch's board.
///
/// # Errors
/// The first objection of the host.
pub fn check(
    file: &[u8],
    old: &[u8],
    limits: Option<&HostLimits>,
    decode_ram: u32,
) -> Result<Checked, Objection> {
    if let Some(limits) = limits {
        limits.takes_object(file.len())?;
    }
    let board = limits.map_or_else(|| board_of(file), |limits| limits.board.as_bytes().to_vec());
    let mut ram = vec![0; decode_ram as usize];
    let file_len = u32::try_from(file.len()).unwrap_or(u32::MAX);
    let opened = Applier::open(&mut FileOnly(file), file_len, &board, &mut ram);
    let facts = *opened
        .map_err(|fault| explain(file, fault, decode_ram, limits))?
        .facts();
    if let Some(limits) = limits {
        limits.fit_blocks(&facts)?;
    }
    if head::file_crc(file) != Some(facts.crc) {
        return Err(Objection::of(PatchFault::FileCrc.into()));
    }
    let staging = limits.map(|limits| limits.fit_marks(&facts)).transpose()?;
    let image = apply_on(old, file, &board, decode_ram as usize).map_err(|error| Objection {
        block: error.block,
        phase: if error.block.is_some() {
            Phase::Boot
        } else {
            Phase::Verify
        },
        ..Objection::of(error.fault)
    })?;
    Ok(Checked {
        image,
        facts,
        staging,
    })
}

/// Bytes of staging that a file and its marks take where a program unit has `program_unit` bytes.
#[must_use]
pub fn staging_needed(file_len: u32, sections: u32, program_unit: u32) -> u64 {
    let unit = u64::from(program_unit.max(1));
    let marks = 1 + 2 * u64::from(sections);
    u64::from(file_len).next_multiple_of(unit) + marks * UNITS_PER_MARK * unit
}

impl HostLimits {
    /// The limits of an emulated board; `None` when it has no in-place layout.
    #[must_use]
    pub fn of(board: &Board) -> Option<Self> {
        let layout = board.in_place;
        let (_, erase_unit) = board.geometry.unit_at(layout.primary.start)?;
        Some(Self {
            board: board.name.to_owned(),
            slot_len: layout.primary.len,
            erase_unit,
            scratch_len: layout.scratch.len,
            staging_len: layout.secondary.len,
            program_unit: board.geometry.program_unit.into(),
            decode_ram: board.decode_ram.min(DECODE_RAM_MAX),
        })
    }

    /// Bytes of a block for this host: the least whole erase units that reach `wanted`, and no more
    /// than the scratch holds; `None` when the scratch holds not one.
    #[must_use]
    pub fn block_len(&self, wanted: u32) -> Option<u32> {
        let unit = self.erase_unit.max(1);
        let most = self.scratch_len - self.scratch_len % unit;
        let len = wanted.max(1).div_ceil(unit).checked_mul(unit)?.min(most);
        (len > 0).then_some(len)
    }

    /// Bytes of staging that a file and its marks take.
    #[must_use]
    pub fn staging_needed(&self, file_len: u32, sections: u32) -> u64 {
        staging_needed(file_len, sections, self.program_unit)
    }

    fn takes_object(&self, len: usize) -> Result<(), Objection> {
        if len as u64 <= u64::from(self.staging_len) {
            return Ok(());
        }
        let what = format!(
            "the patch has {} bytes and staging {}",
            grouped(len as u64),
            grouped(self.staging_len.into())
        );
        Err(Objection {
            status: Refusal::TooLarge.status(),
            phase: Phase::Offer,
            block: None,
            what,
            advice: Advice::staging(),
        })
    }

    fn fit_blocks(&self, facts: &Facts) -> Result<(), Objection> {
        let longest = facts.old_len.max(facts.new_len);
        let bytes = |len: u32| grouped(len.into());
        if longest > self.slot_len {
            return Err(Objection::with(
                PatchFault::SlotLength,
                &format!("{} of {} bytes", bytes(longest), bytes(self.slot_len)),
            ));
        }
        if !facts.block_len.is_multiple_of(self.erase_unit.max(1)) {
            return Err(Objection::with(
                PatchFault::BlockLength,
                &format!(
                    "{} and {} bytes",
                    bytes(facts.block_len),
                    bytes(self.erase_unit)
                ),
            )
            .advise(Advice::blocks(self)));
        }
        if facts.block_len > self.scratch_len {
            return Err(Objection::with(
                PatchFault::ScratchLength,
                &format!(
                    "{} and {} bytes",
                    bytes(self.scratch_len),
                    bytes(facts.block_len)
                ),
            )
            .advise(Advice::blocks(self)));
        }
        Ok(())
    }

    fn fit_marks(&self, facts: &Facts) -> Result<u64, Objection> {
        let needed = self.staging_needed(facts.file_len, facts.sections);
        if needed <= u64::from(self.staging_len) {
            return Ok(needed);
        }
        Err(Objection::with(
            PatchFault::NoMarks,
            &format!(
                "file and marks take {} bytes, staging has {}",
                grouped(needed),
                grouped(self.staging_len.into())
            ),
        ))
    }
}

impl Objection {
    /// What a host that meets `fault` while it verifies the file would say.
    #[must_use]
    pub fn of(fault: Fault) -> Self {
        Self {
            status: fault.status(),
            phase: Phase::Verify,
            block: None,
            what: fault_text(fault).to_owned(),
            advice: Advice::of(fault),
        }
    }

    fn with(fault: PatchFault, numbers: &str) -> Self {
        let mut objection = Self::of(fault.into());
        objection.what = format!("{} ({numbers})", objection.what);
        objection
    }

    fn advise(self, advice: Advice) -> Self {
        Self { advice, ..self }
    }
}

/// What the applier did not open, with what the head says of it.
fn explain(file: &[u8], fault: Fault, ram: u32, limits: Option<&HostLimits>) -> Objection {
    let (Fault::Patch(patch_fault), head) = (fault, Head::decode(file)) else {
        return Objection::of(fault);
    };
    match (patch_fault, head) {
        (PatchFault::Board, Ok((head, _))) => {
            let own = limits.map_or("", |limits| limits.board.as_str());
            let other = String::from_utf8_lossy(head.board);
            Objection::with(patch_fault, &format!("{other}, not {own}"))
        }
        (PatchFault::FileLength, Ok((head, _))) => {
            let (stated, found) = (grouped(head.file_len.into()), grouped(file.len() as u64));
            Objection::with(patch_fault, &format!("{found} of {stated} bytes"))
        }
        (PatchFault::Memory, Ok((head, _))) => {
            let needed = head.profile.decode_ram();
            Objection::with(patch_fault, &format!("{needed} and {ram} bytes"))
                .advise(Advice::memory(ram))
        }
        // One sentence of the two is enough.
        (PatchFault::HeadUnknown, Err(_)) => Objection::of(fault),
        (_, Err(error)) => Objection::with(patch_fault, &error.to_string()),
        _ => Objection::of(fault),
    }
}

/// The board name in the head; none where there is no good head.
fn board_of(file: &[u8]) -> Vec<u8> {
    Head::decode(file).map_or_else(|_| Vec::new(), |(head, _)| head.board.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::{Options, make};

    fn limits() -> HostLimits {
        HostLimits {
            board: "bench".to_owned(),
            slot_len: 0x8000,
            erase_unit: 0x400,
            scratch_len: 0x1000,
            staging_len: 0x8000,
            program_unit: 4,
            decode_ram: 8192,
        }
    }

    fn images() -> (Vec<u8>, Vec<u8>) {
        let old: Vec<u8> = (0..20_000_u32).map(|at| (at * 7 % 253) as u8).collect();
        let mut new = old.clone();
        new[5_000] ^= 0xff;
        new[19_000] ^= 0xff;
        (old, new)
    }

    fn patch(options: &Options) -> Vec<u8> {
        let (old, new) = images();
        make(&old, &new, options).unwrap().file
    }

    fn code(file: &[u8], limits: &HostLimits) -> u8 {
        let found = check(file, &images().0, Some(limits), limits.decode_ram);
        found.map_or_else(|objection| objection.status.0, |_| 0)
    }

    #[test]
    fn a_good_patch_is_taken() {
        let file = patch(&Options::default());
        let (old, _) = images();
        let checked = check(&file, &old, Some(&limits()), 8192).unwrap();
        assert!(checked.image == images().1);
        assert_eq!(checked.facts.sections, 2);
        assert_eq!(
            checked.staging,
            Some(limits().staging_needed(checked.facts.file_len, 2))
        );
        assert_eq!(check(&file, &old, None, 8192).unwrap().staging, None);
    }

    #[test]
    fn a_board_name_may_be_any_bytes() {
        let mut file = patch(&Options {
            board: "x".to_owned(),
            ..Options::default()
        });
        let board = Head::decode(&file).unwrap().1 - 1;
        file[board] = 0xff;
        let crc = head::file_crc(&file).unwrap();
        file[head::CRC].copy_from_slice(&crc.to_le_bytes());
        check(&file, &images().0, None, 8192).unwrap();
    }

    #[test]
    fn each_limit_has_its_code() {
        let file = patch(&Options::default());
        let len = u32::try_from(file.len()).unwrap();
        let mut with = limits();
        with.staging_len = len - 1;
        assert_eq!(code(&file, &with), 17);
        with.staging_len = u32::try_from(with.staging_needed(len, 2)).unwrap() - 1;
        assert_eq!(code(&file, &with), 51);
        with.staging_len += 1;
        assert_eq!(code(&file, &with), 0);
        let change = |change: &dyn Fn(&mut HostLimits)| {
            let mut with = limits();
            change(&mut with);
            with
        };
        assert_eq!(code(&file, &change(&|with| with.slot_len = 19_999)), 17);
        assert_eq!(code(&file, &change(&|with| with.erase_unit = 0x2000)), 37);
        assert_eq!(code(&file, &change(&|with| with.scratch_len = 0x800)), 34);
        assert_eq!(code(&file, &change(&|with| with.scratch_len = 0)), 34);
        assert_eq!(code(&file, &change(&|with| with.decode_ram = 4096)), 3);
        let board = Options {
            board: "another".to_owned(),
            ..Options::default()
        };
        assert_eq!(code(&patch(&board), &limits()), 23);
    }

    #[test]
    fn file_and_base_have_their_codes() {
        let file = patch(&Options::default());
        let (old, new) = images();
        let status = |file: &[u8], old: &[u8]| {
            let found = check(file, old, Some(&limits()), 8192);
            found.map_or_else(|objection| objection.status.0, |_| 0)
        };
        assert_eq!(status(&file, &new), 21);
        assert_eq!(status(&old, &old), 23);
        assert_eq!(status(&file[..40], &old), 49);
        assert_eq!(status(&file[..file.len() - 1], &old), 17);
        let mut bent = file.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert_eq!(status(&bent, &old), 24);
        assert_eq!(status(&[], &old), 49);
    }

    #[test]
    fn blocks_are_whole_erase_units_that_fit_the_scratch() {
        let with = |unit, scratch_len| HostLimits {
            erase_unit: unit,
            scratch_len,
            ..limits()
        };
        assert_eq!(with(0x400, 0x2000).block_len(4096), Some(4096));
        assert_eq!(with(0x1800, 0x8000).block_len(4096), Some(0x1800));
        assert_eq!(with(0x2_0000, 0x2_0000).block_len(4096), Some(0x2_0000));
        assert_eq!(with(0x400, 0x800).block_len(4096), Some(0x800));
        assert_eq!(with(0x400, 0x3ff).block_len(4096), None);
    }
}
