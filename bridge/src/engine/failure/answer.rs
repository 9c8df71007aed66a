//! The host answers, and the answer ends the run.

use protocol_spec::codes::{HostErr, Status};
use protocol_spec::rig::message::{VERSION_MAX, VERSION_MIN};
use protocol_spec::text::Version;

use super::At;
use super::meaning::{Meaning, reach, said, with_row};
use crate::engine::context::Context;
use crate::object::kind_name;
use crate::patch::{Objection, without_image};
use crate::text::{bytes, grouped};

pub(super) fn code(
    run: &Context,
    at: At,
    status: Status,
    host_err: Option<HostErr>,
    detail: u32,
) -> Meaning {
    if at == At::Offer
        && status == Status::STATE
        && let Some(version) = run.unconfirmed()
    {
        return not_confirmed_before(run, &version);
    }
    let row = host_err.and_then(HostErr::row).or_else(|| status.row());
    let said = said(status, host_err);
    let about = if detail == 0 {
        String::new()
    } else {
        format!(", about {detail}")
    };
    let object = kind_name(run.kind);
    let at_words = at.words(object);
    let sentence = row.map_or("This number is in no table.", |row| row.sentence);
    let headline = match at {
        At::Offer => format!("the host refused the offer: {said}"),
        At::Data => format!("the host refused data: {said}"),
        At::Verify => format!("the host found the {object} bad: {said}"),
        At::Boot => format!("the host refused to boot the {object}: {said}"),
        At::Restart => format!("the host came back with {said}"),
    };
    let what = format!(
        "Answer to {at_words}: {said}{about}. {sentence} {}.",
        reach(run)
    );
    let mut meaning = Meaning::host(status, headline).what(what);
    meaning.host_err = host_err;
    with_row(meaning, row)
}

/// The host keeps to an update that was never confirmed.
fn not_confirmed_before(run: &Context, version: &Version) -> Meaning {
    let digest = run.report.as_ref().and_then(|report| report.digest);
    let digest = digest.map_or_else(String::new, |digest| format!(", SHA-256 {digest}"));
    let without = run.host.layout.map(without_image);
    let without = without.map_or_else(String::new, |text| format!(" {text}"));
    Meaning::host(
        Status::STATE,
        format!("the host runs {version}, not confirmed yet, and takes no other update"),
    )
    .what(format!(
        "It refused the offer with code {}. What runs is version {version}{digest}.",
        Status::STATE
    ))
    .cause(
        "An earlier update was cut off before its end, so nobody has confirmed what it left; a \
         host takes another one only then.",
    )
    .next(format!(
        "Repeat the update to {version} first: nothing is sent, it is only confirmed. Where you \
         have that image, --from with it does so too, and goes on to the new one.{without}"
    ))
}

pub(super) fn no_common_version(min: u8, max: u8) -> Meaning {
    Meaning::host(Status::NOTIFY, "no version of the dialect in common")
        .what(format!(
            "The host speaks versions {min} to {max}, this program {VERSION_MIN} to {VERSION_MAX}."
        ))
        .cause("Host firmware and this program are of different ages.")
        .next("Update the older of the two; nothing was changed on the host.")
}

pub(super) fn unsupported(what: &str) -> Meaning {
    Meaning::host(Status::FATAL, format!("the host does not know {what}"))
        .what(format!(
            "It answered {what} with \"unsupported\", which it may not."
        ))
        .cause("The host's session is incomplete, or the frame was meant for another kind of host.")
        .next("Complete the host's session; SPEC.md lists the messages that every host must know.")
}

pub(super) fn too_large(run: &Context, image_max: u32) -> Meaning {
    let length = run.wanted.length;
    let over = length.saturating_sub(image_max);
    Meaning::host(Status::OP_LEN, "the image does not fit the host's slot")
        .what(format!(
            "The image has {}, the host takes {}: {} too many. Nothing was sent.",
            bytes(length.into()),
            grouped(image_max.into()),
            grouped(over.into())
        ))
        .cause("Wrong image for this board, or padding at its end.")
        .next("Check board and image; strip padding; or give the host a larger slot.")
}

pub(super) fn misfit(objection: &Objection) -> Meaning {
    let Objection {
        status,
        what,
        advice,
        ..
    } = objection;
    Meaning::host(
        *status,
        format!("the host cannot take this patch: {status}"),
    )
    .what(format!(
        "{}: code {status} is what it would say. Nothing was sent.",
        capital(what)
    ))
    .cause(sentence(&advice.cause))
    .next(sentence(&advice.next_step))
}

/// Half a sentence as a whole one, with its full stop.
fn sentence(text: &str) -> String {
    let text = capital(text);
    if text.ends_with('.') {
        text
    } else {
        text + "."
    }
}

/// Half a sentence as a whole one.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

pub(super) fn nonsense(text: &str) -> Meaning {
    Meaning::host(Status::FATAL, "the host said something that cannot be")
        .what(text.to_owned())
        .cause("A fault in the host's session.")
        .next(
            "Look at the last frame from the host in the transcript and at the code that sent it.",
        )
}

pub(super) fn early_done(run: &Context, err: HostErr) -> Meaning {
    Meaning::host(
        Status::READ,
        "the host reported success before it had the whole image",
    )
    .what(format!("ERR {err} came when {}.", reach(run)))
    .cause("The host lost count, or it took another length from the offer.")
    .next("Compare the length in the offer with what the host counts.")
}
