//! What runs beside the panel for one opened file: threads for rows and filters, and their news.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use bridge::trouble::Trouble;

use super::deed::{self, Deed};
use super::disk::{self, Origin};
use super::index::Entry;
use super::list::List;
use super::live::LiveShared;
use super::reading::{Detail, Reading};
use super::replay::{Frames, Replay, Then};
use super::scan_file::Ending;
use super::sift;
use crate::block_map::CellAddress;
use crate::worker::Wake;

/// Orders that wait for a thread.
const ORDERS_MAX: usize = 4;

/// What the panel wants to know; frames by their places in the index.
pub(super) struct Want {
    /// The words of these.
    pub(super) rows: Vec<u32>,
    /// Everything of this one.
    pub(super) detail: Option<u32>,
    /// The block map at this one.
    pub(super) map: Option<u32>,
    /// The frame that brings this cell of the map.
    pub(super) cell: Option<CellAddress>,
}

impl Want {
    pub(super) fn is_empty(&self) -> bool {
        let Self {
            rows,
            detail,
            map,
            cell,
        } = self;
        rows.is_empty() && detail.is_none() && map.is_none() && cell.is_none()
    }
}

/// The answer.
#[derive(Default)]
pub(super) struct Got {
    pub(super) rows: Vec<(u32, String)>,
    pub(super) detail: Option<Detail>,
    pub(super) then: Option<Then>,
    /// Whether a cell was looked for, and its frame.
    pub(super) cell: Option<Option<u32>>,
}

/// Something that a thread tells the panel.
pub(super) struct News {
    /// Which opening it belongs to.
    pub(super) opening: u64,
    pub(super) what: What,
}

pub(super) enum What {
    /// The file was read.
    Ended(Box<Ending>),
    /// What was asked for.
    Got(Box<Got>),
    /// What was found in a file that is to be opened, by the number of that wish.
    Looked(u64, PathBuf, Option<Trouble>),
    /// How saving went.
    Saved(PathBuf, Result<u64, disk::Unsaved>),
}

/// Where a thread sends its news.
#[derive(Clone)]
pub(super) struct Teller {
    pub(super) opening: u64,
    pub(super) sender: SyncSender<News>,
    pub(super) wake: Wake,
}

impl Teller {
    /// Tells something; whether somebody listens. It waits while the panel has not taken the rest.
    pub(super) fn tell(&self, what: What) -> bool {
        let opening = self.opening;
        let told = self.sender.send(News { opening, what }).is_ok();
        (self.wake)();
        told
    }
}

/// The threads of an opened file. When this goes, they end.
pub(super) struct Threads {
    pub(super) origin: Origin,
    pub(super) stop: Arc<AtomicBool>,
    wants: SyncSender<Want>,
    filters: SyncSender<Option<sift::Order>>,
}

impl Threads {
    /// Starts them; `None` where the system has no more to give.
    pub(super) fn start(
        origin: Origin,
        entries: &List<Entry>,
        live: Option<&Arc<LiveShared>>,
        teller: &Teller,
    ) -> Option<Self> {
        let (wants, wanted) = sync_channel(ORDERS_MAX);
        let (filters, orders) = sync_channel(ORDERS_MAX);
        let reading = || Reading::new(origin.clone(), live.cloned());
        let (mut rows, mut sifting) = (reading(), reading());
        let (list, told) = (entries.clone(), teller.clone());
        named("wire rows")
            .spawn(move || bring_rows(&wanted, &list, &mut rows, &told))
            .ok()?;
        let (list, wake) = (entries.clone(), teller.wake.clone());
        named("wire filter")
            .spawn(move || sift::run(&orders, &list, &mut sifting, &wake))
            .ok()?;
        Some(Self {
            origin,
            stop: Arc::new(AtomicBool::new(false)),
            wants,
            filters,
        })
    }

    /// Asks for rows; whether the question was taken.
    pub(super) fn ask(&self, want: Want) -> bool {
        self.wants.try_send(want).is_ok()
    }

    /// Runs a filter, or none; the order, when it was not taken.
    pub(super) fn sift(&self, order: Option<sift::Order>) -> Option<Option<sift::Order>> {
        match self.filters.try_send(order) {
            Err(TrySendError::Full(order)) => Some(order),
            _ => None,
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// A thread that is about to get this name.
pub(super) fn named(name: &str) -> thread::Builder {
    thread::Builder::new().name(name.to_owned())
}

/// Brings what is asked for until nobody asks any more; of several questions the last one counts.
fn bring_rows(wanted: &Receiver<Want>, list: &List<Entry>, reading: &mut Reading, teller: &Teller) {
    let mut replay = Replay::default();
    while let Ok(first) = wanted.recv() {
        let want = wanted.try_iter().last().unwrap_or(first);
        let got = answer(want, list, reading, &mut replay);
        if !teller.tell(What::Got(Box::new(got))) {
            return;
        }
    }
}

fn answer(want: Want, list: &List<Entry>, reading: &mut Reading, replay: &mut Replay) -> Got {
    let entry = |position: u32| list.get(usize::try_from(position).ok()?);
    let mut got = Got::default();
    for position in want.rows {
        if let Some(entry) = entry(position) {
            let at = usize::try_from(position).unwrap_or(usize::MAX);
            got.rows.push((position, reading.words(at, &entry)));
        }
    }
    if let Some((position, entry)) = want.detail.and_then(|it| Some((it, entry(it)?))) {
        got.detail = Some(reading.detail(position, &entry));
    }
    let mut frames = Indexed { list, reading };
    if let Some(position) = want.map {
        let map = replay.at(position, &mut frames).clone();
        got.then = Some(Then { position, map });
    }
    got.cell = want.cell.map(|cell| replay.find(cell, &frames));
    got
}

/// The frames of the index, with their bytes behind them.
struct Indexed<'a> {
    list: &'a List<Entry>,
    reading: &'a mut Reading,
}

impl Frames for Indexed<'_> {
    fn count(&self) -> usize {
        self.list.len()
    }

    fn entry(&self, position: u32) -> Option<Entry> {
        self.list.get(usize::try_from(position).ok()?)
    }

    fn patch(&mut self, position: u32, entry: &Entry) -> Option<Deed> {
        let at = usize::try_from(position).ok()?;
        deed::of_patch_head(&self.reading.wire(at, entry)?)
    }
}
