//! The strip of phases, each with its mark and its time.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Align2, FontId, Pos2, Rect, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::run_view::{PhaseRow, PhaseState, RunView};
use crate::theme::{BODY, CAPTION, Palette, ROOMY, palette};
use crate::units::span;

const HEIGHT: f32 = 66.0;
const RADIUS: f32 = 11.0;

/// Draws the strip.
pub(super) fn phases_ui(ui: &mut Ui, run: &RunView) {
    let (strip, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let width = strip.width() / 7.0;
    let roomy = strip.width() >= ROOMY;
    let centre = |index: u8| {
        pos2(
            strip.left() + width * (f32::from(index) + 0.5),
            strip.top() + RADIUS + 2.0,
        )
    };
    for (index, row) in (0_u8..).zip(&run.phases).skip(1) {
        join_ui(ui, centre(index - 1), centre(index), row.state);
    }
    for (index, row) in (0_u8..).zip(&run.phases) {
        let cell = Rect::from_center_size(
            pos2(centre(index).x, strip.center().y),
            vec2(width, strip.height()),
        );
        phase_ui(ui, cell, centre(index), row, roomy);
    }
}

/// The line from one phase to the next.
fn join_ui(ui: &Ui, from: Pos2, to: Pos2, state: PhaseState) {
    let colours = palette(ui);
    let reached = !matches!(state, PhaseState::Pending);
    let colour = if reached {
        colours.accent.gamma_multiply(0.55)
    } else {
        colours.outline
    };
    let gap = vec2(RADIUS + 6.0, 0.0);
    ui.painter()
        .line_segment([from + gap, to - gap], Stroke::new(2.0, colour));
}

fn phase_ui(ui: &mut Ui, cell: Rect, centre: Pos2, row: &PhaseRow, roomy: bool) {
    let name = row.phase.name();
    let response = ui.interact(cell, ui.scope_id().with(name), Sense::hover());
    let time = time_text(row);
    response.widget_info(|| {
        WidgetInfo::labeled(
            Role::Label,
            true,
            format!("Phase {name}: {} {time}", row.state.name()),
        )
    });
    let colours = palette(ui);
    mark_ui(ui, centre, row.state, colours);
    let bright = matches!(
        row.state,
        PhaseState::Active | PhaseState::Done | PhaseState::Failed
    );
    let text = if bright { colours.text } else { colours.weak };
    let size = if roomy { BODY } else { CAPTION };
    let below = |line: f32| pos2(centre.x, centre.y + RADIUS + 8.0 + line);
    let painter = ui.painter();
    painter.text(
        below(0.0),
        Align2::CENTER_TOP,
        name,
        FontId::proportional(size),
        text,
    );
    let font = FontId::proportional(if roomy { CAPTION } else { CAPTION - 1.0 });
    painter.text(
        below(size + 5.0),
        Align2::CENTER_TOP,
        time,
        font,
        colours.weak,
    );
}

/// A dot that tells the state by its shape as well as by its colour.
fn mark_ui(ui: &Ui, centre: Pos2, state: PhaseState, colours: &Palette) {
    let painter = ui.painter();
    let line = |colour| Stroke::new(2.2, colour);
    match state {
        PhaseState::Pending => {
            painter.circle_stroke(centre, RADIUS - 1.0, Stroke::new(1.5, colours.outline));
        }
        PhaseState::Skipped => {
            painter.circle_filled(centre, 3.0, colours.outline);
        }
        PhaseState::Active => {
            painter.circle_stroke(centre, RADIUS - 1.0, line(colours.accent));
            painter.circle_filled(centre, RADIUS - 6.0, colours.accent);
        }
        PhaseState::Done => {
            painter.circle_filled(centre, RADIUS, colours.good);
            let tick = [vec2(-4.5, 0.5), vec2(-1.5, 3.5), vec2(4.5, -3.0)].map(|at| centre + at);
            painter.add(Shape::line(tick.to_vec(), line(colours.surface)));
        }
        PhaseState::Failed => {
            painter.circle_filled(centre, RADIUS, colours.bad);
            for side in [1.0, -1.0] {
                let arm = vec2(3.8, 3.8 * side);
                painter.line_segment([centre - arm, centre + arm], line(colours.surface));
            }
        }
    }
}

fn time_text(row: &PhaseRow) -> String {
    match row.state {
        PhaseState::Pending => String::new(),
        PhaseState::Skipped => "—".to_owned(),
        _ if row.spent == Duration::ZERO => "0 ms".to_owned(),
        _ => span(row.spent),
    }
}
