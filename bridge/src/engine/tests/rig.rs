//! The rig dialect against hosts with one knob turned each.

use core::time::Duration;

use proptest::prelude::*;
use protocol_spec::codes::Status;
use protocol_spec::digest::Digest;
use protocol_spec::rig::kind::Kind;

use super::line::{Calm, Fate, Outcome, Setup, Weather, run, run_calm};
use super::rig_host::{Knobs, RigHost, Running};
use super::{HOUR, LINE_FAST, image, rig_job};
use crate::engine::{Command, Engine};
use crate::event::{Direction, Event, Phase};
use crate::job::{LineConfig, ModuleFaults};
use crate::verdict::{Class, Confirmed, Content};

const TEXT: &[u8] = b"1.0.1";

fn update(knobs: Knobs, len: usize) -> (Outcome, RigHost) {
    let bytes = image(len);
    let mut host = RigHost::with_part_of(&bytes, knobs);
    let outcome = run_calm(Engine::new(rig_job(&bytes, TEXT)), &mut host, LINE_FAST);
    (outcome, host)
}

fn knobs_swallowing(kind: Kind, count: u32) -> Knobs {
    Knobs {
        swallow: [(kind.0, count)].into(),
        ..Knobs::default()
    }
}

#[test]
fn a_good_host_ends_confirmed_with_the_digest_proven() {
    let (outcome, host) = update(Knobs::default(), 65_536);
    let verdict = &outcome.verdict;
    assert_eq!(verdict.class, Class::Pass, "{verdict:#?}");
    assert_eq!(
        (verdict.content, verdict.confirmed),
        (Content::Digest, Confirmed::Yes)
    );
    assert_eq!(verdict.counts.retransmits, 0);
    assert_eq!(host.running.image, image(65_536));
    assert!(matches!(
        outcome.events.last().expect("events").event,
        Event::Verdict(_)
    ));
    let phases: Vec<Phase> = outcome
        .events
        .iter()
        .filter_map(|stamped| match stamped.event {
            Event::Phase(phase) => Some(phase),
            _ => None,
        })
        .collect();
    use Phase::{Boot, Hello, Offer, Report, Stream, Verify};
    assert_eq!(phases, [Hello, Offer, Stream, Verify, Boot, Report]);
    // The confirmed report is acknowledged too, before the verdict is said.
    assert_eq!(outcome.sent("REPORT_ACK"), 2);
}

#[test]
fn the_stream_keeps_the_line_full_and_never_repeats_at_115200_with_32_kb_credit() {
    let line = LineConfig {
        baud: 115_200,
        bits_per_byte: 10,
    };
    for delay_ms in [0, 16, 100] {
        let bytes = image(300_000);
        let mut job = rig_job(&bytes, TEXT);
        job.line = line;
        let delay = Duration::from_millis(delay_ms);
        let mut host = RigHost::new(Knobs {
            delay,
            ..Knobs::default()
        });
        let outcome = run_calm(Engine::new(job), &mut host, line);
        let counts = outcome.verdict.counts;
        assert_eq!(outcome.verdict.class, Class::Pass);
        assert_eq!(
            (counts.object_sent, host.repeated, counts.retransmits),
            (300_000, 0, 0)
        );
        assert!(
            counts.wire_sent * 100 <= 300_000 * 102,
            "{} bytes sent",
            counts.wire_sent
        );
        let phase = |wanted: Phase| {
            let entered = outcome
                .events
                .iter()
                .find(|s| s.event == Event::Phase(wanted));
            entered.expect("a phase").at
        };
        let streamed = phase(Phase::Verify).since(phase(Phase::Stream));
        let ideal = line.time_of(300_000);
        assert!(
            streamed <= ideal.mul_f64(1.02) + delay * 2,
            "{streamed:?} for {ideal:?}"
        );
    }
}

#[test]
fn frames_never_wait_long_before_the_line() {
    let line = LineConfig {
        baud: 115_200,
        bits_per_byte: 10,
    };
    let bytes = image(60_000);
    let mut job = rig_job(&bytes, TEXT);
    job.line = line;
    let mut host = RigHost::new(Knobs::default());
    let outcome = run_calm(Engine::new(job), &mut host, line);
    let two_frames = line.time_of(2 * 2_100);
    for (at, frame) in outcome.frames(Direction::ToHost) {
        let wait = frame.last_byte.since(at);
        assert!(wait <= two_frames, "{} waits {wait:?}", frame.summary);
    }
}

#[test]
fn an_unpaced_line_takes_the_whole_credit_at_once() {
    let bytes = image(32 * 1024);
    let mut job = rig_job(&bytes, TEXT);
    job.line = LineConfig::UNPACED;
    let mut host = RigHost::new(Knobs {
        delay: Duration::from_millis(50),
        ..Knobs::default()
    });
    let outcome = run_calm(Engine::new(job), &mut host, LineConfig::UNPACED);
    let times: Vec<_> = outcome
        .frames(Direction::ToHost)
        .filter(|(_, frame)| frame.piece.is_some())
        .map(|(at, _)| at)
        .collect();
    assert_eq!(times.len(), 16);
    assert!(times.iter().all(|at| *at == times[0]), "{times:?}");
}

#[test]
fn small_windows_degrade_to_stop_and_wait() {
    for (window, data_max) in [(256, 2048), (100, 64), (4096, 4096), (1, 1)] {
        let (outcome, host) = update(
            Knobs {
                window,
                data_max,
                ..Knobs::default()
            },
            5_000,
        );
        assert_eq!(
            outcome.verdict.class,
            Class::Pass,
            "window {window}: {:#?}",
            outcome.verdict
        );
        assert_eq!((host.repeated, outcome.verdict.counts.retransmits), (0, 0));
    }
}

#[test]
fn a_host_that_kept_a_part_gets_the_rest_only() {
    let (outcome, host) = update(
        Knobs {
            resume_at: 40_960,
            ..Knobs::default()
        },
        65_536,
    );
    assert_eq!(outcome.verdict.class, Class::Pass);
    assert_eq!(outcome.verdict.counts.offset_started, 40_960);
    assert_eq!(outcome.verdict.counts.object_sent, 65_536 - 40_960);
    assert_eq!(host.running.image, image(65_536));
    let (outcome, _) = update(
        Knobs {
            resume_at: 8_192,
            ..Knobs::default()
        },
        8_192,
    );
    assert_eq!(outcome.verdict.class, Class::Pass);
    assert_eq!(outcome.sent("DATA"), 0);
}

#[test]
fn a_lost_accept_is_asked_for_again() {
    let (outcome, host) = update(knobs_swallowing(Kind::ACCEPT, 2), 9_000);
    assert_eq!(outcome.verdict.class, Class::Pass);
    assert_eq!(outcome.sent("OFFER"), 3);
    assert_eq!(host.repeated, 0);
}

#[test]
fn a_lost_boot_answer_does_not_boot_twice() {
    let (outcome, host) = update(knobs_swallowing(Kind::BOOT_ANSWER, 1), 9_000);
    assert_eq!(outcome.verdict.class, Class::Pass);
    assert_eq!((outcome.sent("BOOT"), host.boots), (1, 8));
}

#[test]
fn every_single_lost_answer_is_survived() {
    for kind in Kind::TABLE.iter().filter(|row| row.number > 0x40) {
        for count in [1, 3] {
            let (outcome, host) = update(knobs_swallowing(Kind(kind.number), count), 20_000);
            assert_eq!(
                outcome.verdict.class,
                Class::Pass,
                "{} lost {count} times",
                kind.name
            );
            assert_eq!(host.running.image, image(20_000));
        }
    }
}

#[test]
fn starving_ends_when_the_credit_comes_even_if_its_word_is_lost() {
    for at in [0, 4_096] {
        let starve = Some((at, Duration::from_secs(9)));
        let (outcome, host) = update(
            Knobs {
                starve,
                ..Knobs::default()
            },
            20_000,
        );
        assert_eq!(outcome.verdict.class, Class::Pass, "starved at {at}");
        assert_eq!(host.running.image, image(20_000));
        // Only the one-byte reminders are repeated.
        assert!(host.repeated < 20, "{}", host.repeated);
    }
}

#[test]
fn a_host_that_starves_for_ever_is_failed_by_the_stall_timer() {
    let starve = Some((4_096, HOUR));
    let (outcome, _) = update(
        Knobs {
            starve,
            ..Knobs::default()
        },
        20_000,
    );
    let verdict = outcome.verdict;
    assert_eq!(
        (verdict.class, verdict.status),
        (Class::HostFailed, Some(Status::FATAL))
    );
    assert_eq!(
        (verdict.phase, verdict.offset),
        (Phase::Stream, Some(4_096))
    );
    assert!(verdict.headline.contains("credit"), "{}", verdict.headline);
}

#[test]
fn an_image_beyond_the_slot_is_refused_before_anything_is_sent() {
    let (outcome, _) = update(
        Knobs {
            image_max: 4_096,
            ..Knobs::default()
        },
        4_097,
    );
    assert_eq!(outcome.verdict.class, Class::HostFailed);
    assert_eq!(outcome.verdict.status, Some(Status::OP_LEN));
    assert_eq!(outcome.sent("OFFER"), 0);
}

#[test]
fn no_common_version_says_both_ranges() {
    let (outcome, _) = update(
        Knobs {
            versions: (2, 3),
            ..Knobs::default()
        },
        4_097,
    );
    assert_eq!(outcome.verdict.class, Class::HostFailed);
    assert!(
        outcome.verdict.what.contains("2 to 3"),
        "{}",
        outcome.verdict.what
    );
    assert!(
        outcome.verdict.what.contains("1 to 1"),
        "{}",
        outcome.verdict.what
    );
}

#[test]
fn an_offer_refused_ends_with_its_code() {
    for code in [Status::STATE, Status::ERASE, Status(200)] {
        let (outcome, _) = update(
            Knobs {
                refuse_offer: Some(code),
                ..Knobs::default()
            },
            4_097,
        );
        assert_eq!(outcome.verdict.class, Class::HostFailed);
        assert_eq!(outcome.verdict.status, Some(code));
    }
}

#[test]
fn a_bad_check_ends_with_its_code() {
    let (outcome, host) = update(
        Knobs {
            verify: Status::FILE_CRC,
            ..Knobs::default()
        },
        4_097,
    );
    assert_eq!(outcome.verdict.status, Some(Status::FILE_CRC));
    assert_eq!((outcome.verdict.phase, host.boots), (Phase::Verify, 7));
}

#[test]
fn a_busy_check_is_waited_for_without_repetition() {
    let busy_finish = Duration::from_secs(45);
    let (outcome, _) = update(
        Knobs {
            busy_finish,
            ..Knobs::default()
        },
        4_097,
    );
    assert_eq!(outcome.verdict.class, Class::Pass);
    assert_eq!(outcome.sent("FINISH"), 1);
}

#[test]
fn another_version_after_the_boot_fails() {
    let runs_version = Some(b"0.9\x1b[31m".to_vec());
    let (outcome, _) = update(
        Knobs {
            runs_version,
            ..Knobs::default()
        },
        4_097,
    );
    assert_eq!(outcome.verdict.class, Class::HostFailed);
    assert_eq!(outcome.verdict.status, Some(Status::BOOT));
    assert!(
        outcome.verdict.headline.contains("0.9\\x1b[31m"),
        "{}",
        outcome.verdict.headline
    );
}

#[test]
fn a_fall_back_is_named_with_its_code() {
    let runs_version = Some(b"0.0.0".to_vec());
    let knobs = Knobs {
        runs_version,
        report_code: Status::BOOT,
        ..Knobs::default()
    };
    let (outcome, _) = update(knobs, 4_097);
    assert_eq!(outcome.verdict.status, Some(Status::BOOT));
    assert!(
        outcome.verdict.headline.contains("old version"),
        "{}",
        outcome.verdict.headline
    );
}

#[test]
fn another_digest_under_the_right_version_fails() {
    let runs_digest = Some(Digest([7; 32]));
    let (outcome, _) = update(
        Knobs {
            runs_digest,
            ..Knobs::default()
        },
        4_097,
    );
    assert_eq!(outcome.verdict.class, Class::HostFailed);
    assert_eq!(outcome.verdict.status, Some(Status::FILE_CRC));
}

#[test]
fn a_host_that_never_confirms_does_not_pass() {
    let (outcome, _) = update(
        Knobs {
            never_confirms: true,
            ..Knobs::default()
        },
        4_097,
    );
    assert_eq!(outcome.verdict.class, Class::HostFailed);
    assert_eq!(outcome.verdict.status, Some(Status::STATE));

    let bytes = image(4_097);
    let mut job = rig_job(&bytes, TEXT);
    job.faults = ModuleFaults {
        withhold_confirm: true,
        ..ModuleFaults::default()
    };
    let mut host = RigHost::new(Knobs::default());
    let outcome = run_calm(Engine::new(job), &mut host, LINE_FAST);
    assert_eq!(outcome.verdict.status, Some(Status::STATE));
    assert!(!host.running.confirmed);
}

#[test]
fn a_host_that_never_boots_ends_at_its_own_limit() {
    let (outcome, _) = update(
        Knobs {
            never_boots: true,
            ..Knobs::default()
        },
        4_097,
    );
    assert_eq!(outcome.verdict.class, Class::HostFailed);
    assert_eq!(outcome.verdict.status, Some(Status::BOOT));
    assert!(
        outcome.verdict.elapsed < Duration::from_secs(12),
        "{:?}",
        outcome.verdict.elapsed
    );
    assert!(
        outcome.verdict.what.contains("talking"),
        "{}",
        outcome.verdict.what
    );
}

#[test]
fn a_host_that_hashes_within_the_time_that_it_stated_is_waited_for() {
    let (outcome, _) = update(
        Knobs {
            hash_time: Duration::from_secs(100),
            report_ms_max: 110_000,
            ..Knobs::default()
        },
        4_097,
    );
    assert_eq!(outcome.verdict.class, Class::Pass, "{:#?}", outcome.verdict);
}

#[test]
fn a_host_that_hashes_longer_than_it_stated_is_not() {
    let (outcome, _) = update(
        Knobs {
            hash_time: Duration::from_secs(3_000),
            report_ms_max: 110_000,
            ..Knobs::default()
        },
        4_097,
    );
    let verdict = outcome.verdict;
    assert_eq!(
        (verdict.class, verdict.status, verdict.phase),
        (Class::HostFailed, Some(Status::BOOT), Phase::Report)
    );
    // Its own limit and the margin, counted from the answer to the boot order.
    assert_eq!(verdict.elapsed.as_secs(), 115);
    assert!(verdict.what.contains("in 11"), "{}", verdict.what);
}

#[test]
fn a_reset_in_mid_transfer_is_recognised_by_the_boot_number() {
    let (outcome, _) = update(
        Knobs {
            reset_at: Some(20_000),
            ..Knobs::default()
        },
        65_536,
    );
    let verdict = outcome.verdict;
    assert_eq!(
        (verdict.class, verdict.status),
        (Class::HostFailed, Some(Status::STATE))
    );
    assert!(
        verdict.headline.contains("reset in mid transfer"),
        "{}",
        verdict.headline
    );
    assert!(
        verdict.what.contains("The old image still runs"),
        "the hello after the reset says so: {}",
        verdict.what
    );
}

#[test]
fn what_already_runs_is_not_sent_again() {
    let bytes = image(4_097);
    for confirmed in [true, false] {
        let mut host = RigHost::new(Knobs::default());
        host.running = Running {
            version: TEXT.to_vec(),
            image: bytes.clone(),
            confirmed,
        };
        let outcome = run_calm(Engine::new(rig_job(&bytes, TEXT)), &mut host, LINE_FAST);
        assert_eq!(outcome.verdict.class, Class::Pass);
        assert_eq!(outcome.verdict.content, Content::Digest);
        assert_eq!((outcome.sent("OFFER"), host.running.confirmed), (0, true));
        assert!(
            outcome.verdict.headline.contains("already"),
            "{}",
            outcome.verdict.headline
        );
    }
}

#[test]
fn the_same_version_and_length_with_other_bytes_is_sent() {
    let bytes = image(4_097);
    let mut host = RigHost::new(Knobs::default());
    host.running = Running {
        version: TEXT.to_vec(),
        image: vec![0; 4_097],
        confirmed: true,
    };
    let outcome = run_calm(Engine::new(rig_job(&bytes, TEXT)), &mut host, LINE_FAST);
    assert_eq!(outcome.verdict.class, Class::Pass);
    assert_eq!(host.running.image, bytes);
}

#[test]
fn an_abort_tells_the_host_and_ends_at_once() {
    let bytes = image(4_097);
    let mut engine = Engine::new(rig_job(&bytes, TEXT));
    let mut host = RigHost::new(Knobs {
        starve: Some((0, HOUR)),
        ..Knobs::default()
    });
    let mut out = Vec::new();
    use super::line::TestHost as _;
    use protocol_spec::tick::Tick;
    for ms in 0..50 {
        let now = Tick::from_millis(ms);
        engine.handle_timeout(now);
        while engine.poll_transmit(now, &mut out) > 0 {}
        host.handle_input(now, &std::mem::take(&mut out));
        while let Some(frame) = host.poll_transmit(now) {
            engine.handle_input(now, &frame);
        }
    }
    engine.handle_command(Tick::from_millis(50), Command::Abort);
    let mut out = Vec::new();
    while engine.poll_transmit(Tick::from_millis(50), &mut out) > 0 {}
    assert_eq!(engine.verdict().expect("a verdict").class, Class::Aborted);
    let events: Vec<_> = std::iter::from_fn(|| engine.poll_event()).collect();
    let aborts = events.iter().filter(|stamped| match &stamped.event {
        Event::Frame(frame) => frame.summary.starts_with("ABORT"),
        _ => false,
    });
    assert_eq!(aborts.count(), 1);
}

/// Loses, doubles, delays and damages frames, by a small generator of its own.
struct Storm {
    state: u64,
    /// Of 1000.
    rate: u64,
}

impl Storm {
    fn draw(&mut self, below: u64) -> u64 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.state >> 33) % below
    }
}

impl Weather for Storm {
    fn fate(&mut self, _direction: Direction, mut frame: Vec<u8>) -> Fate {
        if self.draw(1000) >= self.rate {
            return vec![(Duration::ZERO, frame)];
        }
        let late = Duration::from_millis(self.draw(60));
        match self.draw(4) {
            0 => vec![],
            1 => vec![(Duration::ZERO, frame.clone()), (late, frame)],
            2 => vec![(late, frame)],
            _ => {
                let at = usize::try_from(self.draw(frame.len() as u64)).expect("small");
                frame[at] ^= 1 << self.draw(8);
                vec![(Duration::ZERO, frame)]
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn storms_end_in_the_exact_image(seed: u64, rate in 0_u64..200, window in 1_000_u32..40_000) {
        let bytes = image(30_000);
        let mut host = RigHost::new(Knobs { window, ..Knobs::default() });
        let mut weather = Storm { state: seed, rate };
        let latency = Duration::from_millis(2);
        let setup = Setup { line: LINE_FAST, latency, weather: &mut weather, bound: HOUR };
        let outcome = run(Engine::new(rig_job(&bytes, TEXT)), &mut host, setup);
        prop_assert_eq!(outcome.verdict.class, Class::Pass, "{:#?}", outcome.verdict);
        prop_assert_eq!(&host.running.image, &bytes);
    }
}

#[test]
fn byte_errors_of_1e_5_cost_about_a_hundredth() {
    /// One byte in a hundred thousand is damaged.
    struct Noise(Storm);
    impl Weather for Noise {
        fn fate(&mut self, _direction: Direction, mut frame: Vec<u8>) -> Fate {
            for byte in &mut frame {
                if self.0.draw(100_000) == 0 {
                    *byte ^= 0x10;
                }
            }
            vec![(Duration::ZERO, frame)]
        }
    }
    let bytes = image(900_000);
    let mut sent = 0;
    for seed in 0..4 {
        let mut host = RigHost::new(Knobs {
            data_max: 1024,
            ..Knobs::default()
        });
        let mut weather = Noise(Storm {
            state: seed,
            rate: 0,
        });
        let latency = Duration::from_millis(16);
        let setup = Setup {
            line: LINE_FAST,
            latency,
            weather: &mut weather,
            bound: HOUR,
        };
        let outcome = run(Engine::new(rig_job(&bytes, TEXT)), &mut host, setup);
        assert_eq!(outcome.verdict.class, Class::Pass);
        assert_eq!(host.running.image, bytes);
        sent += outcome.verdict.counts.object_sent;
    }
    assert!(
        sent < 4 * 900_000 * 102 / 100,
        "{sent} bytes sent for {}",
        4 * 900_000
    );
}

#[test]
fn a_calm_line_with_latency_wastes_nothing() {
    let bytes = image(200_000);
    for latency_ms in [0, 1, 16, 100] {
        let mut host = RigHost::new(Knobs::default());
        let latency = Duration::from_millis(latency_ms);
        let setup = Setup {
            line: LINE_FAST,
            latency,
            weather: &mut Calm,
            bound: HOUR,
        };
        let outcome = run(Engine::new(rig_job(&bytes, TEXT)), &mut host, setup);
        assert_eq!(
            outcome.verdict.counts.retransmits, 0,
            "latency {latency_ms} ms"
        );
        assert_eq!(host.repeated, 0);
    }
}
