//! Every rule of a layout, and the map.

use std::vec::Vec;

use super::*;
use crate::flash::Region;

const GEOMETRY: Geometry = Geometry {
    regions: [
        Region {
            start: 0x1000,
            unit: 0x400,
            count: 8,
        },
        Region {
            start: 0x3000,
            unit: 0x1000,
            count: 8,
        },
        Region {
            start: 0,
            unit: 0,
            count: 0,
        },
        Region {
            start: 0,
            unit: 0,
            count: 0,
        },
    ],
    program_unit: 8,
    erased: 0xff,
    erase_ms_max: 1,
    program_us_max: 1,
};

const GOOD: Layout = Layout {
    kind: LayoutKind::TwoSlot,
    primary: Area {
        start: 0x3000,
        len: 0x3000,
    },
    secondary: Area {
        start: 0x6000,
        len: 0x3000,
    },
    scratch: Area {
        start: 0x9000,
        len: 0x1000,
    },
    records: [
        Area {
            start: 0x1000,
            len: 0x400,
        },
        Area {
            start: 0x1400,
            len: 0x400,
        },
    ],
};

fn error(layout: &Layout) -> LayoutError {
    layout.check(&GEOMETRY).expect_err("the layout is wrong")
}

#[test]
fn each_rule_has_its_error() {
    assert_eq!(GOOD.check(&GEOMETRY), Ok(()));
    let area = |start, len| Area { start, len };
    let overlap = Layout {
        scratch: area(0x8000, 0x1000),
        ..GOOD
    };
    let names = LayoutError::Overlap(AreaName::Secondary, AreaName::Scratch);
    assert_eq!(error(&overlap), names);
    let split = Layout {
        scratch: area(0x9800, 0x1000),
        ..GOOD
    };
    assert_eq!(error(&split), LayoutError::NotWholeUnits(AreaName::Scratch));
    let outside = Layout {
        scratch: area(0xb000, 0x1000),
        ..GOOD
    };
    assert_eq!(error(&outside), LayoutError::Outside(AreaName::Scratch));
    assert_eq!(error(&outside).status().0, 57);
    let short = Layout {
        secondary: area(0x6000, 0x2000),
        ..GOOD
    };
    let names = LayoutError::Unequal(AreaName::Primary, AreaName::Secondary);
    assert_eq!(error(&short), names);
    let mixed = Layout {
        primary: area(0x2c00, 0x3400),
        ..GOOD
    };
    assert_eq!(error(&mixed), LayoutError::MixedUnits(AreaName::Primary));
    let records = [area(0x1000, 0x400), area(0x1800, 0x800)];
    let names = LayoutError::Unequal(AreaName::RecordA, AreaName::RecordB);
    assert_eq!(error(&Layout { records, ..GOOD }), names);
}

#[test]
fn a_scratch_below_one_erase_unit_is_code_34() {
    for scratch in [
        Area { start: 0, len: 0 },
        Area {
            start: 0x2800,
            len: 0x800,
        },
    ] {
        let error = error(&Layout { scratch, ..GOOD });
        assert_eq!(
            error,
            LayoutError::ScratchTooShort {
                len: scratch.len,
                needed: 0x1000
            }
        );
        assert_eq!(error.status().0, 34);
    }
}

#[test]
fn marks_that_do_not_fit_are_refused() {
    let mut geometry = GEOMETRY;
    geometry.program_unit = 64;
    let needed = 384 + 6 * 64 + 9 * 64 + 64;
    let short = LayoutError::RecordTooShort { len: 0x400, needed };
    assert_eq!(GOOD.check(&geometry), Err(short));
    for unit in [0, 3, 512] {
        geometry.program_unit = unit;
        assert_eq!(GOOD.check(&geometry), Err(LayoutError::ProgramUnit(unit)));
    }
}

#[test]
fn a_large_flash_of_64_kb_units_fits() {
    let region = Region {
        start: 0x9000_0000,
        unit: 0x1_0000,
        count: 2048,
    };
    let mut geometry = Geometry {
        program_unit: 1,
        ..GEOMETRY
    };
    geometry.regions = [
        region,
        Region::default(),
        Region::default(),
        Region::default(),
    ];
    let area = |unit: u32, units: u32| Area {
        start: 0x9000_0000 + unit * 0x1_0000,
        len: units * 0x1_0000,
    };
    let layout = Layout {
        kind: LayoutKind::TwoSlot,
        primary: area(16, 1000),
        secondary: area(1016, 1000),
        scratch: area(4, 1),
        records: [area(0, 1), area(1, 1)],
    };
    assert_eq!(layout.check(&geometry), Ok(()));
}

#[test]
fn the_map_covers_each_area_once() {
    let rows: Vec<MapRow> = layout_map(&GOOD, &GEOMETRY).expect("good").collect();
    assert_eq!(rows.len(), 11);
    for (name, area) in GOOD.areas() {
        let mut at = area.start;
        for row in rows.iter().filter(|row| row.area == name) {
            assert_eq!(row.start, at, "{name} {}", row.holds);
            at += row.len;
        }
        assert_eq!(at, area.end(), "{name}");
    }
}
