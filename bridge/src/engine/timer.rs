//! Every reason for which an engine wakes up by itself.

use protocol_spec::tick::Tick;

/// A named deadline. The dialect that sets it owns it; the time comes from its configuration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Timer {
    /// The line has room for the next frame again.
    Pace,
    /// ayla: a frame was not acknowledged.
    LinkAck,
    /// The hello was not answered; say it again.
    HelloRepeat,
    /// ayla: the feature request was acknowledged but not answered.
    HelloAnswer,
    /// The host has not said a word to the hello.
    HelloGiveUp,
    /// ayla: the host has been silent long enough for the offer.
    Quiet,
    /// ayla: the host talks on and on; offer anyway.
    QuietMax,
    /// ayla: no go-ahead and no status for the offer.
    Offer,
    /// ayla: no status after the last block; ask once more.
    Status,
    /// ayla: no status after that either.
    StatusProbe,
    /// rig: a request was not answered; repeat it.
    Request,
    /// rig: a request was repeated long enough.
    RequestGiveUp,
    /// rig: the oldest piece in flight was not acknowledged.
    Retransmit,
    /// rig: there is still no credit; ask.
    CreditProbe,
    /// The stream stands still; ayla: or the CONFIRM of the version report is not acknowledged.
    Stall,
    /// The host needs a moment before it can be asked after the boot order.
    BootDelay,
    /// The host has not restarted after the boot order.
    Restart,
    /// The restarted host has not said what it runs.
    Report,
    /// ayla: the restarted host has reported its version but no status.
    LateStatus,
    /// The host has not confirmed what it runs.
    Confirm,
    /// ayla: the host had time to write its confirmation.
    Settle,
}

/// The deadline of every timer.
#[derive(Clone, Debug)]
pub(crate) struct TimerTable {
    due: [Option<Tick>; Timer::COUNT],
}

impl Timer {
    /// All timers; those due at the same time fire in this order.
    pub(crate) const ALL: [Self; 21] = [
        Self::Pace,
        Self::LinkAck,
        Self::HelloRepeat,
        Self::HelloAnswer,
        Self::HelloGiveUp,
        Self::Quiet,
        Self::QuietMax,
        Self::Offer,
        Self::Status,
        Self::StatusProbe,
        Self::Request,
        Self::RequestGiveUp,
        Self::Retransmit,
        Self::CreditProbe,
        Self::Stall,
        Self::BootDelay,
        Self::Restart,
        Self::Report,
        Self::LateStatus,
        Self::Confirm,
        Self::Settle,
    ];
    const COUNT: usize = Self::ALL.len();
}

const _: () = assert!(
    Timer::ALL[Timer::COUNT - 1] as usize == Timer::COUNT - 1,
    "every timer is in the list, in the order of the enum"
);

impl TimerTable {
    pub(crate) fn new() -> Self {
        Self {
            due: [None; Timer::COUNT],
        }
    }

    pub(crate) fn set(&mut self, timer: Timer, at: Tick) {
        self.due[timer as usize] = Some(at);
    }

    pub(crate) fn clear(&mut self, timer: Timer) {
        self.due[timer as usize] = None;
    }

    pub(crate) fn clear_all(&mut self) {
        *self = Self::new();
    }

    pub(crate) fn get(&self, timer: Timer) -> Option<Tick> {
        self.due[timer as usize]
    }

    pub(crate) fn is_set(&self, timer: Timer) -> bool {
        self.get(timer).is_some()
    }

    /// The nearest deadline.
    pub(crate) fn next(&self) -> Option<Tick> {
        self.due.iter().flatten().min().copied()
    }

    /// Takes one timer that is due at `now`, the earliest deadline first.
    pub(crate) fn take_due(&mut self, now: Tick) -> Option<Timer> {
        let due = Timer::ALL
            .into_iter()
            .filter_map(|timer| Some((self.get(timer)?, timer)))
            .filter(|(at, _)| *at <= now)
            .min()?;
        self.clear(due.1);
        Some(due.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_deadline_fires_first_and_once() {
        let mut table = TimerTable::new();
        table.set(Timer::Offer, Tick::from_millis(5));
        table.set(Timer::LinkAck, Tick::from_millis(7));
        table.set(Timer::Stall, Tick::from_millis(5));
        assert_eq!(table.next(), Some(Tick::from_millis(5)));
        assert_eq!(table.take_due(Tick::from_millis(4)), None);
        let mut fired = Vec::new();
        while let Some(timer) = table.take_due(Tick::from_millis(7)) {
            fired.push(timer);
        }
        assert_eq!(fired, [Timer::Offer, Timer::Stall, Timer::LinkAck]);
        assert_eq!(table.next(), None);
    }
}
