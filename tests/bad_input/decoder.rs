//! A bounded run of what `tests/fuzz` does without end.

use fixtures::rng::{Rng, Seed};
use rig_tests::decoder::{Trial, decode, seeds};

/// Changes `file` in a few places, as a fuzzer does.
fn mutate(file: &mut Vec<u8>, rng: &mut Rng) {
    for _ in 0..=rng.below(3) {
        let len = u32::try_from(file.len()).unwrap();
        let at = rng.below(len) as usize;
        match rng.below(6) {
            0 => file[at] ^= 1 << rng.below(8),
            1 => file[at] = rng.next_byte(),
            2 => file.truncate(at + 1),
            3 => file.insert(at, rng.next_byte()),
            4 => rng.fill(&mut file[at..][..(len as usize - at).min(8)]),
            _ => {
                let piece = file[at..][..(len as usize - at).min(16)].to_vec();
                let to = rng.below(len) as usize;
                file.splice(to..to, piece);
            }
        }
    }
}

#[test]
fn whatever_the_file_says_reads_stay_inside_and_work_has_an_end() {
    let seeds = seeds();
    let mut rng = Seed(4).split("decoder").rng();
    let mut written = 0;
    for _ in 0..2000 {
        let mut file = seeds[rng.below(u32::try_from(seeds.len()).unwrap()) as usize].clone();
        mutate(&mut file, &mut rng);
        let trial = Trial {
            repair: rng.below(8) > 0,
            small_ram: rng.below(4) == 0,
            unchecked: rng.below(4) == 0,
            fails: (rng.below(3) == 0).then(|| u16::try_from(rng.below(200)).unwrap()),
        };
        let end = decode(&[&trial.bytes()[..], &file].concat()).unwrap();
        written += end.written;
    }
    assert!(
        written > 500,
        "{written} blocks: most files are refused at the door"
    );
}

#[test]
fn a_good_file_is_decoded_in_every_trial() {
    for file in seeds() {
        for (unchecked, fails) in [(false, 0), (false, 5), (true, 20), (false, 60), (true, 150)] {
            let trial = Trial {
                small_ram: file[5] == 1,
                unchecked,
                fails: Some(fails),
                ..Trial::default()
            };
            let end = decode(&[&trial.bytes()[..], &file].concat()).unwrap();
            assert!(end.outcome.is_ok(), "{end:?}");
        }
    }
}

/// A block with two things wrong, found by fuzzing: which is met first depends on the pieces that it is
/// decoded in.
#[rustfmt::skip]
const TWO_WRONGS: [u8; 180] = [
    0x05, 0x00, 0x00, 0x4f, 0x54, 0x52, 0x50, 0x01, 0x01, 0x4b, 0x00, 0x33, 0x77, 0x39,
    0x61, 0x4c, 0x01, 0x00, 0x00, 0xb8, 0x0b, 0x00, 0x0b, 0xb8, 0x00, 0x3f, 0x00, 0xa6,
    0x4c, 0x00, 0x00, 0x00, 0xb8, 0x8b, 0x00, 0x00, 0x60, 0x7b, 0x19, 0xa8, 0x2c, 0x52,
    0xb9, 0xdb, 0xf1, 0x89, 0x0c, 0x23, 0x61, 0x6c, 0x87, 0x93, 0x22, 0xf9, 0xe8, 0x81,
    0x9e, 0x7b, 0x4d, 0xbf, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x26, 0x00, 0x00,
    0x00, 0x02, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x71, 0x0e, 0x54, 0x17, 0xb1, 0x30,
    0x15, 0x42, 0x66, 0x67, 0x33, 0xa5, 0x98, 0x7e, 0x9c, 0x83, 0xd9, 0x8b, 0xbc, 0x14,
    0x66, 0x1e, 0xed, 0x77, 0x88, 0x24, 0xa2, 0xb4, 0x18, 0xc1, 0x03, 0x61, 0x0f, 0x00,
    0x04, 0xd6, 0x23, 0x61, 0x6c, 0x87, 0x93, 0x22, 0xf9, 0xe8, 0x81, 0x9e, 0xbe, 0xaf,
    0x4d, 0x22, 0x7b, 0xfd, 0xc3, 0xf5, 0x67, 0x73, 0xd5, 0x00, 0x01, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x08, 0x26, 0x00, 0x00, 0x00, 0x0a, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
    0x71, 0x0e, 0x54, 0x11, 0xb1, 0x30, 0x15, 0x42, 0x66, 0x67, 0x33, 0xda, 0x70, 0x84,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 0x00, 0x10, 0x08, 0x00, 0x50,
];

#[test]
fn a_block_with_two_wrongs_ends_with_one_of_them() {
    assert!(decode(&TWO_WRONGS).unwrap().outcome.is_err());
}
