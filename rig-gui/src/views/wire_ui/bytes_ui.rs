//! The bytes of one frame as they were on the wire.

use std::ops::Range;

use egui::{
    Align2, FontId, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::WireCommands;
use super::fields_ui::hint_ui;
use crate::theme::palette;
use crate::views::controls_ui::title_ui;
use crate::wire::WireView;
use crate::wire::command::WireCommand;

/// Height of a line.
const ROW: f32 = 18.0;
/// Width of the offset.
const OFFSET: f32 = 46.0;
/// Width of a byte in hex, and as a character.
const BYTE: f32 = 20.0;
const CHAR: f32 = 8.0;
/// Between the two.
const GAP: f32 = 12.0;

/// Draws the bytes of the frame that is looked at.
pub(super) fn bytes_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    let detail = view.detail.as_ref();
    let detail = detail.filter(|it| Some(it.position) == view.selected);
    let wire = detail.map_or(&[][..], |detail| detail.wire.as_slice());
    if wire.is_empty() {
        title_ui(ui, "Bytes");
        return hint_ui(ui, "Choose a frame to see its bytes.");
    }
    title_ui(ui, &format!("Bytes, {} on the wire", wire.len()));
    let wide = OFFSET + GAP + 16.0 * (BYTE + CHAR) <= ui.available_width() - 10.0;
    let columns: u16 = if wide { 16 } else { 8 };
    let node = view.spot.and_then(|spot| {
        let nodes = detail.map(|detail| detail.nodes.as_slice())?;
        nodes.get(spot.node).map(|node| node.range.clone())
    });
    let field = node.unwrap_or_default();
    ui.spacing_mut().item_spacing.y = 0.0;
    let lines = wire.len().div_ceil(columns.into());
    let area = ScrollArea::vertical().id_salt("bytes").auto_shrink(false);
    area.show_rows(ui, ROW, lines, |ui, rows| {
        let pieces = wire.chunks(columns.into()).enumerate();
        for (line, piece) in pieces.skip(rows.start).take(rows.len()) {
            let offset = u32::try_from(line).unwrap_or_default() * u32::from(columns);
            line_ui(ui, view, offset, piece, columns, &field, commands);
        }
    });
}

fn line_ui(
    ui: &mut Ui,
    view: &WireView,
    offset: u32,
    piece: &[u8],
    columns: u16,
    field: &Range<u32>,
    commands: &mut WireCommands,
) {
    let size = vec2(ui.available_width(), ROW);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let colours = palette(ui);
    let font = FontId::monospace(12.0);
    let middle = rect.center().y;
    ui.painter().text(
        pos2(rect.left(), middle),
        Align2::LEFT_CENTER,
        format!("{offset:04x}"),
        font.clone(),
        colours.weak,
    );
    let chars = rect.left() + OFFSET + f32::from(columns) * BYTE + GAP;
    for (index, byte) in (0_u16..).zip(piece) {
        let at = offset + u32::from(index);
        let left = rect.left() + OFFSET + f32::from(index) * BYTE;
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(BYTE, ROW));
        let response = ui.interact(place, ui.scope_id().with(("byte", at)), Sense::click());
        let chosen = view.spot.is_some_and(|spot| spot.byte == at);
        response.widget_info(|| {
            let text = format!("Byte {at}: {byte:02x}");
            WidgetInfo::selected(Role::Cell, true, chosen, text)
        });
        if response.clicked() {
            commands.push(WireCommand::SelectByte(at));
        }
        let left = chars + f32::from(index) * CHAR;
        let char_place = Rect::from_min_size(pos2(left, rect.top()), vec2(CHAR, ROW));
        if field.contains(&at) {
            let fill = colours.accent.gamma_multiply(0.25);
            ui.painter().rect_filled(place, 0, fill);
            ui.painter().rect_filled(char_place, 0, fill);
        } else if response.hovered() {
            ui.painter().rect_filled(place, 3, colours.hover);
        }
        if chosen || response.has_focus() {
            let line = Stroke::new(1.5, colours.accent);
            ui.painter().rect_stroke(place, 3, line, StrokeKind::Inside);
        }
        let shown = match byte {
            0x20..=0x7e => char::from(*byte),
            _ => '.',
        };
        for (place, text) in [
            (place, format!("{byte:02x}")),
            (char_place, shown.to_string()),
        ] {
            let anchor = Align2::CENTER_CENTER;
            ui.painter()
                .text(place.center(), anchor, text, font.clone(), colours.text);
        }
    }
}
