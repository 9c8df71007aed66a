//! What a sweep has found: each line plays its run again.

use bridge::text::grouped;
use egui::accesskit::Role;
use egui::epaint::RectShape;
use egui::{
    CornerRadius, Frame, Label, Margin, RichText, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo,
};

use super::Commands;
use crate::command::Command;
use crate::sweep::{Find, SweepCommand, SweepView};
use crate::theme::{CAPTION, palette};
use crate::units;
use crate::views::controls_ui::title_ui;

/// Draws the list.
pub(super) fn finds_ui(ui: &mut Ui, view: &SweepView, commands: &mut Commands) {
    let weak = palette(ui).weak;
    title_ui(ui, "Found");
    let text = match (view.finds.len(), view.counts.found) {
        (0, 0) if view.goes_on() => "Nothing so far.".to_owned(),
        (0, 0) => "Nothing.".to_owned(),
        (0, _) => "Told when all runs are made.".to_owned(),
        (listed, found) if listed as u64 == found => {
            "Press one, or Enter on it: it is played again on the first screen.".to_owned()
        }
        (listed, found) => format!(
            "Listed: {} of {}. Press one, or Enter on it: it is played again on the first screen.",
            grouped(listed as u64),
            grouped(found)
        ),
    };
    ui.add(Label::new(RichText::new(text).color(weak)).wrap());
    for (place, find) in view.finds.iter().enumerate() {
        if find_ui(ui, place, find) {
            commands.push(Command::Sweep(SweepCommand::Replay(place)));
        }
    }
}

/// Draws one; whether it was pressed.
fn find_ui(ui: &mut Ui, place: usize, find: &Find) -> bool {
    let colours = palette(ui);
    let ground = ui.painter().add(Shape::Noop);
    let frame = Frame::new().inner_margin(Margin::symmetric(10, 7));
    let drawn = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        // The whole line is pressed, not its words.
        ui.style_mut().interaction.selectable_labels = false;
        let what = format!("{}  {}", grouped(find.number), units::sentence(&find.what));
        ui.add(Label::new(RichText::new(what).color(colours.bad)).wrap());
        ui.add(Label::new(find.replay.place.as_str()).wrap());
        // What makes the scenario's file stands before it.
        let line = find.replay.line.rsplit(" && ").next().unwrap_or_default();
        let line = RichText::new(line).monospace();
        let line = line.size(CAPTION).color(colours.weak);
        ui.add(Label::new(line).truncate());
    });
    let rect = drawn.response.rect;
    let id = ui.scope_id().with(("find", place));
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| {
        let text = format!("Replay {}: {}", find.replay.title, find.what);
        WidgetInfo::labeled(Role::Button, true, text)
    });
    let radius = CornerRadius::same(8);
    let fill = if response.hovered() {
        colours.hover
    } else {
        colours.inset
    };
    ui.painter()
        .set(ground, RectShape::filled(rect, radius, fill));
    if response.has_focus() {
        let line = Stroke::new(1.5, colours.accent);
        ui.painter()
            .rect_stroke(rect, radius, line, StrokeKind::Inside);
    }
    response.clicked()
}
