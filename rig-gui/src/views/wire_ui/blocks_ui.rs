//! The block map at the frame that is looked at: in step with the list, both ways.

use egui::{Frame, Id, Label, Margin, RichText, Sense, Stroke, Ui, vec2};

use super::WireCommands;
use crate::block_map::CellAddress;
use crate::theme::{CAPTION, TITLE, palette};
use crate::views::map_ui;
use crate::wire::WireView;
use crate::wire::command::WireCommand;
use crate::wire::replay::cell_of;
use crate::wire::view::{Picked, Then};

/// Heights that the grids may take in a strip above the list.
const IN_STRIP: (f32, f32) = (42.0, 24.0);

/// Draws the map as a strip.
pub(super) fn strip_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    let colours = palette(ui);
    let frame = Frame::new()
        .fill(colours.surface)
        .stroke(Stroke::new(1.0, colours.outline))
        .corner_radius(10)
        .inner_margin(Margin::symmetric(12, 8));
    // What lies below stays where it is while the map grows and shrinks.
    let highest = Id::unique("wire blocks height").with(&view.title);
    frame.show(ui, |ui| {
        let width = ui.available_width();
        ui.set_width(width);
        let least = ui.data(|data| data.get_temp::<(f32, f32)>(highest));
        let least = least.filter(|(at, _)| *at == width);
        ui.set_min_height(least.map_or(0.0, |(_, height)| height));
        ui.horizontal_wrapped(|ui| {
            title_ui(ui, view);
            ui.add_space(12.0);
            map_ui::legend_ui(ui);
        });
        blocks_ui(ui, view, IN_STRIP, commands);
        let height = ui.min_rect().height();
        ui.data_mut(|data| data.insert_temp(highest, (width, height)));
    });
}

/// Draws the map in all the room that there is.
pub(super) fn pane_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    title_ui(ui, view);
    ui.horizontal_wrapped(map_ui::legend_ui);
    let room = ui.available_height();
    blocks_ui(ui, view, (room * 0.5, room * 0.25), commands);
}

fn blocks_ui(ui: &mut Ui, view: &WireView, heights: (f32, f32), commands: &mut WireCommands) {
    match &view.then {
        Some(then) if !then.map.is_empty() => {
            let picked = map_ui::sections_ui(ui, &then.map, chosen(view, then), heights);
            commands.extend(picked.flatten().map(WireCommand::PickCell));
        }
        Some(_) => note_ui(ui, "No object was offered until then."),
        None => note_ui(ui, "Reading…"),
    }
}

fn title_ui(ui: &mut Ui, view: &WireView) {
    ui.label(RichText::new(title(view)).size(TITLE - 1.0));
}

fn title(view: &WireView) -> String {
    let Some(then) = &view.then else {
        return "Blocks".to_owned();
    };
    let number = bridge::text::grouped(view.number(then.position));
    let unknown = picked(view, then).is_some_and(|picked| !picked.brought);
    let rest = if unknown {
        ": no frame here brings the marked one"
    } else {
        ""
    };
    format!("Blocks at frame {number}{rest}")
}

/// The cell that was picked to get here, or else the one that the frame is about.
fn chosen(view: &WireView, then: &Then) -> Option<CellAddress> {
    let about = || cell_of(&then.map, view.entry(then.position)?.deed());
    picked(view, then).map(|picked| picked.cell).or_else(about)
}

fn picked<'v>(view: &'v WireView, then: &Then) -> Option<&'v Picked> {
    let picked = view.picked.as_ref();
    picked.filter(|picked| picked.position == then.position)
}

/// A line where there is no map, in as much room as a map of one row of cells takes.
fn note_ui(ui: &mut Ui, text: &str) {
    let weak = palette(ui).weak;
    let line = |ui: &mut Ui, text: &str| {
        ui.add(Label::new(RichText::new(text).size(CAPTION).color(weak)).truncate());
    };
    line(ui, text);
    let row = vec2(ui.available_width(), map_ui::ROW_HEIGHT);
    ui.allocate_exact_size(row, Sense::hover());
    line(ui, " ");
}
