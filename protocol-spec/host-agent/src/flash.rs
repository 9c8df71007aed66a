//! Flash as the host sees it: geometry at run time, and three operations.
//!
//! The geometry is a value, not a type, because one part may mix erase units of 16, 64 and 128 KB
//! (ADR-0006).

use core::ops::Range;

pub(crate) const PROGRAM_LEN_MAX: u32 = 256;
pub(crate) const READ_LEN_MAX: u32 = 4096;

/// Most bytes of one program operation.
pub const PROGRAM_BYTES_MAX: usize = PROGRAM_LEN_MAX as usize;
/// Most bytes that one step of the update core reads.
pub const READ_BYTES_MAX: usize = READ_LEN_MAX as usize;
/// Most regions of a geometry.
pub const REGIONS_MAX: usize = 4;

/// A run of equal erase units.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Region {
    /// Address of the first unit.
    pub start: u32,
    /// Bytes of one unit.
    pub unit: u32,
    /// Number of units; 0 in an unused entry.
    pub count: u32,
}

impl Region {
    /// First address behind the region.
    #[must_use]
    pub const fn end(&self) -> u32 {
        self.start
            .saturating_add(self.unit.saturating_mul(self.count))
    }

    const fn holds(&self, address: u32) -> bool {
        self.count > 0 && address >= self.start && address < self.end()
    }
}

/// What a part allows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Geometry {
    /// Regions, lowest address first; unused entries have a count of 0.
    pub regions: [Region; REGIONS_MAX],
    /// Program unit, bytes; a program starts at a multiple of it and is as many bytes long.
    pub program_unit: u16,
    /// Value of an erased byte: 00 or ff.
    pub erased: u8,
    /// Worst-case time to erase the largest erase unit, milliseconds.
    pub erase_ms_max: u32,
    /// Worst-case time to program [`PROGRAM_BYTES_MAX`] bytes, microseconds.
    pub program_us_max: u32,
}

impl Geometry {
    /// Start and length of the erase unit that holds `address`; `None` outside of the flash.
    #[must_use]
    pub fn unit_at(&self, address: u32) -> Option<(u32, u32)> {
        let region = self.regions.iter().find(|region| region.holds(address))?;
        let index = address
            .checked_sub(region.start)?
            .checked_div(region.unit)?;
        let offset = index.checked_mul(region.unit)?;
        Some((region.start.checked_add(offset)?, region.unit))
    }

    /// Lowest address of the flash.
    #[must_use]
    pub fn start(&self) -> u32 {
        self.used().map(|region| region.start).min().unwrap_or(0)
    }

    /// First address behind the flash.
    #[must_use]
    pub fn end(&self) -> u32 {
        self.used().map(Region::end).max().unwrap_or(0)
    }

    /// Start and length of each erase unit that `range` touches, lowest address first; ends early
    /// at an address without flash.
    pub fn units(&self, range: Range<u32>) -> impl Iterator<Item = (u32, u32)> + '_ {
        let mut at = range.start;
        core::iter::from_fn(move || {
            if at >= range.end {
                return None;
            }
            let (start, len) = self.unit_at(at)?;
            at = start.checked_add(len)?;
            Some((start, len))
        })
    }

    fn used(&self) -> impl Iterator<Item = &Region> {
        self.regions.iter().filter(|region| region.count > 0)
    }
}

/// Why a flash operation did not succeed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FlashError {
    /// The range is not in the flash, or crosses an erase unit.
    OutOfRange,
    /// The address or the length is no multiple of the unit.
    Misaligned,
    /// A cell would be programmed a second time.
    NotErased,
    /// The part reported a failed erase.
    Erase,
    /// The part reported a failed program.
    Program,
    /// The part reported a failed read.
    Read,
    /// The power is gone: nothing changes any more, and the machine is to be dropped.
    Dead,
}

/// The flash of a host.
///
/// A driver may wrap any part; `fixtures` has a strict one with power cuts.
pub trait Flash {
    /// What the part allows.
    fn geometry(&self) -> &Geometry;

    /// Reads `buf.len()` bytes from `address` on.
    ///
    /// # Errors
    /// [`FlashError::OutOfRange`], [`FlashError::Read`] or [`FlashError::Dead`].
    fn read(&mut self, address: u32, buf: &mut [u8]) -> Result<(), FlashError>;

    /// Programs `data`, at most [`PROGRAM_BYTES_MAX`] bytes inside one erase unit.
    ///
    /// # Errors
    /// Any but [`FlashError::Erase`] and [`FlashError::Read`].
    fn program(&mut self, address: u32, data: &[u8]) -> Result<(), FlashError>;

    /// Erases the one erase unit that starts at `address`.
    ///
    /// # Errors
    /// [`FlashError::OutOfRange`], [`FlashError::Misaligned`], [`FlashError::Erase`] or
    /// [`FlashError::Dead`].
    fn erase(&mut self, address: u32) -> Result<(), FlashError>;
}

impl<F: Flash + ?Sized> Flash for &mut F {
    fn geometry(&self) -> &Geometry {
        (**self).geometry()
    }

    fn read(&mut self, address: u32, buf: &mut [u8]) -> Result<(), FlashError> {
        (**self).read(address, buf)
    }

    fn program(&mut self, address: u32, data: &[u8]) -> Result<(), FlashError> {
        (**self).program(address, data)
    }

    fn erase(&mut self, address: u32) -> Result<(), FlashError> {
        (**self).erase(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const F405: Geometry = Geometry {
        regions: [
            Region {
                start: 0x0800_0000,
                unit: 0x4000,
                count: 4,
            },
            Region {
                start: 0x0801_0000,
                unit: 0x1_0000,
                count: 1,
            },
            Region {
                start: 0x0802_0000,
                unit: 0x2_0000,
                count: 7,
            },
            Region {
                start: 0,
                unit: 0,
                count: 0,
            },
        ],
        program_unit: 4,
        erased: 0xff,
        erase_ms_max: 2000,
        program_us_max: 6400,
    };

    #[test]
    fn a_unit_is_found_in_each_region() {
        assert_eq!(F405.unit_at(0x0800_0000), Some((0x0800_0000, 0x4000)));
        assert_eq!(F405.unit_at(0x0800_ffff), Some((0x0800_c000, 0x4000)));
        assert_eq!(F405.unit_at(0x0801_8000), Some((0x0801_0000, 0x1_0000)));
        assert_eq!(F405.unit_at(0x080f_ffff), Some((0x080e_0000, 0x2_0000)));
        assert_eq!(F405.unit_at(0x0810_0000), None);
        assert_eq!(F405.unit_at(0x07ff_ffff), None);
        assert_eq!((F405.start(), F405.end()), (0x0800_0000, 0x0810_0000));
    }

    #[test]
    fn units_of_a_range_cross_regions() {
        let mut lens = [0; 3];
        for (len, unit) in lens.iter_mut().zip(F405.units(0x0800_c000..0x0804_0000)) {
            *len = unit.1;
        }
        assert_eq!(lens, [0x4000, 0x1_0000, 0x2_0000]);
        assert_eq!(F405.units(0..10).count(), 0);
    }
}
