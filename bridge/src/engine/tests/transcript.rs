//! The module's frames, byte for byte as published where its counters allow.

use super::ayla_host::{AylaHost, Knobs};
use super::line::run_calm;
use super::{LINE_SLOW, ayla_job, image};
use crate::engine::Engine;
use crate::event::Direction;
use crate::job::DialectConfig;

fn hex(text: &str) -> Vec<u8> {
    text.split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).expect("hex"))
        .collect()
}

#[test]
fn the_modules_frames_are_the_published_ones() {
    let mut job = ayla_job(&image(1_000), b"demo 1.1");
    if let DialectConfig::Ayla(config) = &mut job.dialect {
        config.dev_id = b"AC000W000000001".to_vec();
        config.model = b"AY001MUS1".to_vec();
    }
    let mut host = AylaHost::new(Knobs::default());
    let outcome = run_calm(Engine::new(job), &mut host, LINE_SLOW);
    let sent: Vec<&[u8]> = outcome
        .frames(Direction::ToHost)
        .map(|(_, frame)| frame.bytes.as_slice())
        .collect();
    let expected = [
        // Feature request, cloud is up, no to-device properties, confirm of that request.
        "7e 01 00 01 06 00 00 8f a4 7e",
        "7e 01 01 01 11 00 01 17 01 01 c0 90 7e",
        "7e 01 02 01 03 00 02 14 00 1c ab 7e",
        "7e 01 03 01 15 00 02 5b 07 7e",
        // Serial number, confirm of the first post.
        "7e 01 04 00 01 00 06 06 02 03 1b 05 0f 41 43 30 30 30 57 30 30 30 30 30 30 30 30 31 1c \
         ed 7e",
        "7e 01 05 01 15 00 0a 17 8a 7e",
        // Model, confirm of the version.
        "7e 01 06 00 01 00 16 06 02 03 14 05 09 41 59 30 30 31 4d 55 53 31 5c 1e 7e",
        "7e 01 07 01 15 00 25 86 84 7e",
        // The offer.
        "7e 01 08 00 0d 01 01 05 08 64 65 6d 6f 20 31 2e 31 12 04 00 00 03 e8 78 9c 7e",
        // Acknowledgements, a stuffed one included.
        "7e 02 00 7b 6d 7e",
        "7e 02 08 fa 65 7e",
        // The feature request and the cloud after the restart.
        "7e 01 0e 01 06 00 00 40 0c 7e",
        "7e 01 0f 01 11 00 01 17 01 01 5e 81 7e",
    ];
    for frame in expected {
        let frame = hex(frame);
        assert!(
            sent.contains(&frame.as_slice()),
            "{frame:02x?} was not sent"
        );
    }
    let heads = [
        "7e 01 09 00 0e 01 02 11 04 00 00 00 00 04 ff",
        "7e 01 0a 00 0e 01 03 11 04 00 00 00 ff 04 ff",
        "7e 01 0b 00 0e 01 04 11 04 00 00 01 fe 04 ff",
        "7e 01 0c 00 0e 01 05 11 04 00 00 02 fd 04 eb",
        "7e 01 0d 00 10 01 06",
    ];
    for head in heads {
        let head = hex(head);
        assert!(
            sent.iter().any(|frame| frame.starts_with(&head)),
            "{head:02x?} was not sent"
        );
    }
}
