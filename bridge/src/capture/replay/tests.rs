//! Captures of whole runs, played back to the real engine in virtual time.

use std::time::Duration;

use fixtures::scenario::{Dialect, Scenario, parse, shipped_text};
use protocol_spec::digest::Digest;
use protocol_spec::text::Version;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::bench::{Told, run_with};
use crate::capture::{Item, Reader, Writer};
use crate::engine::Engine;
use crate::event::{Event, Stamped};
use crate::job::{ContentCheck, DialectKind, LineConfig, ModuleFaults, UpdateJob};
use crate::link::wire::LineModel;
use crate::object::Object;
use crate::verdict::{Class, Verdict};

fn scenario(name: &str) -> Scenario {
    parse(shipped_text(name).unwrap()).unwrap()
}

/// The capture of a scenario, and how its update ended.
fn captured(scenario: &Scenario) -> (Vec<u8>, Verdict) {
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file, Duration::ZERO).unwrap();
    let end = run_with(scenario, None, &mut |told| {
        if let Told::Engine(stamped) = told {
            writer.event(stamped).unwrap();
        }
    });
    writer.finish().unwrap();
    drop(writer);
    (file, end.updates.last().unwrap().clone())
}

fn recording(file: &[u8]) -> Recording {
    Recording::read(Reader::new(file).unwrap()).unwrap()
}

fn kind(scenario: &Scenario) -> DialectKind {
    match scenario.dialect {
        Dialect::Ayla => DialectKind::Ayla,
        Dialect::Rig => DialectKind::Rig,
    }
}

/// The scenario's update by a module that draws other numbers.
fn job(scenario: &Scenario) -> UpdateJob {
    let image = scenario.make_image().unwrap();
    let digest = Digest(Sha256::digest(&image).into());
    let dialect = kind(scenario);
    UpdateJob {
        version: Version::from_bytes(scenario.image.version.as_bytes()).unwrap(),
        object: Object::image(Box::new(image), digest),
        content: ContentCheck::None,
        dialect: dialect.default_config(),
        line: dialect.default_line().rate(),
        faults: ModuleFaults {
            withhold_confirm: scenario.module.withhold_confirm,
            ..ModuleFaults::default()
        },
        seed: 0x1234_5678,
    }
}

/// What came of an update.
struct Played {
    events: Vec<Stamped>,
    verdict: Option<Verdict>,
    end: Option<ReplayEnd>,
    replay: ReplayLine,
}

/// An update of a replay; frames of the module go through `line`, which may lose them.
fn played_by(recording: Recording, job: UpdateJob, line: &mut dyn FnMut(&[u8]) -> bool) -> Played {
    let rate: LineConfig = job.line;
    let silence = Duration::from_secs(400);
    let replay = Replay::new(recording, ReplayConfig { rate, silence });
    let mut replay = ReplayLine::new(replay, LineModel::at(rate));
    let mut engine = Engine::new(job);
    let mut now = Tick::ZERO;
    let (mut events, mut bytes) = (Vec::new(), Vec::new());
    let mut end = None;
    engine.handle_timeout(now);
    for _ in 0..1_000_000 {
        replay.advance(now, 64);
        bytes.clear();
        if replay.pop(now, &mut bytes) > 0 {
            engine.handle_input(now, &bytes);
        }
        if engine.poll_timeout().is_some_and(|due| due <= now) {
            engine.handle_timeout(now);
        }
        bytes.clear();
        while engine.poll_transmit(now, &mut bytes) > 0 {
            if line(&bytes) {
                replay.push(now, &bytes);
            }
            bytes.clear();
        }
        events.extend(std::iter::from_fn(|| engine.poll_event()));
        while let Some(event) = replay.replay_mut().poll_event() {
            if let ReplayEvent::Ended(ended) = event {
                end = Some(ended);
            }
        }
        let verdict = engine.verdict().cloned();
        if verdict.is_some() {
            replay.advance(now + Duration::from_secs(2), 1000);
            replay.replay_mut().link_closed();
            if let Some(ReplayEvent::Ended(ended)) =
                std::iter::from_fn(|| replay.replay_mut().poll_event()).last()
            {
                end = Some(ended);
            }
            return Played {
                events,
                verdict,
                end,
                replay,
            };
        }
        let due = [engine.poll_timeout(), replay.next()];
        now = due.into_iter().flatten().min().unwrap().max(now);
    }
    panic!("no end at {now}");
}

fn played(recording: Recording, job: UpdateJob) -> Played {
    played_by(recording, job, &mut |_| true)
}

#[test]
fn an_update_of_a_replay_ends_as_the_recorded_one() {
    for name in [
        "rig-nrf52840",
        "ayla-nrf52840",
        // Frames that are sent again.
        "rig-line-drop-byte",
        "rig-line-noise",
        "ayla-line-drop-frame",
        "ayla-line-lost-ack",
        // Hosts that refuse, hang, and take the old image back.
        "ayla-refused",
        "rig-host-hangs-at-data",
        "rig-fall-back",
        "ayla-fall-back",
    ] {
        let scenario = scenario(name);
        let (file, wanted) = captured(&scenario);
        let found = played(recording(&file), job(&scenario));
        let verdict = found.verdict.unwrap();
        let words = |it: &Verdict| (it.class, it.status, it.host_err, it.headline.clone());
        assert_eq!(words(&verdict), words(&wanted), "{name}");
        assert_eq!(verdict.confirmed, wanted.confirmed, "{name}");
        assert_eq!(found.end, Some(ReplayEnd::Played), "{name}");
        let counts = found.replay.replay().counts();
        assert_eq!(counts.said, recording(&file).lines() as u64, "{name}");
        assert_eq!((counts.passed_over, counts.stray), (0, 0), "{name}");
    }
}

/// From the last byte of the frame before each line of the host to its own, as the engine saw it.
fn answers(events: &[Stamped]) -> Vec<(String, Duration)> {
    let mut asked = Tick::ZERO;
    let mut found = Vec::new();
    for stamped in events {
        if let Event::Frame(frame) = &stamped.event {
            if frame.direction == Direction::ToModule {
                let kind = frame.summary.split(' ').next().unwrap_or_default();
                found.push((kind.to_owned(), frame.last_byte.since(asked)));
            }
            asked = frame.last_byte;
        }
    }
    found
}

#[test]
fn answers_come_as_long_after_as_they_were_recorded() {
    for name in ["rig-nrf52840", "ayla-nrf52840"] {
        let scenario = scenario(name);
        let mut recorded = Vec::new();
        run_with(&scenario, None, &mut |told| {
            if let Told::Engine(stamped) = told {
                recorded.push((*stamped).clone());
            }
        });
        let (file, _) = captured(&scenario);
        let found = played(recording(&file), job(&scenario));
        let (recorded, found) = (answers(&recorded), answers(&found.events));
        assert_eq!(recorded.len(), found.len(), "{name}");
        for (number, (wanted, found)) in recorded.iter().zip(&found).enumerate() {
            assert_eq!(wanted.0, found.0, "{name}, answer {number}");
            let apart = wanted.1.abs_diff(found.1);
            assert!(
                apart < Duration::from_millis(3),
                "{name}, answer {number}: {wanted:?}, {found:?}"
            );
        }
    }
}

#[test]
fn a_frame_that_is_lost_on_the_way_is_sent_again_and_answered() {
    for name in ["rig-nrf52840", "ayla-nrf52840"] {
        let scenario = scenario(name);
        let (file, _) = captured(&scenario);
        let mut number = 0;
        let found = played_by(recording(&file), job(&scenario), &mut |_| {
            number += 1;
            number % 13 != 12
        });
        assert_eq!(found.verdict.unwrap().class, Class::Pass, "{name}");
        assert_eq!(found.end, Some(ReplayEnd::Played), "{name}");
    }
}

#[test]
fn pieces_may_be_cut_otherwise() {
    let scenario = scenario("rig-nrf52840");
    let (file, _) = captured(&scenario);
    for data_max in [100, 333] {
        let mut job = job(&scenario);
        if let crate::job::DialectConfig::Rig(config) = &mut job.dialect {
            config.data_max = data_max;
        }
        let found = played(recording(&file), job);
        assert_eq!(found.verdict.unwrap().class, Class::Pass, "{data_max}");
        assert_eq!(found.end, Some(ReplayEnd::Played), "{data_max}");
    }
}

#[test]
fn another_step_ends_the_replay_and_is_told() {
    for name in ["rig-nrf52840", "ayla-nrf52840"] {
        let scenario = scenario(name);
        let (file, _) = captured(&scenario);
        let mut other_version = job(&scenario);
        other_version.version = Version::from_bytes(b"9.9").unwrap();
        let mut other_data = job(&scenario);
        let mut image = scenario.make_image().unwrap();
        let digest = Digest(Sha256::digest(&image).into());
        image[5000] ^= 1;
        other_data.object = Object::image(Box::new(image), digest);
        for (job, word) in [(other_version, "9.9"), (other_data, "")] {
            let found = played(recording(&file), job);
            let Some(ReplayEnd::Otherwise { expected, came }) = found.end else {
                panic!("{name}: {:?}", found.end);
            };
            let expected = expected.unwrap();
            assert!(came.contains(word), "{name}: {came}");
            let kind = |text: &str| text.split(' ').next().unwrap().to_owned();
            assert_eq!(kind(&came), kind(&expected.summary), "{name}");
            assert_ne!(found.verdict.unwrap().class, Class::Pass, "{name}");
        }
    }
}

#[test]
fn a_module_that_leaves_or_says_nothing_is_told() {
    let scenario = scenario("rig-nrf52840");
    let (file, _) = captured(&scenario);
    let rate = LineConfig::UNPACED;
    let silence = Duration::from_secs(9);
    let config = ReplayConfig { rate, silence };
    let mut replay = Replay::new(recording(&file), config);
    assert_eq!(replay.poll_timeout(), Some(Tick::from_secs(9)));
    replay.handle_timeout(Tick::from_secs(8));
    assert_eq!(replay.poll_event(), None);
    replay.handle_timeout(Tick::from_secs(9));
    let Some(ReplayEvent::Ended(ReplayEnd::Silence {
        expected: Some(expected),
    })) = replay.poll_event()
    else {
        panic!("no end");
    };
    assert!(expected.summary.starts_with("HELLO"), "{expected:?}");
    assert_eq!(replay.poll_timeout(), None);

    let mut replay = Replay::new(recording(&file), config);
    replay.link_closed();
    let Some(ReplayEvent::Ended(ReplayEnd::Gone { .. })) = replay.poll_event() else {
        panic!("no end");
    };
}

#[test]
fn a_capture_that_cannot_be_played_is_told() {
    let (file, _) = captured(&scenario("rig-nrf52840"));
    let error = |file: &[u8]| Recording::read(Reader::new(file).unwrap()).unwrap_err();
    let cut = error(&file[..file.len() - 5]).to_string();
    assert!(cut.contains("in the middle of a block"), "{cut}");

    let mut empty = Vec::new();
    Writer::new(&mut empty, Duration::ZERO)
        .unwrap()
        .finish()
        .unwrap();
    assert!(matches!(error(&empty), RecordingError::Silent { .. }));

    let mut one_end = Vec::new();
    let mut writer = Writer::new(&mut one_end, Duration::ZERO).unwrap();
    let mut foreign = file.clone();
    for item in Reader::new(&file[..]).unwrap() {
        let Item::Packet(packet) = item.unwrap() else {
            continue;
        };
        if packet.head.direction == Direction::ToHost {
            let at = packet.head.last_byte;
            writer.packet(at, &packet.head, &packet.wire).unwrap();
        }
        let head = packet.head.encode();
        let at = foreign.windows(head.len()).position(|it| it == head);
        foreign[at.unwrap()] = 77;
    }
    writer.finish().unwrap();
    drop(writer);
    let silent = error(&one_end).to_string();
    assert_eq!(silent, "it holds no frame from the host");
    assert!(matches!(error(&foreign), RecordingError::Foreign { .. }));
}
