//! Finding the load address of an image that is bare bytes.
//!
//! A function that is called through a pointer begins, as most do, with a PUSH that saves LR, and
//! the pointer is its address plus one. Each pair of an odd word and such a PUSH is a vote for one
//! load address; only the right one collects many.

use std::collections::BTreeMap;

/// Images begin at multiples of this, bytes: whole words.
pub const LOAD_ADDRESS_GRAIN: u32 = 4;
/// Load addresses that are found are multiples of this: no part has smaller erase units.
const GRAIN: u32 = 0x400;
/// Votes that make a load address.
const VOTES_MIN: u32 = 16;

/// The load address of `image`, when votes for one stand out.
#[must_use]
pub fn find_load_address(image: &[u8]) -> Option<u32> {
    let begins = function_starts(image);
    let mut votes: BTreeMap<u32, u32> = BTreeMap::new();
    for pointer in pointers(image) {
        let class = (pointer & (GRAIN - 1)) as usize;
        for begin in &begins[class] {
            if let Some(address) = pointer.checked_sub(*begin) {
                *votes.entry(address).or_default() += 1;
            }
        }
    }
    let mut counts: Vec<(u32, u32)> = votes.into_iter().map(|(at, count)| (count, at)).collect();
    counts.sort_unstable();
    let (count, address) = *counts.last()?;
    let second = counts.iter().rev().nth(1).map_or(0, |(count, _)| *count);
    (count >= VOTES_MIN && count >= second.saturating_mul(2)).then_some(address)
}

/// Offsets of each PUSH with LR, by their low bits.
fn function_starts(image: &[u8]) -> Vec<Vec<u32>> {
    let mut starts = vec![Vec::new(); GRAIN as usize];
    for (index, code) in image.as_chunks::<2>().0.iter().enumerate() {
        let short = code[1] == 0xb5;
        let wide = *code == [0x2d, 0xe9];
        if short || wide {
            let offset = u32::try_from(2 * index).unwrap_or(u32::MAX);
            starts[(offset & (GRAIN - 1)) as usize].push(offset);
        }
    }
    starts
}

/// Odd words, each once, without the bit that says Thumb.
fn pointers(image: &[u8]) -> Vec<u32> {
    let words = image.as_chunks::<4>().0.iter();
    let odd = words
        .map(|word| u32::from_le_bytes(*word))
        .filter(|word| word & 1 == 1);
    let mut pointers: Vec<u32> = odd.map(|word| word - 1).collect();
    pointers.sort_unstable();
    pointers.dedup();
    pointers
}
