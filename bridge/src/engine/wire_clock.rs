//! When the bytes handed over will have left the wire.

use core::time::Duration;

use protocol_spec::tick::Tick;

use crate::job::LineConfig;

/// The sending direction of the line, by computation: a burst of bytes takes its time from the
/// burst's start, so that nothing is rounded twice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WireClock {
    line: LineConfig,
    burst_start: Tick,
    burst_bytes: usize,
}

impl WireClock {
    pub(crate) fn new(line: LineConfig) -> Self {
        Self {
            line,
            burst_start: Tick::ZERO,
            burst_bytes: 0,
        }
    }

    /// When everything handed over so far has left the wire.
    pub(crate) fn free_at(&self) -> Tick {
        self.burst_start + self.line.time_of(self.burst_bytes)
    }

    /// How long the line is still busy.
    pub(crate) fn backlog(&self, now: Tick) -> Duration {
        self.free_at().since(now)
    }

    /// Hands over `bytes` more; returns when the first begins and the last ends.
    pub(crate) fn send(&mut self, now: Tick, bytes: usize) -> (Tick, Tick) {
        if self.free_at() <= now {
            self.burst_start = now;
            self.burst_bytes = 0;
        }
        let first = self.free_at();
        self.burst_bytes += bytes;
        (first, self.free_at())
    }

    pub(crate) fn time_of(&self, bytes: usize) -> Duration {
        self.line.time_of(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_not_rounded_frame_by_frame() {
        let mut clock = WireClock::new(LineConfig {
            baud: 921_600,
            bits_per_byte: 10,
        });
        let now = Tick::from_millis(3);
        for _ in 0..9_216 {
            clock.send(now, 10);
        }
        assert_eq!(clock.free_at(), now + Duration::from_secs(1));
        let idle = Tick::from_secs(9);
        assert_eq!(clock.send(idle, 0), (idle, idle));
    }

    #[test]
    fn an_unpaced_line_is_never_busy() {
        let mut clock = WireClock::new(LineConfig::UNPACED);
        let now = Tick::from_millis(3);
        assert_eq!(clock.send(now, 1 << 20), (now, now));
        assert_eq!(clock.backlog(now), Duration::ZERO);
    }
}
