//! How a run ended: the one value that text, exit code and files are made of.

use core::time::Duration;

use protocol_spec::codes::{HostErr, Status};
use protocol_spec::digest::Digest;
use protocol_spec::text::Version;

use crate::event::Phase;

/// The class of an end; it decides the exit code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Class {
    /// The host runs the image and says so.
    Pass,
    /// The host refused, failed, or did not do what was asked.
    HostFailed,
    /// This program could not do its part: usage, port, file.
    RigError,
    /// The line is dead: nothing was ever heard, or it closed.
    LinkError,
    /// The operator stopped the run.
    Aborted,
    /// Not run, for a stated reason.
    Skipped,
}

impl Class {
    /// The process exit code of this class.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Pass | Self::Skipped => 0,
            Self::HostFailed => 1,
            Self::RigError => 2,
            Self::LinkError => 3,
            Self::Aborted => 4,
        }
    }

    /// The name as printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::HostFailed => "host-failed",
            Self::RigError => "rig-error",
            Self::LinkError => "link-error",
            Self::Aborted => "aborted",
            Self::Skipped => "skipped",
        }
    }
}

impl From<fixtures::scenario::Class> for Class {
    fn from(class: fixtures::scenario::Class) -> Self {
        use fixtures::scenario::Class as Expected;
        match class {
            Expected::Pass => Self::Pass,
            Expected::HostFailed => Self::HostFailed,
            Expected::RigError => Self::RigError,
            Expected::LinkError => Self::LinkError,
            Expected::Aborted => Self::Aborted,
            Expected::Skipped => Self::Skipped,
        }
    }
}

impl core::fmt::Display for Class {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

/// How the content of the image that runs on the host was checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// The host reported the SHA-256 of what it runs, and it is the image's.
    Digest,
    /// The image carries a head with a CRC and the host accepted it: it holds as far as the host
    /// checks heads.
    HeadCrc,
    /// Nothing that was said proves the content.
    Unverified,
}

impl Content {
    /// The name as printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::HeadCrc => "head-crc",
            Self::Unverified => "not verified by the host",
        }
    }
}

impl core::fmt::Display for Content {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

/// Whether the host has confirmed the image, so that it stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Confirmed {
    /// The host said so.
    Yes,
    /// The dialect carries no word about it.
    NotObservable,
    /// Not confirmed, or never got that far.
    No,
}

impl Confirmed {
    /// The name as printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::NotObservable => "not observable",
            Self::No => "no",
        }
    }
}

impl core::fmt::Display for Confirmed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The class.
    pub class: Class,
    /// The module's code; `None` where no code of the platform fits (dead line, abort, own error).
    pub status: Option<Status>,
    /// The host's own ERR byte, where it sent one.
    pub host_err: Option<HostErr>,
    /// The phase in which the run ended.
    pub phase: Phase,
    /// Offset in the object at which it ended, when it ended inside the stream.
    pub offset: Option<u32>,
    /// One line that says it all.
    pub headline: String,
    /// What happened, in a sentence or two.
    pub what: String,
    /// The likely cause.
    pub cause: String,
    /// What to do now.
    pub next_step: String,
    /// How the content was checked.
    pub content: Content,
    /// Whether the image is confirmed.
    pub confirmed: Confirmed,
    /// Version text that the host reported last, after the update or before it.
    pub reported_version: Option<Version>,
    /// SHA-256 that the host reported last.
    pub reported_digest: Option<Digest>,
    /// What was counted.
    pub counts: Counts,
    /// From the start of the run to its end.
    pub elapsed: Duration,
    /// What was done to the update on purpose; `None` where nothing was.
    pub injected: Option<Injected>,
    /// Everything else worth knowing.
    pub notes: Vec<String>,
    /// The command that shows the run again, as a shell takes it.
    pub replay: Option<String>,
}

impl Verdict {
    /// Whether the run passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.class == Class::Pass
    }

    /// A verdict about something that failed before an engine could run: usage, port, file.
    #[must_use]
    pub fn rig_error(headline: String, cause: String, next_step: String) -> Self {
        Self {
            class: Class::RigError,
            status: None,
            host_err: None,
            phase: Phase::Hello,
            offset: None,
            what: headline.clone(),
            headline,
            cause,
            next_step,
            content: Content::Unverified,
            confirmed: Confirmed::No,
            reported_version: None,
            reported_digest: None,
            counts: Counts::default(),
            elapsed: Duration::ZERO,
            injected: None,
            notes: Vec::new(),
            replay: None,
        }
    }
}

/// What was counted in a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Length of the object, bytes.
    pub length: u32,
    /// Length of the image, bytes: more than `length` where a patch was sent.
    pub image_length: u32,
    /// Blocks that the patch changes; 0 when the object is no patch.
    pub blocks: u32,
    /// Blocks that the host has said are done.
    pub blocks_done: u32,
    /// Offset at which the stream began: not 0 after a resume.
    pub offset_started: u32,
    /// Every byte below this offset was acknowledged.
    pub acked: u32,
    /// Bytes of the object sent, repeats included.
    pub object_sent: u64,
    /// Bytes sent on the line.
    pub wire_sent: u64,
    /// Bytes received.
    pub wire_received: u64,
    /// Frames sent.
    pub frames_sent: u64,
    /// Good frames received.
    pub frames_received: u64,
    /// Frames sent again.
    pub retransmits: u64,
    /// Received bytes that were no good frame, in runs.
    pub bad_frames: u64,
}

/// Faults that were injected on purpose: an update with any is not a clean one, however it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Injected {
    /// Faults that were armed.
    pub armed: u32,
    /// Those of them that have struck.
    pub struck: u32,
}

impl core::fmt::Display for Injected {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { armed, struck } = *self;
        let faults = if armed == 1 { "fault" } else { "faults" };
        write!(f, "{armed} {faults} injected on purpose, {struck} struck")
    }
}
