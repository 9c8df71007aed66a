//! What the plots show: sums over spans of time and counts over spans of latency, bounded in memory.

use std::collections::VecDeque;
use std::time::Duration;

use bridge::event::{Event, Stamped};
use protocol_spec::tick::Tick;

use crate::units::as_f64;

/// Width of a span of time at first.
const SPAN_AT_FIRST: Duration = Duration::from_millis(50);
/// The throughput at a time is that of so long before it.
pub const RATE_SPAN: Duration = Duration::from_millis(500);
/// Most spans: beyond it two become one.
const SPANS_MAX: usize = 600;
/// Pieces that wait for their acknowledgement at most.
const WAITING_MAX: usize = 4096;
/// Upper ends of the latency classes, microseconds; the last class has none.
const CLASSES_US: [u64; 15] = [
    100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000,
    1_000_000, 2_000_000, 5_000_000,
];

/// What happened in a span of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Sum {
    acked: u64,
    retransmits: u64,
}

/// The data of all plots of a run.
#[derive(Clone, Debug)]
pub struct Plots {
    span: Duration,
    sums: Vec<Sum>,
    acked: u32,
    waiting: VecDeque<(u32, Tick)>,
    latencies: [u64; CLASSES_US.len() + 1],
}

/// A class of latencies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LatencyClass {
    /// What lies in it, as text.
    pub name: String,
    /// How many.
    pub count: u64,
}

impl Default for Plots {
    fn default() -> Self {
        Self {
            span: SPAN_AT_FIRST,
            sums: Vec::new(),
            acked: 0,
            waiting: VecDeque::new(),
            latencies: [0; CLASSES_US.len() + 1],
        }
    }
}

impl Plots {
    /// Takes an event of the engine.
    pub fn absorb(&mut self, stamped: &Stamped) {
        match &stamped.event {
            Event::Started(_) => self.acked = 0,
            Event::Resumed { offset } => self.acked = *offset,
            Event::Frame(frame) => {
                if let Some(piece) = frame.piece {
                    if self.waiting.len() == WAITING_MAX {
                        self.waiting.pop_front();
                    }
                    let end = piece.offset.saturating_add(piece.len);
                    self.waiting.push_back((end, frame.last_byte));
                }
            }
            Event::Progress(progress) => {
                let more = progress.acked.saturating_sub(self.acked);
                self.acked = self.acked.max(progress.acked);
                self.sum_at(stamped.at).acked += u64::from(more);
                if more > 0 {
                    self.answered(stamped.at, progress.acked);
                }
            }
            Event::Retransmit(_) => self.sum_at(stamped.at).retransmits += 1,
            _ => {}
        }
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// Time in seconds and bytes of the object acknowledged per second, over [`RATE_SPAN`]: a host
    /// acknowledges in bunches, and a shorter span would show more than a line carries.
    #[must_use]
    pub fn throughput(&self) -> Vec<[f64; 2]> {
        let spans = RATE_SPAN.as_nanos().div_ceil(self.span.as_nanos().max(1));
        let count = usize::try_from(spans).unwrap_or(1);
        let seconds = self.span.mul_f64(as_f64(count as u64)).as_secs_f64();
        let mut last = VecDeque::new();
        let mut bytes = 0;
        self.points(|sum| {
            last.push_back(sum.acked);
            bytes += sum.acked;
            if last.len() > count {
                bytes -= last.pop_front().unwrap_or_default();
            }
            as_f64(bytes) / seconds
        })
    }

    /// Time in seconds and things sent again so far.
    #[must_use]
    pub fn retransmits(&self) -> Vec<[f64; 2]> {
        let mut so_far = 0.0;
        self.points(|sum| {
            so_far += as_f64(sum.retransmits);
            so_far
        })
    }

    /// How many acknowledgements came after how long, from the shortest class to the longest that
    /// holds any.
    #[must_use]
    pub fn latencies(&self) -> Vec<LatencyClass> {
        let first = self.latencies.iter().position(|count| *count > 0);
        let last = self.latencies.iter().rposition(|count| *count > 0);
        let (Some(first), Some(last)) = (first, last) else {
            return Vec::new();
        };
        let named = self.latencies.iter().enumerate().skip(first);
        named
            .take(last + 1 - first)
            .map(|(class, count)| LatencyClass {
                name: class_name(class),
                count: *count,
            })
            .collect()
    }

    fn points(&self, mut value: impl FnMut(&Sum) -> f64) -> Vec<[f64; 2]> {
        let seconds = self.span.as_secs_f64();
        let numbered = (0_u32..).zip(&self.sums);
        numbered
            .map(|(index, sum)| [(f64::from(index) + 0.5) * seconds, value(sum)])
            .collect()
    }

    fn sum_at(&mut self, at: Tick) -> &mut Sum {
        let index = |span: Duration| {
            let spans = at.since(Tick::ZERO).as_nanos() / span.as_nanos().max(1);
            usize::try_from(spans).unwrap_or(usize::MAX)
        };
        while index(self.span) >= SPANS_MAX {
            self.span *= 2;
            self.sums = self.sums.chunks(2).map(joined).collect();
        }
        let index = index(self.span);
        if self.sums.len() <= index {
            self.sums.resize(index + 1, Sum::default());
        }
        &mut self.sums[index]
    }

    fn answered(&mut self, at: Tick, acked: u32) {
        let latencies = &mut self.latencies;
        self.waiting.retain(|(end, sent)| {
            let done = *end <= acked;
            if done {
                let us = u64::try_from(at.since(*sent).as_micros()).unwrap_or(u64::MAX);
                let class = CLASSES_US.partition_point(|most| *most <= us);
                latencies[class] += 1;
            }
            !done
        });
    }
}

fn joined(pair: &[Sum]) -> Sum {
    pair.iter().fold(Sum::default(), |all, sum| Sum {
        acked: all.acked + sum.acked,
        retransmits: all.retransmits + sum.retransmits,
    })
}

fn class_name(class: usize) -> String {
    let text = |us: u64| match us {
        us if us < 1_000 => format!("{us} µs"),
        us if us < 1_000_000 => format!("{} ms", us / 1_000),
        us => format!("{} s", us / 1_000_000),
    };
    match (
        class.checked_sub(1).and_then(|at| CLASSES_US.get(at)),
        CLASSES_US.get(class),
    ) {
        (None, Some(to)) => format!("< {}", text(*to)),
        (Some(_), Some(to)) => format!("< {}", text(*to)),
        (Some(from), None) => format!("≥ {}", text(*from)),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use bridge::event::{Direction, FrameRecord, Piece, Progress, Retransmit, RetransmitReason};
    use bridge::job::DialectKind;

    use super::*;

    fn at(millis: u64, event: Event) -> Stamped {
        Stamped {
            at: Tick::from_millis(millis),
            event,
        }
    }

    fn piece(millis: u64, offset: u32) -> Stamped {
        let frame = FrameRecord {
            direction: Direction::ToHost,
            dialect: DialectKind::Rig,
            summary: String::new(),
            bytes: Vec::new(),
            first_byte: Tick::from_millis(millis),
            last_byte: Tick::from_millis(millis),
            piece: Some(Piece {
                offset,
                len: 100,
                sends: 1,
            }),
        };
        at(millis, Event::Frame(frame))
    }

    fn acked(millis: u64, acked: u32) -> Stamped {
        let progress = Progress {
            acked,
            ..Progress::default()
        };
        at(millis, Event::Progress(progress))
    }

    #[test]
    fn bytes_and_latencies_are_summed() {
        let mut plots = Plots::default();
        plots.absorb(&piece(0, 0));
        plots.absorb(&piece(1, 100));
        plots.absorb(&acked(3, 100));
        plots.absorb(&acked(60, 200));
        let shown: Vec<String> = plots
            .throughput()
            .iter()
            .map(|it| format!("{:.3} {}", it[0], it[1]))
            .collect();
        assert_eq!(shown, ["0.025 200", "0.075 400"]);
        let classes = plots.latencies();
        let named = |name: &str| {
            let found = classes.iter().find(|class| class.name == name);
            found.map_or(0, |class| class.count)
        };
        assert_eq!((named("< 5 ms"), named("< 100 ms")), (1, 1));
        assert_eq!(classes.iter().map(|class| class.count).sum::<u64>(), 2);
    }

    #[test]
    fn what_is_sent_again_adds_up() {
        let mut plots = Plots::default();
        for millis in [10, 20, 120] {
            let again = Retransmit {
                what: String::new(),
                piece: None,
                reason: RetransmitReason::Timeout,
            };
            plots.absorb(&at(millis, Event::Retransmit(again)));
        }
        let counts: Vec<f64> = plots.retransmits().iter().map(|point| point[1]).collect();
        assert_eq!(counts, [2.0, 2.0, 3.0]);
    }

    #[test]
    fn a_long_run_keeps_its_sums_in_fewer_spans() {
        let mut plots = Plots::default();
        for second in 0..3600_u32 {
            plots.absorb(&acked(u64::from(second) * 1000, (second + 1) * 10));
        }
        let points = plots.throughput();
        assert!(points.len() <= SPANS_MAX);
        let bytes: f64 =
            points.iter().map(|point| point[1]).sum::<f64>() * plots.span.as_secs_f64();
        assert!((bytes - 36_000.0).abs() < 1e-6, "{bytes}");
    }
}
