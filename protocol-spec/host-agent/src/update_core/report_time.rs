//! The longest time from the boot order to the report, from the part's worst-case figures.

use crate::flash::Geometry;
use crate::planner::Cost;

/// Reset, start of the program and its link, milliseconds.
const START_MS: u64 = 3_000;
/// Reading a byte on a slow core, nanoseconds.
const READ_BYTE_NS: u64 = 4_000;
/// Reading and hashing a byte on a slow core without hash hardware, nanoseconds.
const HASH_BYTE_NS: u64 = 10_000;

/// Decoding a byte of a patch on a slow core, nanoseconds: an estimate, 500 instructions at 16 MHz
/// with a wait state here and there.
const DECODE_BYTE_NS: u64 = 40_000;

/// Milliseconds until a host can report again whose next boot costs `cost`.
///
/// Never less than the truth of a boot with at most one failure: every erase and every program
/// counts with its worst case, each byte read, hashed or decoded with that of a slow core.
pub(super) fn report_ms_max(geometry: &Geometry, cost: &Cost) -> u32 {
    let erase_ms = cost.erases.saturating_mul(geometry.erase_ms_max.into());
    let program_us = cost.programs.saturating_mul(geometry.program_us_max.into());
    let core_ns =
        cost.reads * READ_BYTE_NS + cost.hashed * HASH_BYTE_NS + cost.decoded * DECODE_BYTE_NS;
    let total = START_MS
        .saturating_add(erase_ms)
        .saturating_add(program_us.div_ceil(1_000))
        .saturating_add(core_ns.div_ceil(1_000_000));
    u32::try_from(total).unwrap_or(u32::MAX)
}
