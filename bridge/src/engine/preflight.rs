//! Whether a host can take a patch, by what it says of itself: before anything is sent.
//!
//! The order of the checks is that of the host, so that the code is the one that it would raise.

use host_agent::patch::PatchFault;
use protocol_spec::codes::Status;
use protocol_spec::patch::Profile;
use protocol_spec::rig::message::{FlashInfo, LayoutKind};

use crate::event::{HostFacts, Phase, ReportFacts};
use crate::object::PatchFacts;
use crate::patch::{Advice, HostLimits, Objection};
use crate::text::bytes;

/// What of a host decides how a patch for it is made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Room {
    pub(super) profile: Profile,
    pub(super) limits: HostLimits,
}

/// What patches for this host are made for.
///
/// # Errors
/// Why it takes none.
pub(super) fn takes_patches(host: &HostFacts) -> Result<Room, Objection> {
    in_place(host)?;
    let limits = limits(host);
    let profile = limits.profile()?;
    if slot_unit(host).is_none() {
        let what = "the host does not say where its slot lies in its flash";
        return Err(refusal(Status::OPEN, what, Advice::of_code(Status::OPEN)));
    }
    limits.has_blocks()?;
    Ok(Room { profile, limits })
}

/// What decides on the host whether a patch fits it; what it does not say is no limit.
pub(super) fn limits(host: &HostFacts) -> HostLimits {
    HostLimits {
        board: host.board.unwrap_or_default().as_bytes().to_vec(),
        slot_len: host.image_max.unwrap_or(u32::MAX),
        erase_unit: slot_unit(host).unwrap_or(1),
        scratch_len: host.scratch.unwrap_or(0),
        staging_len: host.staging.unwrap_or(u32::MAX),
        program_unit: host.flash.map_or(1, |flash| flash.program_unit.into()),
        decode_ram: host.decode_ram.unwrap_or(0),
    }
}

/// What a host would say to the offer.
fn refusal(status: Status, what: &str, advice: Advice) -> Objection {
    Objection {
        status,
        phase: Phase::Offer,
        block: None,
        written: None,
        what: what.to_owned(),
        advice,
    }
}

fn in_place(host: &HostFacts) -> Result<(), Objection> {
    let no = |what: &str| Err(refusal(Status::TYPE, what, Advice::no_patches()));
    match host.layout {
        None => no("patches travel in the rig dialect only"),
        Some(LayoutKind::TwoSlot) => {
            no("the host has two slots, only an in-place one takes patches")
        }
        Some(LayoutKind::InPlace) => Ok(()),
    }
}

/// Whether the host, which runs `runs`, takes this patch, as far as it can be told.
///
/// # Errors
/// What keeps it from that.
pub(super) fn takes(
    host: &HostFacts,
    runs: Option<&ReportFacts>,
    patch: &PatchFacts,
) -> Result<(), Objection> {
    in_place(host)?;
    let limits = limits(host);
    limits.profile()?;
    if runs.is_some_and(runs_nothing) {
        return Err(no_image(host, runs));
    }
    limits.takes_file(patch.file_len.into())?;
    limits.is_board(&patch.board)?;
    limits.can_decode(patch.profile)?;
    limits.fits_blocks(patch.old.length.max(patch.new.length), patch.block_len)?;
    limits.fits_marks(patch.file_len, patch.changed, patch.block_len)?;
    runs.map_or(Ok(()), |runs| base(host, runs, patch))
}

/// Whether a patch can be stored on the host.
///
/// # Errors
/// What keeps it from that.
pub(super) fn stores(host: &HostFacts, patch: &PatchFacts) -> Result<(), Objection> {
    let limits = limits(host);
    limits.takes_file(patch.file_len.into())?;
    let marks = limits.fits_marks(patch.file_len, patch.changed, patch.block_len);
    marks.map(|_| ())
}

/// Whether the image that runs is the one that the patch is for.
fn base(host: &HostFacts, runs: &ReportFacts, patch: &PatchFacts) -> Result<(), Objection> {
    let length = runs.length.unwrap_or(patch.old.length);
    let right = runs
        .digest
        .is_some_and(|digest| patch.old.is(length, &digest));
    if right {
        return Ok(());
    }
    let unconfirmed = runs.confirmed == Some(false);
    let kept = if unconfirmed {
        ", not confirmed yet"
    } else {
        ""
    };
    let what = format!(
        "the patch is for another image than the one that runs (version {}{kept}, {})",
        runs.version,
        bytes(length.into())
    );
    let objection = Objection::because(PatchFault::Base, what);
    Err(match host.layout {
        Some(layout) if unconfirmed => {
            objection.advise(Advice::unconfirmed_base(&runs.version, layout))
        }
        _ => objection,
    })
}

/// Whether the host has stopped.
pub(super) fn runs_nothing(runs: &ReportFacts) -> bool {
    runs.version.is_empty() && runs.length == Some(0)
}

/// A stopped host, that may say why.
pub(super) fn no_image(host: &HostFacts, runs: Option<&ReportFacts>) -> Objection {
    let code = runs.and_then(|runs| runs.code).or(host.last_code);
    refusal(
        Status::STATE,
        "the host has stopped and runs no image, so there is nothing to patch",
        Advice::stopped(code),
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
