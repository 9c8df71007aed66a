//! Every way in which a run can end badly, and what it means for the person at the bench.

use core::fmt;
use core::time::Duration;

use protocol_spec::codes::{HostErr, Row, Status};
use protocol_spec::rig::message::{VERSION_MAX, VERSION_MIN};

use super::LinkFailure;
use super::context::Context;
use crate::event::{Phase, ReportFacts};
use crate::image_source::ImageReadError;
use crate::verdict::Class;

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
    /// The host said something that cannot be.
    Nonsense { text: String },
    /// The host lost its memory of the transfer.
    HostReset {
        status: Status,
        host_err: Option<HostErr>,
    },
    /// The stream stands still.
    Stalled { waited: Duration, no_credit: bool },
    /// The host reported success before it had every byte.
    EarlyDone,
    /// The host did not restart after the boot order.
    NotRestarted { waited: Duration, talked: bool },
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

/// What a failure means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Meaning {
    pub(crate) class: Class,
    pub(crate) status: Option<Status>,
    pub(crate) host_err: Option<HostErr>,
    pub(crate) headline: String,
    pub(crate) what: String,
    pub(crate) cause: String,
    pub(crate) next_step: String,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Offer => "the offer",
            Self::Data => "a piece of the image",
            Self::Verify => "the check of the whole image",
            Self::Boot => "the boot order",
            Self::Restart => "the restart",
        })
    }
}

impl Failure {
    /// Class, code and words for this failure, given how far the run had come.
    pub(crate) fn meaning(&self, run: &Context) -> Meaning {
        match self {
            Self::HelloSilence { waited } => hello_silence(run, *waited),
            Self::NoAnswer { to, waited } => no_answer(run, to, *waited),
            Self::LinkGaveUp { frame, sends } => link_gave_up(run, frame, *sends),
            Self::Code {
                at,
                status,
                host_err,
                detail,
            } => code(run, *at, *status, *host_err, *detail),
            Self::NoCommonVersion { min, max } => no_common_version(*min, *max),
            Self::Unsupported { what } => unsupported(what),
            Self::TooLarge { image_max } => too_large(run, *image_max),
            Self::Nonsense { text } => nonsense(text),
            Self::HostReset { status, host_err } => host_reset(run, *status, *host_err),
            Self::Stalled { waited, no_credit } => stalled(run, *waited, *no_credit),
            Self::EarlyDone => early_done(run),
            Self::NotRestarted { waited, talked } => not_restarted(*waited, *talked),
            Self::NoReport { waited } => no_report(*waited),
            Self::WrongVersion(report) => wrong_version(run, report),
            Self::WrongDigest(report) => wrong_digest(run, report),
            Self::NotConfirmed { waited } => not_confirmed(*waited),
            Self::EmptyImage => empty_image(),
            Self::ImageRead(error) => image_read(error),
            Self::LinkClosed(failure) => link_closed(run, failure),
            Self::Aborted => aborted(run),
        }
    }
}

impl Meaning {
    fn host(status: Status, headline: impl Into<String>) -> Self {
        Self {
            class: Class::HostFailed,
            status: Some(status),
            host_err: None,
            headline: headline.into(),
            what: String::new(),
            cause: String::new(),
            next_step: String::new(),
        }
    }

    fn uncoded(class: Class, headline: impl Into<String>) -> Self {
        Self {
            class,
            status: None,
            ..Self::host(Status::DONE, headline)
        }
    }

    fn what(self, what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            ..self
        }
    }

    fn cause(self, cause: impl Into<String>) -> Self {
        Self {
            cause: cause.into(),
            ..self
        }
    }

    fn next(self, next_step: impl Into<String>) -> Self {
        Self {
            next_step: next_step.into(),
            ..self
        }
    }
}

fn seconds(span: Duration) -> String {
    let text = format!("{:.1}", span.as_secs_f64());
    format!("{} s", text.strip_suffix(".0").unwrap_or(&text))
}

/// How far the stream had come, for a sentence.
fn reach(run: &Context) -> String {
    format!(
        "{} of {} bytes were acknowledged",
        run.progress.acked, run.length
    )
}

fn hello_silence(run: &Context, waited: Duration) -> Meaning {
    let waited = seconds(waited);
    if run.heard {
        return Meaning::host(Status::NOTIFY, "the host never answered the hello")
            .what(format!(
                "The host sends good frames, but in {waited} none of them was an answer to the hello."
            ))
            .cause("Its update service does not run, or it speaks another variant of this dialect.")
            .next("Look at what it sends in the transcript; check the firmware's protocol build.");
    }
    let garbage = run.counts.wire_received;
    if garbage == 0 {
        return Meaning::uncoded(Class::LinkError, "the line is silent")
            .what(format!(
                "Not one byte came in {waited}; the hello was repeated all the time."
            ))
            .cause(
                "The board has no power or is held in reset, TX and RX are swapped, ground is \
                 missing, or this is another port.",
            )
            .next(
                "Check power, wiring (TX to RX, RX to TX, ground) and the port; where the line \
                 uses RTS/CTS, check those too. Then repeat the run.",
            );
    }
    Meaning::uncoded(
        Class::LinkError,
        "the line carries bytes, but no frame of this dialect",
    )
    .what(format!(
        "{garbage} bytes came in {waited}; none of them made a good frame."
    ))
    .cause(
        "The baud rate or parity differs, the host speaks the other dialect, or a console \
             prints on this port.",
    )
    .next(
        "Compare baud rate and parity with the host's; try the other dialect; the raw bytes \
             are in the transcript.",
    )
}

fn no_answer(run: &Context, to: &str, waited: Duration) -> Meaning {
    let status = status_of_silence(run.phase);
    Meaning::host(status, format!("the host did not answer {to}"))
        .what(format!(
            "{} without an answer to {to}; {}.",
            seconds(waited),
            reach(run)
        ))
        .cause(
            "The host hangs in that step, needs longer than the timer allows, or the line broke.",
        )
        .next("Look at the host's own log for that step; if it only needs longer, raise the timer.")
}

/// The code of a silence in this phase: before the stream the host was not told of the update.
fn status_of_silence(phase: Phase) -> Status {
    if phase <= Phase::Erase {
        Status::NOTIFY
    } else {
        Status::FATAL
    }
}

fn link_gave_up(run: &Context, frame: &str, sends: u32) -> Meaning {
    Meaning::host(
        status_of_silence(run.phase),
        "the host stopped acknowledging frames",
    )
    .what(format!(
        "{frame} was sent {sends} times without an ACK; {}.",
        reach(run)
    ))
    .cause(
        "The host hangs or is in a reset that takes long, it lost power, or frames of this \
             length do not get through (flow control, receive buffer).",
    )
    .next("Check that the host still runs; check RTS/CTS; then repeat the update: it starts over.")
}

fn code(run: &Context, at: At, status: Status, host_err: Option<HostErr>, detail: u32) -> Meaning {
    let row = host_err.and_then(HostErr::row).or_else(|| status.row());
    let said = match host_err {
        Some(err) => format!("ERR {err} (module code {status})"),
        None => format!("code {status}"),
    };
    let about = if detail == 0 {
        String::new()
    } else {
        format!(", about {detail}")
    };
    let sentence = row.map_or("This number is in no table.", |row| row.sentence);
    let headline = match at {
        At::Offer => format!("the host refused the offer: {said}"),
        At::Data => format!("the host refused data: {said}"),
        At::Verify => format!("the host found the image bad: {said}"),
        At::Boot => format!("the host refused to boot the image: {said}"),
        At::Restart => format!("the host came back with {said}"),
    };
    let what = format!("Answer to {at}: {said}{about}. {sentence} {}.", reach(run));
    let mut meaning = Meaning::host(status, headline).what(what);
    meaning.host_err = host_err;
    with_row(meaning, row)
}

fn with_row(meaning: Meaning, row: Option<&Row>) -> Meaning {
    match row {
        Some(row) => meaning.cause(row.cause).next(row.remedy),
        None => meaning
            .cause("The host is newer than this program, or the byte is not a code at all.")
            .next("Look the number up in the host's own source; the frame is in the transcript."),
    }
}

fn no_common_version(min: u8, max: u8) -> Meaning {
    Meaning::host(Status::NOTIFY, "no version of the dialect in common")
        .what(format!(
            "The host speaks versions {min} to {max}, this program {VERSION_MIN} to {VERSION_MAX}."
        ))
        .cause("Host firmware and this program are of different ages.")
        .next("Update the older of the two; nothing was changed on the host.")
}

fn unsupported(what: &str) -> Meaning {
    Meaning::host(Status::FATAL, format!("the host does not know {what}"))
        .what(format!(
            "It answered {what} with \"unsupported\", which it may not."
        ))
        .cause("The host's session is incomplete, or the frame was meant for another kind of host.")
        .next("Complete the host's session; SPEC.md lists the messages that every host must know.")
}

fn too_large(run: &Context, image_max: u32) -> Meaning {
    let over = run.length.saturating_sub(image_max);
    Meaning::host(Status::OP_LEN, "the image does not fit the host's slot")
        .what(format!(
            "The image has {} bytes, the host takes {image_max}: {over} too many. Nothing was sent.",
            run.length
        ))
        .cause("Wrong image for this board, or padding at its end.")
        .next("Check board and image; strip padding; or give the host a larger slot.")
}

fn nonsense(text: &str) -> Meaning {
    Meaning::host(Status::FATAL, "the host said something that cannot be")
        .what(text.to_owned())
        .cause("A fault in the host's session.")
        .next(
            "Look at the last frame from the host in the transcript and at the code that sent it.",
        )
}

fn host_reset(run: &Context, status: Status, host_err: Option<HostErr>) -> Meaning {
    let said = match host_err {
        Some(err) => format!("ERR {err} (module code {status})"),
        None => format!("code {status}"),
    };
    let mut meaning = Meaning::host(status, format!("the host reset in mid transfer: {said}"))
        .what(format!(
            "It restarted while the image was being sent; {}.",
            reach(run)
        ))
        .cause("Watchdog, brown-out while erasing or programming, a debugger, or a crash.")
        .next(
            "Check supply and watchdog during flash work; then repeat the update: it resumes \
             where the dialect can, and else starts over. The old image still runs.",
        );
    meaning.host_err = host_err;
    meaning
}

fn stalled(run: &Context, waited: Duration, no_credit: bool) -> Meaning {
    let what = if no_credit {
        "the host gave no more credit"
    } else {
        "nothing was acknowledged"
    };
    Meaning::host(Status::FATAL, format!("the stream stands still: {what}"))
        .what(format!(
            "For {} {what}, though it was asked; {}.",
            seconds(waited),
            reach(run)
        ))
        .cause("The host hangs in flash work, lost count of its buffer, or went away.")
        .next("Look at the host's log at that offset; repeat the update: it resumes there.")
}

fn early_done(run: &Context) -> Meaning {
    Meaning::host(
        Status::READ,
        "the host reported success before it had the whole image",
    )
    .what(format!("Status 0 came when {}.", reach(run)))
    .cause("The host lost count, or it took another length from the offer.")
    .next("Compare the length in the offer with what the host counts.")
}

fn not_restarted(waited: Duration, talked: bool) -> Meaning {
    let meaning = Meaning::host(
        Status::BOOT,
        "the host did not restart after the boot order",
    );
    if talked {
        return meaning
            .what(format!(
                "In {} it went on talking without a restart.",
                seconds(waited)
            ))
            .cause(
                "It did not find a valid image of that version, or its reset does not work under \
                 a debugger.",
            )
            .next("Check the host's boot handler and image check; reset the board by hand once.");
    }
    meaning
        .what(format!(
            "Nothing was heard for {} after the boot order.",
            seconds(waited)
        ))
        .cause(
            "The new image does not start, the boot loader is stuck, or the swap needs longer \
             than the timer allows.",
        )
        .next(
            "Power-cycle the board and query it: a host with fall-back then runs its old image. \
             If it only needs longer, raise the restart timer.",
        )
}

fn no_report(waited: Duration) -> Meaning {
    Meaning::host(
        Status::BOOT,
        "the host restarted but did not say what it runs",
    )
    .what(format!(
        "No version report came in {} after the restart.",
        seconds(waited)
    ))
    .cause("The new image does not start its update service, or reports under another name.")
    .next("Check that the new image speaks this dialect and posts its version after a restart.")
}

fn wrong_version(run: &Context, report: &ReportFacts) -> Meaning {
    let status = report
        .code
        .filter(|code| !code.is_done())
        .unwrap_or(Status::BOOT);
    let (got, wanted) = (report.version, run.version);
    let fell_back = run.host.version == Some(got);
    let headline = if fell_back {
        format!("the host still runs its old version {got}, not {wanted} (code {status})")
    } else {
        format!("the host reports version {got}, not {wanted} (code {status})")
    };
    let meaning = Meaning::host(status, headline).what(format!(
        "After the restart the host reports version {got} with code {status}; {wanted} was sent."
    ));
    if fell_back {
        return with_row(meaning, Status::BOOT.row());
    }
    meaning
        .cause("The image was built with another version text than was given here.")
        .next("Compare the version given with the one inside the image.")
}

fn wrong_digest(run: &Context, report: &ReportFacts) -> Meaning {
    let got = report
        .digest
        .map_or_else(|| "none".to_owned(), |digest| digest.to_string());
    Meaning::host(
        Status::FILE_CRC,
        "the host runs other bytes under the right version",
    )
    .what(format!(
        "It reports digest {got}; the image has {}.",
        run.digest
    ))
    .cause("The host did not install what it got, or two builds carry the same version text.")
    .next("Give every build its own version; check the host's copy of the image in flash.")
}

fn not_confirmed(waited: Duration) -> Meaning {
    Meaning::host(
        Status::STATE,
        "the host runs the image but does not confirm it",
    )
    .what(format!(
        "Version and content are right, but in {} no report said confirmed.",
        seconds(waited)
    ))
    .cause("The host cannot write its boot record, or never does after the acknowledgement.")
    .next("Do not reset the board: it would fall back. Check how the host writes its record.")
}

fn empty_image() -> Meaning {
    Meaning::uncoded(Class::RigError, "the image is empty")
        .what("The image has no byte; nothing was sent.")
        .cause("The build failed, or the wrong file was given.")
        .next("Give an image with content.")
}

fn image_read(error: &ImageReadError) -> Meaning {
    Meaning::uncoded(Class::RigError, "the image cannot be read")
        .what(format!("{error}."))
        .cause("The file was moved, cut or is on a medium that failed.")
        .next("Restore the file and repeat the update: it resumes where the dialect can.")
}

fn link_closed(run: &Context, failure: &LinkFailure) -> Meaning {
    Meaning::uncoded(Class::LinkError, format!("the line broke: {failure}"))
        .what(format!(
            "In phase {} the line went away; {}.",
            run.phase,
            reach(run)
        ))
        .cause("The adapter was unplugged, the other program ended, or the port vanished.")
        .next("Plug it in again and repeat the update: it resumes where the dialect can.")
}

fn aborted(run: &Context) -> Meaning {
    Meaning::uncoded(Class::Aborted, "stopped by the operator")
        .what(format!("Stopped in phase {}; {}.", run.phase, reach(run)))
        .cause("The operator asked for it.")
        .next("Repeat the update when ready: it resumes where the dialect can.")
}
