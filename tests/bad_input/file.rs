//! A good file, cut and damaged everywhere, in memory that knows who may read what.

use fixtures::image::edited;
use protocol_spec::patch::head::{CRC, HEAD_BYTES_MIN};
use protocol_spec::patch::section::expected;
use protocol_spec::patch::{Head, Profile, SectionHead};
use rig_tests::decoder::{Trial, decode, old_image, patch, reseal};

/// A small patch that uses every kind of operation, and what it makes.
fn good() -> (Vec<u8>, Vec<u8>) {
    let old = old_image();
    let new = [&edited(&old[..2000], 3, 1)[..], &old[..300]].concat();
    (patch(&new, 512, Profile::Large), new)
}

/// What a host says of `file`: a code that has a row, or the new image, and then it is `new`.
fn code(file: &[u8], new: &[u8]) -> Option<u8> {
    let end = decode(&[&Trial::default().bytes()[..], file].concat()).unwrap();
    match end.outcome {
        Ok(made) => {
            assert!(made == new, "another image was made of it");
            None
        }
        Err(fault) => {
            assert!(fault.status().row().is_some(), "{fault:?}");
            Some(fault.status().0)
        }
    }
}

#[test]
fn a_file_that_is_cut_is_refused_at_every_length() {
    let (good, new) = good();
    for len in 0..good.len() {
        let wanted = if len < HEAD_BYTES_MIN { 49 } else { 17 };
        assert_eq!(code(&good[..len], &new), Some(wanted), "{len} bytes");
        // Its length and CRC may be made right, but what it lacks is missed.
        let mut cut = good[..len].to_vec();
        if len >= HEAD_BYTES_MIN {
            cut[12..16].copy_from_slice(&u32::try_from(len).unwrap().to_le_bytes());
            reseal(&mut cut);
            assert!(code(&cut, &new).is_some(), "{len} bytes, sealed");
        }
    }
}

/// Where the head and the heads of the sections lie.
fn heads(file: &[u8]) -> Vec<usize> {
    let (head, head_len) = Head::decode(file).unwrap();
    let mut places: Vec<usize> = (0..head_len).collect();
    let (mut at, mut last) = (head_len + head.ops_len as usize, None);
    for _ in 0..head.sections {
        let next = expected(last, head.blocks(), head.descending);
        let (section, used) = SectionHead::decode(&file[at..], next).unwrap();
        places.extend(at..at + used);
        at += used + section.len as usize;
        last = Some(section.block);
    }
    assert_eq!(at, file.len());
    places
}

#[test]
fn every_bit_of_the_heads_counts() {
    let (good, new) = good();
    let mut taken = Vec::new();
    for at in heads(&good) {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            assert!(code(&bad, &new).is_some(), "bit {bit} of byte {at}");
            reseal(&mut bad);
            if code(&bad, &new).is_none() && !CRC.contains(&at) {
                taken.push(at);
            }
        }
    }
    // What no digest covers: more RAM is asked for than needed, or that the code is elsewhere.
    taken.dedup();
    let of_no_weight = taken.iter().all(|at| (60..64).contains(at));
    assert!(of_no_weight, "{taken:?}");
}

#[test]
fn every_byte_of_the_operations_and_of_the_data_counts() {
    let (good, new) = good();
    let heads = heads(&good);
    let mut codes = std::collections::BTreeSet::new();
    for at in (0..good.len()).filter(|at| !heads.contains(at)) {
        for xor in [1, 0x10, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] ^= xor;
            assert!(code(&bad, &new).is_some(), "byte {at}");
            reseal(&mut bad);
            codes.extend(code(&bad, &new));
        }
    }
    println!("codes: {codes:?}");
    assert!(codes.contains(&1) && codes.len() > 4, "{codes:?}");
}
