//! What a host would say to a patch, as a verdict.

use super::files::FileError;
use crate::cli::output::{Output, verdict_of};
use crate::patch::Objection;
use crate::patch_file::PatchFileError;
use crate::trouble::Describe as _;
use crate::verdict::{Class, Verdict};

/// Why a patch was not checked or applied to the end.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something on this side.
    Here(crate::trouble::Trouble),
    /// The host would refuse or fail.
    Host(Objection),
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Self {
        Self::Here(error.trouble())
    }
}

impl From<PatchFileError> for Stop {
    fn from(error: PatchFileError) -> Self {
        Self::Here(error.trouble())
    }
}

impl Stop {
    /// Prints it, under `headline` where the host would not take the patch; returns the exit code
    /// that goes with it.
    pub(super) fn tell(self, output: &Output, headline: &str) -> u8 {
        match self {
            Self::Here(trouble) => output.verdict(&verdict_of(trouble)),
            Self::Host(objection) => {
                let headline = objection.headline(headline);
                output.verdict(&verdict(&objection, headline))
            }
        }
    }
}

/// The verdict of an update that would end so.
fn verdict(objection: &Objection, headline: &str) -> Verdict {
    let advice = objection.advice.clone();
    let mut verdict = Verdict::rig_error(headline.to_owned(), advice.cause, advice.next_step);
    verdict.class = Class::HostFailed;
    verdict.status = Some(objection.status);
    verdict.phase = objection.phase;
    verdict.what = objection.found();
    verdict
}
