//! Every failure says what happened, why, and what to do now, on one printable line each.

use core::time::Duration;

use protocol_spec::codes::{HostErr, Status};

use super::{rig_job, version};
use crate::engine::context::Context;
use crate::engine::delta::split;
use crate::engine::{At, Failure, LinkFailure};
use crate::event::{Phase, ReportFacts};
use crate::image_source::ImageReadError;
use crate::job::UpdateJob;
use crate::patch::Objection;
use crate::verdict::Class;

fn context(job: UpdateJob) -> Context {
    split(job).0
}

fn failures() -> Vec<Failure> {
    let waited = Duration::from_millis(30_500);
    let mut all = failures_with_a_peer(waited);
    all.extend([
        Failure::EmptyImage,
        Failure::Misfit(Objection {
            status: Status::TYPE,
            phase: Phase::Offer,
            block: None,
            written: None,
            what: "the host has two slots".to_owned(),
            advice: crate::patch::Advice::no_patches(),
        }),
        Failure::ImageRead(ImageReadError::Medium {
            offset: 3,
            text: "gone".to_owned(),
        }),
        Failure::LinkClosed(LinkFailure::Io("no such device".to_owned())),
        Failure::Aborted,
        Failure::HelloSilence { waited },
        Failure::NoAnswer {
            to: "the offer",
            waited,
        },
    ]);
    all
}

fn failures_with_a_peer(waited: Duration) -> Vec<Failure> {
    let report = || {
        Box::new(ReportFacts {
            version: version(b"1.0\r\n\x1b[31m"),
            length: Some(5),
            digest: None,
            confirmed: Some(false),
            code: Some(Status(200)),
        })
    };
    let code = |at| Failure::Code {
        at,
        status: Status(200),
        host_err: Some(HostErr(0xee)),
        detail: 7,
    };
    vec![
        Failure::LinkGaveUp {
            frame: "MCU_OTA_LOAD seq=3".to_owned(),
            sends: 3,
        },
        code(At::Offer),
        code(At::Data),
        code(At::Verify),
        code(At::Boot),
        code(At::Restart),
        Failure::NoCommonVersion { min: 2, max: 3 },
        Failure::Unsupported {
            what: "QUERY".to_owned(),
        },
        Failure::TooLarge { image_max: 1 },
        Failure::Nonsense {
            text: "It acknowledges what was never sent.".to_owned(),
        },
        Failure::HostReset {
            status: Status::READ,
            host_err: Some(HostErr::OFFSET),
            runs: Some(version(b"1.0\n")),
        },
        Failure::RestartsOnAndOn { times: 4 },
        Failure::Stalled {
            waited,
            no_credit: true,
        },
        Failure::Stalled {
            waited,
            no_credit: false,
        },
        Failure::EarlyDone { err: HostErr::NONE },
        Failure::NotRestarted {
            waited,
            talked: true,
        },
        Failure::NotRestarted {
            waited,
            talked: false,
        },
        Failure::NoReport { waited },
        Failure::WrongVersion(report()),
        Failure::WrongDigest(report()),
        Failure::NotConfirmed { waited },
    ]
}

#[test]
fn every_failure_has_all_its_words() {
    for heard in [false, true] {
        let mut run = context(rig_job(&[1, 2, 3], b"1.0.1"));
        run.heard = heard;
        for failure in failures() {
            let meaning = failure.meaning(&run);
            let lines = [
                &meaning.headline,
                &meaning.what,
                &meaning.cause,
                &meaning.next_step,
            ];
            for line in lines {
                assert!(!line.is_empty(), "{failure:?}");
                assert!(!line.chars().any(char::is_control), "{failure:?}: {line}");
                assert!(!line.contains("  "), "{failure:?}: {line}");
            }
            assert!(
                meaning.what.ends_with('.') && meaning.next_step.ends_with('.'),
                "{failure:?}"
            );
            let coded = meaning.class == Class::HostFailed;
            assert_eq!(meaning.status.is_some(), coded, "{failure:?}");
        }
    }
}

#[test]
fn an_unknown_code_survives_into_the_words() {
    let run = context(rig_job(&[1, 2, 3], b"1.0.1"));
    let failure = Failure::Code {
        at: At::Verify,
        status: Status(200),
        host_err: None,
        detail: 0,
    };
    let meaning = failure.meaning(&run);
    assert_eq!(meaning.status, Some(Status(200)));
    assert!(
        meaning.headline.contains("unknown 200"),
        "{}",
        meaning.headline
    );
}

#[test]
fn silence_is_a_link_error_only_before_the_first_good_frame() {
    let mut run = context(rig_job(&[1, 2, 3], b"1.0.1"));
    let silence = Failure::HelloSilence {
        waited: Duration::from_secs(30),
    };
    assert_eq!(silence.meaning(&run).class, Class::LinkError);
    assert!(silence.meaning(&run).headline.contains("silent"));
    run.counts.wire_received = 9;
    assert!(silence.meaning(&run).what.contains("9 bytes"));
    run.heard = true;
    assert_eq!(silence.meaning(&run).class, Class::HostFailed);
    run.phase = Phase::Stream;
    let gone = Failure::LinkGaveUp {
        frame: "x".to_owned(),
        sends: 3,
    };
    assert_eq!(gone.meaning(&run).status, Some(Status::FATAL));
}

#[test]
fn the_old_image_runs_after_a_reset_only_when_the_host_says_so() {
    let mut run = context(rig_job(&[1, 2, 3], b"1.0.1"));
    run.host.version = Some(version(b"1.0.0"));
    let words = |runs| {
        let failure = Failure::HostReset {
            status: Status::READ,
            host_err: None,
            runs,
        };
        let meaning = failure.meaning(&run);
        format!("{} {}", meaning.what, meaning.next_step)
    };
    assert!(!words(None).contains("runs"), "{}", words(None));
    let old = words(Some(version(b"1.0.0")));
    assert!(old.contains("old image still runs"), "{old}");
    let other = words(Some(version(b"0.9")));
    assert!(
        other.contains("runs version 0.9") && !other.contains("old"),
        "{other}"
    );
}

#[test]
fn an_early_success_is_named_by_its_byte() {
    let run = context(rig_job(&[1, 2, 3], b"1.0.1"));
    for err in [HostErr::NONE, HostErr::ALREADY] {
        let meaning = Failure::EarlyDone { err }.meaning(&run);
        let named = format!("ERR {err} came");
        assert!(meaning.what.starts_with(&named), "{}", meaning.what);
    }
}
