//! Bytes of one direction of a line, as packets.

use std::time::Duration;

use protocol_spec::tick::Tick;
use protocol_spec::{ayla, rig};

use super::head::{Head, Kind};
use crate::event::Direction;
use crate::job::{DialectKind, LineConfig};

/// Most bytes of a packet that is no frame; what follows is a packet of its own.
const STRAY_BYTES_MAX: usize = 8192;

/// A packet that has been put together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tapped {
    /// What stands before its bytes in a capture.
    pub head: Head,
    /// The bytes as they were on the wire.
    pub wire: Vec<u8>,
}

/// Puts the bytes of one direction together: frames, and what lies between them.
#[derive(Debug)]
pub struct Tap {
    dialect: DialectKind,
    direction: Direction,
    rate: LineConfig,
    finder: Finder,
    run: Vec<u8>,
    /// When the first byte of the run began.
    since: Tick,
}

#[derive(Debug)]
enum Finder {
    Ayla(Box<ayla::frame::Deframer>),
    Rig(Box<rig::frame::Deframer<Vec<u8>>>),
}

impl Tap {
    /// A direction of a line of this rate on which nothing was heard so far.
    #[must_use]
    pub fn new(dialect: DialectKind, direction: Direction, rate: LineConfig) -> Self {
        let finder = match dialect {
            DialectKind::Ayla => Finder::Ayla(Box::default()),
            DialectKind::Rig => {
                let buffer = vec![0; rig::frame::FRAME_BYTES_MAX];
                Finder::Rig(Box::new(rig::frame::Deframer::new(buffer)))
            }
        };
        Self {
            dialect,
            direction,
            rate,
            finder,
            run: Vec::new(),
            since: Tick::ZERO,
        }
    }

    /// Takes bytes of which the last one has left the line at `now`, the others right before it;
    /// returns the packets that they end.
    pub fn take(&mut self, now: Tick, bytes: &[u8]) -> Vec<Tapped> {
        let mut packets = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.run.is_empty() {
                self.since = before(now, self.rate.time_of(rest.len()));
            }
            let (ended, after) = self.finder.feed(rest);
            let (taken, _) = rest.split_at(rest.len() - after.len());
            self.run.extend_from_slice(taken);
            rest = after;
            let last_byte = before(now, self.rate.time_of(rest.len()));
            let ended = ended.or((self.run.len() >= STRAY_BYTES_MAX).then_some(Kind::Stray));
            packets.extend(ended.map(|kind| self.packet(kind, last_byte)));
        }
        packets
    }

    /// The bytes since the last packet.
    #[must_use]
    pub fn unfinished(&self) -> &[u8] {
        &self.run
    }

    /// What was heard since the last frame, if anything; the line ends here.
    pub fn finish(&mut self, now: Tick) -> Option<Tapped> {
        let heard = !self.run.is_empty();
        heard.then(|| self.packet(Kind::Stray, now))
    }

    fn packet(&mut self, kind: Kind, last_byte: Tick) -> Tapped {
        let head = Head {
            dialect: self.dialect,
            direction: self.direction,
            kind,
            first_byte: self.since,
            last_byte,
        };
        let wire = std::mem::take(&mut self.run);
        Tapped { head, wire }
    }
}

impl Finder {
    /// What ends in `bytes` first, and the bytes behind it.
    fn feed<'i>(&mut self, bytes: &'i [u8]) -> (Option<Kind>, &'i [u8]) {
        match self {
            Self::Ayla(deframer) => {
                let (fed, rest) = deframer.feed(bytes);
                let kind = match fed {
                    ayla::frame::Fed::More => None,
                    ayla::frame::Fed::Frame(_) => Some(Kind::Frame),
                    ayla::frame::Fed::Bad { .. } | ayla::frame::Fed::Noise { .. } => {
                        Some(Kind::Stray)
                    }
                };
                (kind, rest)
            }
            Self::Rig(deframer) => {
                let (fed, rest) = deframer.feed(bytes);
                let kind = match fed {
                    rig::frame::Fed::More => None,
                    rig::frame::Fed::Packet(_) => Some(Kind::Frame),
                    rig::frame::Fed::Bad { .. } => Some(Kind::Stray),
                };
                (kind, rest)
            }
        }
    }
}

/// `span` before `at`, or the start of the run.
fn before(at: Tick, span: Duration) -> Tick {
    Tick::ZERO + at.since(Tick::ZERO).saturating_sub(span)
}

#[cfg(test)]
mod tests {
    use protocol_spec::ayla::frame::{Frame, FrameType};
    use protocol_spec::rig::message::{Query, ToHost};

    use super::*;

    const RATE: LineConfig = LineConfig {
        baud: 1_000_000,
        bits_per_byte: 10,
    };

    fn query() -> Vec<u8> {
        let mut wire = vec![0; 64];
        let len = rig::frame::encode_to_host(&ToHost::Query(Query {}), &mut wire).unwrap();
        wire.truncate(len);
        wire
    }

    fn ack() -> Vec<u8> {
        let (kind, seq, payload) = (FrameType::ACK, 9, &[][..]);
        let mut wire = vec![0; 64];
        let len = Frame { kind, seq, payload }.encode(&mut wire).unwrap();
        wire.truncate(len);
        wire
    }

    /// Kind, first and last byte in microseconds, and bytes of what ends.
    fn tapped(dialect: DialectKind, pieces: &[(u64, &[u8])]) -> Vec<(Kind, u64, u64, Vec<u8>)> {
        let mut tap = Tap::new(dialect, Direction::ToHost, RATE);
        let mut all = Vec::new();
        for (at, bytes) in pieces {
            all.extend(tap.take(Tick::from_micros(*at), bytes));
        }
        all.extend(tap.finish(Tick::from_micros(5_000)));
        let micros = |at: Tick| at.as_nanos() / 1000;
        let short = |it: Tapped| {
            let (first, last) = (micros(it.head.first_byte), micros(it.head.last_byte));
            (it.head.kind, first, last, it.wire)
        };
        all.into_iter().map(short).collect()
    }

    #[test]
    fn frames_have_the_times_of_their_own_bytes() {
        for (dialect, frame) in [(DialectKind::Rig, query()), (DialectKind::Ayla, ack())] {
            let len = u64::try_from(frame.len()).unwrap();
            let two = [&frame[..], &frame[..]].concat();
            let found = tapped(dialect, &[(1_000, &two[..1]), (2_000, &two[1..])]);
            let middle = 2_000 - 10 * len;
            let wanted = [
                (Kind::Frame, 990, middle, frame.clone()),
                (Kind::Frame, middle, 2_000, frame),
            ];
            assert_eq!(found, wanted, "{dialect}");
        }
    }

    #[test]
    fn bytes_that_are_no_frame_are_kept_too() {
        let frame = query();
        let mut spoilt = frame.clone();
        spoilt[1] ^= 1;
        let found = tapped(
            DialectKind::Rig,
            &[(100, &spoilt), (900, &frame), (990, b"xy")],
        );
        let kinds: Vec<(Kind, &[u8])> = found.iter().map(|it| (it.0, &it.3[..])).collect();
        let wanted = [
            (Kind::Stray, &spoilt[..]),
            (Kind::Frame, &frame[..]),
            (Kind::Stray, &b"xy"[..]),
        ];
        assert_eq!(kinds, wanted);
    }

    #[test]
    fn noise_without_an_end_is_cut_in_packets() {
        let noise = vec![0x55; 3 * STRAY_BYTES_MAX + 5];
        for dialect in [DialectKind::Rig, DialectKind::Ayla] {
            let found = tapped(dialect, &[(1_000, &noise)]);
            let all: Vec<u8> = found.iter().flat_map(|it| it.3.clone()).collect();
            assert!(all == noise && found.iter().all(|it| it.0 == Kind::Stray));
        }
        let mut tap = Tap::new(DialectKind::Rig, Direction::ToHost, RATE);
        for _ in 0..1000 {
            tap.take(Tick::ZERO, &[0x55; 100]);
            assert!(tap.run.len() < 2 * STRAY_BYTES_MAX);
        }
    }
}
