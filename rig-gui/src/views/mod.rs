//! The views: each draws a part of the [`Model`] and returns what the user wants.
//!
//! A view changes nothing, waits for nothing and knows no thread. [`panel_ui`] is the whole window.

mod controls_ui;
mod faults_ui;
mod files_ui;
mod footer_ui;
mod header_ui;
mod log_ui;
mod map_ui;
mod notice_ui;
mod object_ui;
mod palette_ui;
mod phases_ui;
mod plots_ui;
mod progress_ui;
mod replay_ui;
mod run_ui;
mod setup_ui;
mod sweep_ui;
mod verdict_ui;
mod wall_ui;
pub mod wire_ui;

use egui::{CentralPanel, Frame, Margin, Panel, ScrollArea, Ui};

use crate::command::Command;
use crate::files::FilesCommand;
use crate::model::Model;
use crate::run_view::Stage;
use crate::screen::Screen;
use crate::theme::{EDGE, GAP, SETUP_WIDTH, WIDE, palette};
use crate::wire::WireCommand;

/// What the user wants, in the order asked for.
pub type Commands = Vec<Command>;

/// Draws the whole window.
pub fn panel_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = header_ui::header_ui(ui, model);
    commands.extend(footer_ui::footer_ui(ui, model));
    if let Some(trouble) = &model.notice {
        let ground = Frame::new().fill(palette(ui).ground);
        let shown = Panel::top("notice")
            .resizable(false)
            .show_separator_line(false)
            .frame(ground)
            .show(ui, |ui| notice_ui::notice_ui(ui, trouble));
        commands.extend(shown.inner);
    }
    commands.extend(match model.screen {
        Screen::Update => update_ui(ui, model),
        Screen::Wire => wire_screen_ui(ui, model),
        Screen::Faults => faults_ui::faults_ui(ui, model),
        Screen::Sweep => sweep_ui::sweep_ui(ui, model),
        Screen::Plots => {
            plots_ui::plots_ui(ui, model);
            Commands::new()
        }
        Screen::Wall => wall_ui::wall_ui(ui, model),
    });
    commands.extend(files_ui::files_ui(ui, model));
    commands.extend(palette_ui::palette_ui(ui, model));
    commands
}

/// The frames.
fn wire_screen_ui(ui: &mut Ui, model: &Model) -> Commands {
    let frame = Frame::new()
        .fill(palette(ui).ground)
        .inner_margin(Margin::same(EDGE));
    let shown = CentralPanel::default()
        .frame(frame)
        .show(ui, |ui| wire_ui::wire_ui(ui, &model.wire));
    let command = |wanted| match wanted {
        WireCommand::Choose(purpose) => Command::Files(FilesCommand::Open(purpose)),
        other => Command::Wire(other),
    };
    shown.inner.into_iter().map(command).collect()
}

/// One update.
fn update_ui(ui: &mut Ui, model: &Model) -> Commands {
    if ui.available_width() >= WIDE {
        wide_ui(ui, model)
    } else {
        narrow_ui(ui, model)
    }
}

/// Setup on the left, the run beside it.
fn wide_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = Commands::new();
    let ground = Frame::new().fill(palette(ui).ground);
    let side = Margin {
        left: EDGE,
        right: 0,
        top: EDGE,
        bottom: EDGE,
    };
    Panel::left("setup")
        .exact_size(SETUP_WIDTH)
        .resizable(false)
        .show_separator_line(false)
        .frame(ground.inner_margin(side))
        .show(ui, |ui| {
            commands.extend(action_panel_ui(ui, model));
            scroll("setup column").show(ui, |ui| commands.extend(setup_ui::setup_ui(ui, model)));
        });
    let main = Margin {
        left: 2,
        right: 0,
        top: EDGE,
        bottom: EDGE,
    };
    CentralPanel::default()
        .frame(ground.inner_margin(main))
        .show(ui, |ui| {
            scroll("run column").show(ui, |ui| commands.extend(run_ui::run_ui(ui, model)));
        });
    commands
}

/// One column: what matters now comes first, the button stays in reach.
fn narrow_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = Commands::new();
    let ground = Frame::new().fill(palette(ui).ground);
    let edge = Margin {
        left: EDGE,
        right: 0,
        top: EDGE,
        bottom: EDGE,
    };
    CentralPanel::default()
        .frame(ground.inner_margin(edge))
        .show(ui, |ui| {
            commands.extend(action_panel_ui(ui, model));
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

/// The start or abort button below a column, always in sight.
fn action_panel_ui(ui: &mut Ui, model: &Model) -> Option<Command> {
    let margin = Margin {
        left: 0,
        right: EDGE,
        top: EDGE,
        bottom: 0,
    };
    let frame = Frame::new().fill(palette(ui).ground).inner_margin(margin);
    let panel = Panel::bottom("action")
        .resizable(false)
        .show_separator_line(false)
        .frame(frame);
    panel.show(ui, |ui| setup_ui::action_ui(ui, model)).inner
}

/// A column that scrolls, with its bar in the margin on the right.
fn scroll(name: &str) -> ScrollArea {
    let margin = Margin {
        right: EDGE,
        ..Margin::ZERO
    };
    ScrollArea::vertical()
        .id_salt(name)
        .auto_shrink(false)
        .content_margin(margin)
}
