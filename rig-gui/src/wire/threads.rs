//! What runs beside the panel for one opened file: threads for rows and filters, and their news.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use bridge::trouble::Trouble;

use super::disk::Origin;
use super::index::Entry;
use super::list::List;
use super::live::LiveShared;
use super::reading::{Detail, Reading};
use super::scan_file::Ending;
use super::sift;
use crate::worker::Wake;

/// Orders that wait for a thread.
const ORDERS_MAX: usize = 4;

/// Frames that the panel wants to know more of.
pub(super) struct Want {
    /// Whose words, as places in the index.
    pub(super) rows: Vec<u32>,
    /// Of which everything.
    pub(super) detail: Option<u32>,
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
    Rows(Vec<(u32, String)>, Option<Box<Detail>>),
    /// How saving went.
    Saved(PathBuf, Result<u64, Trouble>),
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

/// Brings rows until nobody asks any more; of several questions the last one counts.
fn bring_rows(wanted: &Receiver<Want>, list: &List<Entry>, reading: &mut Reading, teller: &Teller) {
    while let Ok(first) = wanted.recv() {
        let want = wanted.try_iter().last().unwrap_or(first);
        let entry = |position: u32| list.get(usize::try_from(position).ok()?);
        let mut rows = Vec::new();
        for position in want.rows {
            if let Some(entry) = entry(position) {
                let at = usize::try_from(position).unwrap_or(usize::MAX);
                rows.push((position, reading.words(at, &entry)));
            }
        }
        let detail = want.detail.and_then(|position| {
            let entry = entry(position)?;
            Some(Box::new(reading.detail(position, &entry)))
        });
        if !teller.tell(What::Rows(rows, detail)) {
            return;
        }
    }
}

/// A file that cannot be read for want of a thread.
pub(super) fn no_thread() -> Trouble {
    Trouble::new(
        "The file cannot be read",
        "no thread could be started".to_owned(),
        "The system has no more threads or memory to give.",
        "Close other programs, then open the file again.",
    )
}
