//! The decisions of a host, apart from how they are carried out.

use protocol_spec::digest::Digest;

use crate::effect::OfferFacts;
use crate::fault::Refusal;
use crate::record::Phase;

/// What decides: no data, no switch, only functions of the facts (ADR-0005).
///
/// [`Production`] is the one to use. Another implementation is another host: a test rig builds
/// hosts with one wrong decision that way.
pub trait Policy {
    /// Whether an offer is taken.
    ///
    /// # Errors
    /// Why it is not.
    fn accept(offer: &OfferFacts, host: &HostFacts) -> Result<(), Refusal>;

    /// The first byte wanted of an offer that is taken: 0, or the end of an erase unit.
    fn resume_at(offer: &OfferFacts, host: &HostFacts) -> u32;

    /// Whether the staged bytes are those of the offer.
    fn content_matches(computed: &Digest, offered: Option<&Digest>) -> bool;

    /// What the boot step does.
    fn boot_choice(facts: &BootFacts) -> BootChoice;
}

/// What the host is, when an offer is weighed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct HostFacts {
    /// Whether there is one slot, and a staging area beside it.
    pub in_place: bool,
    /// Bytes of a slot.
    pub slot_len: u32,
    /// Bytes of the staging area.
    pub staging_len: u32,
    /// Whether an image runs that is not confirmed, or a boot order is stored.
    pub update_pending: bool,
    /// Whether an image runs at all.
    pub running: bool,
    /// Bytes of the object on record that are in erase units marked as filled.
    pub filled_len: u32,
}

/// What the boot step knows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BootFacts {
    /// Phase on record.
    pub phase: Phase,
    /// Every mark of the swap, or of the installation, is set.
    pub swapped: bool,
    /// The new image was entered as often as it may be: once with two slots, four times in place.
    pub tried: bool,
    /// The record knows a whole image besides the new one.
    pub has_running: bool,
}

/// What the boot step does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BootChoice {
    /// Enter the confirmed image.
    Enter,
    /// Go on with the swap, either way; in place with the patch or the installation.
    Swap,
    /// Enter the new image once more.
    Try,
    /// Swap back.
    Revert,
    /// The old image is back: put that on record and enter it.
    FallBack,
    /// Enter nothing.
    Stop,
}

/// The decisions of a host that is right.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Production;

impl Policy for Production {
    fn accept(offer: &OfferFacts, host: &HostFacts) -> Result<(), Refusal> {
        if host.update_pending {
            Err(Refusal::State)
        } else if offer.patch {
            accept_patch(offer, host)
        } else if host.running && offer.same_as_running {
            Err(Refusal::SameVersion)
        } else if offer.length == 0 {
            Err(Refusal::Empty)
        } else if offer.length > host.slot_len {
            Err(Refusal::TooLarge)
        } else {
            Ok(())
        }
    }

    fn resume_at(offer: &OfferFacts, host: &HostFacts) -> u32 {
        if offer.same_object {
            host.filled_len.min(offer.length)
        } else {
            0
        }
    }

    fn content_matches(computed: &Digest, offered: Option<&Digest>) -> bool {
        offered.is_none_or(|offered| offered == computed)
    }

    fn boot_choice(facts: &BootFacts) -> BootChoice {
        match facts.phase {
            Phase::Confirmed | Phase::Receiving if facts.has_running => BootChoice::Enter,
            Phase::Confirmed | Phase::Receiving => BootChoice::Stop,
            Phase::Stopped | Phase::Overwrite => BootChoice::Stop,
            Phase::Apply => BootChoice::Swap,
            Phase::Swap | Phase::Revert | Phase::Install if !facts.swapped => BootChoice::Swap,
            Phase::Swap | Phase::Install if !facts.tried => BootChoice::Try,
            Phase::Swap if facts.has_running => BootChoice::Revert,
            Phase::Revert if facts.has_running => BootChoice::FallBack,
            Phase::Swap | Phase::Revert | Phase::Install => BootChoice::Stop,
        }
    }
}

fn accept_patch(offer: &OfferFacts, host: &HostFacts) -> Result<(), Refusal> {
    if !host.in_place {
        Err(Refusal::NoPatches)
    } else if offer.failed_before {
        Err(Refusal::Previous)
    } else if !offer.decodable {
        Err(Refusal::Memory)
    } else if !host.running {
        Err(Refusal::State)
    } else if offer.length == 0 {
        Err(Refusal::Empty)
    } else if offer.length > host.staging_len {
        Err(Refusal::TooLarge)
    } else {
        Ok(())
    }
}
