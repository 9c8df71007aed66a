//! Where a host keeps slots, scratch and boot records, and whether that fits its flash.

mod map;
#[cfg(test)]
mod tests;

use core::fmt;

use protocol_spec::codes::Status;
use protocol_spec::rig::message::LayoutKind;

pub use self::map::{MapRow, layout_map};
use crate::flash::{Geometry, PROGRAM_LEN_MAX};
use crate::marks::MarkMap;
use crate::planner::Shape;

/// A run of addresses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Area {
    /// First address.
    pub start: u32,
    /// Bytes.
    pub len: u32,
}

impl Area {
    /// First address behind the area.
    #[must_use]
    pub const fn end(&self) -> u32 {
        self.start.saturating_add(self.len)
    }

    const fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end() && other.start < self.end()
    }
}

/// The flash map of a host (ADR-0004).
///
/// `host --map` prints it by way of [`layout_map`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// How an update goes.
    pub kind: LayoutKind,
    /// The slot that images run from.
    pub primary: Area,
    /// Two slots: the one that an image is staged in. In place: the staging area, of any length.
    pub secondary: Area,
    /// Holds one block of a swap or of a patch.
    pub scratch: Area,
    /// The two record areas, used in turn.
    pub records: [Area; 2],
}

/// An area of a layout.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AreaName {
    /// [`Layout::primary`].
    Primary,
    /// [`Layout::secondary`].
    Secondary,
    /// [`Layout::scratch`].
    Scratch,
    /// The first of [`Layout::records`].
    RecordA,
    /// The second of [`Layout::records`].
    RecordB,
}

impl fmt::Display for AreaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Scratch => "scratch",
            Self::RecordA => "record A",
            Self::RecordB => "record B",
        })
    }
}

/// Why a layout does not fit a flash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LayoutError {
    /// The area, or a part of it, is not in the flash.
    Outside(AreaName),
    /// The area is empty, or does not start and end with an erase unit.
    NotWholeUnits(AreaName),
    /// The erase units of the area differ in length.
    MixedUnits(AreaName),
    /// The two areas overlap.
    Overlap(AreaName, AreaName),
    /// The two slots, or the two record areas, differ in length or erase unit.
    Unequal(AreaName, AreaName),
    /// The scratch holds not even one erase unit of a slot, so nothing can be swapped.
    ScratchTooShort {
        /// Bytes of the scratch.
        len: u32,
        /// Bytes that it must have at least.
        needed: u32,
    },
    /// A record area does not hold the record and its marks.
    RecordTooShort {
        /// Bytes of a record area.
        len: u32,
        /// Bytes that it must have at least.
        needed: u32,
    },
    /// The program unit is 0 or above 256 bytes, or an erase unit is no multiple of it.
    ProgramUnit(u16),
    /// The erased value is neither 00 nor ff.
    ErasedValue(u8),
}

impl LayoutError {
    /// The module status that says it.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::ScratchTooShort { .. } => Status::SCRATCH_SIZE,
            Self::RecordTooShort { .. } => Status::NO_PROG,
            Self::Outside(_) => Status::OPEN,
            _ => Status::STATE,
        }
    }
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside(a) => write!(f, "{a} is not in the flash"),
            Self::NotWholeUnits(a) => write!(f, "{a} is not made of whole erase units"),
            Self::MixedUnits(a) => write!(f, "{a} has erase units of different lengths"),
            Self::Overlap(a, b) => write!(f, "{a} overlaps {b}"),
            Self::Unequal(a, b) => write!(f, "{a} and {b} differ in length or erase unit"),
            Self::ScratchTooShort { len, needed } => {
                write!(f, "scratch has {len} bytes, at least {needed} are needed")
            }
            Self::RecordTooShort { len, needed } => {
                write!(
                    f,
                    "a record area has {len} bytes, at least {needed} are needed"
                )
            }
            Self::ProgramUnit(unit) => write!(f, "a program unit of {unit} bytes cannot be used"),
            Self::ErasedValue(value) => write!(f, "an erased value of {value:02x} is unknown"),
        }
    }
}

impl core::error::Error for LayoutError {}

impl Layout {
    /// Whether the layout can be used on a flash of this geometry.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, geometry: &Geometry) -> Result<(), LayoutError> {
        Shape::of(self, geometry).map(|_| ())
    }

    /// The named areas, primary first.
    #[must_use]
    pub const fn areas(&self) -> [(AreaName, Area); 5] {
        let [a, b] = self.records;
        [
            (AreaName::Primary, self.primary),
            (AreaName::Secondary, self.secondary),
            (AreaName::Scratch, self.scratch),
            (AreaName::RecordA, a),
            (AreaName::RecordB, b),
        ]
    }
}

impl Shape {
    /// The counts and lengths of `layout` on a flash of this geometry.
    ///
    /// # Errors
    /// The first rule that the layout breaks.
    pub fn of(layout: &Layout, geometry: &Geometry) -> Result<Self, LayoutError> {
        let program_unit = u32::from(geometry.program_unit);
        if program_unit == 0 || program_unit > PROGRAM_LEN_MAX {
            return Err(LayoutError::ProgramUnit(geometry.program_unit));
        }
        if !matches!(geometry.erased, 0x00 | 0xff) {
            return Err(LayoutError::ErasedValue(geometry.erased));
        }
        all_inside(layout, geometry)?;
        no_overlap(layout)?;
        let in_place = layout.kind == LayoutKind::InPlace;
        let slot_unit = if in_place {
            unit_of(layout, geometry, AreaName::Primary)?
        } else {
            equal_units(layout, geometry, AreaName::Primary, AreaName::Secondary)?
        };
        let staging_unit = unit_of(layout, geometry, AreaName::Secondary)?;
        let record_unit = equal_units(layout, geometry, AreaName::RecordA, AreaName::RecordB)?;
        let block = layout.scratch.len - layout.scratch.len % slot_unit;
        if block == 0 {
            let len = layout.scratch.len;
            return Err(LayoutError::ScratchTooShort {
                len,
                needed: slot_unit,
            });
        }
        let scratch_unit = unit_of(layout, geometry, AreaName::Scratch)?;
        let units = [slot_unit, staging_unit, scratch_unit, record_unit];
        let [record, _] = layout.records;
        let shape = Self {
            in_place,
            slot_len: layout.primary.len,
            slot_unit,
            staging_len: layout.secondary.len,
            staging_unit,
            block_len: block.min(layout.primary.len),
            scratch_len: layout.scratch.len,
            scratch_unit,
            record_units: record.len / record_unit,
            piece_len: piece_len(program_unit, units)?,
            program_unit,
        };
        record_holds(&shape, record)?;
        Ok(shape)
    }
}

/// An area without a byte is found out by a later rule.
fn all_inside(layout: &Layout, geometry: &Geometry) -> Result<(), LayoutError> {
    for (name, area) in layout.areas() {
        let mut end = area.start;
        for (at, len) in geometry.units(area.start..area.end()) {
            end = at.saturating_add(len);
        }
        if end < area.end() {
            return Err(LayoutError::Outside(name));
        }
    }
    Ok(())
}

fn no_overlap(layout: &Layout) -> Result<(), LayoutError> {
    let areas = layout.areas();
    for (index, (name, area)) in areas.iter().enumerate() {
        for (other_name, other) in areas.iter().skip(index + 1) {
            if area.overlaps(other) {
                return Err(LayoutError::Overlap(*name, *other_name));
            }
        }
    }
    Ok(())
}

/// Length of the erase units of two areas that must be alike.
fn equal_units(
    layout: &Layout,
    geometry: &Geometry,
    one: AreaName,
    other: AreaName,
) -> Result<u32, LayoutError> {
    let unit = unit_of(layout, geometry, one)?;
    let alike = unit_of(layout, geometry, other)? == unit
        && area_of(layout, one).len == area_of(layout, other).len;
    if alike {
        Ok(unit)
    } else {
        Err(LayoutError::Unequal(one, other))
    }
}

/// Length of the erase units of an area, all alike.
fn unit_of(layout: &Layout, geometry: &Geometry, name: AreaName) -> Result<u32, LayoutError> {
    let area = area_of(layout, name);
    let not_whole = LayoutError::NotWholeUnits(name);
    let (start, unit) = geometry.unit_at(area.start).ok_or(not_whole)?;
    let mut end = area.start;
    for (at, len) in geometry.units(area.start..area.end()) {
        if len != unit {
            return Err(LayoutError::MixedUnits(name));
        }
        end = at.saturating_add(len);
    }
    if area.len == 0 || start != area.start || end != area.end() {
        return Err(not_whole);
    }
    if unit % u32::from(geometry.program_unit) != 0 {
        return Err(LayoutError::ProgramUnit(geometry.program_unit));
    }
    Ok(unit)
}

const fn area_of(layout: &Layout, name: AreaName) -> Area {
    let [a, b] = layout.records;
    match name {
        AreaName::Primary => layout.primary,
        AreaName::Secondary => layout.secondary,
        AreaName::Scratch => layout.scratch,
        AreaName::RecordA => a,
        AreaName::RecordB => b,
    }
}

/// Most bytes of one program such that none crosses an erase unit.
fn piece_len(program_unit: u32, units: [u32; 4]) -> Result<u32, LayoutError> {
    let mut piece = PROGRAM_LEN_MAX;
    while piece > 0 && units.iter().any(|unit| unit % piece != 0) {
        piece /= 2;
    }
    if piece == 0 || !piece.is_multiple_of(program_unit) {
        let unit = u16::try_from(program_unit).unwrap_or(u16::MAX);
        return Err(LayoutError::ProgramUnit(unit));
    }
    Ok(piece)
}

fn record_holds(shape: &Shape, record: Area) -> Result<(), LayoutError> {
    let needed = MarkMap::of(shape).end();
    if needed > record.len {
        return Err(LayoutError::RecordTooShort {
            len: record.len,
            needed,
        });
    }
    Ok(())
}
