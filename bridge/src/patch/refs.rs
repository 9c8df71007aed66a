//! References in an image, and images in which every reference is what it points to.
//!
//! Two builds of one program differ most where addresses moved. With each address replaced by the
//! name of its target they differ only where the program does.

use host_agent::patch::map::{RAM_BASE, RAM_LEN};
use host_agent::patch::thumb::{is_wide_branch, wide_offset};

/// What a place in an image refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reference {
    /// BL or B.W; offset of the target, which may lie outside of the image.
    Branch(i64),
    /// A word that points into the image; offset of the target.
    Flash(u32),
    /// A word that points into RAM; offset from [`RAM_BASE`].
    Ram(u32),
}

/// Offsets of the vector table, which are taken for numbers.
const VECTORS: u32 = 0x100;

/// The reference at `at`; `load_address` is that of the image's first byte.
pub(super) fn reference(image: &[u8], at: usize, load_address: Option<u32>) -> Option<Reference> {
    let load_address = load_address?;
    if !at.is_multiple_of(2) {
        return None;
    }
    let bytes: [u8; 4] = image.get(at..at + 4)?.try_into().ok()?;
    let [b0, b1, b2, b3] = bytes;
    let (first, second) = (u16::from_le_bytes([b0, b1]), u16::from_le_bytes([b2, b3]));
    if is_wide_branch(first, second) {
        return Some(Reference::Branch(
            at as i64 + 4 + i64::from(wide_offset(first, second)),
        ));
    }
    if !at.is_multiple_of(4) {
        return None;
    }
    let word = u32::from_le_bytes(bytes);
    let target = word.wrapping_sub(load_address);
    let in_ram = word.wrapping_sub(RAM_BASE);
    if target >= VECTORS && (target as usize) < image.len() {
        Some(Reference::Flash(target))
    } else if in_ram < RAM_LEN {
        Some(Reference::Ram(in_ram))
    } else {
        None
    }
}

/// How addresses move from the old image to the new one.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    /// Offset in the old image, shift; sorted.
    pub(super) flash: Vec<(u32, i32)>,
    /// Offset from [`RAM_BASE`], shift; sorted.
    pub(super) ram: Vec<(u32, i32)>,
}

/// The shift at `address`; 0 before the first entry.
pub(super) fn shift(entries: &[(u32, i32)], address: u32) -> i32 {
    let above = entries.partition_point(|(start, _)| *start <= address);
    above.checked_sub(1).map_or(0, |at| entries[at].1)
}

/// The image with every reference replaced by its target, in the terms of the new image.
///
/// `moves` of the old image; of the new one, those that move nothing. Without moves, as none are
/// known yet, all targets look alike.
pub(super) fn by_target(
    image: &[u8],
    load_address: Option<u32>,
    known: bool,
    moves: &Moves,
) -> Vec<u8> {
    let mut out = image.to_vec();
    let mut at = 0;
    while at < image.len() {
        let Some(found) = reference(image, at, load_address) else {
            at += if at.is_multiple_of(2) { 2 } else { 1 };
            continue;
        };
        let (target, mark) = match found {
            Reference::Branch(target) => {
                let kind = image[at + 3] & 0xd0;
                (branch_target(target, image.len(), moves), kind)
            }
            Reference::Flash(target) => {
                let moved = target.wrapping_add_signed(shift(&moves.flash, target & !1));
                (moved, 0xe0)
            }
            Reference::Ram(target) => (target.wrapping_add_signed(shift(&moves.ram, target)), 0x20),
        };
        let [t0, t1, t2, _] = if known { target.to_le_bytes() } else { [0; 4] };
        out[at..at + 4].copy_from_slice(&[t0, t1, t2, mark]);
        at += 4;
    }
    out
}

fn branch_target(target: i64, len: usize, moves: &Moves) -> u32 {
    let moved = match u32::try_from(target) {
        Ok(inside) if (inside as usize) < len => target + i64::from(shift(&moves.flash, inside)),
        _ => target,
    };
    // 24 bits of half-words are kept, as the instruction has.
    u32::try_from((moved >> 1) & 0xff_ffff).unwrap_or(0)
}
