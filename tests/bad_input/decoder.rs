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
