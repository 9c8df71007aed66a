//! The thread that reads a file from its beginning, or a part of it, into an index.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bridge::capture::ReadError;
use bridge::capture::scan::{Resume, Scan};
use bridge::trouble::Trouble;
use protocol_spec::tick::Tick;

use super::disk::Origin;
use super::index::{Entry, TypeNames};
use super::list::{List, Pen};
use super::scan_capture::Indexer;
use super::scan_text;
use super::trouble;
use super::view::Progress;
use crate::worker::Wake;

/// Bytes that tell what a file is.
const SNIFF_BYTES: u64 = 4096;
/// The panel is woken after as many frames, and after the first few.
const WAKE_EVERY: usize = 65_536;
const WAKE_FIRST: usize = 256;

/// What is to be read, and where it goes.
pub(super) struct Task {
    pub(super) origin: Origin,
    pub(super) from: Option<Mark>,
    /// Frames of the file before the first one here.
    pub(super) first: u64,
    pub(super) entries: List<Entry>,
    pub(super) pen: Pen<Entry>,
    pub(super) names: TypeNames,
    pub(super) progress: Arc<Progress>,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) wake: Wake,
}

/// Where a window of a long file begins, and what is known there.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Frames before it.
    pub(super) first: u64,
    place: Place,
    indexer: Indexer,
}

#[derive(Clone, Debug)]
enum Place {
    Capture(Resume),
    Text(u64, Tick),
}

/// How the reading of a file ended.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// What went wrong.
    pub(super) trouble: Option<Trouble>,
    /// Where the next window begins, when the index is full.
    pub(super) next: Option<Mark>,
}

/// Reads until the end of the file, until the index is full, or until nobody wants it any more.
pub(super) fn run(mut task: Task) -> Ending {
    match read(&mut task) {
        Ok(ending) => ending,
        Err(error) => Ending {
            trouble: Some(trouble::of_reading(&task.origin, &error)),
            next: None,
        },
    }
}

/// Looks whether a file begins as a capture or a transcript.
///
/// # Errors
/// Why it cannot be opened.
pub(super) fn look(origin: &Origin) -> Result<(), Trouble> {
    let told = |error| trouble::of_reading(origin, &error);
    let (mut file, _) = origin.open().map_err(ReadError::Io).map_err(told)?;
    let start = first_bytes(&mut file).map_err(told)?;
    if let Some(trouble) = trouble::at_first_sight(origin, &start) {
        return Err(trouble);
    }
    if scan_text::is_transcript(&start) {
        return Ok(());
    }
    Scan::new(file).map(|_| ()).map_err(told)
}

/// The first bytes of a file, which stands at its beginning again afterwards.
fn first_bytes(file: &mut File) -> Result<Vec<u8>, ReadError> {
    let mut start = Vec::new();
    let mut piece = file.take(SNIFF_BYTES);
    piece.read_to_end(&mut start).map_err(ReadError::Io)?;
    file.rewind().map_err(ReadError::Io)?;
    Ok(start)
}

fn read(task: &mut Task) -> Result<Ending, ReadError> {
    let (mut file, len) = task.origin.open().map_err(ReadError::Io)?;
    task.progress.whole.store(len, Ordering::Relaxed);
    let from = task.from.take();
    let indexer = |mark: Option<&Mark>| {
        let known = mark.map(|mark| mark.indexer.clone());
        known.unwrap_or_else(|| Indexer::new(task.names.clone()))
    };
    let indexer = indexer(from.as_ref());
    match from.map(|mark| mark.place) {
        Some(Place::Capture(resume)) => {
            file.seek(SeekFrom::Start(resume.offset))
                .map_err(ReadError::Io)?;
            capture(task, Scan::resume(file, &resume)?, indexer)
        }
        Some(Place::Text(offset, at)) => text(task, file, offset, at, indexer),
        None => {
            if scan_text::is_transcript(&first_bytes(&mut file)?) {
                return text(task, file, 0, Tick::ZERO, indexer);
            }
            capture(task, Scan::new(file)?, indexer)
        }
    }
}

fn capture(
    task: &mut Task,
    mut scan: Scan<File>,
    mut indexer: Indexer,
) -> Result<Ending, ReadError> {
    let (mut own, mut ending) = (0_u64, Ending::default());
    let first = scan.here().packets;
    while !task.is_stopped() {
        if task.entries.is_full() {
            let place = scan.here();
            ending.next = Some(Mark {
                first: place.packets,
                place: Place::Capture(place),
                indexer,
            });
            return Ok(ending);
        }
        let seen = match scan.advance() {
            None => break,
            Some(Ok(seen)) => seen,
            Some(Err(error)) => {
                ending.trouble = Some(trouble::of_reading(&task.origin, &error));
                break;
            }
        };
        own += u64::from(seen.packet.is_ok());
        task.pen.push(indexer.seen(&seen));
        task.tell(scan.offset());
    }
    let packets = scan.here().packets - first;
    if own == 0 && packets > 0 && ending.trouble.is_none() {
        ending.trouble = Some(trouble::foreign(&task.origin, packets));
    }
    Ok(ending)
}

fn text(
    task: &mut Task,
    mut file: File,
    mut offset: u64,
    mut at: Tick,
    mut indexer: Indexer,
) -> Result<Ending, ReadError> {
    file.seek(SeekFrom::Start(offset)).map_err(ReadError::Io)?;
    let mut lines = BufReader::new(file);
    let limit = u64::try_from(scan_text::LINE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut line = Vec::new();
    let mut ending = Ending::default();
    while !task.is_stopped() {
        line.clear();
        let mut piece = (&mut lines).take(limit);
        let len = piece.read_until(b'\n', &mut line).map_err(ReadError::Io)?;
        if len == 0 {
            break;
        }
        if task.entries.is_full() {
            ending.next = Some(Mark {
                first: task.first + u64::try_from(task.entries.len()).unwrap_or(0),
                place: Place::Text(offset, at),
                indexer,
            });
            return Ok(ending);
        }
        let words = String::from_utf8_lossy(&line);
        let entry = scan_text::entry(&task.names, &mut indexer.deeds, &words, at);
        task.pen.push(entry.placed(offset, len));
        at = entry.at;
        offset += u64::try_from(len).unwrap_or(0);
        task.tell(offset);
    }
    Ok(ending)
}

impl Task {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Tells how far it is.
    fn tell(&self, offset: u64) {
        self.progress.read.store(offset, Ordering::Relaxed);
        let frames = self.entries.len();
        if frames == WAKE_FIRST || frames.is_multiple_of(WAKE_EVERY) {
            (self.wake)();
        }
    }
}
