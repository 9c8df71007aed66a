//! Times in which a line carries nothing.

use std::time::Duration;

use protocol_spec::tick::Tick;

/// A time in which bytes are lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outage {
    /// The first byte that leaves then, or later, is lost.
    pub from: Tick,
    /// Bytes that leave then arrive again; `None` = never.
    pub until: Option<Tick>,
}

/// What begins an outage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cause {
    /// The line is low, in one direction.
    Break(Duration),
    /// The line is open, in both; for so long, or for good.
    Disconnect(Option<Duration>),
}

/// All outages of one direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Outages {
    all: Vec<Outage>,
    new: Option<Outage>,
}

impl Outages {
    pub(super) fn begin(&mut self, from: Tick, cause: Cause) {
        let time = match cause {
            Cause::Break(time) => Some(time),
            Cause::Disconnect(time) => time,
        };
        let until = time.map(|time| from + time);
        let outage = Outage { from, until };
        self.add(outage);
        if matches!(cause, Cause::Disconnect(_)) {
            self.new = Some(outage);
        }
    }

    pub(super) fn add(&mut self, outage: Outage) {
        self.all.push(outage);
    }

    /// No outage lasts any longer.
    pub(super) fn end(&mut self) {
        self.all.clear();
    }

    pub(super) fn take_new(&mut self) -> Option<Outage> {
        self.new.take()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn covers(&self, at: Tick) -> bool {
        self.all
            .iter()
            .any(|outage| outage.from <= at && outage.until.is_none_or(|until| at < until))
    }
}
