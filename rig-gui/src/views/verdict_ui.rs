//! The verdict: big, readable without colour, and there until it is put away.

use bridge::verdict::{Class, Confirmed, Content, Verdict};
use egui::accesskit::Role;
use egui::{
    Align, Button, CornerRadius, Frame, Label, Layout, Margin, Rect, RichText, Stroke, Ui,
    WidgetInfo,
};

use super::Commands;
use super::controls_ui::{caption_ui, field_gap};
use crate::command::Command;
use crate::theme::{BODY, HERO, PAD, Palette, ROOMY, TITLE, palette};
use crate::units;

const BAND: f32 = 8.0;
/// The button that puts a verdict away, and its hint.
pub(super) const DISMISS: (&str, &str) = ("Dismiss", "Put this verdict away");

/// Draws a verdict.
pub(super) fn verdict_ui(ui: &mut Ui, verdict: &Verdict) -> Commands {
    let buttons = [DISMISS, ("Retry", "Do the same update once more")];
    let facts = facts(verdict);
    let pressed = band_ui(ui, verdict.class, &verdict.headline, &facts, &buttons);
    let commands = [Command::Clear, Command::Retry];
    let command = pressed.and_then(|at| commands.into_iter().nth(at));
    command.into_iter().collect()
}

/// Draws the word of a class, what goes with it, facts as caption and text, and buttons with their hints,
/// the first one at the right; which button was pressed.
pub(super) fn band_ui(
    ui: &mut Ui,
    class: Class,
    headline: &str,
    facts: &[(&'static str, String)],
    buttons: &[(&str, &str)],
) -> Option<usize> {
    let colours = palette(ui);
    let colour = class_colour(class, colours);
    let frame = Frame::new()
        .fill(colours.surface)
        .stroke(Stroke::new(1.0, colour))
        .corner_radius(12)
        .inner_margin(Margin {
            left: PAD + 8,
            right: PAD,
            top: PAD - 6,
            bottom: PAD,
        });
    let drawn = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let pressed = headline_ui(ui, class, headline, buttons);
        ui.add_space(8.0);
        facts_ui(ui, facts);
        pressed
    });
    let rect = drawn.response.rect;
    let band = Rect::from_min_size(rect.min, egui::vec2(BAND, rect.height()));
    let radius = CornerRadius {
        nw: 12,
        sw: 12,
        ne: 0,
        se: 0,
    };
    ui.painter().rect_filled(band, radius, colour);
    drawn.inner
}

fn headline_ui(
    ui: &mut Ui,
    class: Class,
    headline: &str,
    buttons: &[(&str, &str)],
) -> Option<usize> {
    let colours = palette(ui);
    let mut pressed = None;
    ui.horizontal(|ui| {
        let word = RichText::new(class_word(class)).size(HERO);
        let label = ui.label(word.color(class_colour(class, colours)));
        label.widget_info(|| {
            WidgetInfo::labeled(Role::Label, true, format!("Verdict {}", class_word(class)))
        });
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            ui.add_space(2.0);
            for (index, (text, hint)) in buttons.iter().enumerate() {
                let button = Button::new(RichText::new(*text).color(colours.weak)).frame(false);
                if ui.add(button).on_hover_text(*hint).clicked() {
                    pressed = Some(index);
                }
            }
        });
    });
    ui.add(Label::new(RichText::new(units::sentence(headline)).size(TITLE)).wrap());
    pressed
}

fn facts_ui(ui: &mut Ui, facts: &[(&'static str, String)]) {
    let two = ui.available_width() >= ROOMY && facts.len() > 1;
    if two {
        let half = facts.len().div_ceil(2);
        let (left, right) = facts.split_at(half);
        ui.spacing_mut().item_spacing.x = 36.0;
        ui.columns_const(|[one, other]| {
            list_ui(one, left);
            list_ui(other, right);
        });
    } else {
        list_ui(ui, facts);
    }
}

fn list_ui(ui: &mut Ui, facts: &[(&'static str, String)]) {
    ui.with_layout(Layout::top_down(Align::Min), |ui| {
        for (index, (caption, text)) in facts.iter().enumerate() {
            if index > 0 {
                field_gap(ui);
            }
            caption_ui(ui, caption);
            ui.add(Label::new(RichText::new(text).size(BODY)).wrap());
        }
    });
}

/// What there is to say, as caption and text.
fn facts(verdict: &Verdict) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(status) = verdict.status {
        let meaning = status
            .row()
            .map_or("not in the table of this program", |row| row.sentence);
        let from_host = verdict.host_err.map(|err| format!(", host ERR {err}"));
        facts.push((
            "Code",
            format!("{status}{}: {meaning}", from_host.unwrap_or_default()),
        ));
    }
    let mut say = |caption, text: &str| {
        if !text.is_empty() && text != verdict.headline {
            facts.push((caption, units::sentence(text)));
        }
    };
    if let Some(injected) = verdict.injected {
        say("No clean update", &injected.to_string());
    }
    say("What happened", &verdict.what);
    if verdict.passed() {
        say("Content", content_text(verdict.content));
        say("Confirmed", confirmed_text(verdict.confirmed));
    }
    say("Likely cause", &verdict.cause);
    say("Next step", &verdict.next_step);
    for note in &verdict.notes {
        say("Note", note);
    }
    facts
}

fn content_text(content: Content) -> &'static str {
    match content {
        Content::Digest => "The host's SHA-256 of the running image is the image's.",
        Content::HeadCrc => "The host accepted the head and CRC of the image.",
        Content::Unverified => "Not verified by the host.",
    }
}

fn confirmed_text(confirmed: Confirmed) -> &'static str {
    match confirmed {
        Confirmed::Yes => "Yes: the host keeps the image.",
        Confirmed::NotObservable => "Not observable in this dialect.",
        Confirmed::No => "No.",
    }
}

pub(super) fn class_word(class: Class) -> &'static str {
    match class {
        Class::Pass => "PASS",
        Class::HostFailed => "FAIL",
        Class::RigError => "ERROR",
        Class::LinkError => "NO LINK",
        Class::Aborted => "ABORTED",
        Class::Skipped => "SKIPPED",
    }
}

pub(super) fn class_colour(class: Class, colours: &Palette) -> egui::Color32 {
    match class {
        Class::Pass => colours.good,
        Class::HostFailed | Class::LinkError => colours.bad,
        Class::RigError | Class::Aborted | Class::Skipped => colours.warn,
    }
}
