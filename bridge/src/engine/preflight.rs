//! Whether a host can take a patch, by what it says of itself: before anything is sent.
//!
//! The order of the checks is that of the host, so that the code is the one that it would raise.

use host_agent::patch::PatchFault;
use protocol_spec::codes::Status;
use protocol_spec::patch::{BLOCKS_MAX, Profile};
use protocol_spec::rig::message::{FlashInfo, LayoutKind};

use crate::event::{HostFacts, ReportFacts};
use crate::object::PatchFacts;
use crate::patch::{Advice, HostLimits};
use crate::text;

/// Least bytes of a block, where the scratch allows.
const BLOCK_LEN_WANTED: u32 = 4096;

/// Why a host cannot take a patch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Misfit {
    /// The code that the host would raise.
    pub(crate) status: Status,
    /// What does not fit, as half a sentence about this host.
    pub(crate) what: String,
    /// Why, and what to do.
    pub(crate) advice: Advice,
}

/// What of a host decides how a patch for it is made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Room {
    pub(super) profile: Profile,
    pub(super) limits: HostLimits,
}

impl Misfit {
    fn new(status: Status, what: impl Into<String>, advice: Advice) -> Self {
        Self {
            status,
            what: what.into(),
            advice,
        }
    }

    fn of(fault: PatchFault, what: String) -> Self {
        Self::new(fault.status(), what, Advice::of(fault.into()))
    }
}

impl Room {
    /// Bytes of a block for an image of `image_len` bytes: the fewest whole erase units that have
    /// [`BLOCK_LEN_WANTED`] bytes and fit the scratch; `None` when no number of them will do.
    pub(super) fn block_len(&self, image_len: u32) -> Option<u32> {
        let wanted = BLOCK_LEN_WANTED.max(image_len.div_ceil(BLOCKS_MAX));
        let block_len = self.limits.block_len(wanted)?;
        (image_len.div_ceil(block_len) <= BLOCKS_MAX).then_some(block_len)
    }
}

/// What patches for this host are made for.
///
/// # Errors
/// Why it takes none.
pub(super) fn takes_patches(host: &HostFacts) -> Result<Room, Misfit> {
    in_place(host)?;
    let profile = profile(host)?;
    let limits = limits(host).ok_or_else(|| {
        Misfit::new(
            Status::OPEN,
            "the host does not say where its slot lies in its flash",
            Advice::of_code(Status::OPEN),
        )
    })?;
    let (scratch, unit) = (limits.scratch_len, limits.erase_unit);
    if limits.block_len(1).is_none() {
        return Err(Misfit::new(
            Status::SCRATCH_SIZE,
            format!(
                "the host has {} of scratch, an erase unit of its slot {}",
                bytes(scratch),
                number(unit)
            ),
            Advice::blocks(&limits),
        ));
    }
    Ok(Room { profile, limits })
}

/// What decides on the host whether a patch fits it.
fn limits(host: &HostFacts) -> Option<HostLimits> {
    let board = host.board.unwrap_or_default();
    Some(HostLimits {
        board: String::from_utf8_lossy(board.as_bytes()).into_owned(),
        slot_len: host.image_max?,
        erase_unit: slot_unit(host)?,
        scratch_len: host.scratch.unwrap_or(0),
        staging_len: host.staging?,
        program_unit: host.flash?.program_unit.into(),
        decode_ram: host.decode_ram.unwrap_or(0),
    })
}

fn profile(host: &HostFacts) -> Result<Profile, Misfit> {
    let ram = host.decode_ram.unwrap_or(0);
    Profile::for_ram(ram).ok_or_else(|| {
        Misfit::new(
            Status::MEM,
            format!(
                "the host has {} of decode RAM, a patch needs at least {}",
                bytes(ram),
                number(Profile::Small.decode_ram())
            ),
            Advice::memory(ram),
        )
    })
}

fn in_place(host: &HostFacts) -> Result<(), Misfit> {
    let no = |what: &str| Err(Misfit::new(Status::TYPE, what, Advice::no_patches()));
    match host.layout {
        None => no("patches travel in the rig dialect only"),
        Some(LayoutKind::TwoSlot) => {
            no("the host has two slots, only an in-place one takes patches")
        }
        Some(LayoutKind::InPlace) => Ok(()),
    }
}

/// What keeps the host from taking this patch; `None` when nothing does as far as it can be told.
pub(super) fn misfit(
    host: &HostFacts,
    runs: Option<&ReportFacts>,
    patch: &PatchFacts,
) -> Option<Misfit> {
    in_place(host)
        .err()
        .or_else(|| profile(host).err())
        .or_else(|| runs.filter(|runs| runs_nothing(runs)).map(|_| no_image()))
        .or_else(|| file_len(host, patch))
        .or_else(|| target(host, patch))
        .or_else(|| geometry(host, patch))
        .or_else(|| marks(host, patch))
        .or_else(|| base(runs, patch))
}

/// What keeps a patch from being stored on the host.
pub(super) fn staging(host: &HostFacts, patch: &PatchFacts) -> Option<Misfit> {
    file_len(host, patch).or_else(|| marks(host, patch))
}

fn file_len(host: &HostFacts, patch: &PatchFacts) -> Option<Misfit> {
    let (len, staging) = (patch.file_len, host.staging.unwrap_or(u32::MAX));
    (len > staging).then(|| {
        Misfit::new(
            Status::OP_LEN,
            format!(
                "the patch has {}, the host's staging {}",
                bytes(len),
                number(staging)
            ),
            Advice::staging(),
        )
    })
}

fn target(host: &HostFacts, patch: &PatchFacts) -> Option<Misfit> {
    let board = host.board.unwrap_or_default();
    if !patch.board.is_empty() && patch.board != board.as_bytes() {
        let made_for = protocol_spec::text::Escaped(&patch.board);
        return Some(Misfit::of(
            PatchFault::Board,
            format!("the patch is for the board {made_for}, the host is {board}"),
        ));
    }
    let (needs, has) = (patch.profile.decode_ram(), host.decode_ram.unwrap_or(0));
    (needs > has).then(|| {
        Misfit::new(
            Status::MEM,
            format!(
                "the patch needs {} of decode RAM, the host has {}",
                bytes(needs),
                number(has)
            ),
            Advice::memory(has),
        )
    })
}

fn geometry(host: &HostFacts, patch: &PatchFacts) -> Option<Misfit> {
    let block = patch.block_len;
    let longest = patch.old.length.max(patch.new.length);
    let slot = host.image_max.unwrap_or(u32::MAX);
    if longest > slot {
        return Some(Misfit::of(
            PatchFault::SlotLength,
            format!(
                "an image of the patch has {}, the host's slot {}",
                bytes(longest),
                number(slot)
            ),
        ));
    }
    if let Some(unit) = slot_unit(host).filter(|unit| !block.is_multiple_of(*unit)) {
        return Some(Misfit::new(
            Status::NEW_BLKS,
            format!(
                "its blocks of {} are not whole erase units of {}",
                bytes(block),
                number(unit)
            ),
            block_advice(host),
        ));
    }
    let scratch = host.scratch.unwrap_or(0);
    (block > scratch).then(|| {
        Misfit::new(
            Status::SCRATCH_SIZE,
            format!(
                "a block has {}, the host's scratch {}",
                bytes(block),
                number(scratch)
            ),
            block_advice(host),
        )
    })
}

fn block_advice(host: &HostFacts) -> Advice {
    limits(host).map_or_else(
        || Advice::of_code(Status::NEW_BLKS),
        |limits| Advice::blocks(&limits),
    )
}

fn marks(host: &HostFacts, patch: &PatchFacts) -> Option<Misfit> {
    let limits = limits(host)?;
    let needed = limits.staging_needed(patch.file_len, patch.changed);
    let staging = limits.staging_len;
    (needed > u64::from(staging)).then(|| {
        Misfit::of(
            PatchFault::NoMarks,
            format!(
                "patch and marks take {}, the host's staging has {}",
                text::bytes(needed),
                number(staging)
            ),
        )
    })
}

fn base(runs: Option<&ReportFacts>, patch: &PatchFacts) -> Option<Misfit> {
    let runs = runs?;
    let length = runs.length.unwrap_or(patch.old.length);
    let kept = if runs.confirmed == Some(false) {
        ", not confirmed yet"
    } else {
        ""
    };
    let right = runs
        .digest
        .is_some_and(|digest| patch.old.is(length, &digest));
    (!right).then(|| {
        Misfit::of(
            PatchFault::Base,
            format!(
                "the patch is for another image than the one that runs (version {}{kept}, \
                 {})",
                runs.version,
                bytes(length)
            ),
        )
    })
}

fn bytes(number: u32) -> String {
    text::bytes(number.into())
}

fn number(number: u32) -> String {
    text::grouped(number.into())
}

/// Whether the host has stopped.
pub(super) fn runs_nothing(runs: &ReportFacts) -> bool {
    runs.version.is_empty() && runs.length == Some(0)
}

/// A stopped host.
pub(super) fn no_image() -> Misfit {
    Misfit::new(
        Status::STATE,
        "the host has stopped and runs no image, so there is nothing to patch",
        Advice::stopped(),
    )
}

/// Bytes of the largest erase unit of the slot.
fn slot_unit(host: &HostFacts) -> Option<u32> {
    let (start, len, flash) = (host.image_start?, host.image_max?, host.flash?);
    let end = start.checked_add(len)?;
    regions(&flash)
        .filter(|(first, last, _)| *first < end && *last > start)
        .map(|(_, _, unit)| unit)
        .max()
}

/// First address, address behind the last, and erase unit of every region.
fn regions(flash: &FlashInfo) -> impl Iterator<Item = (u32, u32, u32)> {
    let used = flash.regions.into_iter();
    used.filter(|region| region.unit > 0).map(|region| {
        let len = region.unit.saturating_mul(region.count);
        (region.start, region.start.saturating_add(len), region.unit)
    })
}
