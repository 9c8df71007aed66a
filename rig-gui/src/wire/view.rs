//! What the panel knows of the wire: plain data, no thread, no window.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use bridge::event::Direction;
use bridge::trouble::Trouble;
use protocol_spec::tick::Tick;

use super::command::{Pane, WireCommand};
use super::filter::Filter;
use super::index::{Entry, TypeNames};
use super::list::List;
use super::live::LiveShared;
pub use super::reading::Detail;

/// Parts of a row that scrolling knows.
pub const ROW_PARTS: u64 = 256;
/// Most rows whose words are kept.
pub const ROWS_KEPT: usize = 1024;
/// Most frames that are looked at to find how far a transfer was.
pub const MARKS_BACK: usize = 1024;

/// What is shown, and of what.
#[derive(Debug, Default)]
pub struct WireView {
    /// What is open, for people; empty when nothing is.
    pub title: String,
    /// Path to open or save, as typed.
    pub path: String,
    /// What went wrong, until it is put away.
    pub trouble: Option<Trouble>,
    /// What is worth knowing, such as where the capture was saved.
    pub notice: Option<String>,
    /// The frames of the window that is loaded.
    pub entries: List<Entry>,
    /// Their types.
    pub names: TypeNames,
    /// How far the file has been read.
    pub progress: Arc<Progress>,
    /// The part of a long file that is loaded.
    pub window: Window,
    /// The run whose frames come in, when it is one.
    pub live: Option<Arc<LiveShared>>,
    /// Which frames are shown.
    pub filter: Filter,
    /// The frames that pass; `None` when all do.
    pub hits: Option<Hits>,
    /// First row in sight, in 256ths of a row.
    pub top: u64,
    /// Rows in sight, those cut at an edge included.
    pub rows: u32,
    /// Whether the newest frame is kept in sight.
    pub follow: bool,
    /// The frame that is looked at: its place in the index.
    pub selected: Option<u32>,
    /// All of that frame, when it has been read.
    pub detail: Option<Detail>,
    /// The byte and field of it that are looked at.
    pub spot: Option<Spot>,
    /// Words of rows that have been read, by place in the index.
    pub words: BTreeMap<u32, String>,
    /// The part that is shown where there is no room for all.
    pub pane: Pane,
}

/// A byte of the frame, and its field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot {
    /// Offset in the wire bytes.
    pub byte: u32,
    /// Index of the field.
    pub node: usize,
}

/// How far a file has been read.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes read.
    pub read: AtomicU64,
    /// Bytes of the file.
    pub whole: AtomicU64,
    /// Whether nothing more is read.
    pub over: AtomicBool,
}

impl Progress {
    /// The part that has been read, 0 to 1; `None` when nothing more is read.
    #[must_use]
    pub fn fraction(&self) -> Option<f64> {
        let whole = self.whole.load(Ordering::Relaxed).max(1);
        let read = self.read.load(Ordering::Relaxed).min(whole);
        let going = !self.over.load(Ordering::Acquire);
        going.then(|| crate::units::as_f64(read) / crate::units::as_f64(whole))
    }
}

/// The part of a long file that is loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Window {
    /// Its number, from 0.
    pub number: usize,
    /// Number of its first frame in the file.
    pub first: u64,
    /// Whether the file goes on behind it.
    pub more: bool,
}

/// What a filter has found so far.
#[derive(Clone, Debug)]
pub struct Hits {
    /// Places in the index.
    pub list: List<u32>,
    /// Frames looked at.
    pub looked: Arc<AtomicUsize>,
}

impl WireView {
    /// Rows of the list: frames that pass the filter.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.hits {
            Some(hits) => hits.list.len(),
            None => self.entries.len(),
        }
    }

    /// Whether no row is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Place in the index of the frame in a row of the list.
    #[must_use]
    pub fn position(&self, row: usize) -> Option<u32> {
        match &self.hits {
            Some(hits) => hits.list.get(row),
            None => u32::try_from(row).ok().filter(|_| row < self.entries.len()),
        }
    }

    /// The frame at a place of the index.
    #[must_use]
    pub fn entry(&self, position: u32) -> Option<Entry> {
        self.entries.get(usize::try_from(position).ok()?)
    }

    /// Number in the file of the frame at a place of the index.
    #[must_use]
    pub fn number(&self, position: u32) -> u64 {
        self.window.first + u64::from(position)
    }

    /// Place in the index of the frame with a number, when it is loaded.
    #[must_use]
    pub fn position_of(&self, number: u64) -> Option<u32> {
        let position = u32::try_from(number.checked_sub(self.window.first)?).ok()?;
        self.entry(position).map(|_| position)
    }

    /// Times of the first and the last frame; `None` when there are none.
    #[must_use]
    pub fn times(&self) -> Option<(Tick, Tick)> {
        let last = self.entries.len().checked_sub(1)?;
        Some((self.entries.get(0)?.at, self.entries.get(last)?.at))
    }

    /// Place in the index of the first frame from a time on, or of the last one.
    #[must_use]
    pub fn position_at(&self, at: Tick) -> u32 {
        let (mut low, mut high) = (0, self.entries.len().saturating_sub(1));
        while low < high {
            let middle = low.midpoint(high);
            if self.entries.get(middle).is_some_and(|it| it.at < at) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        u32::try_from(low).unwrap_or(u32::MAX)
    }

    /// How far the transfer was when a frame went over the line: the offset behind the last piece
    /// that was sent, and the one below which all had been acknowledged. What is more than
    /// [`MARKS_BACK`] frames back is not looked at.
    #[must_use]
    pub fn marks_at(&self, position: u32) -> (u32, u32) {
        let (mut sent, mut acked) = (0, 0);
        for back in (0..=position).rev().take(MARKS_BACK) {
            let Some(entry) = self.entry(back).filter(|it| it.mark > 0) else {
                continue;
            };
            match entry.direction() {
                Direction::ToHost => sent = sent.max(entry.mark),
                Direction::ToModule => acked = acked.max(entry.mark),
            }
            if acked > 0 && sent > 0 {
                break;
            }
        }
        (sent.max(acked), acked)
    }

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

    /// Selects a frame; what is known of the one before is forgotten.
    pub fn select(&mut self, position: u32) {
        if self.selected != Some(position) {
            self.selected = Some(position);
            self.spot = None;
        }
    }

    /// Selects a byte of the frame and the field that it belongs to.
    pub fn select_byte(&mut self, byte: u32) {
        let nodes = self.detail.as_ref().map(|detail| detail.nodes.as_slice());
        let node = super::tree::leaf_at(nodes.unwrap_or_default(), byte);
        self.spot = node.map(|node| Spot { byte, node });
    }

    /// Selects a field of the frame and its first byte.
    pub fn select_field(&mut self, node: usize) {
        let nodes = self.detail.as_ref().map(|detail| detail.nodes.as_slice());
        let found = nodes.and_then(|nodes| nodes.get(node));
        self.spot = found.map(|it| Spot {
            byte: it.range.start,
            node,
        });
    }

    /// Carries out a command that needs no thread; others change nothing.
    pub fn apply(&mut self, command: WireCommand) {
        match command {
            WireCommand::SetPath(path) => self.path = path,
            WireCommand::Scroll(top) => {
                self.top = top.min(self.top_max());
                self.follow = false;
            }
            WireCommand::SetRows(rows) => self.rows = rows,
            WireCommand::Select(row) => self.select_row(usize::try_from(row).unwrap_or(0)),
            WireCommand::SelectNumber(number) => {
                if let Some(position) = self.position_of(number) {
                    self.select_row(self.row_of(position));
                }
            }
            WireCommand::Step(step) => self.step(step),
            WireCommand::Seek(at) => {
                let position = self.position_at(at);
                self.select_row(self.row_of(position));
            }
            WireCommand::SelectByte(byte) => self.select_byte(byte),
            WireCommand::SelectField(node) => self.select_field(node),
            WireCommand::SetFollow(follow) => {
                self.top = self.top();
                self.follow = follow;
            }
            WireCommand::Dismiss => (self.trouble, self.notice) = (None, None),
            WireCommand::ShowPane(pane) => self.pane = pane,
            _ => {}
        }
    }

    /// Selects the frame of a row and brings it in sight.
    fn select_row(&mut self, row: usize) {
        let row = row.min(self.len().saturating_sub(1));
        if let Some(position) = self.position(row) {
            self.top = self.top();
            self.follow = false;
            self.select(position);
            self.bring_in_sight(row);
        }
    }

    /// Selects the row that is `step` rows further down.
    fn step(&mut self, step: i64) {
        let first = usize::try_from(self.top() / ROW_PARTS).unwrap_or(0);
        let Some(row) = self.selected.map(|position| self.row_of(position)) else {
            return self.select_row(match step {
                i64::MIN => 0,
                i64::MAX => usize::MAX,
                _ => first,
            });
        };
        let by = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
        self.select_row(if step < 0 {
            row.saturating_sub(by)
        } else {
            row.saturating_add(by)
        });
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

    /// Counts for people: `12 of 5 000 000`.
    #[must_use]
    pub fn count_text(&self) -> String {
        let grouped = |count: usize| bridge::text::grouped(u64::try_from(count).unwrap_or(0));
        let all = self.entries.len();
        match &self.hits {
            None if all == 1 => "1 frame".to_owned(),
            None => format!("{} frames", grouped(all)),
            Some(hits) => format!("{} of {}", grouped(hits.list.len()), grouped(all)),
        }
    }

    /// Whether the filter has looked at every frame.
    #[must_use]
    pub fn is_sifted(&self) -> bool {
        let looked = |hits: &Hits| hits.looked.load(Ordering::Acquire);
        self.hits
            .as_ref()
            .is_none_or(|hits| looked(hits) >= self.entries.len())
    }
}

#[cfg(test)]
mod tests {
    use bridge::job::DialectKind;

    use super::*;
    use crate::wire::index::Kind;
    use crate::wire::list::list;

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
    fn a_time_leads_to_its_frame_and_to_how_far_the_transfer_was() {
        let (mut pen, entries) = list(100);
        for number in 0..100 {
            let way = if number % 2 == 0 {
                Direction::ToHost
            } else {
                Direction::ToModule
            };
            let at = Tick::from_millis(u64::from(number));
            let mut entry = Entry::new(Kind::Frame, way, DialectKind::Rig, at);
            entry.mark = (number / 2 + 1) * 64;
            pen.push(entry);
        }
        let mut view = WireView {
            entries,
            rows: 10,
            ..WireView::default()
        };
        assert_eq!(view.times(), Some((Tick::ZERO, Tick::from_millis(99))));
        view.apply(WireCommand::Seek(Tick::from_micros(20_500)));
        assert_eq!(view.selected, Some(21));
        assert_eq!(view.marks_at(21), (704, 704));
        assert_eq!(view.marks_at(20), (704, 640));
        assert_eq!(view.marks_at(0), (64, 0));
        view.apply(WireCommand::Seek(Tick::MAX));
        assert_eq!(view.selected, Some(99));
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
