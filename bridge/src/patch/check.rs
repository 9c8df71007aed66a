//! What a host would say to a patch, found out before anything is sent.
//!
//! The checks come in the order in which a host makes them, so that the code is the host's.

use host_agent::patch::{Applier, Facts, PatchFault};
use host_agent::update_core::Fault;
use protocol_spec::patch::{Head, head};

use super::apply::apply_on;
use super::limits::{HostLimits, can_decode};
use super::memory::FileOnly;
use super::objection::Objection;
use crate::event::Phase;
use crate::text::grouped;

/// What is known of a patch that a host would take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// The new image, as the host would have it.
    pub image: Vec<u8>,
    /// What its head says.
    pub facts: Facts,
    /// Bytes of staging that file and marks take; `None` when no host was named.
    pub staging: Option<u64>,
}

/// Checks `file` as a host with `limits` would that runs `old`, then applies it in memory.
///
/// Without limits only file and images are checked, and the host is one of the patch's board.
///
/// # Errors
/// The first objection of the host.
pub fn check(
    file: &[u8],
    old: &[u8],
    limits: Option<&HostLimits>,
    decode_ram: u32,
) -> Result<Checked, Objection> {
    if let Some(limits) = limits {
        takes_file(limits, file)?;
    }
    let board = limits.map_or_else(|| board_of(file), |limits| limits.board.clone());
    let mut ram = vec![0; decode_ram as usize];
    let file_len = u32::try_from(file.len()).unwrap_or(u32::MAX);
    let refused = |fault| explain(file, fault, decode_ram, limits);
    let opened = Applier::head(&mut FileOnly(file), file_len, &board, &ram);
    let mut applier = opened.map_err(refused)?;
    let facts = *applier.facts();
    if let Some(limits) = limits {
        limits.fits_blocks(facts.old_len.max(facts.new_len), facts.block_len)?;
    }
    if head::file_crc(file) != Some(facts.crc) {
        return Err(Objection::of(PatchFault::FileCrc.into()));
    }
    let mut survey = || applier.survey(&mut FileOnly(file), &mut ram);
    while !survey().map_err(refused)? {}
    let marks =
        |limits: &HostLimits| limits.fits_marks(facts.file_len, facts.sections, facts.block_len);
    let staging = limits.map(marks).transpose()?;
    let image = apply_on(old, file, &board, decode_ram as usize).map_err(|error| Objection {
        block: error.block,
        written: error.written,
        phase: match error.written {
            Some(_) => Phase::Boot,
            None => Phase::Verify,
        },
        ..Objection::of(error.fault)
    })?;
    Ok(Checked {
        image,
        facts,
        staging,
    })
}

/// Whether staging takes the file. Where the image does not fit its slot either, that is what is
/// wrong: it has the same code, and nothing that is done about the patch helps.
fn takes_file(limits: &HostLimits, file: &[u8]) -> Result<(), Objection> {
    limits.takes_file(file.len() as u64).map_err(|staging| {
        let head = Head::decode(file).ok().map(|(head, _)| head);
        let slot = head.and_then(|head| limits.fits_slot(head.new.length).err());
        slot.map_or_else(
            || staging.clone(),
            |slot| Objection {
                phase: staging.phase,
                ..slot
            },
        )
    })
}

/// What the applier did not open, with what the head says of it; `ram` is what it was lent.
fn explain(file: &[u8], fault: Fault, ram: u32, limits: Option<&HostLimits>) -> Objection {
    let (Fault::Patch(patch_fault), head) = (fault, Head::decode(file)) else {
        return Objection::of(fault);
    };
    match (patch_fault, head) {
        (PatchFault::Board, Ok((head, _))) => {
            let found = limits.and_then(|limits| limits.is_board(head.board).err());
            found.unwrap_or_else(|| Objection::of(fault))
        }
        (PatchFault::FileLength, Ok((head, _))) => {
            let (stated, found) = (grouped(head.file_len.into()), grouped(file.len() as u64));
            Objection::with(patch_fault, &format!("{found} of {stated} bytes"))
        }
        (PatchFault::Memory, Ok((head, _))) => can_decode(head.profile, ram)
            .err()
            .unwrap_or_else(|| Objection::of(fault)),
        // One sentence of the two is enough.
        (PatchFault::HeadUnknown, Err(_)) => Objection::of(fault),
        (_, Err(error)) => Objection::with(patch_fault, &error.to_string()),
        _ => Objection::of(fault),
    }
}

/// The board name in the head; none where there is no good head.
fn board_of(file: &[u8]) -> Vec<u8> {
    Head::decode(file).map_or_else(|_| Vec::new(), |(head, _)| head.board.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::{Options, apply, make};

    fn limits() -> HostLimits {
        HostLimits {
            board: b"bench".to_vec(),
            slot_len: 0x8000,
            erase_unit: 0x400,
            scratch_len: 0x1000,
            staging_len: 0x8000,
            program_unit: 4,
            decode_ram: 8192,
        }
    }

    fn images() -> (Vec<u8>, Vec<u8>) {
        let old: Vec<u8> = (0..20_000_u32).map(|at| (at * 7 % 253) as u8).collect();
        let mut new = old.clone();
        new[5_000] ^= 0xff;
        new[19_000] ^= 0xff;
        (old, new)
    }

    fn patch(options: &Options) -> Vec<u8> {
        let (old, new) = images();
        make(&old, &new, options).unwrap().file
    }

    fn code(file: &[u8], limits: &HostLimits) -> u8 {
        let found = check(file, &images().0, Some(limits), limits.decode_ram);
        found.map_or_else(|objection| objection.status.0, |_| 0)
    }

    #[test]
    fn a_good_patch_is_taken() {
        let file = patch(&Options::default());
        let (old, _) = images();
        let checked = check(&file, &old, Some(&limits()), 8192).unwrap();
        assert!(checked.image == images().1);
        assert_eq!(checked.facts.sections, 2);
        assert_eq!(
            checked.staging,
            Some(limits().staging_needed(checked.facts.file_len, 2))
        );
        assert_eq!(check(&file, &old, None, 8192).unwrap().staging, None);
    }

    #[test]
    fn a_board_name_may_be_any_bytes() {
        let mut file = patch(&Options {
            board: "x".to_owned(),
            ..Options::default()
        });
        let board = Head::decode(&file).unwrap().1 - 1;
        file[board] = 0xff;
        let crc = head::file_crc(&file).unwrap();
        file[head::CRC].copy_from_slice(&crc.to_le_bytes());
        check(&file, &images().0, None, 8192).unwrap();
    }

    #[test]
    fn each_limit_has_its_code() {
        let file = patch(&Options::default());
        let len = u32::try_from(file.len()).unwrap();
        let mut with = limits();
        with.staging_len = len - 1;
        assert_eq!(code(&file, &with), 17);
        with.staging_len = u32::try_from(with.staging_needed(len, 2)).unwrap() - 1;
        assert_eq!(code(&file, &with), 51);
        with.staging_len += 1;
        assert_eq!(code(&file, &with), 0);
        let change = |change: &dyn Fn(&mut HostLimits)| {
            let mut with = limits();
            change(&mut with);
            with
        };
        assert_eq!(code(&file, &change(&|with| with.slot_len = 19_999)), 17);
        assert_eq!(code(&file, &change(&|with| with.erase_unit = 0x2000)), 37);
        assert_eq!(code(&file, &change(&|with| with.scratch_len = 0x800)), 34);
        assert_eq!(code(&file, &change(&|with| with.scratch_len = 0)), 34);
        assert_eq!(code(&file, &change(&|with| with.decode_ram = 4096)), 3);
        let board = Options {
            board: "another".to_owned(),
            ..Options::default()
        };
        assert_eq!(code(&patch(&board), &limits()), 23);
    }

    #[test]
    fn what_is_advised_helps() {
        let file = patch(&Options::default());
        let objection = |limits: &HostLimits| check(&file, &images().0, Some(limits), 8192);
        let objection = |limits: &HostLimits| objection(limits).unwrap_err();
        let whole = "send the whole image with --image";
        let mut with = limits();
        with.staging_len = u32::try_from(file.len()).unwrap() - 1;
        assert_eq!(objection(&with).advice.next_step, whole);
        with.slot_len = 19_999;
        let found = objection(&with);
        assert_eq!((found.status.0, found.phase), (17, Phase::Offer));
        assert!(found.what.contains("does not fit the slot"), "{found:?}");
        assert!(!found.advice.next_step.contains("send"), "{found:?}");

        let mut with = limits();
        let needed = with.staging_needed(u32::try_from(file.len()).unwrap(), 2);
        with.staging_len = u32::try_from(needed).unwrap() - 1;
        assert_eq!(objection(&with).advice.next_step, whole);
        with.scratch_len = 0x4000;
        let found = objection(&with);
        assert_eq!(found.status.0, 51);
        let next = found.advice.next_step;
        assert!(next.contains("--block-size 16384"), "{next}");
        with.staging_len = u32::try_from(file.len()).unwrap() + 4;
        assert_eq!(objection(&with).advice.next_step, whole);
    }

    #[test]
    fn file_and_base_have_their_codes() {
        let file = patch(&Options::default());
        let (old, new) = images();
        let status = |file: &[u8], old: &[u8]| {
            let found = check(file, old, Some(&limits()), 8192);
            found.map_or_else(|objection| objection.status.0, |_| 0)
        };
        assert_eq!(status(&file, &new), 21);
        assert_eq!(status(&old, &old), 23);
        assert_eq!(status(&file[..40], &old), 49);
        assert_eq!(status(&file[..file.len() - 1], &old), 17);
        let (_, head_len) = Head::decode(&file).unwrap();
        for at in head_len..file.len() {
            let mut bent = file.clone();
            bent[at] ^= 0x55;
            assert_eq!(status(&bent, &old), 24, "byte {at}");
            let applied = apply_on(&old, &bent, b"", 8192).unwrap_err();
            assert_eq!(applied.fault.status().0, 24, "byte {at}");
        }
        assert_eq!(status(&[], &old), 49);
    }

    /// Nothing behind the head is read before its CRC was found right.
    #[test]
    fn bytes_that_were_changed_behind_the_head_have_the_code_of_the_crc() {
        let file = patch(&Options::default());
        let (old, _) = images();
        for at in Head::decode(&file).unwrap().1..file.len() {
            let mut bent = file.clone();
            bent[at] ^= 0x55;
            assert_eq!(code(&bent, &limits()), 24, "{at}");
            let fault = apply(&old, &bent, "bench", 8192).unwrap_err().fault;
            assert_eq!(fault.status().0, 24, "{at}");
        }
    }
}
