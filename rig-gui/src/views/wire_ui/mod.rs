//! The wire view: the frames, one of them field by field and byte by byte, and the ladder.
//!
//! It draws a [`WireView`] and returns [`WireCommand`]s. Where there is room the block map lies above
//! three columns, otherwise the list above one part of the frame.

mod bar_ui;
mod blocks_ui;
mod bytes_ui;
mod fields_ui;
mod filter_ui;
mod ladder_ui;
mod list_ui;
mod rows;
mod scrub_ui;
mod states_ui;

use egui::{Id, Key, Modifiers, Rect, Stroke, StrokeKind, Ui, UiBuilder, pos2};

use super::controls_ui::choice_ui;
use crate::theme::palette;
use crate::wire::WireView;
use crate::wire::command::{Pane, WireCommand};

/// What the user wants, in the order asked for.
pub type WireCommands = Vec<WireCommand>;

/// From this width on list, ladder and frame stand side by side.
const THREE_COLUMNS: f32 = 1080.0;
/// Space between parts.
const GUTTER: f32 = 10.0;
/// Space inside a part.
const INSET: f32 = 10.0;
/// Height of the choice between parts.
const TABS_HEIGHT: f32 = 64.0;

/// Draws the wire view in the room that is left.
pub fn wire_ui(ui: &mut Ui, view: &WireView) -> WireCommands {
    let mut commands = keys(ui, view);
    bar_ui::bar_ui(ui, view, &mut commands);
    states_ui::message_ui(ui, view, &mut commands);
    if view.title.is_empty() {
        states_ui::empty_ui(ui);
        return commands;
    }
    filter_ui::filter_ui(ui, view, &mut commands);
    scrub_ui::scrub_ui(ui, view, &mut commands);
    let wide = ui.available_width() >= THREE_COLUMNS;
    if wide && !view.entries.is_empty() {
        blocks_ui::strip_ui(ui, view, &mut commands);
    }
    ui.add_space(4.0);
    let area = ui.available_rect_before_wrap();
    if area.height() < 40.0 {
        return commands;
    }
    ui.advance_cursor_after_rect(area);
    if wide {
        wide_ui(ui, view, area, &mut commands);
    } else {
        stacked_ui(ui, view, area, &mut commands);
    }
    commands
}

/// List and ladder row by row, the frame beside them.
fn wide_ui(ui: &mut Ui, view: &WireView, area: Rect, commands: &mut WireCommands) {
    let side = (area.width() * 0.31).clamp(330.0, 600.0);
    let (left, right) = area.split_left_right_at_x(area.right() - side - GUTTER);
    let right = right.with_min_x(right.left() + GUTTER);
    part_ui(ui, left, "frames", |ui| {
        list_ui::list_ui(ui, view, true, commands);
    });
    let (fields, bytes) = right.split_top_bottom_at_fraction(0.55);
    let bytes = bytes.with_min_y(bytes.top() + GUTTER);
    part_ui(ui, fields, "fields", |ui| {
        fields_ui::fields_ui(ui, view, commands);
    });
    part_ui(ui, bytes, "bytes", |ui| {
        bytes_ui::bytes_ui(ui, view, commands);
    });
}

/// The list, and below it what was chosen.
fn stacked_ui(ui: &mut Ui, view: &WireView, area: Rect, commands: &mut WireCommands) {
    let (top, rest) = area.split_top_bottom_at_fraction(0.46);
    part_ui(ui, top, "frames", |ui| {
        list_ui::list_ui(ui, view, false, commands);
    });
    let (tabs, below) = rest.split_top_bottom_at_y(rest.top() + TABS_HEIGHT);
    let builder = UiBuilder::new().max_rect(tabs).id_salt("wire parts");
    ui.scope_builder(builder, |ui| {
        let chosen = Pane::ALL.iter().position(|pane| *pane == view.pane);
        let names = Pane::ALL.map(Pane::name);
        let pressed = choice_ui(ui, "Shown below", &names, chosen.unwrap_or_default());
        let pane = pressed.and_then(|at| Pane::ALL.get(at));
        commands.extend(pane.map(|pane| WireCommand::ShowPane(*pane)));
    });
    part_ui(ui, below, "part", |ui| match view.pane {
        Pane::Fields => fields_ui::fields_ui(ui, view, commands),
        Pane::Bytes => bytes_ui::bytes_ui(ui, view, commands),
        Pane::Ladder => ladder_ui::alone_ui(ui, view, commands),
        Pane::Blocks => blocks_ui::pane_ui(ui, view, commands),
    });
}

/// A part with its ground and its edge.
fn part_ui(ui: &mut Ui, rect: Rect, name: &str, content: impl FnOnce(&mut Ui)) {
    let colours = palette(ui);
    let line = Stroke::new(1.0, colours.outline);
    ui.painter()
        .rect(rect, 10, colours.surface, line, StrokeKind::Inside);
    let inside = rect.shrink(INSET);
    if inside.width() < 20.0 || inside.height() < 20.0 {
        return;
    }
    let builder = UiBuilder::new().max_rect(inside).id_salt(name);
    ui.scope_builder(builder, |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(rect));
        content(ui);
    });
}

/// Where the text to look for is typed.
fn text_id() -> Id {
    Id::unique("wire filter text")
}

/// What was pressed on the keyboard, unless somebody types.
fn keys(ui: &mut Ui, view: &WireView) -> WireCommands {
    let mut commands = WireCommands::new();
    if view.title.is_empty() || ui.egui_wants_keyboard_input() {
        return commands;
    }
    let page = i64::from(view.rows.saturating_sub(2)).max(1);
    let steps = [
        (Key::ArrowDown, 1),
        (Key::ArrowUp, -1),
        (Key::PageDown, page),
        (Key::PageUp, -page),
        (Key::Home, i64::MIN),
        (Key::End, i64::MAX),
    ];
    for (key, step) in steps {
        let count = ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
        commands.extend((0..count).map(|_| WireCommand::Step(step)));
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Slash)) {
        // The slash itself is not part of the text.
        ui.input_mut(|input| {
            input
                .events
                .retain(|event| !matches!(event, egui::Event::Text(text) if text == "/"));
        });
        ui.memory_mut(|memory| memory.request_focus(text_id()));
    }
    commands
}

/// The right end of a line of text that begins at `left`.
fn right_of(rect: Rect, left: f32) -> Rect {
    Rect::from_min_max(pos2(left, rect.top()), rect.max)
}
