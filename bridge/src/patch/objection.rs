//! Why a host would not end with the new image.

use host_agent::patch::PatchFault;
use host_agent::update_core::Fault;
use protocol_spec::codes::Status;

use super::advice::Advice;
use super::fault_text::fault_text;
use crate::event::Phase;
use crate::text::grouped;

/// Why a host would not end with the new image.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Objection {
    /// The code that it would raise.
    pub status: Status,
    /// In which phase of the update.
    pub phase: Phase,
    /// The block at which it is found.
    pub block: Option<u32>,
    /// Blocks that the host has rewritten by then; `None` when it is found before it applies
    /// anything, and the image that runs is untouched.
    pub written: Option<u32>,
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
            written: None,
            what: fault_text(fault).to_owned(),
            advice: Advice::of(fault),
        }
    }

    /// How an update with the patch would end, as a headline; `refused` where the host would not
    /// take it at all.
    #[must_use]
    pub fn headline<'a>(&self, refused: &'a str) -> &'a str {
        match self.written {
            None => refused,
            Some(0) => "The host would take this patch, fail as it applies it, and keep its image",
            Some(_) => "The host would take this patch, rewrite blocks, then stop with no image",
        }
    }

    /// What is wrong, where it is found, and what is left of the image then.
    #[must_use]
    pub fn found(&self) -> String {
        let what = match self.block {
            Some(block) => format!("block {block}: {}", self.what),
            None => self.what.clone(),
        };
        let blocks = match self.written {
            None => return what,
            Some(0) => {
                return format!(
                    "{what}; a host finds that only while it applies the patch, before any block \
                     is rewritten, and goes on with the image that it has"
                );
            }
            Some(1) => "1 block is".to_owned(),
            Some(written) => format!("{} blocks are", grouped(written.into())),
        };
        format!(
            "{what}; a host finds that only while it applies the patch: {blocks} rewritten by then, \
             so it stops, runs no image, and takes nothing but a whole one"
        )
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

    pub(crate) fn advise(self, advice: Advice) -> Self {
        Self { advice, ..self }
    }
}
