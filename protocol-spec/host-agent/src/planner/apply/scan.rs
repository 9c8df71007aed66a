//! What the marks of a patch say, all of them taken together.

use crate::effect::PatchMarkFacts;
use crate::fault::Fault;

/// The marks that were read so far, in their order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct MarkScan(PatchMarkFacts);

impl MarkScan {
    /// As it is after the next marks were read.
    pub(super) fn with(self, next: &PatchMarkFacts) -> Self {
        let so_far = self.0;
        let gap = so_far.set < so_far.read;
        let mut all = so_far;
        all.read = so_far.read.saturating_add(next.read.max(1));
        all.copies = so_far.copies.saturating_add(next.copies);
        all.stray = so_far.stray || next.stray || gap && next.set > 0;
        if !gap {
            all.set = so_far.set.saturating_add(next.set);
        }
        Self(all)
    }

    pub(super) const fn read(&self) -> u32 {
        self.0.read
    }

    /// Marks that are set before the first that is not.
    pub(super) const fn set(&self) -> u32 {
        self.0.set
    }

    /// Marks that are set, or as many as make the slot suspect when others are.
    pub(super) fn at_most_done(&self) -> u32 {
        if self.0.stray {
            self.0.set.max(2)
        } else {
            self.0.set
        }
    }

    /// Whether a run could have left them.
    pub(super) const fn verdict(&self) -> Result<(), Fault> {
        let PatchMarkFacts {
            set, copies, stray, ..
        } = self.0;
        if set == 0 {
            Err(Fault::Unprepared)
        } else if copies > 1 {
            Err(Fault::TwoCopies)
        } else if stray {
            Err(Fault::MarkOrder)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks as they read, in chunks: mark 0, then pairs.
    fn scan(marks: &[bool]) -> MarkScan {
        let mut all = MarkScan::default();
        for (index, chunk) in [&marks[..1]]
            .into_iter()
            .chain(marks[1..].chunks(2))
            .enumerate()
        {
            let set = chunk.iter().take_while(|set| **set).count();
            let later = chunk[set..].iter().any(|set| *set);
            let copies = index > 0 && chunk[0] && !chunk[1];
            all = all.with(&PatchMarkFacts {
                read: u32::try_from(chunk.len()).unwrap(),
                set: u32::try_from(set).unwrap(),
                copies: copies.into(),
                stray: later,
            });
        }
        all
    }

    #[test]
    fn each_pattern_has_its_fault() {
        let of = |text: &str| {
            let marks: std::vec::Vec<bool> = text.bytes().map(|byte| byte == b'1').collect();
            scan(&marks)
        };
        for (marks, set) in [("100", 1), ("11000", 2), ("11110", 4), ("11111", 5)] {
            assert_eq!((of(marks).verdict(), of(marks).set()), (Ok(()), set));
        }
        assert_eq!(of("00000").verdict(), Err(Fault::Unprepared));
        assert_eq!(of("01100").verdict(), Err(Fault::Unprepared));
        assert_eq!(of("11010").verdict(), Err(Fault::TwoCopies));
        assert_eq!(of("10100").verdict(), Err(Fault::MarkOrder));
        assert_eq!(of("10010").verdict(), Err(Fault::MarkOrder));
        assert_eq!(of("11001").verdict(), Err(Fault::MarkOrder));
        assert_eq!(of("10010").at_most_done(), 2);
    }
}
