//! Time as an argument: nanoseconds since the run's own start.

use core::fmt;
use core::ops::{Add, AddAssign, Sub};
use core::time::Duration;

/// A point in time, in nanoseconds since the start of the run.
///
/// Range `0..=u64::MAX`, about 584 years; arithmetic saturates. Prints as seconds with six
/// decimals.
/// Source: ADR-0001.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Tick(u64);

impl Tick {
    /// The start of the run.
    pub const ZERO: Self = Self(0);
    /// The last point in time; as a deadline it means "never".
    pub const MAX: Self = Self(u64::MAX);

    /// The point `nanos` nanoseconds after the start.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The point `micros` microseconds after the start.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros.saturating_mul(1_000))
    }

    /// The point `millis` milliseconds after the start.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// The point `secs` seconds after the start.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds since the start.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Time from `earlier` to `self`; zero when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Tick {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(nanos))
    }
}

impl AddAssign<Duration> for Tick {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub for Tick {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

impl fmt::Display for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{:06}",
            self.0 / 1_000_000_000,
            self.0 % 1_000_000_000 / 1_000
        )
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn prints_seconds_with_six_decimals() {
        assert_eq!(format!("{}", Tick::from_nanos(12_000_045_999)), "12.000045");
        assert_eq!(format!("{}", Tick::ZERO), "0.000000");
    }

    #[test]
    fn sums_and_differences_saturate() {
        assert_eq!(Tick::MAX + Duration::from_nanos(1), Tick::MAX);
        assert_eq!(Tick::ZERO + Duration::MAX, Tick::MAX);
        let just_too_long = Duration::from_nanos(u64::MAX) + Duration::from_nanos(1);
        assert_eq!(Tick::ZERO + just_too_long, Tick::MAX);
        assert_eq!(Tick::from_secs(1) - Tick::from_secs(2), Duration::ZERO);
        assert_eq!(
            Tick::from_millis(1_500) - Tick::from_secs(1),
            Duration::from_millis(500)
        );
        assert_eq!(Tick::from_micros(7), Tick::from_nanos(7_000));
    }
}
