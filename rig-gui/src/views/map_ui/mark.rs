//! How a state looks: by how much of the cell is filled and by its mark, and by colour besides.

use egui::epaint::Mesh;
use egui::{Color32, Rect, Sense, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::block_map::{Cell, CellState, Section};
use crate::theme::{Palette, palette};

/// From this side on a cell has room for a mark.
const MARKED: f32 = 6.0;
/// Below this side a cell is a dot of one colour: there are thousands then.
const DOT: f32 = 3.0;
/// Side of a mark by itself.
pub(super) const SWATCH: f32 = 11.0;

/// Draws the cells of a section, each in its place: one mesh, so that thousands cost little.
pub(super) fn cells(ui: &Ui, section: &Section, place: impl Fn(usize) -> Rect) {
    let colours = palette(ui);
    let mut mesh = Mesh::default();
    for (index, cell) in section.cells.iter().enumerate() {
        add(&mut mesh, place(index), cell, colours);
    }
    ui.painter().add(Shape::mesh(mesh));
}

/// Draws the mark of a state by itself.
pub(super) fn swatch_ui(ui: &mut Ui, state: CellState) {
    let cell = Cell {
        state,
        ..Cell::default()
    };
    one_ui(ui, &cell);
}

/// Draws the mark of an injected fault by itself.
pub(super) fn fault_swatch_ui(ui: &mut Ui) {
    let cell = Cell {
        fault: true,
        ..Cell::default()
    };
    one_ui(ui, &cell);
}

fn one_ui(ui: &mut Ui, cell: &Cell) {
    let (rect, _) = ui.allocate_exact_size(vec2(SWATCH, SWATCH), Sense::hover());
    let mut mesh = Mesh::default();
    add(&mut mesh, rect, cell, palette(ui));
    ui.painter().add(Shape::mesh(mesh));
}

/// Draws the ring around the picked cell.
pub(super) fn ring(ui: &Ui, cell: Rect) {
    let line = Stroke::new(2.0, palette(ui).text);
    ui.painter()
        .rect_stroke(cell.expand(1.5), 2, line, StrokeKind::Outside);
}

/// Draws the ring around a grid that the keyboard is in.
pub(super) fn focus(ui: &Ui, grid: Rect) {
    let line = Stroke::new(1.5, palette(ui).accent);
    ui.painter()
        .rect_stroke(grid.expand(2.0), 4, line, StrokeKind::Outside);
}

fn add(mesh: &mut Mesh, rect: Rect, cell: &Cell, colours: &Palette) {
    if rect.width() < DOT {
        mesh.add_colored_rect(rect, shade(cell, colours));
        return;
    }
    let accent = colours.accent;
    mesh.add_colored_rect(rect, colours.outline);
    let ground = match cell.state {
        CellState::Pending => colours.surface,
        _ => colours.inset,
    };
    mesh.add_colored_rect(rect.shrink(1.0), ground);
    match cell.state {
        CellState::Pending => {}
        CellState::Erased => mesh.add_colored_rect(middle(rect, 0.3), colours.weak),
        CellState::Sent => mesh.add_colored_rect(lower(rect, 0.35), accent),
        CellState::Acknowledged => mesh.add_colored_rect(lower(rect, 0.7), accent),
        CellState::Written => mesh.add_colored_rect(rect, accent),
        CellState::Copied => {
            mesh.add_colored_rect(rect, accent);
            mesh.add_colored_rect(middle(rect, 0.4), colours.surface);
        }
        CellState::Verified => {
            mesh.add_colored_rect(rect, colours.good);
            if rect.width() >= MARKED {
                tick(mesh, rect, colours.surface);
            }
        }
        CellState::Bad => {
            mesh.add_colored_rect(rect, colours.bad);
            cross(mesh, rect, colours.surface);
        }
    }
    if cell.fault {
        let corner = rect.right_top();
        let side = (rect.width() * 0.6).max(3.0);
        let [a, b, c] = [corner, corner - vec2(side, 0.0), corner + vec2(0.0, side)];
        triangle(mesh, [a, b, c], colours.warn);
    }
}

/// The colour of a cell that is no more than a dot.
fn shade(cell: &Cell, colours: &Palette) -> Color32 {
    let accent = colours.accent;
    match cell.state {
        _ if cell.fault => colours.warn,
        CellState::Pending => colours.outline,
        CellState::Erased => colours.weak,
        CellState::Sent => accent.gamma_multiply(0.4),
        CellState::Acknowledged => accent.gamma_multiply(0.7),
        CellState::Written | CellState::Copied => accent,
        CellState::Verified => colours.good,
        CellState::Bad => colours.bad,
    }
}

/// The lower part of a cell.
fn lower(rect: Rect, part: f32) -> Rect {
    let top = rect.bottom() - rect.height() * part;
    Rect::from_min_max(pos2(rect.left(), top), rect.max)
}

/// The middle of a cell.
fn middle(rect: Rect, part: f32) -> Rect {
    Rect::from_center_size(rect.center(), rect.size() * part)
}

fn tick(mesh: &mut Mesh, rect: Rect, colour: Color32) {
    let at = |x: f32, y: f32| rect.min + rect.size() * vec2(x, y);
    bar(mesh, [at(0.22, 0.52), at(0.42, 0.74)], colour);
    bar(mesh, [at(0.42, 0.74), at(0.78, 0.28)], colour);
}

fn cross(mesh: &mut Mesh, rect: Rect, colour: Color32) {
    let at = |x: f32, y: f32| rect.min + rect.size() * vec2(x, y);
    bar(mesh, [at(0.25, 0.25), at(0.75, 0.75)], colour);
    bar(mesh, [at(0.75, 0.25), at(0.25, 0.75)], colour);
}

/// A thick line.
fn bar(mesh: &mut Mesh, [from, to]: [egui::Pos2; 2], colour: Color32) {
    let across = (to - from).rot90().normalized() * 0.8;
    triangle(mesh, [from + across, from - across, to + across], colour);
    triangle(mesh, [from - across, to - across, to + across], colour);
}

fn triangle(mesh: &mut Mesh, corners: [egui::Pos2; 3], colour: Color32) {
    let first = u32::try_from(mesh.vertices.len()).unwrap_or(u32::MAX);
    for corner in corners {
        mesh.colored_vertex(corner, colour);
    }
    mesh.add_triangle(first, first + 1, first + 2);
}
