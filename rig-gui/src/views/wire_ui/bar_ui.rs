//! What is open, and the buttons that open, save, follow and turn over.

use bridge::text::printable;
use egui::{Button, Label, RichText, Ui, vec2};

use super::WireCommands;
use crate::files::Purpose;
use crate::theme::{CAPTION, CONTROL_HEIGHT, TITLE, palette};
use crate::wire::WireView;
use crate::wire::command::WireCommand;
use crate::wire::index::FRAMES_MAX;

/// Most room for the title.
const TITLE_WIDTH: f32 = 480.0;

/// Draws the bar.
pub(super) fn bar_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    ui.horizontal_wrapped(|ui| {
        title(ui, view);
        files_ui(ui, view, commands);
        if let Some(name) = &view.opening {
            let weak = palette(ui).weak;
            ui.label(RichText::new(format!("Opening {name}…")).color(weak));
        }
    });
    window_ui(ui, view, commands);
}

fn title(ui: &mut Ui, view: &WireView) {
    let text = if view.title.is_empty() {
        "Wire"
    } else {
        &view.title
    };
    let title = RichText::new(printable(text)).size(TITLE);
    let width = ui.available_width().min(TITLE_WIDTH);
    ui.scope(|ui| {
        ui.set_max_width(width);
        ui.add(Label::new(title).truncate());
    });
    let live = view.live.as_ref().is_some_and(|live| !live.is_over());
    if live {
        let good = palette(ui).good;
        ui.label(RichText::new("live").size(CAPTION).color(good));
    }
}

/// The ways in and out; both are dialogs.
fn files_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    let hint = "Show the frames of a capture or a transcript";
    if button(ui, "Open…", true, hint) {
        commands.push(WireCommand::Choose(Purpose::Frames));
    }
    let hint = "Copy these frames to a file";
    if button(ui, "Save as…", !view.title.is_empty(), hint) {
        commands.push(WireCommand::Choose(Purpose::Capture));
    }
    if view.run_behind && view.live.is_none() {
        let hint = "Show the frames of the last update again";
        if button(ui, "Back to the update", true, hint) {
            commands.push(WireCommand::ShowRun);
        }
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
