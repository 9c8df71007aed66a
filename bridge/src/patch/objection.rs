//! Why a host would not end with the new image.

use host_agent::patch::PatchFault;
use host_agent::update_core::Fault;
use protocol_spec::codes::Status;

use super::advice::Advice;
use super::fault_text::fault_text;
use crate::event::Phase;

/// Why a host would not end with the new image.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Objection {
    /// The code that it would raise.
    pub status: Status,
    /// In which phase of the update.
    pub phase: Phase,
    /// The block at which it is found.
    pub block: Option<u32>,
    /// What is wrong, with its numbers: half a sentence.
    pub what: String,
    /// Why, and what to do.
    pub advice: Advice,
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

    /// As [`Self::of`], in words that name the numbers.
    pub(crate) fn because(fault: PatchFault, what: String) -> Self {
        Self {
            what,
            ..Self::of(fault.into())
        }
    }

    /// As [`Self::of`], with what is known besides.
    pub(super) fn with(fault: PatchFault, numbers: &str) -> Self {
        let what = format!("{} ({numbers})", Self::of(fault.into()).what);
        Self::because(fault, what)
    }

    pub(super) fn advise(self, advice: Advice) -> Self {
        Self { advice, ..self }
    }
}
