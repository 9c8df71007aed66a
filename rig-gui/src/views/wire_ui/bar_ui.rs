//! What is open, and the buttons that open, save, follow and turn over.

use egui::{Button, Label, RichText, TextEdit, Ui, vec2};

use super::WireCommands;
use crate::theme::{CAPTION, CONTROL_HEIGHT, ROOMY, TITLE, palette};
use crate::wire::WireView;
use crate::wire::command::WireCommand;
use crate::wire::index::FRAMES_MAX;

/// Draws the bar.
pub(super) fn bar_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    let roomy = ui.available_width() >= ROOMY;
    if roomy {
        ui.horizontal(|ui| {
            title(ui, view);
            path_ui(ui, view, 320.0, commands);
        });
    } else {
        ui.horizontal(|ui| title(ui, view));
        ui.horizontal(|ui| {
            let width = (ui.available_width() - 160.0).max(80.0);
            path_ui(ui, view, width, commands);
        });
    }
    window_ui(ui, view, commands);
}

fn title(ui: &mut Ui, view: &WireView) {
    let text = if view.title.is_empty() {
        "Wire"
    } else {
        &view.title
    };
    ui.add(Label::new(RichText::new(text).size(TITLE)).truncate());
    let live = view.live.as_ref().is_some_and(|live| !live.is_over());
    if live {
        let good = palette(ui).good;
        ui.label(RichText::new("live").size(CAPTION).color(good));
    }
}

fn path_ui(ui: &mut Ui, view: &WireView, width: f32, commands: &mut WireCommands) {
    let mut path = view.path.clone();
    let edit = TextEdit::singleline(&mut path)
        .id_salt("wire path")
        .hint_text("capture or transcript")
        .desired_width(width);
    let edit = ui
        .add(edit)
        .accessible_name("Path of a capture or transcript");
    if edit.changed() {
        commands.push(WireCommand::SetPath(path));
    }
    let typed = view.path.trim();
    let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    let open = button(
        ui,
        "Open",
        !typed.is_empty(),
        "Show the frames of this file",
    );
    if (open || enter) && !typed.is_empty() {
        commands.push(WireCommand::Open(typed.into()));
    }
    let can = !typed.is_empty() && !view.title.is_empty();
    if button(
        ui,
        "Save",
        can,
        "Copy the capture to a new file of this name",
    ) {
        commands.push(WireCommand::Save(typed.into()));
    }
}

fn button(ui: &mut Ui, text: &str, enabled: bool, hint: &str) -> bool {
    let button = Button::new(text).min_size(vec2(56.0, CONTROL_HEIGHT));
    ui.add_enabled(enabled, button)
        .on_hover_text(hint)
        .clicked()
}

/// Of a long file: which part is loaded, and the way to the others.
fn window_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    if view.window.number == 0 && !view.window.more {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let count = u64::try_from(view.entries.len()).unwrap_or_default();
        let first = bridge::text::grouped(view.window.first);
        let last = bridge::text::grouped((view.window.first + count).saturating_sub(1));
        let most = bridge::text::grouped(u64::try_from(FRAMES_MAX).unwrap_or_default());
        let text = format!("Frames {first} to {last}: at most {most} are loaded at once.");
        ui.label(RichText::new(text).color(palette(ui).warn));
        let hint = "Load the frames before these";
        if button(ui, "Earlier frames", view.window.number > 0, hint) {
            commands.push(WireCommand::PreviousWindow);
        }
        let hint = "Load the frames behind these";
        if button(ui, "Later frames", view.window.more, hint) {
            commands.push(WireCommand::NextWindow);
        }
    });
}
