//! The wall clock as ticks.

use std::time::Duration;

use protocol_spec::tick::Tick;
use tokio::time::Instant;

/// Ticks since the start of a driver.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that reads zero now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Tick {
        Tick::ZERO + self.start.elapsed()
    }

    /// The tokio time of a tick; far deadlines are cut to a day, which only wakes a driver early.
    pub(super) fn instant(&self, at: Tick) -> Instant {
        let span = at
            .since(Tick::ZERO)
            .min(self.start.elapsed() + Duration::from_secs(86_400));
        self.start + span
    }
}
