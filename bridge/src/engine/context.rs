//! What the engine and its dialect share in one run.

use std::collections::VecDeque;

use protocol_spec::codes::{HostErr, Status};
use protocol_spec::digest::Digest;
use protocol_spec::rig::message::ObjectKind;
use protocol_spec::text::Version;
use protocol_spec::tick::Tick;

use super::blocks::Blocks;
use super::failure::Failure;
use super::step::Signal;
use super::timer::{Timer, TimerTable};
use super::wire_clock::WireClock;
use crate::event::{
    BadFrame, BlockState, Direction, Event, FrameRecord, HostFacts, HostStatus, PatchRecord, Phase,
    Piece, Progress, ReportFacts, Retransmit, RetransmitReason, Stamped,
};
use crate::image_source::ImageSource;
use crate::job::{ContentCheck, DialectKind, LineConfig, ModuleFaults};
use crate::object::{PatchObject, Wanted};
use crate::verdict::Counts;

/// First received bytes that are kept, to show what a line carries that no host speaks on.
const FIRST_BYTES_MAX: usize = 24;
/// Longest frame that is remembered to know an echo by.
const ECHO_BYTES_MAX: usize = 64;
/// Frames that are remembered to know an echo by.
const ECHO_FRAMES_MAX: usize = 8;
/// Most notes kept for the verdict; the events carry them all.
const NOTES_MAX: usize = 32;

/// What a run begins with.
pub(crate) struct Begin {
    pub(crate) object: Box<dyn ImageSource + Send>,
    pub(crate) digest: Digest,
    pub(crate) wanted: Wanted,
    pub(crate) version: Version,
    pub(crate) dialect: DialectKind,
    pub(crate) line: LineConfig,
    pub(crate) content: ContentCheck,
    pub(crate) faults: ModuleFaults,
}

/// The run so far: time, timers, the line, what was counted, what waits to be told.
pub(crate) struct Context {
    pub(crate) now: Tick,
    pub(crate) started: Option<Tick>,
    pub(crate) timers: TimerTable,
    pub(crate) wire: WireClock,
    pub(crate) counts: Counts,
    pub(crate) phase: Phase,
    /// The bytes that are sent.
    pub(crate) object: Box<dyn ImageSource + Send>,
    pub(crate) kind: ObjectKind,
    pub(crate) dialect: DialectKind,
    /// Length of the object, bytes.
    pub(crate) length: u32,
    /// SHA-256 of the object.
    pub(crate) digest: Digest,
    pub(crate) version: Version,
    /// What the host must run in the end.
    pub(crate) wanted: Wanted,
    /// Whether the host was applying a patch of an earlier update when it was met.
    pub(crate) applied_before: bool,
    /// What the host has said of the blocks of the patch.
    pub(crate) blocks: Blocks,
    pub(crate) content: ContentCheck,
    pub(crate) faults: ModuleFaults,
    pub(crate) host: HostFacts,
    pub(crate) report: Option<ReportFacts>,
    pub(crate) progress: Progress,
    /// Whether a valid frame was ever received.
    pub(crate) heard: bool,
    /// The first bytes that the line brought.
    pub(crate) first_bytes: Vec<u8>,
    /// Received runs of bytes that are frames of ours, word for word.
    pub(crate) echoes: u64,
    /// Short frames that were sent last, to know an echo by.
    sent_last: VecDeque<Vec<u8>>,
    pub(crate) notes: Vec<String>,
    events: VecDeque<Stamped>,
    signals: VecDeque<Signal>,
}

impl core::fmt::Debug for Context {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Context")
            .field("now", &self.now)
            .field("phase", &self.phase)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

impl Context {
    pub(crate) fn new(begin: Begin) -> Self {
        let Begin {
            object,
            digest,
            wanted,
            ..
        } = begin;
        let length = object.len();
        Self {
            now: Tick::ZERO,
            started: None,
            timers: TimerTable::new(),
            wire: WireClock::new(begin.line),
            counts: Counts {
                length,
                image_length: wanted.length,
                ..Counts::default()
            },
            phase: Phase::Hello,
            dialect: begin.dialect,
            object,
            kind: ObjectKind::Image,
            length,
            digest,
            version: begin.version,
            wanted,
            applied_before: false,
            blocks: Blocks::default(),
            content: begin.content,
            faults: begin.faults,
            host: HostFacts::default(),
            report: None,
            progress: Progress {
                total: length,
                ..Progress::default()
            },
            heard: false,
            first_bytes: Vec::new(),
            echoes: 0,
            sent_last: VecDeque::new(),
            notes: Vec::new(),
            events: VecDeque::new(),
            signals: VecDeque::new(),
        }
    }

    /// From now on the object is this patch.
    pub(crate) fn take_patch(&mut self, patch: PatchObject) {
        let facts = &patch.facts;
        let (length, digest) = (facts.file_len, patch.digest());
        self.emit(Event::Patch(PatchRecord {
            length,
            digest,
            image_len: facts.new.length,
            block_len: facts.block_len,
            changed: facts.changed,
            blocks: facts.blocks,
        }));
        self.kind = ObjectKind::Patch;
        self.blocks = Blocks::of(facts.changed);
        (self.length, self.digest) = (length, digest);
        self.counts.length = length;
        self.counts.blocks = facts.changed;
        self.progress.total = length;
        self.object = Box::new(patch.file);
    }

    pub(crate) fn emit(&mut self, event: Event) {
        self.events.push_back(Stamped {
            at: self.now,
            event,
        });
    }

    pub(crate) fn poll_event(&mut self) -> Option<Stamped> {
        self.events.pop_front()
    }

    pub(crate) fn signal(&mut self, signal: Signal) {
        self.signals.push_back(signal);
    }

    pub(crate) fn fail(&mut self, failure: Failure) {
        self.signal(Signal::Failed(failure));
    }

    pub(crate) fn poll_signal(&mut self) -> Option<Signal> {
        self.signals.pop_front()
    }

    pub(crate) fn drop_signals(&mut self) {
        self.signals.clear();
    }

    /// Arms `timer` to fire `span` from now.
    pub(crate) fn arm(&mut self, timer: Timer, span: core::time::Duration) {
        self.timers.set(timer, self.now + span);
    }

    pub(crate) fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if self.notes.len() < NOTES_MAX && !self.notes.contains(&text) {
            self.notes.push(text.clone());
        }
        self.emit(Event::Note(text));
    }

    /// Accounts for a frame that goes to the line now; returns when its last byte leaves the wire.
    pub(crate) fn sent(&mut self, bytes: &[u8], summary: String, piece: Option<Piece>) -> Tick {
        let (first_byte, last_byte) = self.wire.send(self.now, bytes.len());
        self.counts.frames_sent += 1;
        self.counts.wire_sent += bytes.len() as u64;
        self.progress.wire_sent = self.counts.wire_sent;
        self.remember(bytes);
        if let Some(piece) = piece {
            self.counts.object_sent += u64::from(piece.len);
        }
        self.emit(Event::Frame(FrameRecord {
            direction: Direction::ToHost,
            dialect: self.dialect,
            summary,
            bytes: bytes.to_vec(),
            first_byte,
            last_byte,
            piece,
        }));
        last_byte
    }

    /// Accounts for a good frame that the line brought.
    pub(crate) fn received(&mut self, raw: RawRun, summary: String) {
        if !self.is_echo(&raw) {
            self.heard = true;
        }
        self.counts.frames_received += 1;
        self.emit(Event::Frame(FrameRecord {
            direction: Direction::ToModule,
            dialect: self.dialect,
            summary,
            bytes: raw.bytes,
            first_byte: raw.since,
            last_byte: self.now,
            piece: None,
        }));
    }

    /// Accounts for received bytes that are no good frame.
    pub(crate) fn bad_frame(&mut self, raw: RawRun, reason: String) {
        self.is_echo(&raw);
        self.counts.bad_frames += 1;
        self.emit(Event::BadFrame(BadFrame {
            reason,
            bytes: raw.bytes,
        }));
    }

    /// Counts bytes that the line brought.
    pub(crate) fn arrived(&mut self, bytes: &[u8]) {
        self.counts.wire_received += bytes.len() as u64;
        let room = FIRST_BYTES_MAX.saturating_sub(self.first_bytes.len());
        self.first_bytes.extend(bytes.iter().take(room));
    }

    fn remember(&mut self, bytes: &[u8]) {
        if self.heard || bytes.len() > ECHO_BYTES_MAX {
            return;
        }
        if self.sent_last.len() == ECHO_FRAMES_MAX {
            self.sent_last.pop_front();
        }
        self.sent_last.push_back(bytes.to_vec());
    }

    /// Whether the line gives back a frame of ours; such bytes do not come from a host.
    fn is_echo(&mut self, raw: &RawRun) -> bool {
        let echo = !self.heard && self.sent_last.contains(&raw.bytes);
        self.echoes += u64::from(echo);
        echo
    }

    pub(crate) fn retransmit(
        &mut self,
        what: String,
        piece: Option<Piece>,
        reason: RetransmitReason,
    ) {
        self.counts.retransmits += 1;
        self.emit(Event::Retransmit(Retransmit {
            what,
            piece,
            reason,
        }));
    }

    pub(crate) fn host_status(
        &mut self,
        status: Status,
        host_err: Option<HostErr>,
        detail: u32,
        earlier: bool,
    ) {
        let phase = self.phase;
        self.emit(Event::HostStatus(HostStatus {
            phase,
            status,
            host_err,
            detail,
            earlier,
        }));
    }

    /// The host has every byte below `acked`.
    pub(crate) fn advance(&mut self, acked: u32) {
        self.progress.acked = acked;
        self.counts.acked = acked;
        self.emit(Event::Progress(self.progress));
    }

    /// Takes what the host says of a block; whether it is further than it was.
    pub(crate) fn block(&mut self, block: u32, state: Status, code: Status) -> bool {
        self.applied_before |= self.phase == Phase::Hello;
        let further = self.blocks.take(block, state);
        self.counts.blocks_done = self.blocks.done();
        self.emit(Event::Block(BlockState {
            block,
            state,
            code,
            done: self.blocks.done(),
            of: self.blocks.of,
        }));
        further
    }

    /// The version that the host runs and has not confirmed.
    pub(crate) fn unconfirmed(&self) -> Option<Version> {
        let unconfirmed = self.host.confirmed == Some(false);
        let version = self.host.version.filter(|version| !version.is_empty());
        version.filter(|_| unconfirmed)
    }

    /// Fills `buf` from the object; a failure ends the run.
    pub(crate) fn read_object(&mut self, offset: u32, buf: &mut [u8]) -> bool {
        match self.object.read_at(offset, buf) {
            Ok(()) => true,
            Err(error) => {
                self.fail(Failure::ImageRead(error));
                false
            }
        }
    }
}

/// Raw received bytes that belong to the frame being put together.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawRun {
    pub(crate) bytes: Vec<u8>,
    pub(crate) since: Tick,
}

impl RawRun {
    /// More than any frame; what is beyond it is not kept.
    const BYTES_MAX: usize = 8 * 1024;

    pub(crate) fn push(&mut self, now: Tick, bytes: &[u8]) {
        if self.bytes.is_empty() {
            self.since = now;
        }
        let room = Self::BYTES_MAX.saturating_sub(self.bytes.len());
        self.bytes.extend(bytes.iter().take(room));
    }

    pub(crate) fn take(&mut self) -> Self {
        core::mem::take(self)
    }
}
