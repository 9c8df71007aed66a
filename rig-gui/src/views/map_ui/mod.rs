//! The block map: a grid of cells for each section, a legend, and what the cell under the pointer is.

mod grid;
mod mark;

use egui::{FontId, Label, RichText, Ui};

use super::Commands;
use super::controls_ui::{caption_ui, title_ui};
use crate::block_map::{BlockMap, Cell, CellAddress, CellState, Section};
use crate::command::Command;
use crate::model::Model;
use crate::theme::{CAPTION, palette};
use crate::units;

/// Height that the grid of the object may take, and that of any other section.
const HEIGHTS: (f32, f32) = (112.0, 40.0);

/// Height of a grid with one row of cells.
pub(super) const ROW_HEIGHT: f32 = grid::SIDES.0 + grid::BELOW;

/// Draws the map.
pub(super) fn map_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = Commands::new();
    ui.horizontal_wrapped(|ui| {
        title_ui(ui, "Blocks");
        ui.add_space(12.0);
        legend_ui(ui);
    });
    let picked = sections_ui(ui, &model.map, model.cell, HEIGHTS);
    commands.extend(picked.map(Command::PickCell));
    commands
}

/// Draws the sections of a map, and a line about the cell that is pointed at or else about `chosen`.
/// The grid of the object may be as high as the first of `heights`, each other as the second. What
/// was picked, if anything was: a cell, or none any more.
pub(super) fn sections_ui(
    ui: &mut Ui,
    map: &BlockMap,
    chosen: Option<CellAddress>,
    heights: (f32, f32),
) -> Option<Option<CellAddress>> {
    let (mut pointed, mut picked) = (None, None);
    for (index, section) in map.sections().iter().enumerate() {
        let here = chosen.filter(|cell| cell.section == index);
        let budget = if index == 0 { heights.0 } else { heights.1 };
        section_title_ui(ui, section);
        let shown = grid::grid_ui(ui, section, here.map(|cell| cell.cell), budget);
        let address = |cell| CellAddress {
            section: index,
            cell,
        };
        pointed = pointed.or(shown.pointed.map(address));
        picked = picked.or(shown.picked.map(|cell| cell.map(address)));
    }
    cell_line_ui(ui, map, pointed.or(chosen));
    picked
}

/// The states, each with its mark; for a layout that wraps.
pub(super) fn legend_ui(ui: &mut Ui) {
    for state in CellState::ALL {
        entry_ui(ui, state.name(), |ui| mark::swatch_ui(ui, state));
    }
    entry_ui(ui, "fault", mark::fault_swatch_ui);
}

/// A mark and its name, which stay together where the line breaks.
fn entry_ui(ui: &mut Ui, name: &str, swatch: impl FnOnce(&mut Ui)) {
    let weak = palette(ui).weak;
    let font = FontId::proportional(CAPTION);
    let text = ui.painter().layout_no_wrap(name.to_owned(), font, weak);
    let width = mark::SWATCH + ui.spacing().item_spacing.x + text.size().x;
    if ui.available_size_before_wrap().x < width {
        ui.end_row();
    }
    swatch(ui);
    ui.label(RichText::new(name).size(CAPTION).color(weak));
}

fn section_title_ui(ui: &mut Ui, section: &Section) {
    let unit = units::bytes(section.unit.into());
    let len = units::bytes(section.len.into());
    let text = format!("{}  ·  {len} in cells of {unit}", section.part.title());
    caption_ui(ui, &text);
}

/// One line about a cell; as high without one, so that nothing moves.
fn cell_line_ui(ui: &mut Ui, map: &BlockMap, address: Option<CellAddress>) {
    let found = address.and_then(|at| {
        let section = map.sections().get(at.section)?;
        Some((section, section.cells.get(at.cell)?, at.cell))
    });
    let text = match found {
        Some((section, cell, index)) => about(section, cell, index),
        None => "Point at a cell: offset, state, tries and times.".to_owned(),
    };
    let colour = palette(ui).weak;
    ui.add(Label::new(RichText::new(text).size(CAPTION).color(colour)).truncate());
}

/// What is known of a cell, in one line.
pub(super) fn about(section: &Section, cell: &Cell, index: usize) -> String {
    let bytes = section.bytes_of(index);
    let (from, to) = match section.part {
        crate::block_map::Part::Object | crate::block_map::Part::Image => (bytes.start, bytes.end),
        _ => (
            section.start.saturating_add(bytes.start),
            section.start.saturating_add(bytes.end),
        ),
    };
    let mut text = format!("0x{from:x} to 0x{to:x}: {}", cell.state.name());
    if cell.state != CellState::Pending {
        text += &format!(" since {} s", cell.at);
    }
    if cell.tries > 0 {
        let times = if cell.tries == 1 { "once" } else { "times" };
        text += &match cell.tries {
            1 => format!(", tried {times}"),
            tries => format!(", tried {tries} {times}"),
        };
    }
    if !cell.flash.is_zero() {
        text += &format!(", {} in flash", units::span(cell.flash));
    }
    if cell.fault {
        text += ", a fault was injected here";
    }
    text
}
