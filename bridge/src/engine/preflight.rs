//! Whether a host can take a patch, by what it says of itself: before anything is sent.
//!
//! The order of the checks is that of the host, so that the code is the one that it would raise.

use protocol_spec::codes::Status;
use protocol_spec::patch::{BLOCKS_MAX, Profile};
use protocol_spec::rig::message::{FlashInfo, LayoutKind};

use crate::event::{HostFacts, ReportFacts};
use crate::object::PatchFacts;
use crate::patch::HostLimits;

/// Least bytes of a block, where the scratch allows.
const BLOCK_LEN_WANTED: u32 = 4096;

/// Why a host cannot take a patch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Misfit {
    /// The code that the host would raise.
    pub(crate) status: Status,
    /// What does not fit, as half a sentence about this host.
    pub(crate) what: String,
}

/// What of a host decides how a patch for it is made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Room {
    pub(super) profile: Profile,
    pub(super) limits: HostLimits,
}

impl Misfit {
    fn new(status: Status, what: impl Into<String>) -> Self {
        Self {
            status,
            what: what.into(),
        }
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
        )
    })?;
    let (scratch, unit) = (limits.scratch_len, limits.erase_unit);
    if limits.block_len(1).is_none() {
        return Err(Misfit::new(
            Status::SCRATCH_SIZE,
            format!("the host has {scratch} bytes of scratch, an erase unit of its slot {unit}"),
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
            format!("the host has {ram} bytes of decode RAM, a patch needs at least 4096"),
        )
    })
}

fn in_place(host: &HostFacts) -> Result<(), Misfit> {
    let no = |what: &str| Err(Misfit::new(Status::TYPE, what));
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
            format!("the patch has {len} bytes, the host's staging {staging}"),
        )
    })
}

fn target(host: &HostFacts, patch: &PatchFacts) -> Option<Misfit> {
    let board = host.board.unwrap_or_default();
    if !patch.board.is_empty() && patch.board != board.as_bytes() {
        let made_for = protocol_spec::text::Escaped(&patch.board);
        return Some(Misfit::new(
            Status::PHEAD,
            format!("the patch is for the board {made_for}, the host is {board}"),
        ));
    }
    let (needs, has) = (patch.profile.decode_ram(), host.decode_ram.unwrap_or(0));
    (needs > has).then(|| {
        Misfit::new(
            Status::MEM,
            format!("the patch needs {needs} bytes of decode RAM, the host has {has}"),
        )
    })
}

fn geometry(host: &HostFacts, patch: &PatchFacts) -> Option<Misfit> {
    let block = patch.block_len;
    let longest = patch.old.length.max(patch.new.length);
    let slot = host.image_max.unwrap_or(u32::MAX);
    if longest > slot {
        return Some(Misfit::new(
            Status::OP_LEN,
            format!("an image of the patch has {longest} bytes, the host's slot {slot}"),
        ));
    }
    if let Some(unit) = slot_unit(host).filter(|unit| !block.is_multiple_of(*unit)) {
        return Some(Misfit::new(
            Status::NEW_BLKS,
            format!("its blocks of {block} bytes are not whole erase units of {unit}"),
        ));
    }
    let scratch = host.scratch.unwrap_or(0);
    (block > scratch).then(|| {
        Misfit::new(
            Status::SCRATCH_SIZE,
            format!("a block has {block} bytes, the host's scratch {scratch}"),
        )
    })
}

fn marks(host: &HostFacts, patch: &PatchFacts) -> Option<Misfit> {
    let limits = limits(host)?;
    let needed = limits.staging_needed(patch.file_len, patch.changed);
    let staging = limits.staging_len;
    (needed > u64::from(staging)).then(|| {
        Misfit::new(
            Status::NO_PROG,
            format!("patch and marks take {needed} bytes, the host's staging has {staging}"),
        )
    })
}

fn base(runs: Option<&ReportFacts>, patch: &PatchFacts) -> Option<Misfit> {
    let runs = runs?;
    if runs.version.is_empty() && runs.length == Some(0) {
        return Some(no_image());
    }
    let length = runs.length.unwrap_or(patch.old.length);
    let right = runs
        .digest
        .is_some_and(|digest| patch.old.is(length, &digest));
    (!right).then(|| {
        Misfit::new(
            Status::CRC,
            format!(
                "the patch is for another image than the one that runs (version {}, {length} \
                 bytes)",
                runs.version
            ),
        )
    })
}

/// A stopped host.
pub(super) fn no_image() -> Misfit {
    Misfit::new(
        Status::STATE,
        "the host has stopped and runs no image, so there is nothing to patch",
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
