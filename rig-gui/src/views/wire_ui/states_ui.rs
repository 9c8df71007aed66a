//! What is shown where there are no frames, and what went wrong.

use egui::{Align, Button, Frame, Label, Layout, Margin, Rect, RichText, Stroke, Ui, UiBuilder};

use super::WireCommands;
use crate::theme::{BODY, TITLE, palette};
use crate::wire::WireView;
use crate::wire::command::WireCommand;

/// Draws what went wrong or is worth knowing, until it is put away.
pub(super) fn message_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    let failed = view.live.as_ref().and_then(|live| live.failed());
    if let Some(why) = failed {
        let text = format!("The capture of this run ends here: {why}. The update goes on.");
        card_ui(ui, true, |ui| {
            ui.add(Label::new(RichText::new(text).size(BODY)).wrap());
        });
    }
    if view.trouble.is_none() && view.notice.is_none() {
        return;
    }
    card_ui(ui, view.trouble.is_some(), |ui| {
        ui.horizontal_top(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                let weak = palette(ui).weak;
                let dismiss = Button::new(RichText::new("Dismiss").color(weak)).frame(false);
                if ui.add(dismiss).clicked() {
                    commands.push(WireCommand::Dismiss);
                }
                ui.with_layout(Layout::top_down(Align::Min), |ui| text_ui(ui, view));
            });
        });
    });
}

fn text_ui(ui: &mut Ui, view: &WireView) {
    let line = |ui: &mut Ui, text: &str| {
        if !text.is_empty() {
            ui.add(Label::new(RichText::new(text).size(BODY)).wrap());
        }
    };
    if let Some(trouble) = &view.trouble {
        let bad = palette(ui).bad;
        let headline = RichText::new(&trouble.headline).size(TITLE).color(bad);
        ui.add(Label::new(headline).wrap());
        for text in [&trouble.what, &trouble.cause, &trouble.next_step] {
            line(ui, text);
        }
    }
    if let Some(notice) = &view.notice {
        line(ui, notice);
    }
}

fn card_ui(ui: &mut Ui, bad: bool, content: impl FnOnce(&mut Ui)) {
    let colours = palette(ui);
    let edge = if bad { colours.bad } else { colours.good };
    let frame = Frame::new()
        .fill(colours.surface)
        .stroke(Stroke::new(1.0, edge))
        .corner_radius(10)
        .inner_margin(Margin::same(12));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        content(ui);
    });
}

/// Draws what there is before anything was opened.
pub(super) fn empty_ui(ui: &mut Ui) {
    let weak = palette(ui).weak;
    ui.add_space(40.0);
    ui.vertical_centered(|ui| {
        ui.label(RichText::new("No frames yet").size(TITLE));
        let text = "Start an update to see its frames as they go over the line, or open a capture \
                    (pcapng) or a transcript.";
        ui.add(Label::new(RichText::new(text).size(BODY).color(weak)).wrap());
    });
}

/// Draws why the list is empty.
pub(super) fn nothing_ui(ui: &mut Ui, view: &WireView, area: Rect) {
    let text = if view.hits.is_some() && view.is_sifted() {
        "No frame passes the filter."
    } else if view.progress.fraction().is_some() || view.hits.is_some() {
        "Reading…"
    } else if view.live.is_some() {
        "Nothing was said on the line yet."
    } else {
        "There are no frames in this file."
    };
    let weak = palette(ui).weak;
    let builder = UiBuilder::new()
        .max_rect(area)
        .layout(Layout::centered_and_justified(egui::Direction::TopDown));
    ui.scope_builder(builder, |ui| ui.label(RichText::new(text).color(weak)));
}
