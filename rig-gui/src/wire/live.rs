//! The frames of a run as they come: written to a capture in the temp folder, and indexed.
//!
//! [`Live`] belongs to the engine's thread. It writes to the disk and never waits for the panel.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bridge::capture::scan::WIRE_OFFSET;
use bridge::capture::{Head, Kind, Writer};
use bridge::event::{Direction, Event, Stamped};
use bridge::job::DialectKind;

use super::disk::{Spool, SpoolWriter};
use super::index::{Entry, TypeNames};
use super::list::{List, Pen};
use super::scan_capture::{Indexer, tells_fault};

/// What the threads of the panel see of a run.
#[derive(Debug, Default)]
pub struct LiveShared {
    /// The capture.
    pub(super) spool: Arc<Spool>,
    /// The last packet, which is written when the next one comes.
    tail: Mutex<Tail>,
    /// Frames that were not kept.
    lost: AtomicU64,
    /// Why nothing more is kept.
    failed: OnceLock<String>,
    /// Whether the run is over.
    over: AtomicBool,
}

#[derive(Debug, Default)]
struct Tail {
    position: usize,
    wire: Vec<u8>,
    comments: Vec<String>,
}

impl LiveShared {
    /// Wire bytes and comments of the packet at `position`, if it is the one not written yet.
    pub(super) fn tail(&self, position: usize) -> Option<(Vec<u8>, Vec<String>)> {
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let there = tail.position == position && !tail.wire.is_empty();
        there.then(|| (tail.wire.clone(), tail.comments.clone()))
    }

    /// Frames that were not kept.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Why nothing more is kept.
    #[must_use]
    pub fn failed(&self) -> Option<&str> {
        self.failed.get().map(String::as_str)
    }

    /// Whether the run is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }
}

/// Takes the events of a run. A disk that fails is told and costs the frames after it, not the run.
pub struct Live {
    shared: Arc<LiveShared>,
    epoch: Duration,
    dialect: DialectKind,
    indexer: Indexer,
    pen: Pen<Entry>,
    list: List<Entry>,
    out: Option<Writer<SpoolWriter>>,
    /// Comments that come before the first packet.
    early: Vec<String>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live")
            .field("frames", &self.list.len())
            .finish_non_exhaustive()
    }
}

impl Live {
    /// For a run that began `epoch` after 1970; zero where time is virtual. Nothing is written until
    /// the first event.
    pub(super) fn new(
        shared: Arc<LiveShared>,
        names: TypeNames,
        (pen, list): (Pen<Entry>, List<Entry>),
        epoch: Duration,
    ) -> Self {
        Self {
            shared,
            epoch,
            dialect: DialectKind::Rig,
            indexer: Indexer::new(names),
            pen,
            list,
            out: None,
            early: Vec::new(),
        }
    }

    /// Takes note of an event.
    pub fn event(&mut self, stamped: &Stamped) {
        if self.shared.failed().is_some() {
            let lost = u64::from(matches!(
                stamped.event,
                Event::Frame(_) | Event::BadFrame(_)
            ));
            self.shared.lost.fetch_add(lost, Ordering::Relaxed);
            return;
        }
        if let Err(error) = self.keep(stamped) {
            self.fail(&error);
        }
    }

    /// Adds a comment to the last packet, such as a fault that has struck.
    pub fn comment(&mut self, text: &str) {
        if let Some(out) = &mut self.out {
            out.comment(text);
            self.commented(text);
        }
    }

    /// Says that the run is over; the capture is complete then.
    pub fn finish(&mut self) {
        if let Some(mut out) = self.out.take()
            && let Err(error) = out.finish()
        {
            self.fail(&error);
        }
        self.shared.over.store(true, Ordering::Release);
    }

    fn keep(&mut self, stamped: &Stamped) -> io::Result<()> {
        if let Event::Started(start) = &stamped.event {
            self.dialect = start.dialect;
        }
        let mut out = match self.out.take() {
            Some(out) => out,
            None => self.begin()?,
        };
        out.event(stamped)?;
        let packet = match &stamped.event {
            Event::Frame(frame) => Some((
                Head {
                    dialect: frame.dialect,
                    direction: frame.direction,
                    kind: Kind::Frame,
                    first_byte: frame.first_byte,
                    last_byte: frame.last_byte,
                },
                &frame.bytes,
            )),
            Event::BadFrame(bad) => Some((
                Head {
                    dialect: self.dialect,
                    direction: Direction::ToModule,
                    kind: Kind::Stray,
                    first_byte: stamped.at,
                    last_byte: stamped.at,
                },
                &bad.bytes,
            )),
            _ => None,
        };
        if let Some((head, wire)) = packet {
            let offset = self.shared.spool.written() + WIRE_OFFSET;
            self.packet(&head, wire, offset);
        }
        if let Some(text) = comment_of(&stamped.event) {
            self.commented(&text);
        }
        self.out = Some(out);
        Ok(())
    }

    fn packet(&mut self, head: &Head, wire: &[u8], offset: u64) {
        let position = self.list.len();
        let number = u64::try_from(position).unwrap_or(u64::MAX);
        let mut entry = self.indexer.packet(number, head, wire);
        let comments = std::mem::take(&mut self.early);
        entry.set_comment(!comments.is_empty());
        entry.set_fault(comments.iter().any(|it| tells_fault(it)));
        let tail = Tail {
            position,
            wire: wire.to_vec(),
            comments,
        };
        *self.tail() = tail;
        self.pen.push(entry.placed(offset, wire.len()));
    }

    fn commented(&mut self, text: &str) {
        if self.list.is_empty() {
            self.early.push(text.to_owned());
            return;
        }
        if !self.list.is_full() {
            self.pen.amend(|entry| {
                entry.set_comment(true);
                entry.set_fault(entry.has_fault() || tells_fault(text));
            });
        }
        self.tail().comments.push(text.to_owned());
    }

    fn tail(&self) -> std::sync::MutexGuard<'_, Tail> {
        let lock = self.shared.tail.lock();
        lock.unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) -> io::Result<Writer<SpoolWriter>> {
        Writer::new(self.shared.spool.begin()?, self.epoch)
    }

    fn fail(&mut self, error: &io::Error) {
        self.out = None;
        let _ = self.shared.failed.set(error.to_string());
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.finish();
    }
}

/// What the capture says of an event besides its bytes.
fn comment_of(event: &Event) -> Option<String> {
    match event {
        Event::BadFrame(bad) => Some(format!("bad frame: {}", bad.reason)),
        Event::Phase(phase) => Some(format!("phase {phase}")),
        Event::Note(text) => Some(text.clone()),
        Event::Verdict(verdict) => Some(format!("verdict {}: {}", verdict.class, verdict.headline)),
        _ => None,
    }
}
