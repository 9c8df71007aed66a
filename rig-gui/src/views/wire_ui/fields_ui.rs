//! One frame, field by field.

use egui::{CornerRadius, FontId, Label, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use super::rows::cell;
use super::{WireCommands, right_of};
use crate::theme::{CAPTION, palette};
use crate::views::controls_ui::title_ui;
use crate::wire::WireView;
use crate::wire::command::WireCommand;
use crate::wire::tree::Node;
use crate::wire::view::Detail;

/// Height of a field.
const ROW: f32 = 19.0;
/// A field inside a group is moved by this much.
const INDENT: f32 = 14.0;
/// Most comments that are shown.
const COMMENTS_MAX: usize = 6;

/// Draws the fields of the frame that is looked at.
pub(super) fn fields_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    let Some(position) = view.selected else {
        title_ui(ui, "Frame");
        return hint_ui(ui, "Choose a frame to see its fields.");
    };
    title_ui(
        ui,
        &format!("Frame {}", bridge::text::grouped(view.number(position))),
    );
    let detail = view.detail.as_ref().filter(|it| it.position == position);
    let Some(detail) = detail else {
        return hint_ui(ui, "Reading…");
    };
    head_ui(ui, detail);
    if detail.nodes.is_empty() {
        return hint_ui(ui, "Its bytes are not known: a transcript has words only.");
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let area = ScrollArea::vertical().id_salt("fields").auto_shrink(false);
    area.show_rows(ui, ROW, detail.nodes.len(), |ui, rows| {
        for (index, node) in detail.nodes.iter().enumerate() {
            if rows.contains(&index) {
                node_ui(ui, view, index, node, commands);
            }
        }
    });
}

fn head_ui(ui: &mut Ui, detail: &Detail) {
    ui.add(Label::new(RichText::new(&detail.words).size(13.0)).truncate());
    let weak = palette(ui).weak;
    for comment in detail.comments.iter().take(COMMENTS_MAX) {
        let text = RichText::new(format!("note: {comment}")).size(CAPTION);
        ui.add(Label::new(text.color(weak)).truncate());
    }
    let more = detail.comments.len().saturating_sub(COMMENTS_MAX);
    if more > 0 {
        let text = RichText::new(format!("and {more} more notes")).size(CAPTION);
        ui.label(text.color(weak));
    }
    ui.add_space(4.0);
}

fn node_ui(ui: &mut Ui, view: &WireView, index: usize, node: &Node, commands: &mut WireCommands) {
    let size = vec2(ui.available_width(), ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let chosen = view.spot.is_some_and(|spot| spot.node == index);
    response.widget_info(|| {
        let bytes = format!("bytes {} to {}", node.range.start, node.range.end - 1);
        let text = format!("Field {}: {} ({bytes})", node.name, node.value);
        WidgetInfo::selected(Role::TreeItem, true, chosen, text)
    });
    if response.clicked() {
        commands.push(WireCommand::SelectField(index));
    }
    let colours = palette(ui);
    let radius = CornerRadius::same(4);
    if chosen {
        let fill = colours.accent.gamma_multiply(0.22);
        ui.painter().rect_filled(rect, radius, fill);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, radius, colours.hover);
    }
    let left = rect.left() + 4.0 + f32::from(node.depth) * INDENT;
    let font = FontId::proportional(13.0);
    let name_right = (left + 130.0).min(rect.right());
    let name = right_of(rect, left).with_max_x(name_right - 4.0);
    let name_colour = if node.leaf {
        colours.weak
    } else {
        colours.text
    };
    cell(ui.painter(), name, node.name.as_str(), font, name_colour);
    let colour = match node.good {
        Some(true) => colours.good,
        Some(false) => colours.bad,
        None => colours.text,
    };
    let place = right_of(rect, name_right).with_max_x(rect.right() - 78.0);
    let mono = FontId::monospace(12.0);
    cell(
        ui.painter(),
        place,
        node.value.as_str(),
        mono.clone(),
        colour,
    );
    let bytes = format!("{}..{}", node.range.start, node.range.end);
    let place = right_of(rect, rect.right() - 72.0);
    cell(
        ui.painter(),
        place,
        bytes,
        FontId::monospace(11.0),
        colours.weak,
    );
}

/// A line for what is not there.
pub(super) fn hint_ui(ui: &mut Ui, text: &str) {
    let weak = palette(ui).weak;
    ui.add(Label::new(RichText::new(text).color(weak)).wrap());
}
