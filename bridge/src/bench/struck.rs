//! Which faults of a host have struck.

use fixtures::scenario::Fault;

/// The faults of a host, to see when one of them strikes.
#[derive(Clone, Debug)]
pub(super) struct HostFaults {
    left: Vec<Fault>,
}

impl HostFaults {
    pub(super) fn new(left: Vec<Fault>) -> Self {
        Self { left }
    }

    /// One more that can strike.
    pub(super) fn add(&mut self, fault: Fault) {
        self.left.push(fault);
    }

    /// Whether there is one that can still strike.
    pub(super) fn any(&self) -> bool {
        !self.left.is_empty()
    }

    /// Those that have struck since the last call, where `left` have not.
    pub(super) fn take_struck(&mut self, left: Vec<Fault>) -> Vec<Fault> {
        let mut struck = std::mem::replace(&mut self.left, left);
        for fault in &self.left {
            if let Some(at) = struck.iter().position(|it| it == fault) {
                struck.remove(at);
            }
        }
        struck
    }
}
