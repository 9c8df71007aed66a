//! A pipe in memory, for tests and for hosts on another thread.

use super::BoxedPort;

/// Two ends of a pipe; each direction holds at most `bytes` bytes.
#[must_use]
pub fn duplex(bytes: usize) -> (BoxedPort, BoxedPort) {
    let (one, other) = tokio::io::duplex(bytes);
    (Box::new(one), Box::new(other))
}
