//! The ayla dialect against hosts with one knob turned each.

use core::time::Duration;

use protocol_spec::ayla::message::Protocol;
use protocol_spec::codes::{HostErr, Status};

use super::ayla_host::{AylaHost, Boots, Knobs};
use super::line::{Fate, Outcome, Setup, Weather, run, run_calm};
use super::{HOUR, LINE_SLOW, ayla_job, image};
use crate::engine::Engine;
use crate::event::{Direction, Event, Phase};
use crate::job::{ContentCheck, ModuleFaults, UpdateJob};
use crate::verdict::{Class, Confirmed, Content};

const TEXT: &[u8] = b"demo 1.1";

fn update(knobs: Knobs) -> (Outcome, AylaHost) {
    update_job(knobs, ayla_job(&image(2_000), TEXT))
}

fn update_job(knobs: Knobs, job: UpdateJob) -> (Outcome, AylaHost) {
    let mut host = AylaHost::new(knobs);
    let outcome = run_calm(Engine::new(job), &mut host, LINE_SLOW);
    (outcome, host)
}

fn failed(outcome: &Outcome, status: Status, host_err: Option<HostErr>, phase: Phase) {
    let verdict = &outcome.verdict;
    assert_eq!(verdict.class, Class::HostFailed, "{verdict:#?}");
    assert_eq!(
        (verdict.status, verdict.host_err, verdict.phase),
        (Some(status), host_err, phase)
    );
}

fn notes_say(outcome: &Outcome, words: &str) -> bool {
    outcome
        .verdict
        .notes
        .iter()
        .any(|note| note.contains(words))
}

#[test]
fn a_good_host_passes_and_its_doubts_are_said() {
    let (outcome, host) = update(Knobs::default());
    let verdict = &outcome.verdict;
    assert_eq!(verdict.class, Class::Pass, "{verdict:#?}");
    assert_eq!(
        (verdict.content, verdict.confirmed),
        (Content::Unverified, Confirmed::NotObservable)
    );
    assert_eq!(host.image, image(2_000));
    assert_eq!((host.boot_orders, verdict.counts.retransmits), (1, 0));
    assert!(notes_say(&outcome, "content not verified by the host"));
    assert!(notes_say(&outcome, "confirm not observable"));
    // The version report of the new program was confirmed.
    assert_eq!(host.confirms, [2, 10, 0x25, 2, 10, 0x25]);
}

#[test]
fn a_head_with_a_crc_is_named_as_what_it_proves() {
    let mut job = ayla_job(&image(2_000), TEXT);
    job.content = ContentCheck::AylaHead;
    let (outcome, _) = update_job(Knobs::default(), job);
    assert_eq!(outcome.verdict.content, Content::HeadCrc);
    assert!(notes_say(&outcome, "as far as this host checks heads"));
}

#[test]
fn a_silent_line_is_a_link_error() {
    struct Cut;
    impl Weather for Cut {
        fn fate(&mut self, _direction: Direction, _frame: Vec<u8>) -> Fate {
            vec![]
        }
    }
    let mut host = AylaHost::new(Knobs::default());
    let setup = Setup {
        line: LINE_SLOW,
        latency: Duration::ZERO,
        weather: &mut Cut,
        bound: HOUR,
    };
    let outcome = run(Engine::new(ayla_job(&image(10), TEXT)), &mut host, setup);
    assert_eq!(outcome.verdict.class, Class::LinkError);
    assert_eq!(outcome.verdict.status, None);
    assert_eq!(outcome.verdict.elapsed, Duration::from_secs(30));
    // Asked every second, the same frame.
    assert!(
        (29..=31).contains(&outcome.sent("SEND_PROP")),
        "{}",
        outcome.sent("SEND_PROP")
    );
}

#[test]
fn an_ignored_offer_ends_after_120_s_with_code_7() {
    let (outcome, _) = update(Knobs {
        ignores_offer: true,
        ..Knobs::default()
    });
    failed(&outcome, Status::NOTIFY, None, Phase::Erase);
    assert_eq!(outcome.sent("MCU_OTA "), 1);
    let offered = outcome
        .frames(Direction::ToHost)
        .find(|(_, frame)| frame.summary.starts_with("MCU_OTA "))
        .expect("an offer")
        .0;
    assert_eq!(outcome.ended.since(offered), Duration::from_secs(120));
}

#[test]
fn a_deaf_host_gets_three_sends_five_seconds_apart() {
    let (outcome, _) = update(Knobs {
        deaf_from_block: Some(2),
        ..Knobs::default()
    });
    failed(&outcome, Status::FATAL, None, Phase::Stream);
    let sends: Vec<_> = outcome
        .frames(Direction::ToHost)
        .filter(|(_, frame)| frame.piece.is_some_and(|piece| piece.offset == 510))
        .collect();
    assert_eq!(sends.len(), 3);
    assert!(
        sends
            .windows(2)
            .all(|pair| pair[0].1.bytes == pair[1].1.bytes)
    );
    for pair in sends.windows(2) {
        assert_eq!(pair[1].0.since(pair[0].1.last_byte), Duration::from_secs(5));
    }
    assert_eq!(
        outcome.ended.since(sends[2].1.last_byte),
        Duration::from_secs(5)
    );
    assert_eq!(outcome.verdict.offset, Some(510));
}

#[test]
fn refusals_map_to_the_modules_codes() {
    for (err, status) in [
        (HostErr::LENGTH, Status::OP_LEN),
        (HostErr::INTERNAL, Status::ERASE),
        (HostErr::SEQUENCE, Status::READ),
        (HostErr(0x77), Status::READ),
    ] {
        let (outcome, _) = update(Knobs {
            refusal: Some(err),
            ..Knobs::default()
        });
        failed(&outcome, status, Some(err), Phase::Erase);
    }
}

#[test]
fn already_installed_is_a_pass_without_proof() {
    let (outcome, host) = update(Knobs {
        refusal: Some(HostErr::ALREADY),
        ..Knobs::default()
    });
    let verdict = &outcome.verdict;
    assert_eq!(
        (verdict.class, verdict.status),
        (Class::Pass, Some(Status::DONE))
    );
    assert_eq!(
        (verdict.host_err, verdict.content),
        (Some(HostErr::ALREADY), Content::Unverified)
    );
    assert!(notes_say(&outcome, "content not verified"));
    assert_eq!(host.boot_orders, 0);
}

#[test]
fn a_bad_image_ends_with_the_hosts_status() {
    for (err, status) in [
        (HostErr::CHECKSUM, Status::FILE_CRC),
        (HostErr::SEQUENCE, Status::READ),
    ] {
        let (outcome, host) = update(Knobs {
            outcome: Some(err),
            ..Knobs::default()
        });
        failed(&outcome, status, Some(err), Phase::Verify);
        assert_eq!(host.boot_orders, 0);
    }
}

#[test]
fn a_malformed_status_is_refused_with_05() {
    let (outcome, host) = update(Knobs {
        malformed_status: true,
        ..Knobs::default()
    });
    assert_eq!(outcome.verdict.class, Class::Pass);
    assert_eq!(host.naks, [(Protocol::CONTROL, HostErr::SEQUENCE)]);
}

#[test]
fn a_status_before_the_offer_is_about_an_earlier_update() {
    for stale in [
        HostErr::NONE,
        HostErr::BOOT,
        HostErr::OFFSET,
        HostErr::CHECKSUM,
    ] {
        let (outcome, _) = update(Knobs {
            stale: Some(stale),
            ..Knobs::default()
        });
        assert_eq!(outcome.verdict.class, Class::Pass, "stale {stale}");
        assert!(notes_say(&outcome, "earlier update"));
        let earlier = outcome
            .events
            .iter()
            .any(|stamped| matches!(stamped.event, Event::HostStatus(status) if status.earlier));
        assert!(earlier, "stale {stale}");
    }
}

#[test]
fn a_status_that_cannot_answer_an_offer_is_about_an_earlier_update_too() {
    for stale in [HostErr::NONE, HostErr::BOOT, HostErr::OFFSET] {
        let stale_after_offer = Some(stale);
        let (outcome, _) = update(Knobs {
            stale_after_offer,
            ..Knobs::default()
        });
        assert_eq!(outcome.verdict.class, Class::Pass, "stale {stale}");
        assert!(notes_say(&outcome, "earlier update"));
    }
}

#[test]
fn frames_that_come_twice_count_once() {
    struct Echo;
    impl Weather for Echo {
        fn fate(&mut self, direction: Direction, frame: Vec<u8>) -> Fate {
            let late = Duration::from_millis(1);
            match direction {
                Direction::ToHost => vec![(Duration::ZERO, frame)],
                Direction::ToModule => vec![(Duration::ZERO, frame.clone()), (late, frame)],
            }
        }
    }
    let mut host = AylaHost::new(Knobs::default());
    let setup = Setup {
        line: LINE_SLOW,
        latency: Duration::ZERO,
        weather: &mut Echo,
        bound: HOUR,
    };
    let outcome = run(Engine::new(ayla_job(&image(2_000), TEXT)), &mut host, setup);
    assert_eq!(outcome.verdict.class, Class::Pass, "{:#?}", outcome.verdict);
    assert_eq!(host.confirms, [2, 10, 0x25, 2, 10, 0x25]);
    assert_eq!(host.image, image(2_000));
}

#[test]
fn a_missing_status_is_asked_for_then_failed() {
    let (outcome, _) = update(Knobs {
        outcome: None,
        ..Knobs::default()
    });
    failed(&outcome, Status::FATAL, None, Phase::Verify);
    assert_eq!(outcome.sent("SEND_PROP "), 2);
}

#[test]
fn a_reset_in_mid_transfer_ends_with_08_as_code_53() {
    // The new program acknowledges blocks and keeps its status until it is asked.
    let quick = Some((3, Duration::from_secs(1)));
    let (outcome, _) = update(Knobs {
        reset_at_block: quick,
        ..Knobs::default()
    });
    failed(&outcome, Status::READ, Some(HostErr::OFFSET), Phase::Verify);
    assert!(outcome.verdict.headline.contains("reset in mid transfer"));
    // A block had to be repeated, so it is asked as soon as nothing can be lost by it, and once.
    assert_eq!(outcome.sent("SEND_PROP "), 2);
    assert!(
        outcome.verdict.elapsed < Duration::from_secs(15),
        "{:?}",
        outcome.verdict.elapsed
    );
}

#[test]
fn a_reset_that_is_heard_of_ends_at_once() {
    let quick = Some((3, Duration::from_secs(1)));
    let knobs = Knobs {
        reset_at_block: quick,
        reset_speaks: true,
        ..Knobs::default()
    };
    let (outcome, _) = update(knobs);
    failed(&outcome, Status::READ, Some(HostErr::OFFSET), Phase::Stream);
    assert!(
        outcome.verdict.elapsed < Duration::from_secs(10),
        "{:?}",
        outcome.verdict.elapsed
    );
}

#[test]
fn a_fall_back_is_code_58() {
    let (outcome, _) = update(Knobs {
        boots: Boots::FallsBack,
        ..Knobs::default()
    });
    failed(&outcome, Status::BOOT, Some(HostErr::BOOT), Phase::Report);
}

#[test]
fn another_version_after_the_boot_fails_and_is_not_confirmed() {
    for text in [
        b"demo 1.10".as_slice(),
        b"demo 1.0 Jan 01 2020",
        b"\x1b]0;x\x07",
    ] {
        let boots = Boots::As(text.to_vec());
        let (outcome, host) = update(Knobs {
            boots,
            ..Knobs::default()
        });
        failed(&outcome, Status::BOOT, None, Phase::Report);
        assert_eq!(host.confirms, [2, 10, 0x25, 2, 10]);
        assert!(!outcome.verdict.headline.contains('\x1b'));
    }
}

#[test]
fn a_host_that_never_returns_ends_after_180_s() {
    let (outcome, host) = update(Knobs {
        boots: Boots::Never,
        ..Knobs::default()
    });
    failed(&outcome, Status::BOOT, None, Phase::Boot);
    assert_eq!(host.boot_orders, 1);
    assert!(outcome.verdict.elapsed > Duration::from_secs(180));
    assert!(
        outcome.verdict.what.contains("Nothing was heard"),
        "{}",
        outcome.verdict.what
    );
}

#[test]
fn a_host_that_ignores_the_boot_order_is_told_from_a_dead_one() {
    let (outcome, _) = update(Knobs {
        boots: Boots::Ignores,
        ..Knobs::default()
    });
    failed(&outcome, Status::BOOT, None, Phase::Boot);
    assert!(
        outcome.verdict.what.contains("talking"),
        "{}",
        outcome.verdict.what
    );
}

#[test]
fn a_host_without_a_version_report_fails() {
    let (outcome, _) = update(Knobs {
        boots: Boots::WithoutReport,
        ..Knobs::default()
    });
    failed(&outcome, Status::BOOT, None, Phase::Report);
}

#[test]
fn the_boot_order_is_sent_once_and_may_carry_the_version() {
    let boot_frame = |boot_version: bool, boot_repeat: bool| {
        let mut job = ayla_job(&image(300), TEXT);
        if let crate::job::DialectConfig::Ayla(config) = &mut job.dialect {
            config.boot_version = boot_version;
            config.boot_repeat = boot_repeat;
        }
        let (outcome, _) = update_job(
            Knobs {
                boots: Boots::Never,
                ..Knobs::default()
            },
            job,
        );
        let frames = outcome.frames(Direction::ToHost);
        let boots: Vec<_> = frames
            .filter(|(_, frame)| frame.summary.starts_with("MCU_OTA_BOOT"))
            .map(|(_, frame)| frame.summary.clone())
            .collect();
        boots
    };
    let plain = boot_frame(false, false);
    assert_eq!((plain.len(), plain[0].contains("text=")), (1, false));
    let versioned = boot_frame(true, true);
    assert_eq!(
        (versioned.len(), versioned[0].contains("text=demo 1.1")),
        (3, true)
    );
}

#[test]
fn withheld_answers_stay_withheld() {
    let with = |faults: ModuleFaults| {
        let mut job = ayla_job(&image(300), TEXT);
        job.faults = faults;
        update_job(Knobs::default(), job)
    };
    let (outcome, host) = with(ModuleFaults {
        withhold_confirm: true,
        ..ModuleFaults::default()
    });
    assert_eq!(
        (outcome.verdict.class, outcome.verdict.confirmed),
        (Class::Pass, Confirmed::No)
    );
    assert_eq!(host.confirms, [2, 10, 0x25, 2, 10]);
    let (outcome, _) = with(ModuleFaults {
        withhold_conf: true,
        ..ModuleFaults::default()
    });
    failed(&outcome, Status::NOTIFY, None, Phase::Erase);
    let (outcome, _) = with(ModuleFaults {
        withhold_connect: true,
        ..ModuleFaults::default()
    });
    assert_eq!(outcome.sent("CONNECT"), 0);
}

#[test]
fn a_host_without_the_confirm_feature_gets_none() {
    let (outcome, host) = update(Knobs {
        features: 0x03,
        ..Knobs::default()
    });
    assert!(host.confirms.is_empty());
    // This host waits for one before it posts, so the version never comes.
    failed(&outcome, Status::BOOT, None, Phase::Report);
}

#[test]
fn chatter_without_end_does_not_hold_up_the_offer() {
    let (outcome, _) = update(Knobs {
        babbles: true,
        ..Knobs::default()
    });
    assert_eq!(outcome.verdict.class, Class::Pass);
}

#[test]
fn losing_any_one_frame_changes_nothing_but_time() {
    struct LoseNth(usize);
    impl Weather for LoseNth {
        fn fate(&mut self, _direction: Direction, frame: Vec<u8>) -> Fate {
            let lost = self.0 == 0;
            self.0 = self.0.wrapping_sub(1);
            if lost {
                vec![]
            } else {
                vec![(Duration::ZERO, frame)]
            }
        }
    }
    let (calm, _) = update(Knobs::default());
    let frames = calm.frames(Direction::ToHost).count() + calm.frames(Direction::ToModule).count();
    let boot = calm
        .events
        .iter()
        .filter_map(|stamped| match &stamped.event {
            Event::Frame(frame) => Some(frame.summary.starts_with("MCU_OTA_BOOT")),
            _ => None,
        })
        .position(|boot| boot)
        .expect("a boot order");
    // The boot order itself is not repeated by default; its loss is the restart timer's case.
    for lost in (0..frames).filter(|lost| *lost != boot) {
        let mut host = AylaHost::new(Knobs::default());
        let mut weather = LoseNth(lost);
        let setup = Setup {
            line: LINE_SLOW,
            latency: Duration::ZERO,
            weather: &mut weather,
            bound: HOUR,
        };
        let engine = Engine::new(ayla_job(&image(2_000), TEXT));
        let outcome = run(engine, &mut host, setup);
        assert_eq!(
            outcome.verdict.class,
            Class::Pass,
            "frame {lost}: {:#?}",
            outcome.verdict
        );
        assert_eq!(host.image, image(2_000), "frame {lost}");
    }
}
