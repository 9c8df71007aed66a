//! The list of frames: only the rows in sight are laid out.

use bridge::event::Direction;
use egui::{
    Color32, CornerRadius, FontId, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2,
};

use super::WireCommands;
use super::rows::{self, Row, cell, in_sight};
use super::{ladder_ui, right_of, states_ui};
use crate::theme::{CAPTION, Palette, palette};
use crate::wire::WireView;
use crate::wire::command::WireCommand;
use crate::wire::index::Kind;

/// Height of the line with the names of the columns.
const HEAD: f32 = 20.0;
/// Width of the scroll bar.
const BAR: f32 = 12.0;
/// Below this width time and answers are left out.
const ROOMY: f32 = 520.0;
/// Least length of the part of the scroll bar that is dragged.
const THUMB: f32 = 28.0;

/// Where the columns begin, and how wide they are.
struct Columns {
    number: f32,
    time: f32,
    way: f32,
    name: f32,
    remark: f32,
}

impl Columns {
    fn new(width: f32) -> Self {
        let roomy = width >= ROOMY;
        Self {
            number: if roomy { 54.0 } else { 52.0 },
            time: if roomy { 86.0 } else { 0.0 },
            way: 24.0,
            name: 112.0,
            remark: if roomy { 118.0 } else { 0.0 },
        }
    }
}

/// Draws the list, with the ladder beside it when there is room.
pub(super) fn list_ui(ui: &mut Ui, view: &WireView, ladder: bool, commands: &mut WireCommands) {
    let area = ui.max_rect();
    let (head, below) = area.split_top_bottom_at_y(area.top() + HEAD);
    let (body, bar) = below.split_left_right_at_x(below.right() - BAR);
    let count = rows::rows_in(body.height());
    if count != view.rows {
        commands.push(WireCommand::SetRows(count));
    }
    let beside = if ladder {
        (body.width() * 0.26).clamp(220.0, 320.0)
    } else {
        0.0
    };
    let (list, steps) = body.split_left_right_at_x(body.right() - beside);
    let columns = Columns::new(list.width());
    head_ui(ui, head.with_max_x(list.right()), &columns);
    if view.is_empty() {
        states_ui::nothing_ui(ui, view, body);
        return;
    }
    let rows = in_sight(view, list);
    ui.scope(|ui| {
        ui.set_clip_rect(list.intersect(ui.clip_rect()));
        for row in &rows {
            row_ui(ui, view, row, &columns, commands);
        }
    });
    if ladder {
        ladder_ui::head_ui(ui, head.with_min_x(steps.left()).with_max_x(steps.right()));
        ladder_ui::ladder_ui(ui, view, steps, &rows, commands);
    }
    wheel(ui, view, body, commands);
    bar_ui(ui, view, bar, commands);
}

fn head_ui(ui: &Ui, rect: Rect, columns: &Columns) {
    let weak = palette(ui).weak;
    let mut left = rect.left() + 4.0;
    for (name, width) in [
        ("No.", columns.number),
        ("Time, s", columns.time),
        ("", columns.way),
        ("Type", columns.name),
        ("Words", 120.0),
    ] {
        if width > 0.0 {
            let place = right_of(rect, left).with_max_x((left + width).min(rect.right()));
            let font = FontId::proportional(CAPTION);
            cell(ui.painter(), place, name, font, weak);
        }
        left += width;
    }
}

fn row_ui(ui: &Ui, view: &WireView, row: &Row, columns: &Columns, commands: &mut WireCommands) {
    let id = ui.scope_id().with(("row", row.index));
    let response = ui.interact(row.rect, id, Sense::click());
    let chosen = view.selected == Some(row.position);
    let words = view.words.get(&row.position).map(String::as_str);
    let remark = remark(view, row);
    response.widget_info(|| {
        let way = way_words(row);
        let words = words.unwrap_or("not read yet");
        let number = view.number(row.position);
        let text = format!("Frame {number} {way}: {words}{}", said(&remark));
        WidgetInfo::selected(Role::ListItem, true, chosen, text)
    });
    if response.clicked() {
        commands.push(WireCommand::Select(row.row));
    }
    ground_ui(ui, chosen, &response);
    cells_ui(ui, view, row, columns, words, &remark);
}

fn cells_ui(
    ui: &Ui,
    view: &WireView,
    row: &Row,
    columns: &Columns,
    words: Option<&str>,
    remark: &str,
) {
    let colours = palette(ui);
    let (painter, entry) = (ui.painter(), &row.entry);
    let mono = FontId::monospace(12.0);
    let font = FontId::proportional(13.5);
    let mut left = row.rect.left() + 4.0;
    let mut next = |width: f32| {
        let rect = Rect::from_min_max(
            pos2(left, row.rect.top()),
            pos2(left + width - 6.0, row.rect.bottom()),
        );
        left += width;
        rect
    };
    let number = bridge::text::grouped(view.number(row.position));
    cell(
        painter,
        next(columns.number),
        number,
        mono.clone(),
        colours.weak,
    );
    if columns.time > 0.0 {
        let time = entry.at.to_string();
        cell(
            painter,
            next(columns.time),
            time,
            mono.clone(),
            colours.weak,
        );
    }
    let way = next(columns.way);
    cell(painter, way, arrow(row), mono.clone(), colours.accent);
    let name = view.names.name(entry.name);
    let tint = tint(row, colours);
    cell(painter, next(columns.name), name, font.clone(), tint);
    let words_right = row.rect.right() - columns.remark;
    let place = right_of(row.rect, left).with_max_x(words_right - 6.0);
    match words {
        Some(words) => {
            let rest = words.strip_prefix(name).unwrap_or(words).trim_start();
            let rest = if rest.is_empty() { words } else { rest };
            cell(painter, place, rest, font, colours.text);
        }
        None => {
            let blank = Rect::from_min_max(
                place.left_center() - egui::vec2(0.0, 4.0),
                pos2(
                    (place.left() + 120.0).min(place.right()),
                    place.center().y + 4.0,
                ),
            );
            painter.rect_filled(blank, CornerRadius::same(4), colours.inset);
        }
    }
    if columns.remark > 0.0 {
        let place = right_of(row.rect, words_right);
        let colour = if entry.is_error() || entry.is_again() {
            tint
        } else {
            colours.weak
        };
        cell(
            painter,
            place,
            remark,
            FontId::proportional(CAPTION),
            colour,
        );
    }
}

/// What lies behind a row: whether it is chosen, pointed at, or has the keyboard.
fn ground_ui(ui: &Ui, chosen: bool, response: &Response) {
    let (colours, rect) = (palette(ui), response.rect);
    let radius = CornerRadius::same(4);
    if chosen {
        let fill = colours.accent.gamma_multiply(0.22);
        ui.painter().rect_filled(rect, radius, fill);
        let edge = rect.with_max_x(rect.left() + 3.0);
        ui.painter().rect_filled(edge, radius, colours.accent);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius, colours.hover);
    }
    if response.has_focus() {
        let line = Stroke::new(1.5, colours.accent);
        ui.painter()
            .rect_stroke(rect, radius, line, StrokeKind::Inside);
    }
}

/// Which way a frame goes, for people who cannot see the arrow.
fn way_words(row: &Row) -> &'static str {
    match (row.entry.kind, row.entry.direction()) {
        (Kind::Note, _) => "note",
        (Kind::Foreign, _) => "foreign",
        (_, Direction::ToHost) => "to host",
        (_, Direction::ToModule) => "to module",
    }
}

fn arrow(row: &Row) -> &'static str {
    match (row.entry.kind, row.entry.direction()) {
        (Kind::Note | Kind::Foreign, _) => "",
        (_, Direction::ToHost) => "->",
        (_, Direction::ToModule) => "<-",
    }
}

/// What is to be said of a frame besides its words.
fn remark(view: &WireView, row: &Row) -> String {
    let entry = &row.entry;
    let mut parts = Vec::new();
    if entry.is_error() {
        parts.push("ERROR".to_owned());
    }
    if entry.is_again() {
        parts.push("again".to_owned());
    }
    if let Some(answered) = entry.answers() {
        let after = rows::latency(view, entry);
        let after = after.map(|it| format!(" +{it}")).unwrap_or_default();
        let number = bridge::text::grouped(u64::from(answered));
        parts.push(format!("of {number}{after}"));
    }
    if entry.has_comment() {
        parts.push("note".to_owned());
    }
    parts.join(", ")
}

fn said(remark: &str) -> String {
    if remark.is_empty() {
        return String::new();
    }
    format!(" ({})", remark.replace("of ", "answers "))
}

/// The colour of a frame's type.
pub(super) fn tint(row: &Row, colours: &Palette) -> Color32 {
    if row.entry.is_error() {
        colours.bad
    } else if row.entry.is_again() {
        colours.warn
    } else {
        colours.text
    }
}

/// Scrolls with the wheel.
pub(super) fn wheel(ui: &Ui, view: &WireView, rect: Rect, commands: &mut WireCommands) {
    if !ui.rect_contains_pointer(rect) {
        return;
    }
    let points = ui.input(|input| input.smooth_scroll_delta().y);
    let top = rows::scrolled(view.top(), points);
    if points != 0.0 && top.min(view.top_max()) != view.top() {
        commands.push(WireCommand::Scroll(top));
    }
}

/// The scroll bar: exact for millions of rows, where a length in points is not.
fn bar_ui(ui: &Ui, view: &WireView, rect: Rect, commands: &mut WireCommands) {
    let whole = view.top_max();
    let response = ui.interact(rect, ui.scope_id().with("bar"), Sense::click_and_drag());
    let place = rows::fraction(view.top(), whole);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ScrollBar, true, "Scroll through the frames");
        info.value = Some((place * 100.0).round());
        info
    });
    if whole == 0 {
        return;
    }
    let colours = palette(ui);
    let track = rect.shrink2(egui::vec2(2.0, 1.0));
    ui.painter().rect_filled(track, 5, colours.inset);
    let rows = f64::from(view.rows.max(1)) * 256.0;
    let part = rows / (rows + crate::units::as_f64(whole));
    let thumb = (track.height() * crate::units::narrow(part)).max(THUMB.min(track.height()));
    let room = track.height() - thumb;
    let top = track.top() + room * crate::units::narrow(place);
    let thumb = Rect::from_min_max(pos2(track.left(), top), pos2(track.right(), top + thumb));
    let busy = response.hovered() || response.dragged();
    let fill = if busy { colours.accent } else { colours.weak };
    ui.painter().rect_filled(thumb, 5, fill);
    if let Some(pointer) = response.interact_pointer_pos()
        && (response.dragged() || response.clicked())
        && room > 0.0
    {
        let wanted = (pointer.y - track.top() - thumb.height() / 2.0) / room;
        let top = rows::at_fraction(whole, f64::from(wanted));
        commands.push(WireCommand::Scroll(top));
    }
}
