//! The longest time from the boot order to the report, from the part's worst-case figures.

use crate::flash::Geometry;
use crate::layout::Layout;
use crate::planner::Shape;

/// Reset, start of the program and its link, milliseconds.
const START_MS: u64 = 3_000;
/// Reading a byte on a slow core, nanoseconds.
const READ_BYTE_NS: u64 = 4_000;
/// Reading and hashing a byte on a slow core without hash hardware, nanoseconds.
const HASH_BYTE_NS: u64 = 10_000;

/// Milliseconds until a host can report again that swaps `length` bytes at its next boot.
///
/// Never less than the truth of a boot with at most one failure (`Shape::boot_cost`): every erase
/// and every program counts with its worst case, each byte read with that of a slow core.
///
/// A layout that does not fit has no swap to wait for.
pub(super) fn report_ms_max(geometry: &Geometry, layout: &Layout, length: u32) -> u32 {
    let cost = Shape::of(layout, geometry)
        .map(|shape| shape.boot_cost(length))
        .unwrap_or_default();
    let erase_ms = cost.erases.saturating_mul(geometry.erase_ms_max.into());
    let program_us = cost.programs.saturating_mul(geometry.program_us_max.into());
    let read_ns = cost.reads * READ_BYTE_NS + u64::from(length) * HASH_BYTE_NS;
    let total = START_MS
        .saturating_add(erase_ms)
        .saturating_add(program_us.div_ceil(1_000))
        .saturating_add(read_ns.div_ceil(1_000_000));
    u32::try_from(total).unwrap_or(u32::MAX)
}
