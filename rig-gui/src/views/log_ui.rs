//! The log: what was said on the line, the newest line in sight.

use egui::accesskit::Role;
use egui::{Align, Color32, Layout, RichText, ScrollArea, Ui, WidgetInfo};

use super::controls_ui::title_ui;
use crate::log::{Line, LineKind};
use crate::model::Model;
use crate::theme::{CAPTION, Palette, palette};

const ROW_HEIGHT: f32 = 17.0;

/// Draws the log in `height`; only the rows in sight are laid out.
pub(super) fn log_ui(ui: &mut Ui, model: &Model, height: f32) {
    let log = &model.log;
    let top = ui.cursor().top();
    ui.horizontal(|ui| {
        title_ui(ui, "Log");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let weak = palette(ui).weak;
            ui.label(RichText::new(count_text(model)).size(CAPTION).color(weak));
        });
    });
    let inside = height - (ui.cursor().top() - top);
    if log.is_empty() {
        return empty_ui(ui, inside);
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let area = ScrollArea::vertical()
        .id_salt("log")
        .auto_shrink(false)
        .max_height(inside)
        .min_scrolled_height(inside)
        .stick_to_bottom(true);
    area.show_rows(ui, ROW_HEIGHT, log.len(), |ui, rows| {
        for line in log.rows(rows) {
            line_ui(ui, line);
        }
    });
}

fn empty_ui(ui: &mut Ui, height: f32) {
    let weak = palette(ui).weak;
    let hint = RichText::new("What is said on the line appears here.").color(weak);
    ui.allocate_ui_with_layout(
        egui::vec2(ui.available_width(), height),
        Layout::centered_and_justified(egui::Direction::TopDown),
        |ui| ui.label(hint),
    );
}

fn line_ui(ui: &mut Ui, line: &Line) {
    let colours = palette(ui);
    let time = format!("{:>12}  ", line.at.to_string());
    let said = format!("{} {}", line.kind.mark(), line.text);
    ui.allocate_ui(egui::vec2(ui.available_width(), ROW_HEIGHT), |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.spacing_mut().interact_size.y = ROW_HEIGHT;
        ui.horizontal(|ui| {
            ui.label(RichText::new(time).monospace().color(colours.weak));
            let text = RichText::new(said.as_str())
                .monospace()
                .color(kind_colour(line.kind, colours));
            let label = ui.add(egui::Label::new(text).truncate());
            label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &line.text));
        });
    });
}

fn kind_colour(kind: LineKind, colours: &Palette) -> Color32 {
    match kind {
        LineKind::ToHost | LineKind::Verdict => colours.text,
        LineKind::ToModule => colours.weak,
        LineKind::Phase => colours.accent,
        LineKind::Note => colours.good,
        LineKind::Trouble => colours.warn,
    }
}

fn count_text(model: &Model) -> String {
    let lines = model.log.len();
    let gone = model.log.forgotten() + model.run.unseen;
    match (lines, gone) {
        (0, 0) => String::new(),
        (1, 0) => "1 line".to_owned(),
        (_, 0) => format!("{lines} lines"),
        _ => format!("last {lines} lines, {gone} more not kept"),
    }
}
