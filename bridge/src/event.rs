//! What an engine says of a run: the one stream that text, JSON, transcript, report and panel read.

use protocol_spec::codes::{HostErr, Status};
use protocol_spec::digest::Digest;
use protocol_spec::rig::message::{FlashInfo, LayoutKind, ObjectKind};
use protocol_spec::text::Version;
use protocol_spec::tick::Tick;

use crate::job::{DialectKind, LineConfig};
use crate::object::ImageDigest;
use crate::verdict::Verdict;

/// An event and its time.
#[derive(Clone, PartialEq, Debug)]
pub struct Stamped {
    /// When it happened, since the start of the run.
    pub at: Tick,
    /// What happened.
    pub event: Event,
}

/// Something that happened in a run, oldest first; the verdict is the last one.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// The run begins.
    Started(Start),
    /// A phase begins.
    Phase(Phase),
    /// What the host says of itself.
    Host(Box<HostFacts>),
    /// The object is a patch; what it is.
    Patch(PatchRecord),
    /// A frame was sent or received.
    Frame(FrameRecord),
    /// How much of the object the host has.
    Progress(Progress),
    /// The host keeps what an earlier run has sent; the stream begins here.
    Resumed {
        /// First byte that is sent, offset in the object.
        offset: u32,
    },
    /// Something is sent again.
    Retransmit(Retransmit),
    /// Received bytes that are no frame, or a frame that makes no sense.
    BadFrame(BadFrame),
    /// The host reported a code.
    HostStatus(HostStatus),
    /// The host asks for patience.
    Busy {
        /// Until then it may be silent.
        until: Tick,
    },
    /// State of one block of a patch.
    Block(BlockState),
    /// The host has restarted.
    Restarted,
    /// The host says what it runs.
    Report(ReportFacts),
    /// Something worth knowing, in words.
    Note(String),
    /// How the run ended.
    Verdict(Box<Verdict>),
}

/// A phase of an update, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Phase {
    /// The module fetches the object; the host is not told yet.
    Download,
    /// The two ends find each other.
    #[default]
    Hello,
    /// The host is asked to take the object.
    Offer,
    /// The host makes room.
    Erase,
    /// The bytes go over.
    Stream,
    /// The host checks what it got.
    Verify,
    /// The host restarts into the new image.
    Boot,
    /// The host says what it runs.
    Report,
}

impl Phase {
    /// All phases that a host takes part in, in order.
    pub const ALL: [Self; 7] = [
        Self::Hello,
        Self::Offer,
        Self::Erase,
        Self::Stream,
        Self::Verify,
        Self::Boot,
        Self::Report,
    ];

    /// The name as printed: one lower-case word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::Hello => "hello",
            Self::Offer => "offer",
            Self::Erase => "erase",
            Self::Stream => "stream",
            Self::Verify => "verify",
            Self::Boot => "boot",
            Self::Report => "report",
        }
    }
}

impl core::fmt::Display for Phase {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

/// What is about to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Start {
    /// The dialect spoken.
    pub dialect: DialectKind,
    /// The line.
    pub line: LineConfig,
    /// What is sent; an image until a patch is made.
    pub kind: ObjectKind,
    /// Length of the object, bytes.
    pub length: u32,
    /// Version text wanted.
    pub version: Version,
    /// SHA-256 of the image that is to run.
    pub digest: ImageDigest,
}

/// What a patch is that is about to be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PatchRecord {
    /// Bytes of the file.
    pub length: u32,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Bytes of the image that runs afterwards.
    pub image_len: u32,
    /// Bytes of a block.
    pub block_len: u32,
    /// Blocks that change.
    pub changed: u32,
    /// Blocks of the new image.
    pub blocks: u32,
}

/// What a host says of itself; a dialect fills in what it carries.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HostFacts {
    /// Version of the dialect in force.
    pub dialect_version: Option<u8>,
    /// Board name, as sent (escape before showing).
    pub board: Option<Version>,
    /// Feature bits.
    pub features: Option<u8>,
    /// Number of this boot.
    pub boot_id: Option<u32>,
    /// How an update is laid out.
    pub layout: Option<LayoutKind>,
    /// Largest image, bytes.
    pub image_max: Option<u32>,
    /// Staging area, bytes.
    pub staging: Option<u32>,
    /// Address of the slot that images run from.
    pub image_start: Option<u32>,
    /// Scratch area, bytes.
    pub scratch: Option<u32>,
    /// RAM for decoding a patch, bytes.
    pub decode_ram: Option<u32>,
    /// Receive window, bytes.
    pub window: Option<u32>,
    /// Most object bytes in one frame.
    pub data_max: Option<u16>,
    /// Flash geometry.
    pub flash: Option<FlashInfo>,
    /// Version text of the running image.
    pub version: Option<Version>,
    /// Length of the running image, bytes.
    pub image_len: Option<u32>,
    /// Whether the running image is confirmed.
    pub confirmed: Option<bool>,
    /// Code of the last failed update on the host.
    pub last_code: Option<Status>,
}

/// Which way a frame goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Module to host.
    ToHost,
    /// Host to module.
    ToModule,
}

/// One frame on the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrameRecord {
    /// Which way it goes.
    pub direction: Direction,
    /// The dialect it belongs to.
    pub dialect: DialectKind,
    /// What it says, in words; peer text in it is escaped.
    pub summary: String,
    /// The raw wire bytes, delimiters included.
    pub bytes: Vec<u8>,
    /// When its first byte was on the line, as far as this end can tell. [`Stamped::at`] is when it
    /// was handed over: to the line when sent, by the line when received.
    pub first_byte: Tick,
    /// When its last byte was on the line, as far as this end can tell.
    pub last_byte: Tick,
    /// The piece of the object that it carries.
    pub piece: Option<Piece>,
}

/// A piece of the object in a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Offset of the first byte in the object.
    pub offset: u32,
    /// Bytes.
    pub len: u32,
    /// How often it has been sent, this time included; from 1.
    pub sends: u32,
}

/// How much of the object the host has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Every byte below this offset was acknowledged.
    pub acked: u32,
    /// Every byte below this offset is in flash, as far as the host says.
    pub stored: u32,
    /// Highest offset sent.
    pub sent: u32,
    /// The host has allowed bytes below this offset.
    pub limit: u32,
    /// Length of the object.
    pub total: u32,
    /// Bytes sent on the line so far, in all frames.
    pub wire_sent: u64,
    /// From the last byte of a piece on the line to its acknowledgement, smoothed, microseconds.
    pub latency_us: u64,
}

/// Something is sent again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Retransmit {
    /// What is sent again, in words.
    pub what: String,
    /// The piece of the object, when it is one.
    pub piece: Option<Piece>,
    /// Why.
    pub reason: RetransmitReason,
}

/// Why something is sent again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RetransmitReason {
    /// Later bytes were acknowledged, these were not.
    Gap,
    /// No acknowledgement or answer in time.
    Timeout,
    /// The host gives no credit; asked whether that still holds.
    Credit,
}

/// Received bytes that are no frame, or a frame that makes no sense.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadFrame {
    /// What is wrong, in words.
    pub reason: String,
    /// The bytes, at most a frame's worth.
    pub bytes: Vec<u8>,
}

/// A code that the host reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HostStatus {
    /// The phase that it came in.
    pub phase: Phase,
    /// The module's code.
    pub status: Status,
    /// The host's own ERR byte, in dialects that carry it.
    pub host_err: Option<HostErr>,
    /// Offset or limit that the code speaks of; 0 when there is nothing to add.
    pub detail: u32,
    /// Whether it speaks of an earlier update, not of this one.
    pub earlier: bool,
}

/// State of one block of a patch on the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockState {
    /// Index of the block.
    pub block: u32,
    /// Logical state: 255 none, 127 start, 63 copied, 0 done.
    pub state: Status,
    /// Code of the block.
    pub code: Status,
    /// Blocks that the host has said are done.
    pub done: u32,
    /// Blocks that the patch changes; 0 when the object is no patch.
    pub of: u32,
}

/// What the host says it runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReportFacts {
    /// Version text.
    pub version: Version,
    /// Length of the running image, bytes.
    pub length: Option<u32>,
    /// SHA-256 of the running image.
    pub digest: Option<Digest>,
    /// Whether it is confirmed.
    pub confirmed: Option<bool>,
    /// Code of the last update.
    pub code: Option<Status>,
}
