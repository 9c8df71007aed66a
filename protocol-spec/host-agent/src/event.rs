//! What a driver may tell people about a host.

use core::fmt;

use heapless::Deque;
use protocol_spec::{Digest, Status, Version};

/// Something that happened on the host, for a transcript or a display.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HostEvent {
    /// The boot step ended and an image runs.
    Entered {
        /// Version of the image.
        version: Version,
        /// Whether this is the first run of a new image, not yet confirmed.
        tried: bool,
    },
    /// The boot step works on swap chunk `step` of `of`.
    Swapping {
        /// Chunk at work, from 1 on.
        step: u32,
        /// Chunks in all.
        of: u32,
    },
    /// The boot step copied part `step` of `of` of a staged image to the slot.
    Installing {
        /// Part that is done, from 1 on.
        step: u32,
        /// Parts in all.
        of: u32,
    },
    /// A block of a patch came to another state, or failed in the one that it is in.
    Block {
        /// Index of the block.
        block: u32,
        /// Its logical state: `START`, `COPIED` or `DONE`.
        state: Status,
        /// What failed; `DONE` when nothing did.
        code: Status,
    },
    /// The new image was not confirmed in time: the old one is back.
    FellBack,
    /// No image can be booted.
    Stopped(Status),
    /// An offer was accepted.
    OfferAccepted {
        /// First byte that the host wants; not 0 when it resumes.
        offset: u32,
    },
    /// An offer or a boot order was refused.
    Refused(Status),
    /// All bytes are stored and were checked; `DONE` when the image is good.
    Verified(Status),
    /// The transfer ended on an error of the flash.
    Failed(Status),
    /// A step of the boot failed once and is done again.
    Retried(Status),
    /// The confirmation of the running image could not be stored.
    NotConfirmed(Status),
    /// The running image could not be read, so its digest stays unknown.
    NoDigest(Status),
    /// The boot order is in flash.
    BootOrdered,
    /// The host resets: the driver lets the bytes drain that it got, drops the agent and builds a
    /// new one over [`Agent::into_flash`](crate::agent::Agent::into_flash).
    Reset,
    /// The running image is confirmed.
    Confirmed,
    /// The digest of the running image was computed from flash.
    RunningDigest(Digest),
    /// Bytes that form no frame, or a frame that holds no message, were dropped.
    BadFrame {
        /// Bytes on the line.
        len: usize,
    },
}

impl fmt::Display for HostEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entered {
                version,
                tried: true,
            } => {
                write!(f, "entered \"{version}\" for the first time, not confirmed")
            }
            Self::Entered {
                version,
                tried: false,
            } => write!(f, "entered \"{version}\""),
            Self::Swapping { step, of } => write!(f, "swapping {step}/{of}"),
            Self::Installing { step, of } => write!(f, "installing {step}/{of}"),
            Self::Block { block, state, code } => write_block(f, *block, *state, *code),
            Self::FellBack => f.write_str("fell back to the old image"),
            Self::Stopped(code) => write!(f, "stopped, {code}: no image can be booted"),
            Self::OfferAccepted { offset: 0 } => f.write_str("accepted the offer"),
            Self::OfferAccepted { offset } => write!(f, "accepted the offer, resuming at {offset}"),
            Self::Refused(code) => write!(f, "refused, {code}"),
            Self::Verified(code) => write!(f, "verified, {code}"),
            Self::Failed(code) => write!(f, "transfer failed, {code}"),
            Self::Retried(code) => write!(f, "a step of the boot failed and is done again, {code}"),
            Self::NotConfirmed(code) => write!(f, "could not store the confirmation, {code}"),
            Self::NoDigest(code) => write!(f, "could not read the running image, {code}"),
            Self::BootOrdered => f.write_str("boot order stored"),
            Self::Reset => f.write_str("reset"),
            Self::Confirmed => f.write_str("confirmed the running image"),
            Self::RunningDigest(digest) => write!(f, "running image is {}", digest.short()),
            Self::BadFrame { len } => write!(f, "dropped {len} bytes that form no message"),
        }
    }
}

fn write_block(f: &mut fmt::Formatter<'_>, block: u32, state: Status, code: Status) -> fmt::Result {
    match state {
        Status::START => write!(f, "block {block}: begun")?,
        Status::COPIED => write!(f, "block {block}: in scratch")?,
        Status::DONE => write!(f, "block {block}: done")?,
        state => write!(f, "block {block}: {state}")?,
    }
    if code.is_done() {
        Ok(())
    } else {
        write!(f, ", {code}")
    }
}

/// Most events between two polls; later ones are dropped.
const EVENTS_MAX: usize = 8;

/// Events that wait for the driver, oldest first. A reset is never dropped, and comes last.
#[derive(Clone, Debug)]
pub(crate) struct Events {
    queue: Deque<HostEvent, EVENTS_MAX>,
    reset: bool,
}

impl Events {
    pub(crate) const fn new() -> Self {
        Self {
            queue: Deque::new(),
            reset: false,
        }
    }

    pub(crate) fn push(&mut self, event: HostEvent) {
        match event {
            HostEvent::Reset => self.reset = true,
            // A full queue means a driver that does not poll: the oldest events tell it more.
            _ => {
                let _ = self.queue.push_back(event);
            }
        }
    }

    /// Whether the reset was not told yet.
    pub(crate) const fn reset_waits(&self) -> bool {
        self.reset
    }

    pub(crate) fn pop(&mut self) -> Option<HostEvent> {
        let reset = || core::mem::take(&mut self.reset).then_some(HostEvent::Reset);
        self.queue.pop_front().or_else(reset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_survives_a_full_queue_and_comes_last() {
        let mut events = Events::new();
        events.push(HostEvent::Reset);
        for _ in 0..=EVENTS_MAX {
            events.push(HostEvent::Confirmed);
        }
        for _ in 0..EVENTS_MAX {
            assert_eq!(events.pop(), Some(HostEvent::Confirmed));
        }
        assert_eq!(events.pop(), Some(HostEvent::Reset));
        assert_eq!(events.pop(), None);
    }
}
