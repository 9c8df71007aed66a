//! Which frames are shown: direction, type, errors, text; and how many these are.

use bridge::event::Direction;
use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Button, ComboBox, PopupCloseBehavior, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::{WireCommands, text_id};
use crate::theme::{CAPTION, CONTROL_HEIGHT, palette};
use crate::wire::WireView;
use crate::wire::command::WireCommand;

/// Draws the filter.
pub(super) fn filter_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    let filter = &view.filter;
    ui.horizontal_wrapped(|ui| {
        direction_ui(ui, view, commands);
        types_ui(ui, view, commands);
        let mut errors = filter.errors;
        if ui.checkbox(&mut errors, "Errors only").changed() {
            commands.push(WireCommand::SetErrors(errors));
        }
        let mut text = filter.text.clone();
        let edit = TextEdit::singleline(&mut text)
            .id(text_id())
            .hint_text("find in words  /")
            .desired_width(160.0);
        let edit = ui.add(edit).accessible_name("Find in words");
        if edit.changed() {
            commands.push(WireCommand::SetText(text));
        }
        if !filter.shows_all() {
            let clear = Button::new("Show all").min_size(vec2(70.0, CONTROL_HEIGHT));
            if ui.add(clear).clicked() {
                commands.push(WireCommand::ClearFilter);
            }
        }
        let mut follow = view.follow;
        let hint = "Keep the newest frame in sight";
        let checkbox = ui.checkbox(&mut follow, "Follow").on_hover_text(hint);
        if checkbox.changed() {
            commands.push(WireCommand::SetFollow(follow));
        }
        let weak = palette(ui).weak;
        ui.label(RichText::new(count_text(view)).size(CAPTION).color(weak));
    });
}

fn direction_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    let chosen = view.filter.direction;
    let choices = [
        (None, "Both ways"),
        (Some(Direction::ToHost), "To host"),
        (Some(Direction::ToModule), "To module"),
    ];
    let name = choices.iter().find(|(way, _)| *way == chosen);
    let combo = ComboBox::from_id_salt("wire direction")
        .width(104.0)
        .selected_text(name.map_or("", |(_, name)| *name))
        .show_ui(ui, |ui| {
            for (way, name) in choices {
                if ui.selectable_label(way == chosen, name).clicked() {
                    commands.push(WireCommand::SetDirection(way));
                }
            }
        });
    combo.response.accessible_name("Direction");
}

fn types_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    let types = view.filter.types;
    let text = match types.len() {
        0 => "All types".to_owned(),
        1 => "1 type".to_owned(),
        count => format!("{count} types"),
    };
    // Several types can be chosen without opening the menu again.
    let stay = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    MenuButton::new(text).config(stay).ui(ui, |ui| {
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (number, name) in view.names.all() {
                let mut chosen = types.has(number);
                if ui.checkbox(&mut chosen, name).changed() {
                    commands.push(WireCommand::ToggleType(number));
                }
            }
        });
    });
}

fn count_text(view: &WireView) -> String {
    let mut text = view.count_text();
    if let Some(fraction) = view.progress.fraction() {
        text += &format!(", reading {:.0} %", (fraction * 100.0).floor());
    } else if !view.is_sifted() {
        text += ", searching";
    }
    let lost = view.live.as_ref().map_or(0, |live| live.lost());
    if lost > 0 {
        text += &format!(", {} more not kept", bridge::text::grouped(lost));
    }
    text
}
