//! The wall: slots side by side, to be read from three metres.

mod grid;
mod slot_ui;

use egui::{Button, CentralPanel, ComboBox, Frame, Label, Margin, RichText, ScrollArea, Ui, vec2};

use self::grid::grid;
use self::slot_ui::slot_ui;
use super::Commands;
use crate::command::Command;
use crate::model::Model;
use crate::theme::{EDGE, GAP, PRIMARY_HEIGHT, TITLE, palette};
use crate::wall::{SLOTS_MAX, WallCommand};

/// Draws the wall.
pub(super) fn wall_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = Vec::new();
    let frame = Frame::new()
        .fill(palette(ui).ground)
        .inner_margin(Margin::same(EDGE));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        bar_ui(ui, model, &mut commands);
        ui.add_space(GAP);
        ScrollArea::vertical()
            .id_salt("wall")
            .auto_shrink(false)
            .show(ui, |ui| slots_ui(ui, model, &mut commands));
    });
    commands.into_iter().map(Command::Wall).collect()
}

/// What holds for all slots.
fn bar_ui(ui: &mut Ui, model: &Model, commands: &mut Vec<WallCommand>) {
    let wall = &model.wall;
    ui.horizontal_wrapped(|ui| {
        let startable = wall
            .ready()
            .filter(|index| wall.obstacle(*index, &model.setup).is_none())
            .count();
        let colours = palette(ui);
        let text = format!("Start {startable} ready");
        let start = Button::new(RichText::new(text).size(TITLE).color(colours.on_accent))
            .fill(colours.accent)
            .min_size(vec2(170.0, PRIMARY_HEIGHT));
        if ui.add_enabled(startable > 0, start).clicked() {
            commands.push(WallCommand::StartAll);
        }
        let running = wall.running().count();
        let abort = Button::new("Abort all").min_size(vec2(100.0, PRIMARY_HEIGHT));
        if ui.add_enabled(running > 0, abort).clicked() {
            commands.push(WallCommand::AbortAll);
        }
        ui.add_space(12.0);
        let label = ui.label(RichText::new("Slots").color(colours.weak)).id;
        let count = wall.slots().len();
        ComboBox::from_id_salt("slots")
            .width(64.0)
            .selected_text(count.to_string())
            .show_ui(ui, |ui| {
                for number in 1..=SLOTS_MAX {
                    let chosen = number == count;
                    if ui.selectable_label(chosen, number.to_string()).clicked() {
                        commands.push(WallCommand::SetCount(number));
                    }
                }
            })
            .response
            .labelled_by(label);
        ui.add_space(12.0);
        let what = format!(
            "{} {} over {}, as set up on the first screen",
            model.setup.image_name(),
            model.setup.version(),
            model.setup.dialect
        );
        ui.add(Label::new(RichText::new(what).color(colours.weak)).truncate());
    });
}

fn slots_ui(ui: &mut Ui, model: &Model, commands: &mut Vec<WallCommand>) {
    let count = model.wall.slots().len();
    let (columns, size) = grid(count, ui.available_size());
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut index = 0;
    while index < count {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for _ in 0..columns {
                if let Some(slot) = model.wall.slots().get(index) {
                    slot_ui(ui, model, index, slot, size, commands);
                }
                index += 1;
            }
        });
        if index < count {
            ui.add_space(GAP);
        }
    }
}
