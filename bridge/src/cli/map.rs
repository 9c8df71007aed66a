//! Where everything lies in the flash of a board.

use std::fmt::Write as _;

use fixtures::board::Board;
use host_agent::flash::Geometry;
use serde_json::{Value, json};

use super::host::LayoutArg;
use crate::text::add_field;

/// The map of one layout.
pub(super) struct LayoutMap {
    board: &'static Board,
    layout: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: &'static str,
    start: u32,
    len: u32,
}

/// The map of a layout, free areas included, lowest address first.
pub(super) fn layout_map(board: &'static Board, layout: LayoutArg) -> LayoutMap {
    let areas = board.layout(layout.layout_name());
    let [first, second] = areas.records;
    let (runs, takes) = match layout {
        LayoutArg::TwoSlot => ("primary", "secondary"),
        LayoutArg::InPlace => ("slot", "staging"),
    };
    let mut rows: Vec<Row> = [
        ("record 0", first),
        ("record 1", second),
        (runs, areas.primary),
        (takes, areas.secondary),
        ("scratch", areas.scratch),
    ]
    .map(|(name, area)| Row {
        name,
        start: area.start,
        len: area.len,
    })
    .into();
    rows.sort_by_key(|row| row.start);
    let mut all = Vec::new();
    let mut at = board.flash_start();
    for row in rows {
        if row.start > at {
            all.push(Row {
                name: "free",
                start: at,
                len: row.start - at,
            });
        }
        at = row.start.saturating_add(row.len);
        all.push(row);
    }
    let end = board.flash_start().saturating_add(board.flash_len());
    if end > at {
        all.push(Row {
            name: "free",
            start: at,
            len: end - at,
        });
    }
    LayoutMap {
        board,
        layout: layout.name(),
        rows: all,
    }
}

impl LayoutMap {
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let title = format!("{}, {}: {}", self.board.name, self.layout, self.board.title);
        add_field(&mut out, "", 0, &title);
        out.push('\n');
        let _ = writeln!(
            out,
            "{:<10} {:<10}  {:<10} {:>10}  erase units",
            "area", "start", "end", "KB"
        );
        for row in &self.rows {
            let end = u64::from(row.start) + u64::from(row.len);
            let _ = writeln!(
                out,
                "{:<10} 0x{:08x}  0x{end:08x} {:>10}  {}",
                row.name,
                row.start,
                kilobytes(row.len),
                units(&self.board.geometry, row)
            );
        }
        let _ = writeln!(
            out,
            "\nprogram unit {} bytes, an erased byte reads {:02x}",
            self.board.geometry.program_unit, self.board.geometry.erased
        );
        out
    }

    pub(super) fn json(&self) -> Value {
        let areas: Vec<Value> = self
            .rows
            .iter()
            .map(|row| json!({ "name": row.name, "start": row.start, "len": row.len }))
            .collect();
        json!({
            "event": "map",
            "board": self.board.name,
            "layout": self.layout,
            "flash_start": self.board.flash_start(),
            "flash_len": self.board.flash_len(),
            "areas": areas,
        })
    }
}

fn kilobytes(bytes: u32) -> String {
    match bytes % 1024 {
        0 => (bytes / 1024).to_string(),
        _ => format!("{:.1}", f64::from(bytes) / 1024.0),
    }
}

/// The erase units of an area, runs of equal ones together.
fn units(geometry: &Geometry, row: &Row) -> String {
    let end = row.start.saturating_add(row.len);
    let mut runs: Vec<(u32, u32)> = Vec::new();
    let mut at = row.start;
    while at < end {
        let Some((start, len)) = geometry.unit_at(at) else {
            break;
        };
        match runs.last_mut() {
            Some((count, size)) if *size == len => *count += 1,
            _ => runs.push((1, len)),
        }
        at = start.saturating_add(len);
    }
    let texts: Vec<String> = runs
        .iter()
        .map(|(count, size)| format!("{count} x {} KB", kilobytes(*size)))
        .collect();
    texts.join(" + ")
}
