//! Which rows of the list are in sight, and what is known of them.

use super::{ROW_PARTS, ROWS_KEPT, WireView};

impl WireView {
    /// The row of a frame, or the first one behind it when it does not pass the filter.
    #[must_use]
    pub fn row_of(&self, position: u32) -> usize {
        let Some(hits) = &self.hits else {
            return usize::try_from(position).unwrap_or(usize::MAX);
        };
        let (mut low, mut high) = (0, hits.list.len());
        while low < high {
            let middle = low.midpoint(high);
            if hits.list.get(middle).is_some_and(|it| it < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The row of the frame that is looked at, when it is shown.
    #[must_use]
    pub fn selected_row(&self) -> Option<usize> {
        let position = self.selected?;
        let row = self.row_of(position);
        (self.position(row) == Some(position)).then_some(row)
    }

    /// The farthest that the list can be scrolled to.
    #[must_use]
    pub fn top_max(&self) -> u64 {
        let rows = u64::try_from(self.len()).unwrap_or(u64::MAX);
        rows.saturating_sub(u64::from(self.rows.saturating_sub(2))) * ROW_PARTS
    }

    /// First row in sight, in 256ths of a row.
    #[must_use]
    pub fn top(&self) -> u64 {
        if self.follow {
            return self.top_max();
        }
        self.top.min(self.top_max())
    }

    /// Scrolls so that a row is in sight.
    pub fn bring_in_sight(&mut self, row: usize) {
        let row = u64::try_from(row).unwrap_or(u64::MAX);
        let (first, rows) = (self.top() / ROW_PARTS, u64::from(self.rows));
        let full = rows.saturating_sub(3);
        if row < first || row == first && !self.top().is_multiple_of(ROW_PARTS) {
            self.top = row * ROW_PARTS;
        } else if row > first + full {
            self.top = row.saturating_sub(full) * ROW_PARTS;
        }
    }

    /// The rows in sight whose words are not known yet, as places in the index.
    #[must_use]
    pub fn missing(&self) -> Vec<u32> {
        let mut missing = self.in_sight();
        missing.retain(|position| !self.words.contains_key(position));
        missing
    }

    /// The rows in sight, as places in the index.
    fn in_sight(&self) -> Vec<u32> {
        let first = usize::try_from(self.top() / ROW_PARTS).unwrap_or(usize::MAX);
        let rows = usize::try_from(self.rows).unwrap_or(0).min(ROWS_KEPT / 4);
        (first..first.saturating_add(rows))
            .map_while(|row| self.position(row))
            .collect()
    }

    /// Keeps the words of rows; when there are too many, those out of sight are forgotten.
    pub fn learn(&mut self, rows: Vec<(u32, String)>) {
        if self.words.len() + rows.len() > ROWS_KEPT {
            let near = self.in_sight();
            self.words.retain(|position, _| near.contains(position));
        }
        self.words.extend(rows);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use bridge::event::Direction;
    use bridge::job::DialectKind;
    use protocol_spec::tick::Tick;

    use super::*;
    use crate::wire::index::{Entry, Kind};
    use crate::wire::list::list;
    use crate::wire::view::Hits;

    fn view(frames: usize, hits: Option<&[u32]>) -> WireView {
        let (mut pen, entries) = list(frames);
        for _ in 0..frames {
            pen.push(Entry::new(
                Kind::Frame,
                Direction::ToHost,
                DialectKind::Rig,
                Tick::ZERO,
            ));
        }
        let hits = hits.map(|places| {
            let (mut pen, list) = list(frames);
            places.iter().for_each(|place| assert!(pen.push(*place)));
            let looked = Arc::new(AtomicUsize::new(frames));
            Hits { list, looked }
        });
        WireView {
            entries,
            hits,
            rows: 10,
            ..WireView::default()
        }
    }

    #[test]
    fn a_row_is_brought_in_sight_with_the_least_scrolling() {
        let mut view = view(1000, None);
        view.bring_in_sight(5);
        assert_eq!(view.top(), 0);
        view.bring_in_sight(20);
        assert_eq!(view.top(), 13 * ROW_PARTS);
        view.bring_in_sight(15);
        assert_eq!(view.top(), 13 * ROW_PARTS);
        view.bring_in_sight(3);
        assert_eq!(view.top(), 3 * ROW_PARTS);
        view.bring_in_sight(999);
        assert_eq!(view.top(), view.top_max());
        view.top = 0;
        view.follow = true;
        assert_eq!(view.top(), 992 * ROW_PARTS);
    }

    #[test]
    fn frames_are_found_among_the_hits() {
        let mut view = view(100, Some(&[3, 7, 50]));
        assert_eq!((view.len(), view.count_text()), (3, "3 of 100".to_owned()));
        assert_eq!([0, 4, 7, 99].map(|place| view.row_of(place)), [0, 1, 1, 3]);
        view.select(7);
        assert_eq!(view.selected_row(), Some(1));
        view.select(8);
        assert_eq!(view.selected_row(), None);
        assert_eq!(view.missing(), [3, 7, 50]);
        view.learn(vec![(7, "words".to_owned())]);
        assert_eq!(view.missing(), [3, 50]);
        view.window.first = 1000;
        assert_eq!(view.position_of(1007), Some(7));
        assert_eq!((view.position_of(7), view.position_of(1100)), (None, None));
    }

    #[test]
    fn the_words_that_are_kept_have_a_limit() {
        let mut view = view(10, None);
        for place in 0..5000 {
            view.learn(vec![(place, String::new())]);
        }
        assert!(view.words.len() <= ROWS_KEPT);
    }
}
