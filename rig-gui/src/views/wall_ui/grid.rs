//! How slots are laid out: as large as they get with all of them in sight.

use egui::{Vec2, vec2};

use super::slot_ui::least_height;
use crate::theme::GAP;

/// Least width of a slot.
const SLOT_WIDTH: f32 = 236.0;
/// Slots look best that are so much wider than high.
const SLOT_SHAPE: f32 = 1.7;

/// Columns of a wall of `count` slots, and the size of each: as large as it gets with all in sight.
pub(super) fn grid(count: usize, room: Vec2) -> (usize, Vec2) {
    let each = |all: f32, parts: usize, least: f32| {
        let parts = f32::from(u16::try_from(parts.max(1)).unwrap_or(u16::MAX));
        ((all + GAP) / parts - GAP).max(least)
    };
    let size = |columns: usize| {
        let rows = count.div_ceil(columns);
        let width = each(room.x, columns, SLOT_WIDTH.min(room.x));
        // Half a point is left over: rounding must not bring a scroll bar.
        vec2(width, each(room.y - 0.5, rows, least_height(width)))
    };
    let fits = |columns: &usize| *columns == 1 || each(room.x, *columns, 0.0) >= SLOT_WIDTH;
    let worth = |columns: usize| {
        let size = size(columns);
        (size.x / SLOT_SHAPE).min(size.y)
    };
    let columns = (1..=count.max(1))
        .filter(fits)
        .max_by(|one, other| worth(*one).total_cmp(&worth(*other)))
        .unwrap_or(1);
    (columns, size(columns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wall::SLOTS_MAX;

    #[test]
    fn slots_are_as_large_as_they_get_with_all_in_sight() {
        let room = vec2(1560.0, 780.0);
        let columns = [1, 2, 4, 9, 16].map(|count| grid(count, room).0);
        assert_eq!(columns, [1, 2, 2, 3, 4]);
        for count in 1..=SLOTS_MAX {
            let (columns, size) = grid(count, room);
            let rows = count.div_ceil(columns);
            let (columns, rows) = (columns as f32, rows as f32);
            assert!(columns * (size.x + GAP) - GAP <= room.x + 0.1, "{count}");
            assert!(rows * (size.y + GAP) - GAP <= room.y, "{count}");
        }
    }

    #[test]
    fn a_narrow_window_has_one_column() {
        assert_eq!(grid(16, vec2(360.0, 700.0)).0, 1);
        assert!(grid(4, vec2(200.0, 700.0)).1.x <= 200.0);
    }
}
