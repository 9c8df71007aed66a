//! A bounded run of what `tests/fuzz` does without end, for every parser.

use fixtures::rng::{Rng, Seed};
use rig_tests::parsers::{ENTRIES, seeds};

/// Longest input, bytes.
const BYTES_MAX: usize = 4096;

/// Changes `input` in a few places, as a fuzzer does.
fn mutate(input: &mut Vec<u8>, rng: &mut Rng) {
    for _ in 0..=rng.below(3) {
        let len = u32::try_from(input.len()).unwrap();
        let at = rng.below(len + 1) as usize;
        match rng.below(5) {
            0 if at < input.len() => input[at] ^= 1 << rng.below(8),
            1 if at < input.len() => input[at] = rng.next_byte(),
            2 => input.truncate(at),
            3 => input.insert(at, rng.next_byte()),
            _ => {
                let end = (at + rng.below(16) as usize).min(input.len());
                let piece = input[at..end].to_vec();
                let to = rng.below(len + 1) as usize;
                input.splice(to..to, piece);
            }
        }
    }
    input.truncate(BYTES_MAX);
}

#[test]
fn no_parser_is_misled_by_inputs_that_are_nearly_good() {
    for (name, entry) in ENTRIES {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has nothing to start from");
        seeds.iter().for_each(|seed| entry(seed));
        let mut rng = Seed(9).split(name).rng();
        for _ in 0..1500 {
            let count = u32::try_from(seeds.len()).unwrap();
            let mut input = seeds[rng.below(count) as usize].clone();
            mutate(&mut input, &mut rng);
            entry(&input);
        }
    }
}

#[test]
fn no_parser_is_misled_by_noise() {
    for (name, entry) in ENTRIES {
        let mut rng = Seed(10).split(name).rng();
        for _ in 0..1000 {
            let mut input = vec![0; rng.below(300) as usize];
            rng.fill(&mut input);
            entry(&input);
        }
    }
}

#[test]
fn a_hello_answer_of_a_version_to_come_is_read_without_its_end() {
    rig_tests::parsers::rig(b"\x00\x41otar\x0a\x02\x46\x01\x02\x03\x04what version 10 says");
}
