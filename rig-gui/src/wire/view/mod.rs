//! What the panel knows of the wire: plain data, no thread, no window.
//!
//! `scroll` says which rows are in sight, `select` which frame is looked at.

mod scroll;
mod select;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use bridge::trouble::Trouble;
use protocol_spec::tick::Tick;

use super::command::Pane;
use super::filter::Filter;
use super::index::{Entry, TypeNames};
use super::list::List;
use super::live::LiveShared;
pub use super::reading::Detail;
pub use super::replay::Then;
use crate::block_map::CellAddress;

/// Parts of a row that scrolling knows.
pub const ROW_PARTS: u64 = 256;
/// Most rows whose words are kept.
pub const ROWS_KEPT: usize = 1024;

/// What is shown, and of what.
#[derive(Debug, Default)]
pub struct WireView {
    /// What is open, for people; empty when nothing is.
    pub title: String,
    /// The file that is looked into, before it takes the place of what is open.
    pub opening: Option<String>,
    /// How the saving of the capture stands.
    pub saving: Saving,
    /// There are frames of a run, and others are shown.
    pub run_behind: bool,
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
    /// The block map at the frame of [`WireView::here`], or at one before while that is made.
    pub then: Option<Then>,
    /// The cell of the map whose frame is looked for.
    pub sought: Option<CellAddress>,
    /// The cell that was picked last.
    pub picked: Option<Picked>,
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

/// A cell of the map that was picked, while the frame is looked at to which that led.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Picked {
    /// Place of the frame in the index.
    pub position: u32,
    /// The cell.
    pub cell: CellAddress,
    /// Whether the frame brings it; else no frame does.
    pub brought: bool,
}

/// How the saving of a capture stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Saving {
    /// Nothing is saved.
    #[default]
    Idle,
    /// It is being written.
    Going,
    /// It is done.
    Done,
    /// There is a file of this name, which nothing was done to yet.
    There(PathBuf),
    /// It was not saved.
    Failed(Trouble),
}

/// How far a file has been read; nothing is read by default.
#[derive(Debug)]
pub struct Progress {
    /// Bytes read.
    pub read: AtomicU64,
    /// Bytes of the file.
    pub whole: AtomicU64,
    /// Whether nothing more is read.
    pub over: AtomicBool,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            over: AtomicBool::new(true),
            ..Self::begun()
        }
    }
}

impl Progress {
    /// A file that is about to be read.
    #[must_use]
    pub fn begun() -> Self {
        Self {
            read: AtomicU64::new(0),
            whole: AtomicU64::new(0),
            over: AtomicBool::new(false),
        }
    }

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

    /// The frame that the map and the time bar stand at: the newest one while that is followed, else
    /// the one that is looked at, else the first.
    #[must_use]
    pub fn here(&self) -> Option<u32> {
        let last = u32::try_from(self.entries.len().checked_sub(1)?).ok()?;
        Some(if self.follow {
            last
        } else {
            self.selected.unwrap_or_default().min(last)
        })
    }

    /// A name for the file that the capture is saved in.
    #[must_use]
    pub fn save_name(&self) -> &str {
        if self.live.is_some() || self.title.is_empty() {
            "update.pcapng"
        } else {
            &self.title
        }
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
