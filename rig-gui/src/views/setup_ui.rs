//! The setup: where the host is, what it gets, and the button that starts.

use bridge::job::DialectKind;
use egui::{Button, ComboBox, Label, RichText, Ui};
use fixtures::scenario::shipped;

use super::controls_ui::{
    caption_ui, card_ui, choice_ui, danger_button_ui, field_gap, primary_button_ui, text_field_ui,
    title_ui,
};
use super::object_ui::object_ui;
use super::{Commands, replay_ui};
use crate::command::Command;
use crate::model::{Model, Setup, Target, board_choices};
use crate::run_view::Stage;
use crate::setup::SetupCommand;
use crate::theme::{CAPTION, CONTROL_HEIGHT, GAP, palette};

/// Draws the setup.
pub(super) fn setup_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = Commands::new();
    let running = model.run.stage == Stage::Running;
    ui.add_enabled_ui(!running, |ui| {
        if let Some(replay) = &model.replay {
            commands.extend(replay_ui::replay_ui(ui, replay));
            ui.add_space(GAP);
        }
        card_ui(ui, |ui| host_ui(ui, model, &mut commands));
        if model.setup.target != Target::Scenario {
            ui.add_space(GAP);
            card_ui(ui, |ui| commands.extend(object_ui(ui, &model.setup)));
        }
    });
    commands
}

/// Draws the button that starts or stops, with what stands in the way.
pub(super) fn action_ui(ui: &mut Ui, model: &Model) -> Option<Command> {
    if model.run.stage == Stage::Running {
        let text = if model.run.stopping {
            "Stopping…"
        } else {
            "Abort update"
        };
        let pressed = danger_button_ui(ui, text, !model.run.stopping).clicked();
        return pressed.then_some(Command::Abort);
    }
    let obstacle = model.obstacle();
    if let Some(text) = obstacle {
        let warn = palette(ui).warn;
        ui.add(Label::new(RichText::new(text).color(warn)).wrap());
    }
    let text = match model.replay {
        Some(_) => "Start the replay",
        None => "Start update",
    };
    let pressed = primary_button_ui(ui, text, obstacle.is_none()).clicked();
    pressed.then_some(Command::Start)
}

fn host_ui(ui: &mut Ui, model: &Model, commands: &mut Commands) {
    let setup = &model.setup;
    title_ui(ui, "Host");
    ui.add_space(4.0);
    let targets = [Target::Emulated, Target::Port, Target::Scenario];
    let chosen = targets.iter().position(|target| *target == setup.target);
    let names = ["Emulated", "Serial port", "Scenario"];
    let pressed = choice_ui(ui, "Connected through", &names, chosen.unwrap_or(0));
    commands.extend(
        pressed
            .and_then(|at| targets.get(at))
            .map(|to| SetupCommand::Target(*to).into()),
    );
    field_gap(ui);
    match setup.target {
        Target::Emulated => commands.extend(board_ui(ui, setup)),
        Target::Port => port_ui(ui, model, commands),
        Target::Scenario => return scenario_ui(ui, setup, commands),
    }
    field_gap(ui);
    let dialects = [DialectKind::Rig, DialectKind::Ayla];
    let chosen = usize::from(setup.dialect == DialectKind::Ayla);
    let pressed = choice_ui(ui, "Dialect", &["rig", "ayla"], chosen);
    commands.extend(
        pressed
            .and_then(|at| dialects.get(at))
            .map(|to| SetupCommand::Dialect(*to).into()),
    );
    field_gap(ui);
    let baud = text_field_ui(ui, "Line rate, bits per second", &setup.baud, "921600");
    commands.extend(baud.map(|baud| SetupCommand::Baud(baud).into()));
}

/// Shipped scenarios to choose from, and a path.
fn scenario_ui(ui: &mut Ui, setup: &Setup, commands: &mut Commands) {
    let label = caption_ui(ui, "Shipped scenario");
    ComboBox::from_id_salt("scenario")
        .width(ui.available_width())
        .height(420.0)
        .selected_text(setup.scenario.as_str())
        .truncate()
        .show_ui(ui, |ui| {
            for (name, _) in shipped() {
                let chosen = setup.scenario == *name;
                if ui.selectable_label(chosen, *name).clicked() {
                    commands.push(SetupCommand::Scenario((*name).to_owned()).into());
                }
            }
        })
        .response
        .labelled_by(label);
    field_gap(ui);
    let typed = text_field_ui(ui, "Or type a path", &setup.scenario, "found/1.toml");
    commands.extend(typed.map(|path| SetupCommand::Scenario(path).into()));
    let hint = "Host, line, image and faults are the scenario's; what it expects decides.";
    hint_ui(ui, hint);
}

fn board_ui(ui: &mut Ui, setup: &Setup) -> Option<Command> {
    let label = caption_ui(ui, "Board");
    let title = |name: &str| {
        board_choices()
            .find(|(other, _)| *other == name)
            .map(|(_, title)| title)
    };
    let mut picked = None;
    ComboBox::from_id_salt("board")
        .width(ui.available_width())
        .selected_text(setup.board.as_str())
        .truncate()
        .show_ui(ui, |ui| {
            for (name, _) in board_choices() {
                if ui.selectable_label(setup.board == name, name).clicked() {
                    picked = Some(SetupCommand::Board(name.to_owned()).into());
                }
            }
        })
        .response
        .labelled_by(label);
    if let Some(title) = title(&setup.board) {
        hint_ui(ui, title);
    }
    picked
}

fn port_ui(ui: &mut Ui, model: &Model, commands: &mut Commands) {
    let label = caption_ui(ui, "Port");
    let chosen = model.setup.port.as_str();
    ui.horizontal(|ui| {
        let width = ui.available_width() - 92.0;
        ComboBox::from_id_salt("port")
            .width(width)
            .selected_text(if chosen.is_empty() {
                "Choose a port"
            } else {
                chosen
            })
            .truncate()
            .show_ui(ui, |ui| {
                for port in &model.ports {
                    let text = format!("{}  {}", port.path, port.adapter);
                    if ui
                        .selectable_label(port.path == chosen, text.trim_end())
                        .clicked()
                    {
                        commands.push(SetupCommand::Port(port.path.clone()).into());
                    }
                }
            })
            .response
            .labelled_by(label);
        let refresh = Button::new("Refresh").min_size(egui::vec2(84.0, CONTROL_HEIGHT));
        if ui
            .add(refresh)
            .on_hover_text("List the serial ports again")
            .clicked()
        {
            commands.push(Command::RefreshPorts);
        }
    });
    let adapter = model
        .ports
        .iter()
        .find(|port| port.path == chosen)
        .map(|port| port.adapter.as_str());
    match adapter {
        _ if model.ports.is_empty() => hint_ui(
            ui,
            "No serial port was found. Plug in the adapter, then refresh.",
        ),
        Some(adapter) if !adapter.is_empty() => hint_ui(ui, adapter),
        _ => {}
    }
    field_gap(ui);
    let typed = text_field_ui(ui, "Or type a path", chosen, "/dev/ttyUSB0");
    commands.extend(typed.map(|path| SetupCommand::Port(path).into()));
}

pub(super) fn hint_ui(ui: &mut Ui, text: &str) {
    let weak = palette(ui).weak;
    ui.add(Label::new(RichText::new(text).size(CAPTION).color(weak)).wrap());
}
