//! A direction that has a real port behind it or before it.
//!
//! The port carries the bytes, and takes its time for that. The model of the line only says when each
//! byte is on it, for those faults that last a while; what no fault holds back goes on at once.

use protocol_spec::tick::Tick;

use super::FaultyWire;

impl FaultyWire {
    /// Whether bytes pass as they come: no fault was ever put on this direction, or all are mended.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.strikes.is_empty()
            && self.held.is_none()
            && self.delayed.is_empty()
            && self.outages.is_empty()
    }

    /// Takes bytes that no fault is to strike, behind those that wait.
    pub fn let_by(&mut self, now: Tick, bytes: &[u8]) {
        let last = self.delayed.back().map_or(now, |(last, _)| *last);
        self.send(now, now.max(last), &mut bytes.to_vec());
    }

    /// Counts a frame whose bytes were let by.
    pub fn has_passed(&mut self, frame: &[u8]) {
        self.count(frame);
    }

    /// When delayed bytes may leave next.
    #[must_use]
    pub fn next_to_leave(&self) -> Option<Tick> {
        self.delayed.front().map(|(due, _)| *due)
    }

    /// Takes all bytes that may leave by `now`, however long a line would have them; returns how many.
    pub fn pop_leaving(&mut self, now: Tick, out: &mut Vec<u8>) -> usize {
        self.end_delays(now);
        self.wire.pop(Tick::MAX, out)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use fixtures::rng::Seed;
    use fixtures::scenario::{Dialect, End, LineFault, LineTrouble};

    use super::*;
    use crate::link::wire::LineModel;

    /// One byte takes 10 us.
    fn wire(fault: Option<LineTrouble>) -> FaultyWire {
        let mut wire = FaultyWire::new(LineModel::plain(1_000_000, 10));
        let fault = fault.map(|what| LineFault {
            to: End::Host,
            at: Some(3),
            per_million: None,
            what,
        });
        wire.add_faults(Dialect::Rig, End::Host, fault.as_slice(), Seed(5));
        wire
    }

    fn leaving(wire: &mut FaultyWire, now: Tick) -> Vec<u8> {
        let mut out = Vec::new();
        wire.pop_leaving(now, &mut out);
        out
    }

    #[test]
    fn without_a_fault_bytes_leave_at_once() {
        let mut wire = wire(None);
        assert!(wire.is_clean());
        wire.push(Tick::ZERO, b"one");
        wire.push(Tick::ZERO, b"two");
        assert_eq!(wire.next_to_leave(), None);
        assert_eq!(leaving(&mut wire, Tick::ZERO), b"onetwo");
    }

    #[test]
    fn a_stall_holds_back_what_comes_behind_it() {
        let mut wire = wire(Some(LineTrouble::Stall { ms: 2 }));
        assert!(!wire.is_clean());
        wire.push(Tick::ZERO, b"abcdef");
        wire.let_by(Tick::ZERO, b"gh");
        assert_eq!(leaving(&mut wire, Tick::ZERO), b"abc");
        let due = wire.next_to_leave().unwrap();
        assert_eq!(due, Tick::from_millis(2) + Duration::from_micros(30));
        assert_eq!(leaving(&mut wire, Tick::from_millis(2)), b"");
        assert_eq!(leaving(&mut wire, due), b"defgh");
    }

    #[test]
    fn an_outage_takes_what_would_be_on_the_line_meanwhile() {
        let mut wire = wire(Some(LineTrouble::Disconnect { back_ms: Some(1) }));
        wire.push(Tick::ZERO, &[b'x'; 150]);
        wire.push(Tick::ZERO, b"yz");
        let at_once = leaving(&mut wire, Tick::ZERO);
        let later = leaving(&mut wire, Tick::from_secs(1));
        assert_eq!((at_once.len(), later.len()), (3, 49), "100 bytes take 1 ms");
        assert!(later.ends_with(b"yz"));
    }
}
