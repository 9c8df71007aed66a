//! How far the blocks of a patch are, as far as the host has said.

use std::collections::BTreeMap;

use protocol_spec::codes::Status;
use protocol_spec::patch::BLOCKS_MAX;

/// Blocks by their state; a state is a flash byte that only loses bits on its way to done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blocks {
    states: BTreeMap<u32, Status>,
    /// Blocks that the patch changes; 0 when the object is no patch.
    pub(crate) of: u32,
}

impl Blocks {
    /// The blocks of a patch that changes `of` of them.
    pub(crate) fn of(of: u32) -> Self {
        Self {
            states: BTreeMap::new(),
            of,
        }
    }

    /// Takes what the host says of a block; whether that block is further than it was.
    ///
    /// No more blocks get further than the patch changes, each three times at most: whoever waits
    /// as long as one does waits for a host that makes up states no longer than for any other.
    pub(crate) fn take(&mut self, block: u32, state: Status) -> bool {
        let known = matches!(state, Status::START | Status::COPIED | Status::DONE);
        let one_more = self.states.len() < self.of as usize;
        if block >= BLOCKS_MAX || !known || !one_more && !self.states.contains_key(&block) {
            return false;
        }
        let last = self.states.entry(block).or_insert(Status::NONE);
        let further = state.0 < last.0;
        if further {
            *last = state;
        }
        further
    }

    /// Blocks that are done.
    pub(crate) fn done(&self) -> u32 {
        let done = self.states.values().filter(|state| state.is_done());
        u32::try_from(done.count()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_goes_forward_only() {
        let mut blocks = Blocks::of(2);
        assert!(blocks.take(5, Status::START));
        assert!(blocks.take(5, Status::COPIED));
        assert!(!blocks.take(5, Status::START));
        assert!(!blocks.take(5, Status::COPIED));
        assert_eq!(blocks.done(), 0);
        assert!(blocks.take(5, Status::DONE));
        assert!(!blocks.take(5, Status::DONE));
        assert_eq!(blocks.done(), 1);
    }

    #[test]
    fn a_host_that_makes_up_blocks_fills_no_memory() {
        let mut blocks = Blocks::of(1);
        for block in 0..=u16::MAX {
            blocks.take(u32::from(block) + BLOCKS_MAX, Status::DONE);
        }
        assert_eq!((blocks.done(), blocks.states.len()), (0, 0));
    }

    #[test]
    fn a_host_that_makes_up_states_or_more_blocks_than_change_gets_no_further() {
        let mut blocks = Blocks::of(2);
        let further = (0..=255)
            .rev()
            .filter(|state| blocks.take(7, Status(*state)));
        assert_eq!(further.collect::<Vec<u8>>(), [127, 63, 0]);
        assert!(blocks.take(8, Status::DONE) && !blocks.take(9, Status::DONE));
        assert_eq!(blocks.done(), 2);
        assert!(!Blocks::default().take(0, Status::DONE), "no patch at all");
    }
}
