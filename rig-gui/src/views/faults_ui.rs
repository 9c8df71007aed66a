//! The fault desk: what can go wrong on purpose, when, and what came of it.

use egui::{Button, CentralPanel, ComboBox, Frame, Grid, Label, Margin, RichText, ScrollArea, Ui};
use fixtures::scenario::End;

use super::Commands;
use super::controls_ui::{
    caption_ui, card_ui, choice_ui, field_gap, primary_button_ui, text_field_ui, title_ui,
};
use crate::command::Command;
use crate::faults::{ArmState, Armed, Draft, FaultCommand, Group, Moment, kind, kinds};
use crate::model::{Model, Target};
use crate::run_view::Stage;
use crate::theme::{CAPTION, CONTROL_HEIGHT, EDGE, GAP, SETUP_WIDTH, WIDE, palette};

/// Where a row of the list does not fit any more, it takes several lines.
const ROW_WIDTH: f32 = 560.0;

/// Draws the desk.
pub(super) fn faults_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = Vec::new();
    let frame = Frame::new()
        .fill(palette(ui).ground)
        .inner_margin(Margin::same(EDGE));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let wide = ui.available_width() >= WIDE;
        let area = ScrollArea::vertical().id_salt("faults").auto_shrink(false);
        area.show(ui, |ui| {
            if wide {
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = GAP;
                    ui.vertical(|ui| {
                        ui.set_width(SETUP_WIDTH);
                        card_ui(ui, |ui| draft_ui(ui, model, &mut commands));
                    });
                    ui.vertical(|ui| card_ui(ui, |ui| list_ui(ui, model, &mut commands)));
                });
            } else {
                card_ui(ui, |ui| draft_ui(ui, model, &mut commands));
                ui.add_space(GAP);
                card_ui(ui, |ui| list_ui(ui, model, &mut commands));
            }
        });
    });
    commands.into_iter().map(Command::Faults).collect()
}

/// Which fault, where, when.
fn draft_ui(ui: &mut Ui, model: &Model, commands: &mut Vec<FaultCommand>) {
    title_ui(ui, "Inject a fault");
    ui.add_space(4.0);
    let draft = &model.faults.draft;
    let target = model.setup.target;
    let chosen = kind(draft.kind);
    kind_ui(ui, draft, target, commands);
    if chosen.is_some_and(|kind| kind.group == Group::Line) {
        field_gap(ui);
        direction_ui(ui, draft, commands);
    }
    if let Some(number) = chosen.and_then(|kind| kind.number) {
        field_gap(ui);
        let hint = number.plain.to_string();
        let name = crate::units::sentence(number.name);
        let typed = text_field_ui(ui, &name, &draft.number, &hint);
        commands.extend(typed.map(FaultCommand::Number));
    }
    field_gap(ui);
    moment_ui(ui, draft, commands);
    field_gap(ui);
    let unreachable = chosen.and_then(|kind| kind.group.obstacle(target));
    let wrong = unreachable.map(str::to_owned).or(draft.made().err());
    if let Some(why) = &wrong {
        let warn = palette(ui).warn;
        ui.add(Label::new(RichText::new(why).color(warn)).wrap());
        ui.add_space(4.0);
    }
    let running = model.run.stage == Stage::Running;
    let text = if running {
        "Arm it now"
    } else {
        "Arm it for the next update"
    };
    if primary_button_ui(ui, text, wrong.is_none()).clicked() {
        commands.push(FaultCommand::Arm);
    }
}

fn direction_ui(ui: &mut Ui, draft: &Draft, commands: &mut Vec<FaultCommand>) {
    let ends = [End::Host, End::Module];
    let names = ["to the host", "to the module"];
    let chosen = usize::from(draft.to == End::Module);
    let pressed = choice_ui(ui, "Strikes what goes", &names, chosen);
    let to = pressed.and_then(|at| ends.get(at).copied());
    commands.extend(to.map(FaultCommand::To));
}

fn kind_ui(ui: &mut Ui, draft: &Draft, target: Target, commands: &mut Vec<FaultCommand>) {
    let label = caption_ui(ui, "Fault");
    ComboBox::from_id_salt("fault kind")
        .width(ui.available_width())
        .height(420.0)
        .selected_text(draft.kind)
        .show_ui(ui, |ui| {
            for group in Group::ALL {
                let weak = palette(ui).weak;
                ui.label(RichText::new(group.title()).size(CAPTION).color(weak));
                let obstacle = group.obstacle(target);
                if let Some(why) = obstacle {
                    let warn = palette(ui).warn;
                    ui.add(Label::new(RichText::new(why).size(CAPTION).color(warn)).wrap());
                }
                ui.add_enabled_ui(obstacle.is_none(), |ui| {
                    for kind in kinds().filter(|kind| kind.group == group) {
                        let it = ui.selectable_label(kind.name == draft.kind, kind.name);
                        let it = it.on_disabled_hover_text(obstacle.unwrap_or_default());
                        if it.on_hover_text(kind.text).clicked() {
                            commands.push(FaultCommand::Kind(kind.name));
                        }
                    }
                });
            }
        })
        .response
        .labelled_by(label);
    if let Some(kind) = kind(draft.kind) {
        let weak = palette(ui).weak;
        let text = format!("{}: {}", kind.group.title(), kind.text);
        ui.add(Label::new(RichText::new(text).size(CAPTION).color(weak)).wrap());
    }
}

fn moment_ui(ui: &mut Ui, draft: &Draft, commands: &mut Vec<FaultCommand>) {
    let label = caption_ui(ui, "When");
    ComboBox::from_id_salt("fault moment")
        .width(ui.available_width())
        .selected_text(draft.moment.name())
        .show_ui(ui, |ui| {
            for moment in Moment::ALL {
                let chosen = moment == draft.moment;
                if ui.selectable_label(chosen, moment.name()).clicked() {
                    commands.push(FaultCommand::Moment(moment));
                }
            }
        })
        .response
        .labelled_by(label);
    if let Some(hint) = draft.moment.hint() {
        let weak = palette(ui).weak;
        ui.add(Label::new(RichText::new(hint).size(CAPTION).color(weak)).wrap());
    }
    if let Some(name) = draft.moment.number() {
        field_gap(ui);
        let typed = text_field_ui(ui, name, &draft.at, "0");
        commands.extend(typed.map(FaultCommand::At));
    }
}

/// What is armed and what has struck.
fn list_ui(ui: &mut Ui, model: &Model, commands: &mut Vec<FaultCommand>) {
    let armed = &model.faults.armed;
    ui.horizontal(|ui| {
        title_ui(ui, "Armed and struck");
        if !armed.is_empty() && ui.button("Clear the list").clicked() {
            commands.push(FaultCommand::Clear);
        }
    });
    ui.add_space(4.0);
    if armed.is_empty() {
        let weak = palette(ui).weak;
        let text = "Nothing is armed. A fault strikes once; the list is armed anew in each update.";
        ui.add(Label::new(RichText::new(text).color(weak)).wrap());
        return;
    }
    if ui.available_width() < ROW_WIDTH {
        for armed in armed {
            ui.horizontal_wrapped(|ui| row_ui(ui, armed, commands));
        }
    } else {
        let grid = Grid::new("armed").num_columns(5).spacing([18.0, 6.0]);
        grid.show(ui, |ui| {
            for armed in armed {
                row_ui(ui, armed, commands);
                ui.end_row();
            }
        });
    }
    let bad = palette(ui).bad;
    for armed in armed {
        if let ArmState::Refused(why) = &armed.state {
            let text = format!("{} was refused: {why}.", armed.id);
            ui.add(Label::new(RichText::new(text).color(bad)).wrap());
        }
    }
}

fn row_ui(ui: &mut Ui, armed: &Armed, commands: &mut Vec<FaultCommand>) {
    let colours = palette(ui);
    let id = armed.id;
    ui.label(RichText::new(id.to_string()).color(colours.weak));
    ui.label(armed.name()).on_hover_text(armed.words());
    ui.label(armed.when.to_string());
    let (text, colour) = match &armed.state {
        ArmState::Waiting => ("waits for the next update".to_owned(), colours.weak),
        ArmState::Armed => ("armed".to_owned(), colours.accent),
        ArmState::Struck(at) => (format!("struck at {at} s"), colours.warn),
        ArmState::Refused(_) => ("refused".to_owned(), colours.bad),
        ArmState::Held => ("held until the end".to_owned(), colours.warn),
        ArmState::Missed => ("did not strike".to_owned(), colours.weak),
    };
    ui.label(RichText::new(text).color(colour));
    let busy = armed.state == ArmState::Armed;
    let remove = Button::new(format!("Remove {id}")).min_size(egui::vec2(0.0, CONTROL_HEIGHT));
    if ui.add_enabled(!busy, remove).clicked() {
        commands.push(FaultCommand::Remove(id));
    }
}
