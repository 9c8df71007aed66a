//! The line at the bottom: what does the same on the command line.

use egui::{Align, Button, Frame, Label, Layout, Margin, Panel, RichText, Ui};

use crate::command::Command;
use crate::model::Model;
use crate::screen::Screen;
use crate::theme::{CAPTION, palette};

/// Draws the line.
pub(super) fn footer_ui(ui: &mut Ui, model: &Model) -> Option<Command> {
    let colours = palette(ui);
    let line = match model.screen {
        Screen::Sweep => model.sweep.line(&model.setup),
        _ => model.shown_line(),
    };
    let frame = Frame::new()
        .fill(colours.surface)
        .inner_margin(Margin::symmetric(16, 4));
    let mut copy = false;
    Panel::bottom("footer")
        .frame(frame)
        .resizable(false)
        .show(ui, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let button = Button::new(RichText::new("Copy").size(CAPTION)).small();
                copy = ui
                    .add(button)
                    .on_hover_text("Copy the command line")
                    .clicked();
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let caption = RichText::new("On the command line:").size(CAPTION);
                    ui.label(caption.color(colours.weak));
                    let text = RichText::new(line.as_str()).monospace().size(CAPTION);
                    ui.add(Label::new(text).truncate());
                });
            });
        });
    copy.then_some(Command::Copy(line))
}
