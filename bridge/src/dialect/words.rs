//! What a captured frame says, and what it asks or answers.

use super::{ayla, rig};
use crate::event::Direction;
use crate::job::DialectKind;

/// A frame in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    /// What it says; peer text in it is escaped.
    pub summary: String,
    /// The type of the frame, upper case.
    pub kind: String,
    /// What it asks for.
    pub asks: Vec<Ask>,
    /// What it answers.
    pub answers: Vec<Answer>,
}

/// Something that waits for an answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(
    missing_docs,
    reason = "the fields are those of the frames of the same names"
)]
pub enum Ask {
    /// An ayla data frame, for its ACK; which way the data goes.
    AylaFrame {
        to_host: bool,
        seq: u8,
    },
    /// An ayla message, for the one with the same request number.
    AylaRequest {
        to_host: bool,
        request: u16,
    },
    Hello {
        nonce: u32,
    },
    Offer {
        transfer: u16,
    },
    /// A piece of an object; `end` is the offset behind it.
    Data {
        transfer: u16,
        end: u32,
    },
    Finish {
        transfer: u16,
    },
    Boot {
        transfer: u16,
    },
    Report {
        id: u16,
    },
}

/// What an answer answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Exactly this.
    To(Ask),
    /// Every piece of a transfer that ends at `next` or before it.
    UpTo {
        /// The transfer.
        transfer: u16,
        /// Offset behind the last byte that has arrived.
        next: u32,
    },
}

/// What the wire bytes of one frame of `dialect` say.
#[must_use]
pub fn words(dialect: DialectKind, direction: Direction, wire: &[u8]) -> Words {
    match dialect {
        DialectKind::Ayla => ayla::words::of_wire(direction, wire),
        DialectKind::Rig => rig::words::of_wire(direction, wire),
    }
}

impl Words {
    /// Bytes that are no frame.
    #[must_use]
    pub fn stray(len: usize) -> Self {
        Self {
            kind: "STRAY".to_owned(),
            ..Self::plain(format!("{len} stray bytes"))
        }
    }

    pub(super) fn plain(summary: String) -> Self {
        let kind = summary.split(' ').next().unwrap_or_default().to_owned();
        Self {
            summary,
            kind,
            asks: Vec::new(),
            answers: Vec::new(),
        }
    }
}
