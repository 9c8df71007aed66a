//! The wall clock as ticks.

use std::time::{Duration, SystemTime};

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

/// How long ago 1970 was: the time of day of a real run, for its capture.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that reads clocks"
)]
pub fn since_1970() -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.unwrap_or_default()
}

/// Differs from run to run, so that answers to an earlier run are not taken for this one's.
#[must_use]
pub fn fresh_seed() -> u32 {
    since_1970().subsec_nanos() ^ std::process::id().rotate_left(16)
}
