//! The cells of a section, drawn as one grid: as large as they fit.

use egui::accesskit::Role;
use egui::{EventFilter, Key, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use super::mark;
use crate::block_map::{CellState, Section};

/// Largest and smallest side of a cell.
pub(super) const SIDES: (f32, f32) = (16.0, 3.0);
/// Room below the last row.
pub(super) const BELOW: f32 = 2.0;

/// What the pointer or the keyboard did.
pub(super) struct Shown {
    /// The cell under the pointer.
    pub(super) pointed: Option<usize>,
    /// The cell that was picked; none was unpicked.
    pub(super) picked: Option<Option<usize>>,
}

/// How a number of cells lies in a width.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Grid {
    side: f32,
    columns: usize,
    rows: usize,
}

impl Grid {
    /// The largest cells whose rows fit into `height`; the smallest ones where none do.
    fn fit(count: usize, width: f32, height: f32) -> Self {
        let mut side = SIDES.0;
        loop {
            let columns = floor(width / side).max(1);
            let rows = count.div_ceil(columns);
            if side <= SIDES.1 || as_f32(rows) * side <= height {
                return Self {
                    side,
                    columns,
                    rows,
                };
            }
            side -= 1.0;
        }
    }

    fn rect(&self, origin: egui::Pos2, cell: usize) -> Rect {
        let (column, row) = (cell % self.columns, cell / self.columns);
        let min = pos2(
            origin.x + as_f32(column) * self.side,
            origin.y + as_f32(row) * self.side,
        );
        let gap = if self.side >= 6.0 { 1.5 } else { 0.5 };
        Rect::from_min_size(min, vec2(self.side - gap, self.side - gap))
    }

    fn at(&self, origin: egui::Pos2, at: egui::Pos2) -> Option<usize> {
        let (x, y) = (at.x - origin.x, at.y - origin.y);
        if x < 0.0 || y < 0.0 {
            return None;
        }
        let (column, row) = (floor(x / self.side), floor(y / self.side));
        (column < self.columns && row < self.rows).then_some(row * self.columns + column)
    }
}

/// Draws a section; `chosen` is the cell that was picked.
pub(super) fn grid_ui(ui: &mut Ui, section: &Section, chosen: Option<usize>, height: f32) -> Shown {
    let count = section.cells.len();
    let grid = Grid::fit(count, ui.available_width(), height);
    let size = vec2(ui.available_width(), as_f32(grid.rows) * grid.side + BELOW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Grid, true, label(section, chosen)));
    let origin = rect.min;
    mark::cells(ui, section, |cell| grid.rect(origin, cell));
    if let Some(cell) = chosen.filter(|cell| *cell < count) {
        mark::ring(ui, grid.rect(origin, cell));
    }
    if response.has_focus() {
        mark::focus(ui, rect);
        // The arrow keys lead from cell to cell, not to another control.
        let arrows = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    }
    let under = |at: egui::Pos2| grid.at(origin, at).filter(|cell| *cell < count);
    let pointed = response.hover_pos().and_then(under);
    let clicked = response.clicked().then(|| response.interact_pointer_pos());
    let mut picked = clicked.flatten().map(under);
    if response.has_focus() {
        picked = picked.or_else(|| moved(ui, chosen, grid.columns, count).map(Some));
    }
    Shown { pointed, picked }
}

/// The cell that an arrow key leads to.
fn moved(ui: &Ui, chosen: Option<usize>, columns: usize, count: usize) -> Option<usize> {
    let step = |key, by: isize| ui.input(|input| input.key_pressed(key)).then_some(by);
    let row = isize::try_from(columns).unwrap_or(isize::MAX);
    let by = step(Key::ArrowRight, 1)
        .or_else(|| step(Key::ArrowLeft, -1))
        .or_else(|| step(Key::ArrowDown, row))
        .or_else(|| step(Key::ArrowUp, -row))?;
    let to = chosen.map_or(Some(0), |at| at.checked_add_signed(by))?;
    (to < count).then_some(to)
}

/// What a person who cannot see the grid is told.
fn label(section: &Section, chosen: Option<usize>) -> String {
    let of = section.cells.len();
    let mut text = format!(
        "Blocks, {}: {of} cells",
        section.part.title().to_lowercase()
    );
    for state in CellState::ALL.into_iter().skip(1) {
        let count = section
            .cells
            .iter()
            .filter(|cell| cell.state == state)
            .count();
        if count > 0 {
            text += &format!(", {count} {}", state.name());
        }
    }
    let faults = section.cells.iter().filter(|cell| cell.fault).count();
    if faults > 0 {
        text += &format!(", {faults} with a fault");
    }
    if let Some((index, cell)) = chosen.and_then(|at| Some((at, section.cells.get(at)?))) {
        text += &format!(". Cell {index}: {}", super::about(section, cell, index));
    }
    text
}

fn as_f32(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// The whole part of a small number that is not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of cells in a window: far below the limits, and clamped"
)]
fn floor(value: f32) -> usize {
    value.clamp(0.0, 65_535.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_as_large_as_they_fit() {
        let few = Grid::fit(16, 800.0, 112.0);
        assert_eq!((few.side, few.columns, few.rows), (16.0, 50, 1));
        let many = Grid::fit(1024, 800.0, 112.0);
        assert!(
            many.side >= 8.0 && as_f32(many.rows) * many.side <= 112.0,
            "{many:?}"
        );
        let most = Grid::fit(16_384, 800.0, 112.0);
        assert_eq!(most.side, SIDES.1);
        assert!(most.columns * most.rows >= 16_384);
    }

    #[test]
    fn the_cell_under_the_pointer_is_the_one_that_is_drawn_there() {
        let grid = Grid::fit(100, 300.0, 40.0);
        let origin = pos2(20.0, 30.0);
        for cell in 0..100 {
            assert_eq!(
                grid.at(origin, grid.rect(origin, cell).center()),
                Some(cell)
            );
        }
        assert_eq!(grid.at(origin, pos2(19.0, 31.0)), None);
    }
}
