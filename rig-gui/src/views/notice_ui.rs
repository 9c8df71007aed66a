//! The message above the screen: something that could not be done, until it is put away.

use bridge::trouble::Trouble;
use egui::accesskit::Role;
use egui::{Align, Button, Frame, Label, Layout, Margin, RichText, Stroke, Ui, WidgetInfo};

use crate::command::Command;
use crate::theme::{EDGE, palette};
use crate::units;

/// Draws the message.
pub(super) fn notice_ui(ui: &mut Ui, trouble: &Trouble) -> Option<Command> {
    let colours = palette(ui);
    let frame = Frame::new()
        .fill(colours.surface)
        .stroke(Stroke::new(1.0, colours.warn))
        .corner_radius(10)
        .outer_margin(Margin {
            left: EDGE,
            right: EDGE,
            top: EDGE,
            bottom: 0,
        })
        .inner_margin(Margin::symmetric(14, 10));
    let mut put_away = false;
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            let headline = RichText::new(format!("! {}", trouble.headline)).color(colours.warn);
            let label = ui.add(Label::new(headline.strong()).truncate());
            label.widget_info(|| {
                WidgetInfo::labeled(Role::Label, true, format!("Problem: {}", trouble.headline))
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let button = Button::new(RichText::new("Put away").color(colours.weak));
                put_away = ui.add(button.frame(false)).clicked();
            });
        });
        for text in [&trouble.what, &trouble.cause, &trouble.next_step] {
            if !text.is_empty() {
                ui.add(Label::new(units::sentence(text)).wrap());
            }
        }
    });
    put_away.then_some(Command::DismissNotice)
}
