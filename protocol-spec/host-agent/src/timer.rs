//! Every timer of the agent, and the table of their deadlines.

use protocol_spec::Tick;

/// What the agent may be waiting for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// ayla: a data frame of ours waits for its link ACK, and is sent again when this expires.
    LinkAck,
    /// rig: an acknowledgement waits for one more data frame, and goes alone when this expires.
    AckDelay,
    /// rig: long work goes on, and the module is told again to be patient when this expires.
    StillBusy,
}

impl Timer {
    /// Every timer, in the order of the table.
    pub const ALL: [Self; 3] = [Self::LinkAck, Self::AckDelay, Self::StillBusy];
}

/// Deadlines of all timers; an unset timer has none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Timers([Option<Tick>; Timer::ALL.len()]);

impl Timers {
    pub(crate) const fn new() -> Self {
        Self([None; Timer::ALL.len()])
    }

    pub(crate) fn set(&mut self, timer: Timer, at: Tick) {
        if let Some(deadline) = self.0.get_mut(timer as usize) {
            *deadline = Some(at);
        }
    }

    /// Sets `timer` unless it runs already.
    pub(crate) fn start(&mut self, timer: Timer, at: Tick) {
        if self.0.get(timer as usize).copied().flatten().is_none() {
            self.set(timer, at);
        }
    }

    pub(crate) fn clear(&mut self, timer: Timer) {
        if let Some(deadline) = self.0.get_mut(timer as usize) {
            *deadline = None;
        }
    }

    /// Whether `timer` has expired; it is cleared then.
    pub(crate) fn take_expired(&mut self, timer: Timer, now: Tick) -> bool {
        let expired = self
            .0
            .get(timer as usize)
            .copied()
            .flatten()
            .is_some_and(|at| at <= now);
        if expired {
            self.clear(timer);
        }
        expired
    }

    /// The nearest deadline.
    pub(crate) fn next(&self) -> Option<Tick> {
        self.0.iter().copied().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_place_for_every_timer() {
        let mut timers = Timers::new();
        for (timer, place) in Timer::ALL.into_iter().zip(0..) {
            assert_eq!(
                timer as usize, place,
                "the order of ALL is the order of the enum"
            );
            timers.set(timer, Tick::from_millis(10 + place as u64));
        }
        for timer in Timer::ALL {
            assert!(!timers.take_expired(timer, Tick::from_millis(9)));
            assert!(timers.take_expired(timer, Tick::from_millis(20)));
        }
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn a_running_timer_is_not_started_again() {
        let mut timers = Timers::new();
        timers.start(Timer::AckDelay, Tick::from_millis(1));
        timers.start(Timer::AckDelay, Tick::from_millis(2));
        assert_eq!(timers.next(), Some(Tick::from_millis(1)));
    }
}
