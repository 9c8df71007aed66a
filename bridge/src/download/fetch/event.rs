//! What a download tells.

use core::fmt;
use std::time::Duration;

use crate::download::fault::TryFault;
use crate::download::url::ImageUrl;

/// Something that happened while an object was fetched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FetchEvent {
    /// A range was asked for.
    Asked {
        /// First byte.
        first: u32,
        /// Last byte.
        last: u32,
        /// Try of this range, from 1.
        attempt: u32,
    },
    /// A try failed; there will be another one.
    TryFailed {
        /// Why.
        why: TryFault,
        /// Pause before the next.
        pause: Duration,
    },
    /// The server sends us elsewhere.
    Redirected {
        /// There.
        to: ImageUrl,
    },
    /// The server knows no ranges and sends the whole object.
    Unranged,
    /// A range is whole.
    Got {
        /// Bytes so far.
        bytes: u32,
        /// Bytes of the object.
        of: u32,
    },
    /// Every byte is there and sums up to what was promised.
    Whole {
        /// Bytes of the object.
        bytes: u32,
        /// How the bytes were checked; `None` when nothing was promised.
        checked: Option<&'static str>,
    },
}

impl FetchEvent {
    /// The event in one word.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Asked { .. } => "asked",
            Self::TryFailed { .. } => "try_failed",
            Self::Redirected { .. } => "redirected",
            Self::Unranged => "unranged",
            Self::Got { .. } => "got",
            Self::Whole { .. } => "whole",
        }
    }
}

impl fmt::Display for FetchEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked {
                first,
                last,
                attempt,
            } => write!(f, "bytes {first} to {last}, try {attempt}"),
            Self::TryFailed { why, pause } => {
                write!(f, "{why}; once more in {} s", pause.as_secs_f64())
            }
            Self::Redirected { to } => write!(f, "redirected to {to}"),
            Self::Unranged => f.write_str("the server serves no ranges and sends the whole image"),
            Self::Got { bytes, of } => write!(f, "{bytes} of {of} bytes"),
            Self::Whole { bytes, checked } => match checked {
                Some(method) => write!(f, "{bytes} bytes, {method} as the command says"),
                None => write!(f, "{bytes} bytes; the command says no checksum"),
            },
        }
    }
}
