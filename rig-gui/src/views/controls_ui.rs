//! Controls that several views share.

use egui::accesskit::Role;
use egui::{
    Align2, Button, CornerRadius, FontId, Frame, Id, Label, Margin, Rect, Response, RichText,
    Sense, Stroke, StrokeKind, TextEdit, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::theme::{
    BODY, CAPTION, CONTROL_HEIGHT, FIGURE, PAD, PRIMARY_HEIGHT, ROOMY, TITLE, palette,
};

/// A card as wide as there is room.
pub(super) fn card_ui<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let colours = palette(ui);
    let frame = Frame::new()
        .fill(colours.surface)
        .stroke(Stroke::new(1.0, colours.outline))
        .corner_radius(12)
        .inner_margin(Margin::same(PAD));
    let show = |ui: &mut Ui| {
        ui.set_width(ui.available_width());
        content(ui)
    };
    frame.show(ui, show).inner
}

/// Title of a card.
pub(super) fn title_ui(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).size(TITLE));
}

/// Space between two fields of a card.
pub(super) fn field_gap(ui: &mut Ui) {
    ui.add_space(8.0);
}

/// Small label above a field or figure; name the field by its id.
pub(super) fn caption_ui(ui: &mut Ui, text: &str) -> Id {
    let weak = palette(ui).weak;
    ui.label(RichText::new(text).size(CAPTION).color(weak)).id
}

/// Figures under their captions, side by side where there is room.
pub(super) fn figures_ui(ui: &mut Ui, figures: &[(&'static str, String)]) {
    let columns = if ui.available_width() >= ROOMY { 4 } else { 2 };
    for row in figures.chunks(columns) {
        ui.columns(columns, |columns| {
            for (ui, (caption, value)) in columns.iter_mut().zip(row) {
                caption_ui(ui, caption);
                ui.add(Label::new(RichText::new(value).size(FIGURE)).truncate());
            }
        });
    }
}

/// A line of text to edit under its caption; the new text if it was changed.
pub(super) fn text_field_ui(ui: &mut Ui, caption: &str, text: &str, hint: &str) -> Option<String> {
    let label = caption_ui(ui, caption);
    let mut edited = text.to_owned();
    let margin = Margin::symmetric(10, 8);
    let edit = TextEdit::singleline(&mut edited)
        .id_salt(caption)
        .hint_text(hint.to_owned())
        .margin(margin)
        .desired_width(f32::INFINITY);
    let response = ui.add(edit).labelled_by(label);
    response.changed().then_some(edited)
}

/// A choice between a few things side by side; the index of the one that was pressed.
pub(super) fn choice_ui(
    ui: &mut Ui,
    caption: &str,
    options: &[&str],
    chosen: usize,
) -> Option<usize> {
    caption_ui(ui, caption);
    let size = vec2(ui.available_width(), CONTROL_HEIGHT);
    let (track, _) = ui.allocate_exact_size(size, Sense::hover());
    let colours = palette(ui);
    ui.painter().rect(
        track,
        CornerRadius::same(8),
        colours.inset,
        Stroke::new(1.0, colours.outline),
        StrokeKind::Inside,
    );
    let mut pressed = None;
    let count = u8::try_from(options.len()).unwrap_or(u8::MAX);
    let width = track.width() / f32::from(count.max(1));
    for ((index, option), left) in (0..)
        .zip(options)
        .zip((0_u8..).map(|n| f32::from(n) * width))
    {
        let min = pos2(track.left() + left, track.top());
        let rect = Rect::from_min_size(min, vec2(width, track.height())).shrink(3.0);
        if segment_ui(ui, rect, option, index == chosen).clicked() && index != chosen {
            pressed = Some(index);
        }
    }
    pressed
}

fn segment_ui(ui: &mut Ui, rect: Rect, text: &str, chosen: bool) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(("segment", text)), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, enabled, chosen, text));
    let colours = palette(ui);
    let radius = CornerRadius::same(6);
    if chosen {
        let line = Stroke::new(1.0, colours.outline);
        ui.painter()
            .rect(rect, radius, colours.surface, line, StrokeKind::Inside);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, radius, colours.hover);
    }
    if response.has_focus() {
        let line = Stroke::new(1.5, colours.accent);
        ui.painter()
            .rect_stroke(rect, radius, line, StrokeKind::Inside);
    }
    let colour = if chosen { colours.text } else { colours.weak };
    let font = FontId::proportional(BODY);
    ui.painter()
        .text(rect.center(), Align2::CENTER_CENTER, text, font, colour);
    response
}

/// The button that starts something.
pub(super) fn primary_button_ui(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let colours = palette(ui);
    let label = RichText::new(text).size(TITLE).color(colours.on_accent);
    let size = Vec2::new(ui.available_width(), PRIMARY_HEIGHT);
    let button = Button::new(label).fill(colours.accent).corner_radius(9);
    ui.add_enabled_ui(enabled, |ui| ui.add_sized(size, button))
        .inner
}

/// The button that stops something.
pub(super) fn danger_button_ui(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let colours = palette(ui);
    let label = RichText::new(text).size(TITLE).color(colours.bad);
    let size = Vec2::new(ui.available_width(), PRIMARY_HEIGHT);
    let line = Stroke::new(1.0, colours.bad);
    let button = Button::new(label)
        .fill(colours.surface)
        .stroke(line)
        .corner_radius(9);
    ui.add_enabled_ui(enabled, |ui| ui.add_sized(size, button))
        .inner
}
