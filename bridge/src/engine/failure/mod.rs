//! Every way in which a run can end badly, and what it means for the person at the bench.

mod answer;
mod here;
mod meaning;
mod restart;
mod silence;

use core::time::Duration;

use protocol_spec::codes::{HostErr, Status};
use protocol_spec::text::Version;

pub(crate) use self::meaning::Meaning;
use super::LinkFailure;
use super::context::Context;
use crate::event::ReportFacts;
use crate::image_source::ImageReadError;
use crate::patch::Objection;

/// Why a run cannot go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Failure {
    /// The hello was never answered.
    HelloSilence { waited: Duration },
    /// A request was never answered, though the hello was.
    NoAnswer { to: &'static str, waited: Duration },
    /// ayla: a frame was never acknowledged.
    LinkGaveUp { frame: String, sends: u32 },
    /// The host reported a code for a step.
    Code {
        at: At,
        status: Status,
        host_err: Option<HostErr>,
        detail: u32,
    },
    /// The two ends have no version of the dialect in common.
    NoCommonVersion { min: u8, max: u8 },
    /// The host does not know a message that every host must know.
    Unsupported { what: String },
    /// The image does not fit the slot that the host states.
    TooLarge { image_max: u32 },
    /// The host cannot take the patch, by what it says of itself.
    Misfit(Objection),
    /// The host said something that cannot be.
    Nonsense { text: String },
    /// The host lost its memory of the transfer.
    HostReset {
        status: Status,
        host_err: Option<HostErr>,
        /// The version that it has said since.
        runs: Option<Version>,
    },
    /// The stream stands still.
    Stalled { waited: Duration, no_credit: bool },
    /// The host reported success by this ERR byte before it had every byte.
    EarlyDone { err: HostErr },
    /// The host did not restart after the boot order.
    NotRestarted { waited: Duration, talked: bool },
    /// The host restarted over and over after the boot order.
    RestartsOnAndOn { times: u32 },
    /// The restarted host did not say what it runs.
    NoReport { waited: Duration },
    /// The host runs another version than it was given.
    WrongVersion(Box<ReportFacts>),
    /// The host runs the right version with other bytes.
    WrongDigest(Box<ReportFacts>),
    /// The host runs the image but does not confirm it.
    NotConfirmed { waited: Duration },
    /// There is no image byte at all.
    EmptyImage,
    /// The image could not be read.
    ImageRead(ImageReadError),
    /// The line is gone.
    LinkClosed(LinkFailure),
    /// The operator stopped the run.
    Aborted,
}

/// The step that a code speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum At {
    /// The offer.
    Offer,
    /// A piece of the object.
    Data,
    /// The check of the whole object.
    Verify,
    /// The boot order.
    Boot,
    /// What came after the restart.
    Restart,
}

impl At {
    /// The step in words; `object` is what is sent.
    fn words(self, object: &str) -> String {
        match self {
            Self::Offer => "the offer".to_owned(),
            Self::Data => format!("a piece of the {object}"),
            Self::Verify => format!("the check of the whole {object}"),
            Self::Boot => "the boot order".to_owned(),
            Self::Restart => "the restart".to_owned(),
        }
    }
}

impl Failure {
    /// Class, code and words for this failure, given how far the run had come.
    pub(crate) fn meaning(&self, run: &Context) -> Meaning {
        match self {
            Self::HelloSilence { waited } => silence::hello_silence(run, *waited),
            Self::NoAnswer { to, waited } => silence::no_answer(run, to, *waited),
            Self::LinkGaveUp { frame, sends } => silence::link_gave_up(run, frame, *sends),
            Self::Code {
                at,
                status,
                host_err,
                detail,
            } => answer::code(run, *at, *status, *host_err, *detail),
            Self::NoCommonVersion { min, max } => answer::no_common_version(*min, *max),
            Self::Unsupported { what } => answer::unsupported(what),
            Self::TooLarge { image_max } => answer::too_large(run, *image_max),
            Self::Misfit(objection) => answer::misfit(objection),
            Self::Nonsense { text } => answer::nonsense(text),
            Self::HostReset {
                status,
                host_err,
                runs,
            } => restart::host_reset(run, *status, *host_err, *runs),
            Self::Stalled { waited, no_credit } => silence::stalled(run, *waited, *no_credit),
            Self::EarlyDone { err } => answer::early_done(run, *err),
            Self::NotRestarted { waited, talked } => restart::not_restarted(*waited, *talked),
            Self::RestartsOnAndOn { times } => restart::restarts_on_and_on(*times),
            Self::NoReport { waited } => restart::no_report(*waited),
            Self::WrongVersion(report) => restart::wrong_version(run, report),
            Self::WrongDigest(report) => restart::wrong_digest(run, report),
            Self::NotConfirmed { waited } => restart::not_confirmed(*waited),
            Self::EmptyImage => here::empty_image(),
            Self::ImageRead(error) => here::image_read(run, error),
            Self::LinkClosed(failure) => here::link_closed(run, failure),
            Self::Aborted => here::aborted(run),
        }
    }
}
