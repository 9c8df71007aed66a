//! The flash map as rows, for `host --map`.

use protocol_spec::rig::message::LayoutKind;

use super::{Area, AreaName, Layout, LayoutError};
use crate::flash::Geometry;
use crate::marks::MarkMap;
use crate::planner::Shape;
use crate::record::RECORD_LEN;

/// Most rows of a map.
const ROWS_MAX: usize = 11;

/// One row of a flash map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MapRow {
    /// The area that the row is of, or a part of.
    pub area: AreaName,
    /// What the addresses hold.
    pub holds: &'static str,
    /// First address.
    pub start: u32,
    /// Bytes.
    pub len: u32,
    /// Erase unit, bytes.
    pub unit: u32,
}

/// The flash map of `layout`: each area, and the parts of the record areas, in the order of
/// [`Layout::areas`].
///
/// # Errors
/// The first rule that the layout breaks.
pub fn layout_map(
    layout: &Layout,
    geometry: &Geometry,
) -> Result<impl Iterator<Item = MapRow> + use<>, LayoutError> {
    let shape = Shape::of(layout, geometry)?;
    let marks = MarkMap::of(&shape);
    let mut rows = heapless::Vec::<MapRow, ROWS_MAX>::new();
    for (name, area) in layout.areas() {
        let unit = geometry.unit_at(area.start).map_or(0, |(_, len)| len);
        let mut push = |holds, start: u32, len| {
            let row = MapRow {
                area: name,
                holds,
                start: area.start + start,
                len,
                unit,
            };
            // ROWS_MAX counts them: three areas of one row, two of four.
            rows.push(row).unwrap_or_default();
        };
        match holds(name, layout.kind) {
            Some(text) => push(text, 0, area.len),
            None => record_rows(area, &marks, &mut push),
        }
    }
    Ok(rows.into_iter())
}

const fn holds(name: AreaName, kind: LayoutKind) -> Option<&'static str> {
    Some(match (name, kind) {
        (AreaName::Primary, _) => "running image",
        (AreaName::Secondary, LayoutKind::TwoSlot) => {
            "staged image, then the image to fall back to"
        }
        (AreaName::Secondary, LayoutKind::InPlace) => "staged image, or patch and its marks",
        (AreaName::Scratch, LayoutKind::TwoSlot) => "one block of a swap",
        (AreaName::Scratch, LayoutKind::InPlace) => "one block of a patch",
        (AreaName::RecordA | AreaName::RecordB, _) => return None,
    })
}

fn record_rows(area: Area, marks: &MarkMap, push: &mut impl FnMut(&'static str, u32, u32)) {
    push("boot record", 0, RECORD_LEN);
    push(
        "void mark and seal",
        marks.void(),
        marks.progress(0) - marks.void(),
    );
    push(
        "marks of transfer, swap or installation",
        marks.progress(0),
        marks.end() - marks.progress(0),
    );
    push("unused", marks.end(), area.len.saturating_sub(marks.end()));
}
