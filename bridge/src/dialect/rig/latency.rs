//! How long the host takes to answer, measured from the last byte on the line.

use core::time::Duration;

use super::config::RigConfig;

/// Smoothed latency and its variation, each sample weighing an eighth and a quarter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Latency {
    smoothed: Duration,
    variation: Duration,
    measured: bool,
}

impl Latency {
    pub(super) fn new(assumed: Duration) -> Self {
        Self {
            smoothed: assumed,
            variation: assumed / 2,
            measured: false,
        }
    }

    pub(super) fn sample(&mut self, sample: Duration) {
        if !self.measured {
            *self = Self {
                smoothed: sample,
                variation: sample / 2,
                measured: true,
            };
            return;
        }
        let deviation = self.smoothed.abs_diff(sample);
        self.variation = (self.variation * 3 + deviation) / 4;
        self.smoothed = (self.smoothed * 7 + sample) / 8;
    }

    pub(super) fn smoothed(&self) -> Duration {
        self.smoothed
    }

    /// How long silence means nothing, after the last byte on the line; doubled per silence.
    pub(super) fn patience(&self, config: &RigConfig, silences: u32) -> Duration {
        let base = self.smoothed + self.variation * 4;
        let base = base.max(config.retransmit_min);
        let longest = config.retransmit_max.max(config.retransmit_min);
        base.saturating_mul(1 << silences.min(16))
            .min(longest.max(base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_follows_the_samples_within_its_bounds() {
        let config = RigConfig::default();
        let mut latency = Latency::new(config.latency_assumed);
        assert_eq!(latency.patience(&config, 0), Duration::from_millis(750));
        for _ in 0..64 {
            latency.sample(Duration::from_millis(16));
        }
        assert_eq!(latency.patience(&config, 0), config.retransmit_min);
        assert_eq!(latency.patience(&config, 2), config.retransmit_min * 4);
        assert_eq!(latency.patience(&config, 30), config.retransmit_max);
        for _ in 0..64 {
            latency.sample(Duration::from_secs(9));
        }
        assert!(latency.patience(&config, 0) >= Duration::from_secs(8));
    }
}
