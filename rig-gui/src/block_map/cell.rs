//! One cell of the block map: how far a block is, how often it was tried, since when.

use std::time::Duration;

use protocol_spec::tick::Tick;

/// How far a block is. The order is that of an update: a later state outranks an earlier one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum CellState {
    /// Nothing has happened to it.
    #[default]
    Pending,
    /// Its flash was erased.
    Erased,
    /// It went over the line, at least its first byte.
    Sent,
    /// The host has acknowledged all of it.
    Acknowledged,
    /// All of it is in flash.
    Written,
    /// It stands in the scratch area, or its new content is at its place and not checked yet.
    Copied,
    /// The host has checked it.
    Verified,
    /// It failed.
    Bad,
}

impl CellState {
    /// All states, in order.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Erased,
        Self::Sent,
        Self::Acknowledged,
        Self::Written,
        Self::Copied,
        Self::Verified,
        Self::Bad,
    ];

    /// The state in one word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Erased => "erased",
            Self::Sent => "sent",
            Self::Acknowledged => "acknowledged",
            Self::Written => "written",
            Self::Copied => "copied",
            Self::Verified => "verified",
            Self::Bad => "bad",
        }
    }
}

/// One cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cell {
    /// How far it is.
    pub state: CellState,
    /// A fault was injected while it was at work.
    pub fault: bool,
    /// How often it was sent, erased or begun.
    pub tries: u16,
    /// When it came to this state.
    pub at: Tick,
    /// Time that flash has spent on it.
    pub flash: Duration,
}

impl Cell {
    /// Takes a state if it outranks the present one.
    pub(super) fn raise(&mut self, at: Tick, state: CellState) {
        if state > self.state {
            self.set(at, state);
        }
    }

    /// Takes a state whatever the present one is.
    pub(super) fn set(&mut self, at: Tick, state: CellState) {
        (self.state, self.at) = (state, at);
    }

    /// One try more.
    pub(super) fn try_again(&mut self) {
        self.tries = self.tries.saturating_add(1);
    }
}
