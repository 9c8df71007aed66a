//! Captures from outside: the entry of the fuzz target, and what it starts from.

use std::time::Duration;

use bridge::bench::{Told, run_with};
use bridge::capture::replay::{Recording, Replay, ReplayConfig, ReplayEvent};
use bridge::capture::{Item, Packet, Reader, Writer};
use bridge::dialect::words::words;
use bridge::event::{Direction, Event, Stamped};
use bridge::job::LineConfig;
use fixtures::scenario::{parse, shipped_text};
use protocol_spec::tick::Tick;

/// More steps than any replay of an input takes.
const STEPS_MAX: usize = 100_000;
/// Longest frame of a seed, bytes.
const SEED_FRAME_BYTES_MAX: usize = 120;
/// Longest seed, bytes.
const SEED_BYTES_MAX: usize = 3500;

/// Any bytes as a capture: it is read to an end, its frames are told in words, and where it can be
/// played, the replay ends by itself, whoever it is played to.
pub fn capture(data: &[u8]) {
    let Ok(reader) = Reader::new(data) else {
        return;
    };
    let mut packets: Vec<Packet> = Vec::new();
    for (number, item) in reader.enumerate() {
        assert!(number <= data.len(), "more pieces than bytes");
        if let Ok(Item::Packet(packet)) = item {
            let _ = words(packet.head.dialect, packet.head.direction, &packet.wire);
            packets.push(packet);
        }
    }
    let Ok(reader) = Reader::new(data) else {
        panic!("the second time it is no capture")
    };
    if let Ok(recording) = Recording::read(reader) {
        play(recording, &packets);
    }
}

/// Plays the recording to a module that says what the packets have, and then leaves it alone.
fn play(recording: Recording, packets: &[Packet]) {
    let config = ReplayConfig {
        rate: LineConfig::UNPACED,
        silence: Duration::from_secs(1),
    };
    let mut replay = Replay::new(recording, config);
    let said = |it: &&Packet| it.head.direction == Direction::ToHost;
    let mut said = packets.iter().filter(said);
    let (mut now, mut bytes) = (Tick::ZERO, Vec::new());
    for _ in 0..STEPS_MAX {
        if let Some(packet) = said.next() {
            replay.handle_input(now, &packet.wire);
        }
        replay.handle_timeout(now);
        while replay.poll_transmit(now, &mut bytes) > 0 {}
        while let Some(event) = replay.poll_event() {
            if matches!(event, ReplayEvent::Ended(_)) {
                assert_eq!(replay.poll_timeout(), None, "it goes on");
                return;
            }
        }
        let due = replay.poll_timeout().expect("it has no end of its own");
        now = now.max(due);
    }
    panic!("it goes on and on");
}

/// Short captures of both dialects.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    ["rig-nrf51822", "ayla-nrf51822"].map(seed).into()
}

fn seed(name: &str) -> Vec<u8> {
    let scenario = parse(shipped_text(name).expect("shipped")).expect("good");
    let mut kept: Vec<Stamped> = Vec::new();
    let mut bytes = 0;
    run_with(&scenario, None, &mut |told| {
        if let Told::Engine(stamped) = told
            && let Event::Frame(frame) = &stamped.event
            && frame.bytes.len() <= SEED_FRAME_BYTES_MAX
        {
            bytes += frame.bytes.len() + 80;
            if bytes < SEED_BYTES_MAX {
                kept.push((*stamped).clone());
            }
        }
    });
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file, Duration::ZERO).expect("memory");
    for stamped in &kept {
        writer.event(stamped).expect("memory");
    }
    writer.finish().expect("memory");
    drop(writer);
    file
}
