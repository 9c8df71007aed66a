//! The host restarts when it should not, does not when it should, or comes back as another.

use core::time::Duration;

use protocol_spec::codes::{HostErr, Status};
use protocol_spec::text::Version;

use super::meaning::{Meaning, reach, said, seconds, with_row};
use crate::engine::context::Context;
use crate::event::ReportFacts;

pub(super) fn host_reset(
    run: &Context,
    status: Status,
    host_err: Option<HostErr>,
    runs: Option<Version>,
) -> Meaning {
    let said = said(status, host_err);
    // Only what it has said since counts: what ran before may be gone.
    let now = match runs {
        Some(version) if run.host.version == Some(version) => {
            format!(" The old image still runs: it says version {version}.")
        }
        Some(version) => format!(" It now says that it runs version {version}."),
        None => String::new(),
    };
    let mut meaning = Meaning::host(status, format!("the host reset in mid transfer: {said}"))
        .what(format!(
            "It restarted while the image was being sent; {}.{now}",
            reach(run)
        ))
        .cause("Watchdog, brown-out while erasing or programming, a debugger, or a crash.")
        .next(
            "Check supply and watchdog during flash work; then repeat the update: it resumes \
             where the dialect can, and else starts over.",
        );
    meaning.host_err = host_err;
    meaning
}

pub(super) fn not_restarted(waited: Duration, talked: bool) -> Meaning {
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
            "Power-cycle the board and repeat the update with --json: its line 'host' says what \
             runs, which is the old image on a host with fall-back. If it only needs longer, raise \
             the restart timer.",
        )
}

pub(super) fn restarts_on_and_on(times: u32) -> Meaning {
    Meaning::host(Status::BOOT, "the new image restarts again and again")
        .what(format!(
            "After the restart that the boot order asked for, the host restarted {times} more \
             times without getting as far as its confirmation."
        ))
        .cause(
            "The new image crashes soon after its start: an unserved watchdog, a fault, a stack \
             that is too small, or a supply that breaks down when a load is switched on.",
        )
        .next(
            "Watch the new image alone with a debugger or its log and read the cause of the \
             reset; a host with fall-back runs its old image after a power cycle.",
        )
}

pub(super) fn no_report(waited: Duration) -> Meaning {
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

pub(super) fn wrong_version(run: &Context, report: &ReportFacts) -> Meaning {
    let said = report.code.filter(|code| !code.is_done());
    let status = said.unwrap_or(Status::BOOT);
    let (got, wanted) = (report.version, run.version);
    if got.is_empty() {
        return stopped(run, status);
    }
    let unchanged = run.host.version == Some(got);
    let still = if unchanged { "still " } else { "" };
    let code = match said {
        Some(code) => format!("with code {code}"),
        None => format!("with no error of its own; counted as {status}"),
    };
    let headline = match said {
        Some(code) if unchanged => {
            format!("the host went back to its old version {got} (code {code})")
        }
        _ => format!("the host {still}reports version {got}, not {wanted}"),
    };
    let meaning = Meaning::host(status, headline).what(format!(
        "After the restart it {still}reports version {got}, {code}; {wanted} was sent."
    ));
    match (unchanged, said) {
        (true, Some(code)) => with_row(meaning, code.row()),
        (true, None) => meaning
            .cause("It booted its old image, or the new image carries the old version text.")
            .next(
                "Compare the version given with the one inside the image; look at the host's own \
                 log of the boot.",
            ),
        (false, _) => meaning
            .cause("The image was built with another version text than was given here.")
            .next("Compare the version given with the one inside the image."),
    }
}

/// A host that enters nothing rather than a mix of two images.
fn stopped(run: &Context, status: Status) -> Meaning {
    let meaning = Meaning::host(
        status,
        format!("the host has stopped and runs no image (code {status})"),
    )
    .what(format!(
        "After the restart it answers without an image, with code {status}; {} was to run.",
        run.version
    ));
    let meaning = with_row(meaning, status.row());
    let remedy = &meaning.next_step;
    let next_step = format!("Send the whole image: a stopped host takes one. {remedy}");
    meaning.next(next_step)
}

pub(super) fn wrong_digest(run: &Context, report: &ReportFacts) -> Meaning {
    let got = report
        .digest
        .map_or_else(|| "none".to_owned(), |digest| digest.to_string());
    Meaning::host(
        Status::FILE_CRC,
        "the host runs other bytes under the right version",
    )
    .what(format!(
        "It reports digest {got}; the image has {}.",
        run.wanted.digest
    ))
    .cause("The host did not install what it got, or two builds carry the same version text.")
    .next("Give every build its own version; check the host's copy of the image in flash.")
}

pub(super) fn not_confirmed(waited: Duration) -> Meaning {
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
