//! The ladder: two lifelines, an arrow for each frame, and how long an answer took.

use bridge::event::Direction;
use egui::{Align2, FontId, Painter, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::list_ui::{tint, wheel};
use super::rows::{self, Row, in_sight};
use super::{WireCommands, states_ui};
use crate::theme::{CAPTION, Palette, palette};
use crate::wire::WireView;
use crate::wire::command::WireCommand;
use crate::wire::index::Kind;

/// Room for latencies beside a lifeline.
const MARGIN: f32 = 66.0;
/// Height of the names of the lifelines.
const HEAD: f32 = 20.0;

/// Where the two lifelines stand.
struct Lanes {
    module: f32,
    host: f32,
}

impl Lanes {
    fn new(rect: Rect) -> Self {
        Self {
            module: rect.left() + MARGIN,
            host: rect.right() - MARGIN,
        }
    }
}

/// Names the lifelines.
pub(super) fn head_ui(ui: &Ui, rect: Rect) {
    let lanes = Lanes::new(rect);
    let colours = palette(ui);
    for (at, name) in [(lanes.module, "module"), (lanes.host, "host")] {
        let font = FontId::proportional(CAPTION);
        let place = pos2(at, rect.center().y);
        ui.painter()
            .text(place, Align2::CENTER_CENTER, name, font, colours.weak);
    }
}

/// Draws the ladder without a list beside it.
pub(super) fn alone_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    let area = ui.max_rect();
    let (head, body) = area.split_top_bottom_at_y(area.top() + HEAD);
    if view.is_empty() {
        return states_ui::nothing_ui(ui, view, body);
    }
    head_ui(ui, head);
    let rows = in_sight(view, body);
    ladder_ui(ui, view, body, &rows, commands);
    wheel(ui, view, body, commands);
}

/// Draws the arrows of `rows` in `area`, each at the height of its row.
pub(super) fn ladder_ui(
    ui: &Ui,
    view: &WireView,
    area: Rect,
    rows: &[Row],
    commands: &mut WireCommands,
) {
    let colours = palette(ui);
    let lanes = Lanes::new(area);
    let painter = ui.painter_at(area);
    for at in [lanes.module, lanes.host] {
        let line = Stroke::new(1.5, colours.outline);
        painter.vline(at, area.y_range(), line);
    }
    for row in rows {
        let rect = Rect::from_x_y_ranges(area.x_range(), row.rect.y_range());
        let place = rect.intersect(area);
        if place.height() <= 1.0 {
            continue;
        }
        let response = ui.interact(
            place,
            ui.scope_id().with(("arrow", row.index)),
            Sense::click(),
        );
        let chosen = view.selected == Some(row.position);
        response
            .widget_info(|| WidgetInfo::selected(Role::ListItem, true, chosen, label(view, row)));
        if response.clicked() {
            commands.push(WireCommand::Select(row.row));
        }
        if chosen {
            painter.rect_filled(rect, 4, colours.accent.gamma_multiply(0.22));
        } else if response.hovered() {
            painter.rect_filled(rect, 4, colours.hover);
        }
        answer_ui(&painter, view, row, rows, &lanes, colours);
        arrow_ui(&painter, view, row, &lanes, colours, chosen);
    }
}

fn label(view: &WireView, row: &Row) -> String {
    let name = view.names.name(row.entry.name);
    let number = view.number(row.position);
    let after = rows::latency(view, &row.entry);
    let after = after.map(|it| format!(", answer after {it}"));
    format!("Arrow {number} {name}{}", after.unwrap_or_default())
}

fn arrow_ui(
    painter: &Painter,
    view: &WireView,
    row: &Row,
    lanes: &Lanes,
    colours: &Palette,
    chosen: bool,
) {
    let entry = &row.entry;
    let y = row.rect.center().y + 4.0;
    let middle = lanes.module.midpoint(lanes.host);
    let name = view.names.name(entry.name);
    let font = FontId::proportional(11.0);
    let colour = tint(row, colours);
    if matches!(entry.kind, Kind::Note | Kind::Foreign) {
        painter.text(
            pos2(middle, row.rect.center().y),
            Align2::CENTER_CENTER,
            name,
            font,
            colours.weak,
        );
        return;
    }
    let (from, to) = match entry.direction() {
        Direction::ToHost => (lanes.module, lanes.host),
        Direction::ToModule => (lanes.host, lanes.module),
    };
    let width = if chosen { 2.5 } else { 1.4 };
    let line = Stroke::new(width, if chosen { colours.accent } else { colour });
    let (tail, tip) = (pos2(from, y - 1.5), pos2(to, y + 1.5));
    if entry.is_again() || entry.kind == Kind::Stray {
        painter.extend(Shape::dashed_line(&[tail, tip], line, 6.0, 4.0));
    } else {
        painter.line_segment([tail, tip], line);
    }
    let back = if to > from { -6.0 } else { 6.0 };
    for side in [-3.5, 3.5] {
        painter.line_segment([tip, tip + vec2(back, side)], line);
    }
    if entry.is_error() {
        let centre = pos2(middle, y);
        for side in [-1.0, 1.0] {
            let arm = vec2(4.0, 4.0 * side);
            let cross = Stroke::new(2.0, colours.bad);
            painter.line_segment([centre - arm, centre + arm], cross);
        }
    }
    let place = pos2(middle, y - 3.0);
    painter.text(place, Align2::CENTER_BOTTOM, name, font, colour);
}

/// The time that an answer took, and a line back to its question where that is in sight.
fn answer_ui(
    painter: &Painter,
    view: &WireView,
    row: &Row,
    rows: &[Row],
    lanes: &Lanes,
    colours: &Palette,
) {
    let Some(latency) = rows::latency(view, &row.entry) else {
        return;
    };
    let to_module = row.entry.direction() == Direction::ToModule;
    let (x, anchor, side) = if to_module {
        (lanes.module - 6.0, Align2::RIGHT_CENTER, -1.0)
    } else {
        (lanes.host + 6.0, Align2::LEFT_CENTER, 1.0)
    };
    let y = row.rect.center().y + 4.0;
    let asked = row.entry.answers().and_then(|number| {
        let position = view.position_of(u64::from(number))?;
        rows.iter().find(|row| row.position == position)
    });
    if let Some(asked) = asked {
        let line = Stroke::new(1.0, colours.accent.gamma_multiply(0.7));
        let from = asked.rect.center().y + 4.0;
        painter.vline(x, from..=y, line);
        for end in [from, y] {
            painter.hline(x.min(x - side * 5.0)..=x.max(x - side * 5.0), end, line);
        }
    }
    let font = FontId::proportional(11.0);
    painter.text(pos2(x + side * 4.0, y), anchor, latency, font, colours.weak);
}
