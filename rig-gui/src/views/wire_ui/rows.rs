//! Which rows of the list stand where.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Painter, Rect, vec2};

use crate::units::as_f64;
use crate::wire::WireView;
use crate::wire::index::Entry;
use crate::wire::view::ROW_PARTS;

/// Height of a row.
pub(super) const ROW: f32 = 20.0;

/// A row in sight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Its number among the rows in sight, which names its controls.
    pub(super) index: u16,
    /// Its place in the list.
    pub(super) row: u32,
    /// The place of its frame in the index.
    pub(super) position: u32,
    /// The frame.
    pub(super) entry: Entry,
    /// Where it stands.
    pub(super) rect: Rect,
}

/// Rows that a height has room for, those cut at an edge included.
pub(super) fn rows_in(height: f32) -> u32 {
    whole((height / ROW).ceil()) + 1
}

/// The rows in sight in `area`, from the top down.
pub(super) fn in_sight(view: &WireView, area: Rect) -> Vec<Row> {
    let top = view.top();
    let first = top / ROW_PARTS;
    let part = u16::try_from(top % ROW_PARTS).unwrap_or_default();
    let above = f32::from(part) / 256.0 * ROW;
    let count = u16::try_from(rows_in(area.height())).unwrap_or(u16::MAX);
    let mut rows = Vec::new();
    for index in 0..count {
        let row = first + u64::from(index);
        let place = usize::try_from(row).ok();
        let found = place.and_then(|row| view.position(row));
        let Some((position, entry)) = found.and_then(|it| Some((it, view.entry(it)?))) else {
            break;
        };
        let min = area.left_top() + vec2(0.0, f32::from(index) * ROW - above);
        rows.push(Row {
            index,
            row: u32::try_from(row).unwrap_or(u32::MAX),
            position,
            entry,
            rect: Rect::from_min_size(min, vec2(area.width(), ROW)),
        });
    }
    rows
}

/// From the question to this answer, when the question is loaded: `0.84 ms`.
pub(super) fn latency(view: &WireView, entry: &Entry) -> Option<String> {
    let asked = view.entry(view.position_of(u64::from(entry.answers()?))?)?;
    let seconds = entry.at.since(asked.at).as_secs_f64();
    Some(match seconds * 1000.0 {
        ms if ms < 10.0 => format!("{ms:.2} ms"),
        ms if ms < 1000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1000.0),
    })
}

/// Draws a line of text that ends with an ellipsis where there is no room.
pub(super) fn cell(
    painter: &Painter,
    rect: Rect,
    text: impl Into<String>,
    font: FontId,
    colour: Color32,
) {
    if rect.width() < 4.0 {
        return;
    }
    let mut job = LayoutJob::simple_singleline(text.into(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(rect.width());
    let galley = painter.layout_job(job);
    let place = Align2::LEFT_CENTER.anchor_size(rect.left_center(), galley.size());
    painter.galley(place.min, galley, colour);
}

/// Scrolled by so many points: the new top.
pub(super) fn scrolled(top: u64, points: f32) -> u64 {
    let parts = whole(points.abs() / ROW * 256.0);
    if points < 0.0 {
        top.saturating_add(parts.into())
    } else {
        top.saturating_sub(parts.into())
    }
}

/// A part of the whole that can be scrolled, 0 to 1.
pub(super) fn fraction(top: u64, whole: u64) -> f64 {
    as_f64(top) / as_f64(whole.max(1))
}

/// The other way round.
pub(super) fn at_fraction(whole: u64, fraction: f64) -> u64 {
    let place = (as_f64(whole) * fraction.clamp(0.0, 1.0)).round();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "between 0 and a whole that fits"
    )]
    let place = place as u64;
    place.min(whole)
}

/// A number of rows or parts, at least 0.
pub(super) fn whole(number: f32) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "cut to what fits")]
    let whole = number.round().clamp(0.0, 1e9) as u32;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrolling_is_exact_far_down() {
        let far = 7_999_999 * ROW_PARTS + 17;
        assert_eq!(scrolled(far, -ROW), far + ROW_PARTS);
        assert_eq!(scrolled(far, ROW / 2.0), far - ROW_PARTS / 2);
        assert_eq!(scrolled(3, 100.0), 0);
        let whole = 8_000_000 * ROW_PARTS;
        assert_eq!(at_fraction(whole, fraction(far, whole)), far);
        assert_eq!(
            (at_fraction(whole, -1.0), at_fraction(whole, 2.0)),
            (0, whole)
        );
    }
}
