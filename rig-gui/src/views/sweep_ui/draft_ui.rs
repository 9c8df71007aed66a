//! What is swept, and how.

use egui::{ComboBox, Label, RichText, Ui};
use fixtures::scenario::shipped;
use fixtures::sweep::Tears;

use super::Commands;
use crate::command::Command;
use crate::model::{Model, Target};
use crate::setup::SetupCommand;
use crate::sweep::{Draft, Kind, SweepCommand, SweepStage};
use crate::theme::{CAPTION, palette};
use crate::views::controls_ui::{
    caption_ui, choice_ui, danger_button_ui, field_gap, primary_button_ui, text_field_ui, title_ui,
};

/// What stands for the emulated host in the list of scenarios.
const AS_SET_UP: &str = "the emulated host, as set up";

/// Draws the draft, and the button that starts or stops.
pub(super) fn draft_ui(ui: &mut Ui, model: &Model, commands: &mut Commands) {
    let (desk, goes_on) = (&model.sweep, model.sweep.view.goes_on());
    title_ui(ui, "Sweep");
    ui.add_space(4.0);
    ui.add_enabled_ui(!goes_on, |ui| {
        subject_ui(ui, model, commands);
        field_gap(ui);
        kind_ui(ui, &desk.draft, commands);
        field_gap(ui);
        if desk.draft.kind == Kind::Power {
            cuts_ui(ui, &desk.draft, commands);
        }
        for field in desk.draft.fields() {
            let text = desk.draft.text(*field);
            let typed = text_field_ui(ui, field.name(), text, field.hint());
            commands.extend(typed.map(|text| sweep(SweepCommand::Type(*field, text))));
            field_gap(ui);
        }
    });
    button_ui(ui, model, commands);
}

fn sweep(command: SweepCommand) -> Command {
    Command::Sweep(command)
}

/// Which update is run again and again.
fn subject_ui(ui: &mut Ui, model: &Model, commands: &mut Commands) {
    let setup = &model.setup;
    let label = caption_ui(ui, "Update that is swept");
    let scenario = setup.target == Target::Scenario;
    let chosen = match setup.target {
        Target::Scenario => setup.scenario.as_str(),
        Target::Emulated => AS_SET_UP,
        Target::Port => "the host behind the port",
    };
    ComboBox::from_id_salt("swept scenario")
        .width(ui.available_width())
        .height(420.0)
        .selected_text(chosen)
        .truncate()
        .show_ui(ui, |ui| {
            let emulated = setup.target == Target::Emulated;
            if ui.selectable_label(emulated, AS_SET_UP).clicked() {
                commands.push(SetupCommand::Target(Target::Emulated).into());
            }
            for (name, _) in shipped() {
                let same = scenario && setup.scenario == *name;
                if ui.selectable_label(same, *name).clicked() {
                    commands.push(SetupCommand::Scenario((*name).to_owned()).into());
                }
            }
        })
        .response
        .labelled_by(label);
    if setup.target == Target::Emulated {
        hint_ui(
            ui,
            &format!(
                "{}, {} over {}",
                setup.board,
                setup.image_name(),
                setup.dialect
            ),
        );
    }
}

fn kind_ui(ui: &mut Ui, draft: &Draft, commands: &mut Commands) {
    let chosen = Kind::ALL.iter().position(|kind| *kind == draft.kind);
    let titles = Kind::ALL.map(Kind::title);
    let pressed = choice_ui(ui, "What goes wrong", &titles, chosen.unwrap_or(0));
    let kind = pressed.and_then(|at| Kind::ALL.get(at));
    commands.extend(kind.map(|kind| sweep(SweepCommand::Kind(*kind))));
    hint_ui(ui, draft.kind.text());
}

fn cuts_ui(ui: &mut Ui, draft: &Draft, commands: &mut Commands) {
    let chosen = usize::from(draft.depth > 1);
    let pressed = choice_ui(ui, "Cuts in one run", &["One cut", "Two cuts"], chosen);
    let depth = pressed.map(|at| if at == 0 { 1 } else { 2 });
    commands.extend(depth.map(|depth| sweep(SweepCommand::Depth(depth))));
    field_gap(ui);
    let tears = [Tears::None, Tears::Prefix, Tears::All];
    let chosen = tears.iter().position(|tears| *tears == draft.tears);
    let names = ["Never", "In half", "Six ways"];
    let pressed = choice_ui(ui, "An operation is torn", &names, chosen.unwrap_or(0));
    let tears = pressed.and_then(|at| tears.get(at));
    commands.extend(tears.map(|tears| sweep(SweepCommand::Tears(*tears))));
    field_gap(ui);
}

fn button_ui(ui: &mut Ui, model: &Model, commands: &mut Commands) {
    let view = &model.sweep.view;
    if view.goes_on() {
        let text = match view.stage {
            _ if view.stopping => "Stopping…",
            SweepStage::Shrinking { .. } => "Leave the rest as found",
            _ => "Stop sweep",
        };
        if danger_button_ui(ui, text, !view.stopping).clicked() {
            commands.push(sweep(SweepCommand::Stop));
        }
        return;
    }
    let obstacle = model.sweep.obstacle(&model.setup);
    if let Some(why) = &obstacle {
        let warn = palette(ui).warn;
        ui.add(Label::new(RichText::new(why).color(warn)).wrap());
    }
    if primary_button_ui(ui, "Start sweep", obstacle.is_none()).clicked() {
        commands.push(sweep(SweepCommand::Start));
    }
}

fn hint_ui(ui: &mut Ui, text: &str) {
    let weak = palette(ui).weak;
    ui.add(Label::new(RichText::new(text).size(CAPTION).color(weak)).wrap());
}
