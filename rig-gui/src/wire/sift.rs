//! The thread that runs filters: a newer filter takes the place of an older one at any time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::filter::{Filter, contains};
use super::index::Entry;
use super::list::{List, Pen};
use super::reading::Reading;
use crate::worker::Wake;

/// Frames that are looked at before a newer filter is asked for: those whose words are needed.
const READ_AT_ONCE: usize = 256;
/// The same where the index is enough.
const LOOKED_AT_ONCE: usize = 65_536;
/// So often a filter that is through looks whether frames were added.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// The panel is woken after as many pieces at the latest.
const WAKE_EVERY: usize = 16;

/// A filter to run.
pub(super) struct Order {
    /// Which frames.
    pub(super) filter: Filter,
    /// Where their positions go.
    pub(super) hits: Pen<u32>,
    /// Frames looked at so far.
    pub(super) looked: Arc<AtomicUsize>,
}

/// Runs filters until nobody gives any more; `None` is none.
pub(super) fn run(
    orders: &Receiver<Option<Order>>,
    entries: &List<Entry>,
    reading: &mut Reading,
    wake: &Wake,
) {
    let mut job: Option<Order> = None;
    let mut pieces = 0_usize;
    loop {
        let looked = job
            .as_ref()
            .map_or(0, |job| job.looked.load(Ordering::Relaxed));
        let waiting = if job.is_none() {
            orders.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else if looked < entries.len() {
            orders.recv_timeout(Duration::ZERO)
        } else {
            orders.recv_timeout(LOOK_AGAIN)
        };
        match waiting {
            Ok(order) => {
                // Only the newest one counts.
                job = orders.try_iter().last().unwrap_or(order);
                pieces = 0;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let Some(order) = &mut job else { continue };
        let more = piece(order, entries, reading);
        pieces += 1;
        let through = more && order.looked.load(Ordering::Relaxed) == entries.len();
        if through || more && pieces.is_multiple_of(WAKE_EVERY) {
            wake();
        }
    }
}

/// Looks at the next frames; whether there were any.
fn piece(order: &mut Order, entries: &List<Entry>, reading: &mut Reading) -> bool {
    let from = order.looked.load(Ordering::Relaxed);
    let needle = order.filter.needle();
    let most = if order.filter.needs_words() {
        READ_AT_ONCE
    } else {
        LOOKED_AT_ONCE
    };
    let to = entries.len().min(from + most);
    for position in from..to {
        let Some(entry) = entries.get(position) else {
            break;
        };
        let passes = order.filter.passes(&entry)
            && (needle.is_empty()
                || reading
                    .texts(position, &entry)
                    .iter()
                    .any(|text| contains(text, &needle)));
        if passes {
            order.hits.push(u32::try_from(position).unwrap_or(u32::MAX));
        }
    }
    order.looked.store(to, Ordering::Release);
    to > from
}
