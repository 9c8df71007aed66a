//! Which bytes of an object have come.

/// Ranges of offsets, ascending, with gaps between them.
#[derive(Clone, Debug, Default)]
pub(super) struct Covered {
    ranges: Vec<(u32, u32)>,
}

impl Covered {
    /// Adds the bytes from `start` up to `end`.
    pub(super) fn add(&mut self, start: u32, end: u32) {
        let first = self.ranges.partition_point(|range| range.1 < start);
        let behind = self.ranges.partition_point(|range| range.0 <= end);
        let touched = self.ranges.get(first..behind).unwrap_or_default();
        let start = touched.first().map_or(start, |range| range.0.min(start));
        let end = touched.last().map_or(end, |range| range.1.max(end));
        self.ranges.splice(first..behind.max(first), [(start, end)]);
    }

    /// Whether all bytes from `start` up to `end` have come.
    pub(super) fn holds(&self, start: u32, end: u32) -> bool {
        let around = |range: &&(u32, u32)| range.0 <= start && end <= range.1;
        self.ranges.iter().any(|range| around(&range))
    }

    /// Offset behind the bytes that have come without a gap from `start` on.
    pub(super) fn reach(&self, start: u32) -> u32 {
        let around = |range: &&(u32, u32)| range.0 <= start && start <= range.1;
        let found = self.ranges.iter().find(around);
        found.map_or(start, |range| range.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_become_one() {
        let mut covered = Covered::default();
        for (start, end) in [(10, 20), (40, 50), (30, 40), (5, 6)] {
            covered.add(start, end);
        }
        assert_eq!(covered.ranges, [(5, 6), (10, 20), (30, 50)]);
        assert!(covered.holds(32, 48) && !covered.holds(15, 35));
        covered.add(20, 30);
        assert_eq!(covered.ranges, [(5, 6), (10, 50)]);
        assert!(covered.holds(10, 50) && !covered.holds(9, 10));
        assert_eq!(
            [0, 5, 6, 10, 49, 50, 51].map(|it| covered.reach(it)),
            [0, 6, 6, 50, 50, 50, 51]
        );
        covered.add(0, 100);
        assert_eq!(covered.ranges, [(0, 100)]);
    }
}
