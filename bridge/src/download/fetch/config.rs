//! Timers and limits of a download.

use std::time::Duration;

use crate::download::url::OpenHttp;

/// Timers and limits of a download, by the names that texts use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FetchConfig {
    /// Bytes of one request.
    pub range: u32,
    /// From the request to the head of the reply, the connection included.
    pub reply: Duration,
    /// Between two pieces of a body.
    pub idle: Duration,
    /// Before the second try; it doubles from try to try.
    pub retry: Duration,
    /// Tries of one connection, or of one range.
    pub tries_max: u32,
    /// Redirections of one download.
    pub redirects_max: u32,
    /// Where plain http may go.
    pub open: OpenHttp,
}

impl Default for FetchConfig {
    fn default() -> Self {
        Self {
            range: 256 * 1024,
            reply: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            retry: Duration::from_secs(1),
            tries_max: 6,
            redirects_max: 5,
            open: OpenHttp::Loopback,
        }
    }
}
