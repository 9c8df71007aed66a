//! The longest time from the boot order to the report, from the part's worst-case figures.

use crate::flash::Geometry;
use crate::layout::{Area, Layout};

/// Reset, start of the program and its link, milliseconds.
const START_MS: u64 = 3_000;
/// Reading and hashing a byte on a slow core without hash hardware, nanoseconds.
const HASH_BYTE_NS: u64 = 10_000;
/// Bytes that the part's worst-case program time speaks of.
const PROGRAM_BYTES: u64 = 256;
/// A swap programs each byte into scratch, staging and slot.
const PROGRAMS: u64 = 3;

/// Milliseconds until a host can report again that swaps `length` bytes at its next boot.
///
/// Never less than the truth: every erase and program counts with its worst case.
pub(super) fn report_ms_max(geometry: &Geometry, layout: &Layout, length: u32) -> u32 {
    let length = u64::from(length);
    let scratch = u64::from(layout.scratch.len.max(1));
    let swaps = length.div_ceil(scratch);
    let slot = |area: Area| units(geometry, area);
    let records: u64 = layout
        .records
        .iter()
        .map(|area| units(geometry, *area))
        .sum();
    let erases = swaps * units(geometry, layout.scratch)
        + slot(layout.primary)
        + slot(layout.secondary)
        + 2 * records;
    let program_us = PROGRAMS * length.div_ceil(PROGRAM_BYTES) * u64::from(geometry.program_us_max);
    let hash_ms = 2 * length * HASH_BYTE_NS / 1_000_000;
    let total = START_MS + erases * u64::from(geometry.erase_ms_max) + program_us / 1_000 + hash_ms;
    u32::try_from(total).unwrap_or(u32::MAX)
}

fn units(geometry: &Geometry, area: Area) -> u64 {
    geometry
        .units(area.start..area.end())
        .fold(0, |count, _| count + 1)
}
