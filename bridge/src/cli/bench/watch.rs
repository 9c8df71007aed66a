//! Wall-clock time.

use std::time::{Duration, Instant};

/// Runs from its start.
pub(super) struct Watch(Instant);

impl Watch {
    #[expect(
        clippy::disallowed_methods,
        reason = "the bench measures wall-clock time"
    )]
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn milliseconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1000.0
    }
}

/// The middle one of several times.
pub(super) fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(0.0)
}

/// Lets another process go on.
#[expect(
    clippy::disallowed_methods,
    reason = "the bench waits for other processes"
)]
pub(super) fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}
