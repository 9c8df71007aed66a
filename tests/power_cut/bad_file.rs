//! Damaged patch files at a whole host: it keeps the old image, or stops and takes a whole one.

use fixtures::flash::StrictFlash;
use fixtures::scenario::PatchCraft as Is;
use host_agent::update_core::CoreEvent;
use protocol_spec::Status;
use protocol_spec::patch::head;
use protocol_spec::patch::section::expected;
use protocol_spec::patch::{Head, SectionHead};
use protocol_spec::rig::message::ObjectKind;

use crate::device::{BootEnd, Case, content, rest, version};

/// Blocks of 1 KiB, two of which change.
fn case() -> Case {
    let old = content(3 * 1024 + 100, 1);
    let mut new = old.clone();
    new[1030..1050].copy_from_slice(&old[60..80]);
    new[1100..1104].copy_from_slice(b"news");
    new.extend_from_slice(&content(20, 3));
    Case::patch("nrf51822", 1024, old, new)
}

/// What became of a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum End {
    /// Refused before the boot was ordered.
    Refused,
    /// Given up by the boot step, with the old image whole.
    Abandoned,
    /// Stopped, and then the whole image was taken.
    Recovered,
    /// The new image runs.
    New,
}

/// Sends `file`; how it ends, and with which code.
fn send(case: &Case, file: Vec<u8>) -> (End, Status) {
    let mut case = case.clone();
    case.sent = file;
    let (core, outcome) = case.staged(case.device());
    let Err(code) = outcome else {
        return ordered(&case);
    };
    runs(&case, core.into_flash(), "old");
    (End::Refused, code)
}

fn ordered(case: &Case) -> (End, Status) {
    let mut core = case.core(case.ordered(case.device()));
    let events = rest(&mut core);
    let flash = core.into_flash();
    for event in events {
        match event {
            CoreEvent::Entered { tried: true } => {
                runs(case, flash, "new");
                return (End::New, Status::DONE);
            }
            CoreEvent::Failed(fault) => {
                runs(case, flash, "old");
                return (End::Abandoned, fault.status());
            }
            CoreEvent::Stopped(code) => {
                recovers(case, flash);
                return (End::Recovered, code);
            }
            _ => {}
        }
    }
    panic!("the boot has no end");
}

/// The image of this name is entered, whole.
fn runs(case: &Case, flash: StrictFlash, name: &str) {
    let mut core = case.core(flash);
    let events = rest(&mut core);
    let entered = |event: &CoreEvent| matches!(event, CoreEvent::Entered { .. });
    assert!(events.iter().any(entered), "{events:?}");
    assert_eq!(core.running().version, version(name));
    case.check_entered(&core).expect("whole");
}

fn recovers(case: &Case, flash: StrictFlash) {
    let mut whole = case.clone();
    (whole.sent, whole.kind) = (case.new.clone(), ObjectKind::Image);
    whole.run(flash).expect("the whole image is taken");
}

/// A name for every code that a bad file may end in.
fn named(code: Status) -> bool {
    let patcher = [1, 3, 16, 17, 19, 21, 23, 24, 34, 35, 36, 37, 48, 49, 51, 54];
    patcher.contains(&code.0)
}

fn resealed(mut file: Vec<u8>) -> Vec<u8> {
    if let Some(crc) = head::file_crc(&file) {
        file[head::CRC].copy_from_slice(&crc.to_le_bytes());
    }
    file
}

#[test]
fn a_file_that_is_cut_never_gets_to_the_slot() {
    let case = case();
    for len in (1..case.sent.len()).step_by(3) {
        let (end, code) = send(&case, case.sent[..len].to_vec());
        assert_eq!(end, End::Refused, "{len} bytes");
        assert!(named(code), "{len} bytes: {code}");
    }
}

/// Offsets of the bytes of the head and of the heads of sections.
fn heads(file: &[u8]) -> Vec<usize> {
    let (head, head_len) = Head::decode(file).expect("good");
    let mut places: Vec<usize> = (0..head_len).collect();
    let (mut at, mut last) = (head_len + head.ops_len as usize, None);
    for _ in 0..head.sections {
        let next = expected(last, head.blocks(), head.descending);
        let (section, used) = SectionHead::decode(&file[at..], next).expect("good");
        places.extend(at..at + used);
        at += used + section.len as usize;
        last = Some(section.block);
    }
    places
}

#[test]
fn every_bit_of_the_heads_leaves_an_image_or_a_host_that_recovers() {
    let case = case();
    let mut ends = std::collections::BTreeSet::new();
    for at in heads(&case.sent) {
        for bit in 0..8 {
            let mut bad = case.sent.clone();
            bad[at] ^= 1 << bit;
            if (at + bit) % 4 == 0 {
                let (end, code) = send(&case, bad.clone());
                assert!(end == End::Refused && named(code), "{bit} of {at}: {code}");
            }
            let (end, code) = send(&case, resealed(bad));
            assert!(end == End::New || named(code), "bit {bit} of {at}: {code}");
            ends.insert(end);
        }
    }
    assert_eq!(ends.len(), 4, "{ends:?}");
}

#[test]
fn every_byte_of_the_operations_and_of_the_data_leaves_the_same() {
    let case = case();
    let heads = heads(&case.sent);
    let (head, _) = Head::decode(&case.sent).expect("good");
    let streams = 1 + head.sections as usize;
    let mut ends = std::collections::BTreeSet::new();
    let mut harmless = Vec::new();
    for at in (0..case.sent.len()).filter(|at| !heads.contains(at)) {
        for xor in [0x01, 0x80, 0xff] {
            let mut bad = case.sent.clone();
            bad[at] ^= xor;
            let (end, code) = send(&case, resealed(bad));
            // Bits of the last byte of a stream may mean nothing.
            if end == End::New {
                harmless.push(at);
                continue;
            }
            assert!(named(code), "byte {at}: {code}");
            ends.insert(end);
        }
    }
    harmless.dedup();
    assert!(harmless.len() <= streams, "{harmless:?}");
    assert!(ends.contains(&End::Refused), "{ends:?}");
    assert!(ends.contains(&End::Abandoned), "{ends:?}");
    assert!(ends.contains(&End::Recovered), "{ends:?}");
}

#[test]
fn a_crafted_file_never_harms_the_old_image_when_its_fault_can_be_foreseen() {
    let old = content(12 * 1024, 1);
    let mut new = old.clone();
    for block in [1, 4, 5, 9] {
        new[block * 1024 + 500..][..40].copy_from_slice(&content(40, 2));
    }
    let case = Case::patch("nrf51822", 1024, old, new);
    let options = bridge::patch::Options {
        block_len: 1024,
        ..bridge::patch::Options::default()
    };
    for wrong in Is::ALL {
        let crafted = bridge::patch::craft(&case.old, &case.new, &options, wrong);
        let (end, code) = send(&case, crafted.expect("a place for it").file);
        assert!(named(code), "{wrong:?}: {code}");
        let wanted = match wrong {
            Is::OldChecksum | Is::NewChecksum => End::Abandoned,
            Is::NewDigest => End::Recovered,
            Is::DataBehind | Is::DataCut => {
                assert!(matches!(end, End::Abandoned | End::Recovered), "{end:?}");
                continue;
            }
            _ => End::Refused,
        };
        assert_eq!(end, wanted, "{wrong:?}");
    }
}

/// A boot that is ended by no cut.
#[test]
fn a_good_file_passes() {
    let case = case();
    assert_eq!(send(&case, case.sent.clone()), (End::New, Status::DONE));
    let mut core = case.core(case.device());
    assert_eq!(case.boot(&mut core), Ok(BootEnd::Ordered));
}
