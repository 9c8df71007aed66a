//! The operations of all blocks, read in the order of the file.
//!
//! ```text
//! half words? | RAM map: count, entries | more map entries: count, entries |
//! each section: stored? or operations
//! ```

use protocol_spec::patch::Head;

use super::block::Common;
use super::coder::BitCoder;
use super::counter::FRESH;
use super::fault::PatchFault;
use super::map::Map;
use super::op::OpCoder;
use super::words::{CONTROL, CONTROL_WORDS, Words};

/// What the stream of operations begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preface<'a> {
    /// Literals are half-words.
    pub half_words: bool,
    /// Entries of the RAM map: offset from [`super::map::RAM_BASE`], shift.
    pub ram_map: &'a [(u32, i32)],
    /// Entries of the address map besides those of operations: offset in the old image, shift.
    pub map: &'a [(u32, i32)],
}

/// Clears the counters of operations and codes the preface; the maps are then in the RAM.
///
/// # Errors
/// [`PatchFault::Init`] when a map does not fit.
pub fn preface<C: BitCoder>(
    coder: &mut C,
    words: &mut Words<'_>,
    given: &Preface<'_>,
    head: &Head<'_>,
) -> Result<Common, PatchFault> {
    let mut common = Common::of(head);
    code_preface(coder, words, given, &mut common)?;
    Ok(common)
}

/// As [`preface`], into `common`, whose maps begin anew.
pub(super) fn code_preface<C: BitCoder>(
    coder: &mut C,
    words: &mut Words<'_>,
    given: &Preface<'_>,
    common: &mut Common,
) -> Result<(), PatchFault> {
    forget(words);
    let mut ops = OpCoder::new(coder, words);
    common.half_words = ops.even(given.half_words);
    common.ram_map.clear();
    code_map(&mut ops, &mut common.ram_map, given.ram_map)?;
    common.map.clear();
    code_map(&mut ops, &mut common.map, given.map)
}

/// Clears the counters of operations, as before the first section.
pub fn forget(words: &mut Words<'_>) {
    words.fill(CONTROL, CONTROL_WORDS, FRESH);
}

fn code_map<C: BitCoder>(
    ops: &mut OpCoder<'_, '_, C>,
    map: &mut Map,
    given: &[(u32, i32)],
) -> Result<(), PatchFault> {
    // The maker gives no more than fit.
    let count = ops.number(u32::try_from(given.len()).unwrap_or(u32::MAX));
    if count as usize > map.room() {
        return Err(PatchFault::Init);
    }
    let mut given = given.iter().copied();
    let (mut start, mut shift) = (0_u32, 0_i32);
    for _ in 0..count {
        let (next, moved) = given.next().unwrap_or((start, shift));
        start = start.wrapping_add(ops.number(next.wrapping_sub(start)));
        shift = shift.wrapping_add(ops.signed(moved.wrapping_sub(shift)));
        if !map.insert(ops.words, start, shift) {
            return Err(PatchFault::Init);
        }
    }
    Ok(())
}
