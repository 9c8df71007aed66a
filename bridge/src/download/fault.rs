//! Why an object could not be fetched, with the module's code and words for people.

use std::time::Duration;

use protocol_spec::codes::Status;
use protocol_spec::tick::Tick;

use super::checksum::Checksum;
use super::command::CommandError;
use super::url::UrlError;
use crate::event::Phase;
use crate::text::grouped;
use crate::verdict::{Class, Verdict};

/// Why one try failed; another one may do better.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TryFault {
    /// No connection.
    #[error("no connection: {0}")]
    NoConnection(NoConnection),
    /// No reply in time.
    #[error("no reply in time")]
    NoReply,
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
    /// The body stood still.
    #[error("no further byte came in time")]
    Stalled,
    /// The body ended early.
    #[error("fewer bytes came than were asked for")]
    Short,
    /// More bytes than were asked for.
    #[error("more bytes came than were asked for")]
    Surplus,
    /// Another range than was asked for.
    #[error("the reply says another byte range than was asked for")]
    OtherRange,
    /// A status that is no answer.
    #[error("the server answered with HTTP status {}", .0)]
    Status(u16),
}

/// Why there is no connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoConnection {
    /// The name is not known.
    #[error("the server's name is not known")]
    Name,
    /// Nobody listens there, or nothing leads there.
    #[error("the server does not answer")]
    Refused,
    /// The TLS handshake failed.
    #[error("TLS failed")]
    Tls,
}

/// Why an object could not be fetched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DownloadFault {
    /// One range, or the connection, failed too often.
    #[error("{why}; {tries} tries of bytes {first} to {last}")]
    Try {
        /// Why the last try failed.
        why: TryFault,
        /// Tries that failed.
        tries: u32,
        /// First byte that was asked for.
        first: u32,
        /// Last byte that was asked for.
        last: u32,
    },
    /// The server will not give it.
    #[error("the server refuses: HTTP status {status}")]
    Refused {
        /// Its answer.
        status: u16,
    },
    /// The server sends the whole object where a piece is wanted.
    #[error(
        "the server sends everything where bytes from {first} on are wanted: it serves no ranges"
    )]
    NoRanges {
        /// First byte that was asked for.
        first: u32,
    },
    /// The object has another length than the command says.
    #[error("the server has {} bytes, the command says another length", grouped(*.said))]
    OtherLength {
        /// What the server says.
        said: u64,
    },
    /// The object was replaced meanwhile.
    #[error("the server has another object than at the first range")]
    Changed,
    /// The server sends the bytes compressed.
    #[error("the server sends the bytes in a coding that was not asked for")]
    Coded,
    /// A redirection leads where none may go.
    #[error("a redirection cannot be followed: {0}")]
    Redirect(UrlError),
    /// Redirections without end.
    #[error("too many redirections")]
    Redirects,
    /// The bytes are others than were promised.
    #[error("the {method} of the bytes is {found}, the command says {promised}")]
    Checksum {
        /// The method.
        method: &'static str,
        /// Of the bytes.
        found: Checksum,
        /// Of the command.
        promised: Checksum,
    },
    /// It is still being fetched.
    #[error("the download is not at its end")]
    Unfinished,
}

impl From<TryFault> for DownloadFault {
    fn from(why: TryFault) -> Self {
        Self::Try {
            why,
            tries: 1,
            first: 0,
            last: 0,
        }
    }
}

impl DownloadFault {
    /// The module's code for it.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Try {
                why: TryFault::NoConnection(_),
                ..
            } => Status::CONNECT,
            Self::Checksum { .. } => Status::FILE_CRC,
            Self::Redirect(_) => Status::URL,
            _ => Status::GET,
        }
    }

    /// The end of an update whose object could not be fetched, `at` this time of the run.
    #[must_use]
    pub fn verdict(&self, at: Tick) -> Verdict {
        let headline = match self.status() {
            Status::CONNECT => "the image server could not be reached",
            Status::FILE_CRC => "the server's image is not the one that the command promises",
            Status::URL => "the image's address leads nowhere that may be used",
            _ => "the image could not be fetched",
        };
        ended(
            self.status(),
            Class::LinkError,
            headline,
            &self.to_string(),
            at,
        )
    }
}

impl CommandError {
    /// The end of an update that the command could not order.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let headline = "the command cannot be carried out";
        ended(
            self.status(),
            Class::RigError,
            headline,
            &self.to_string(),
            Tick::ZERO,
        )
    }
}

/// A verdict with the cause and the remedy of the code.
fn ended(status: Status, class: Class, headline: &str, what: &str, at: Tick) -> Verdict {
    let row = status.row();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let cause = text(row.map(|row| row.cause));
    let remedy = text(row.map(|row| row.remedy));
    Verdict {
        class,
        status: Some(status),
        phase: Phase::Download,
        what: format!("{what}. Nothing was sent to the host."),
        elapsed: Duration::from_nanos(at.as_nanos()),
        ..Verdict::rig_error(headline.to_owned(), cause, remedy)
    }
}
