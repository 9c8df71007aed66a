//! The views: each draws a part of the [`Model`] and returns what the user wants.
//!
//! A view changes nothing, waits for nothing and knows no thread. [`panel_ui`] is the whole window.

mod controls_ui;
mod header_ui;
mod log_ui;
mod phases_ui;
mod progress_ui;
mod run_ui;
mod setup_ui;
mod verdict_ui;

use egui::{CentralPanel, Frame, Margin, Panel, ScrollArea, Ui};

use crate::command::Command;
use crate::model::Model;
use crate::run_view::Stage;
use crate::theme::{GAP, SETUP_WIDTH, WIDE, palette};

/// What the user wants, in the order asked for.
pub type Commands = Vec<Command>;

/// Draws the whole window.
pub fn panel_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = header_ui::header_ui(ui, model);
    let body = if ui.available_width() >= WIDE { wide_ui } else { narrow_ui };
    commands.extend(body(ui, model));
    commands
}

/// Setup on the left, the run beside it.
fn wide_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = Commands::new();
    let ground = palette(ui).ground;
    let side = Frame::new().fill(ground).inner_margin(Margin { left: 16, right: 2, top: 16, bottom: 16 });
    Panel::left("setup")
        .exact_size(SETUP_WIDTH)
        .resizable(false)
        .show_separator_line(false)
        .frame(side)
        .show(ui, |ui| {
            scroll("setup column").show(ui, |ui| commands.extend(setup_ui::setup_ui(ui, model)));
        });
    let main = Frame::new().fill(ground).inner_margin(16);
    CentralPanel::default().frame(main).show(ui, |ui| {
        scroll("run column").show(ui, |ui| commands.extend(run_ui::run_ui(ui, model)));
    });
    commands
}

/// One column: what matters now comes first.
fn narrow_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = Commands::new();
    let frame = Frame::new().fill(palette(ui).ground).inner_margin(10);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        scroll("only column").show(ui, |ui| {
            if model.run.stage == Stage::Idle {
                commands.extend(setup_ui::setup_ui(ui, model));
                ui.add_space(GAP);
            }
            commands.extend(run_ui::run_ui(ui, model));
            if model.run.stage != Stage::Idle {
                ui.add_space(GAP);
                commands.extend(setup_ui::setup_ui(ui, model));
            }
        });
    });
    commands
}

fn scroll(name: &str) -> ScrollArea {
    ScrollArea::vertical().id_salt(name).auto_shrink(false)
}
