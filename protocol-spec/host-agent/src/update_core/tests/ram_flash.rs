//! A strict flash in RAM, with power cuts and unstable cells.

use std::collections::BTreeMap;
use std::vec;
use std::vec::Vec;

use crate::flash::{Flash, FlashError, Geometry, PROGRAM_BYTES_MAX, REGIONS_MAX, Region};
use crate::layout::{Area, Layout};
use crate::record::RECORD_BYTES;
use protocol_spec::rig::message::LayoutKind;

pub(super) const UNIT: u32 = 256;
const START: u32 = 0x1000;

/// 20 units: records of 2, slots of 6, scratch of 2; two are left over.
pub(super) const GEOMETRY: Geometry = Geometry {
    regions: {
        let mut regions = [Region {
            start: 0,
            unit: 0,
            count: 0,
        }; REGIONS_MAX];
        regions[0] = Region {
            start: START,
            unit: UNIT,
            count: 20,
        };
        regions
    },
    program_unit: 4,
    erased: 0xff,
    erase_ms_max: 20,
    program_us_max: 3000,
};

pub(super) const LAYOUT: Layout = Layout {
    kind: LayoutKind::TwoSlot,
    primary: area(4, 6),
    secondary: area(10, 6),
    scratch: area(16, 2),
    records: [area(0, 2), area(2, 2)],
};

/// As `LAYOUT`, in place: a slot of 8 units, and staging of 4.
pub(super) const IN_PLACE: Layout = Layout {
    kind: LayoutKind::InPlace,
    primary: area(4, 8),
    secondary: area(12, 4),
    ..LAYOUT
};

const fn area(unit: u32, units: u32) -> Area {
    Area {
        start: START + unit * UNIT,
        len: units * UNIT,
    }
}

/// What becomes of the operation at which the power goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tear {
    /// It is complete, but nobody learns of it.
    After,
    /// It did not begin.
    Before,
    /// Its first half is complete.
    Prefix,
    /// Its second half is complete.
    Suffix,
    /// Every cell may read old or new, until it is erased or programmed again.
    Unstable,
}

/// How unstable cells read in one boot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    Old,
    New,
    /// Erased, where a cell may read so.
    Erased,
    /// Anything but erased, where a cell may read so.
    Programmed,
    Seeded(u32),
}

/// A power cut: after `after` operations of a boot, the next one suffers `tear`, and the boot that
/// follows reads unstable cells as `reading` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Cut {
    pub(super) after: u64,
    pub(super) tear: Tear,
    pub(super) reading: Reading,
}

#[derive(Clone)]
pub(super) struct RamFlash {
    geometry: Geometry,
    cells: Vec<u8>,
    /// Programs of each program unit since its erase.
    programs: Vec<u32>,
    /// Address index to the values that a cell may read, oldest first.
    unstable: BTreeMap<usize, Vec<u8>>,
    reading: Reading,
    pub(super) ops: u64,
    cut: Option<Cut>,
    dead: bool,
    /// Operations since the flash was new.
    pub(super) total: u64,
    /// Fails the operation with this number of all, without a power cut.
    pub(super) fail_at: Option<u64>,
    /// Start of an erase unit that can no longer be erased or programmed.
    pub(super) bad_unit: Option<u32>,
    /// Fails the read with this number, counted down.
    pub(super) fail_read: Option<u32>,
    /// Fails every read in this area.
    pub(super) unreadable: Option<Area>,
    /// Erases since power-on; all other operations are programs.
    pub(super) erases: u64,
    /// Bytes read since power-on.
    pub(super) bytes_read: u64,
    /// Flips a bit in the read of a record with this number, counted down.
    pub(super) flip_record: Option<u32>,
    /// Programs that the part forbids.
    pub(super) violations: u32,
    /// Drops the operation with this number of all and says that it is done.
    pub(super) hide_at: Option<u64>,
}

enum Change<'a> {
    Erase,
    Program(&'a [u8]),
}

impl RamFlash {
    pub(super) fn new() -> Self {
        Self::with(GEOMETRY)
    }

    pub(super) fn with(geometry: Geometry) -> Self {
        let len = (geometry.end() - geometry.start()) as usize;
        Self {
            cells: vec![geometry.erased; len],
            programs: vec![0; len / usize::from(geometry.program_unit)],
            geometry,
            unstable: BTreeMap::new(),
            reading: Reading::Old,
            ops: 0,
            cut: None,
            dead: false,
            fail_at: None,
            bad_unit: None,
            fail_read: None,
            unreadable: None,
            erases: 0,
            bytes_read: 0,
            flip_record: None,
            violations: 0,
            hide_at: None,
            total: 0,
        }
    }

    /// Counts operations anew, from power-on.
    pub(super) fn power_on(&mut self, reading: Reading, cut: Option<Cut>) {
        (self.reading, self.cut, self.dead, self.ops) = (reading, cut, false, 0);
        (self.erases, self.bytes_read) = (0, 0);
    }

    pub(super) fn is_dead(&self) -> bool {
        self.dead
    }

    pub(super) fn peek(&self, address: u32, len: usize) -> Vec<u8> {
        let mut out = vec![0; len];
        self.get(self.index(address), &mut out);
        out
    }

    pub(super) fn poke(&mut self, address: u32, byte: u8) {
        let index = self.index(address);
        self.cells[index] = byte;
    }

    /// Sets an erased cell, as if it had been programmed once.
    pub(super) fn fill(&mut self, address: u32, byte: u8) {
        let index = self.index(address);
        if self.cells[index] == self.geometry.erased {
            self.cells[index] = byte;
            self.programs[index / usize::from(self.geometry.program_unit)] = 1;
        }
    }

    fn index(&self, address: u32) -> usize {
        (address - self.geometry.start()) as usize
    }

    fn get(&self, at: usize, out: &mut [u8]) {
        out.copy_from_slice(&self.cells[at..at + out.len()]);
        for (index, values) in self.unstable.range(at..at + out.len()) {
            let is_erased = |value: &&u8| **value == self.geometry.erased;
            let pick = match self.reading {
                Reading::Old => values.first(),
                Reading::New => values.last(),
                Reading::Erased => values.iter().find(is_erased).or(values.first()),
                Reading::Programmed => values.iter().find(|v| !is_erased(v)).or(values.first()),
                Reading::Seeded(seed) => values.get(mix(seed, *index) as usize % values.len()),
            };
            out[index - at] = *pick.expect("never empty");
        }
    }

    /// Counts an operation on `len` cells at `at`, and does what a cut or fault leaves of it.
    fn operate(
        &mut self,
        at: usize,
        len: usize,
        change: &Change<'_>,
        failed: FlashError,
    ) -> Result<(), FlashError> {
        self.ops += 1;
        self.total += 1;
        self.erases += u64::from(matches!(change, Change::Erase));
        if self.hide_at == Some(self.total) {
            return Ok(());
        }
        let unit = self.geometry.start() + u32::try_from(at).expect("small") / UNIT * UNIT;
        if self.fail_at == Some(self.total) || self.bad_unit == Some(unit) {
            return Err(failed);
        }
        let half = (len / 2)
            .next_multiple_of(usize::from(self.geometry.program_unit))
            .min(len);
        match self
            .cut
            .filter(|cut| cut.after < self.ops)
            .map(|cut| cut.tear)
        {
            None => {
                self.put(at, 0..len, change, false);
                return Ok(());
            }
            Some(Tear::Before) => {}
            Some(Tear::After) => self.put(at, 0..len, change, false),
            Some(Tear::Prefix) => self.put(at, 0..half, change, false),
            Some(Tear::Suffix) => self.put(at, half..len, change, false),
            Some(Tear::Unstable) => self.put(at, 0..len, change, true),
        }
        self.dead = true;
        Err(FlashError::Dead)
    }

    fn put(&mut self, at: usize, range: core::ops::Range<usize>, change: &Change<'_>, torn: bool) {
        for index in range {
            let value = match change {
                Change::Erase => self.geometry.erased,
                Change::Program(data) => data[index],
            };
            let cell = at + index;
            if torn {
                let solid = self.cells[cell];
                let values = self.unstable.entry(cell).or_insert_with(|| vec![solid]);
                values.push(value);
                if values.iter().all(|value| *value == solid) {
                    self.unstable.remove(&cell);
                }
            } else {
                self.unstable.remove(&cell);
                self.cells[cell] = value;
            }
            let unit = cell / usize::from(self.geometry.program_unit);
            match change {
                Change::Erase if !torn => self.programs[unit] = 0,
                Change::Erase => {}
                Change::Program(_) => self.programs[unit] += 1,
            }
        }
    }
}

/// Counts down; true when it was at 0.
fn due(count: &mut Option<u32>) -> bool {
    let now = *count == Some(0);
    *count = count.and_then(|count| count.checked_sub(1));
    now
}

pub(super) fn mix(seed: u32, index: usize) -> u32 {
    let index = u32::try_from(index).expect("small");
    let mut x = seed.wrapping_mul(0x9e37_79b9) ^ index.wrapping_mul(0x85eb_ca6b);
    x ^= x >> 15;
    x = x.wrapping_mul(0x2c1b_3c6d);
    x ^ (x >> 12)
}

impl Flash for RamFlash {
    fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    fn read(&mut self, address: u32, buf: &mut [u8]) -> Result<(), FlashError> {
        if self.dead {
            return Err(FlashError::Dead);
        }
        self.bytes_read += buf.len() as u64;
        let bad = |area: &Area| (area.start..area.end()).contains(&address);
        if self.unreadable.as_ref().is_some_and(bad) {
            return Err(FlashError::Read);
        }
        self.get(self.index(address), buf);
        if buf.len() == RECORD_BYTES && due(&mut self.flip_record) {
            buf[100] ^= 1;
        }
        if due(&mut self.fail_read) {
            Err(FlashError::Read)
        } else {
            Ok(())
        }
    }

    fn program(&mut self, address: u32, data: &[u8]) -> Result<(), FlashError> {
        if self.dead {
            return Err(FlashError::Dead);
        }
        let unit = usize::from(self.geometry.program_unit);
        let at = self.index(address);
        let (start, len) = self.geometry.unit_at(address).expect("in flash");
        assert!(
            data.len() <= PROGRAM_BYTES_MAX && !data.is_empty(),
            "program length"
        );
        assert!(
            data.len() <= (start + len - address) as usize,
            "program crosses an erase unit"
        );
        let aligned = at.is_multiple_of(unit) && data.len().is_multiple_of(unit);
        assert!(aligned, "program is misaligned");
        let mark = data.iter().all(|byte| *byte == !self.geometry.erased);
        let units = at / unit..(at + data.len()) / unit;
        if !mark && self.programs[units].iter().any(|count| *count > 0) {
            self.violations += 1;
            return Err(FlashError::NotErased);
        }
        self.operate(at, data.len(), &Change::Program(data), FlashError::Program)
    }

    fn erase(&mut self, address: u32) -> Result<(), FlashError> {
        if self.dead {
            return Err(FlashError::Dead);
        }
        let (start, len) = self.geometry.unit_at(address).expect("in flash");
        assert_eq!(start, address, "erase is misaligned");
        self.operate(
            self.index(address),
            len as usize,
            &Change::Erase,
            FlashError::Erase,
        )
    }
}
