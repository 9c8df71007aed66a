//! One direction of a serial line, true to its baud rate, in virtual or real time.
//!
//! Bytes that are pushed while others are still on their way form one burst. The arrival of a byte
//! is computed from the start of its burst, never summed, so that no rounding adds up. A receiver
//! is called at the end of every write and at least every [`FIFO_BYTES`] bytes, as a UART with a
//! small FIFO would do; whoever pops earlier gets exactly the bytes that have arrived by then.
//!
//! The latency-timer model is that of the common USB adapters: received bytes wait until a USB
//! packet is full or the timer, which every packet restarts, runs out.

use std::collections::VecDeque;
use std::time::Duration;

use protocol_spec::tick::Tick;

use crate::job::LineConfig;

/// Most bytes that arrive before the receiver is called.
pub const FIFO_BYTES: u64 = 16;
/// Received bytes in a full USB packet of a latency-timer adapter: 64 less two of status.
pub const USB_PACKET_BYTES: usize = 62;

/// What a line does to a byte that travels on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineModel {
    /// Rate of the line.
    pub rate: LineConfig,
    /// Fixed delay behind the line.
    pub latency: Duration,
    /// Latency timer of a USB adapter at the receiving end.
    pub usb_timer: Option<Duration>,
}

impl LineModel {
    /// A plain line with nothing behind it.
    #[must_use]
    pub const fn plain(baud: u32, bits_per_byte: u8) -> Self {
        Self::at(LineConfig {
            baud,
            bits_per_byte,
        })
    }

    /// A line of this rate with nothing behind it.
    #[must_use]
    pub const fn at(rate: LineConfig) -> Self {
        Self {
            rate,
            latency: Duration::ZERO,
            usb_timer: None,
        }
    }

    /// Time that the first `bytes` bytes of a burst take, rounded up to a nanosecond.
    #[must_use]
    pub fn span(&self, bytes: u64) -> Duration {
        self.rate
            .time_of(usize::try_from(bytes).unwrap_or(usize::MAX))
    }
}

/// One write: a run of bytes of one burst.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// When the burst began.
    start: Tick,
    /// Bytes of the burst before the first one that is left in this run.
    before: u64,
    /// Bytes that are left.
    left: u64,
}

/// One direction of a serial line.
#[derive(Clone, Debug)]
pub struct Wire {
    model: LineModel,
    bytes: VecDeque<u8>,
    runs: VecDeque<Run>,
    /// Start and length of the burst that was pushed last.
    burst: (Tick, u64),
    usb: Option<UsbPacket>,
}

/// The packet that a USB adapter is filling.
#[derive(Clone, Debug)]
struct UsbPacket {
    timer: Duration,
    held: Vec<u8>,
    /// When the timer runs out.
    due: Tick,
}

impl Wire {
    /// An idle line.
    #[must_use]
    pub fn new(model: LineModel) -> Self {
        let usb = model
            .usb_timer
            .filter(|timer| !timer.is_zero())
            .map(|timer| UsbPacket {
                timer,
                held: Vec::with_capacity(USB_PACKET_BYTES),
                due: Tick::ZERO + timer,
            });
        Self {
            model,
            bytes: VecDeque::new(),
            runs: VecDeque::new(),
            burst: (Tick::ZERO, 0),
            usb,
        }
    }

    /// Puts bytes on the line, behind those that are still to leave.
    pub fn push(&mut self, now: Tick, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if now >= self.idle_at() {
            self.burst = (now, 0);
        }
        let (start, before) = self.burst;
        let left = bytes.len() as u64;
        self.runs.push_back(Run {
            start,
            before,
            left,
        });
        self.bytes.extend(bytes);
        self.burst.1 = before + left;
    }

    /// When the last byte that was pushed has left the sender.
    #[must_use]
    pub fn idle_at(&self) -> Tick {
        self.burst.0 + self.model.span(self.burst.1)
    }

    /// When bytes reach the receiver next.
    #[must_use]
    pub fn next(&self) -> Option<Tick> {
        let Some(usb) = &self.usb else {
            let run = self.runs.front()?;
            return Some(self.arrival(run, run.left.min(FIFO_BYTES)) + self.model.latency);
        };
        let first = if usb.held.is_empty() {
            Some(self.arrival(self.runs.front()?, 1))
        } else {
            None
        };
        let missing = (USB_PACKET_BYTES - usb.held.len()) as u64;
        let timer = first.map_or(usb.due, |first| usb.due_after(first));
        let at = self
            .nth_arrival(missing)
            .map_or(timer, |full| full.min(timer));
        Some(at + self.model.latency)
    }

    /// Takes the bytes that have reached the receiver by `now`; returns how many.
    pub fn pop(&mut self, now: Tick, out: &mut Vec<u8>) -> usize {
        let before = out.len();
        let Some(at) = now.as_nanos().checked_sub(span_nanos(self.model.latency)) else {
            return 0;
        };
        let at = Tick::from_nanos(at);
        match self.usb.take() {
            None => self.pop_line(at, out),
            Some(mut usb) => {
                self.pop_usb(&mut usb, at, out);
                self.usb = Some(usb);
            }
        }
        out.len() - before
    }

    /// Bytes that were pushed and have not been popped.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.bytes.len() + self.usb.as_ref().map_or(0, |usb| usb.held.len())
    }

    /// Bytes that have not left the sender at `now`.
    #[must_use]
    pub fn unsent(&self, now: Tick) -> u64 {
        self.burst.1 - self.sent(self.burst.0, now).min(self.burst.1)
    }

    fn pop_line(&mut self, at: Tick, out: &mut Vec<u8>) {
        while let Some(run) = self.runs.front_mut() {
            let (start, before, left) = (run.start, run.before, run.left);
            let taken = self.sent(start, at).saturating_sub(before).min(left);
            out.extend(
                self.bytes
                    .drain(..usize::try_from(taken).unwrap_or(usize::MAX)),
            );
            if taken < left {
                if let Some(run) = self.runs.front_mut() {
                    run.before += taken;
                    run.left -= taken;
                }
                return;
            }
            self.runs.pop_front();
        }
    }

    fn pop_usb(&mut self, usb: &mut UsbPacket, at: Tick, out: &mut Vec<u8>) {
        while let Some(run) = self.runs.front().copied() {
            let arrival = self.arrival(&run, 1);
            if arrival > at {
                break;
            }
            usb.run_timer(arrival, out);
            usb.held.extend(self.bytes.pop_front());
            if usb.held.len() >= USB_PACKET_BYTES {
                out.append(&mut usb.held);
                usb.due = arrival + usb.timer;
            }
            self.drop_first_byte();
        }
        usb.run_timer(at, out);
    }

    fn drop_first_byte(&mut self) {
        if let Some(run) = self.runs.front_mut() {
            run.before += 1;
            run.left -= 1;
            if run.left == 0 {
                self.runs.pop_front();
            }
        }
    }

    /// Bytes of a burst that have passed the line at `at`.
    fn sent(&self, start: Tick, at: Tick) -> u64 {
        let Some(elapsed) = at.as_nanos().checked_sub(start.as_nanos()) else {
            return 0;
        };
        if self.model.rate.baud == 0 {
            return u64::MAX;
        }
        let byte = u128::from(self.model.rate.bits_per_byte.max(1)) * 1_000_000_000;
        u64::try_from(u128::from(elapsed) * u128::from(self.model.rate.baud) / byte)
            .unwrap_or(u64::MAX)
    }

    /// When the `nth` byte that is left in a run has passed the line.
    fn arrival(&self, run: &Run, nth: u64) -> Tick {
        run.start + self.model.span(run.before + nth)
    }

    /// When the `nth` byte from now on has passed the line, if so many were pushed.
    fn nth_arrival(&self, mut nth: u64) -> Option<Tick> {
        for run in &self.runs {
            if nth <= run.left {
                return Some(self.arrival(run, nth));
            }
            nth -= run.left;
        }
        None
    }
}

impl UsbPacket {
    /// When the timer runs out after `at`.
    fn due_after(&self, at: Tick) -> Tick {
        if self.due > at {
            return self.due;
        }
        let timer = span_nanos(self.timer).max(1);
        let periods = (at.as_nanos() - self.due.as_nanos()) / timer + 1;
        Tick::from_nanos(
            self.due
                .as_nanos()
                .saturating_add(periods.saturating_mul(timer)),
        )
    }

    /// Hands over what is held when the timer has run out by `at`.
    fn run_timer(&mut self, at: Tick, out: &mut Vec<u8>) {
        if self.due > at {
            return;
        }
        out.append(&mut self.held);
        self.due = self.due_after(at);
    }
}

fn span_nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drain(wire: &mut Wire) -> Vec<(u64, usize)> {
        let mut out = Vec::new();
        let mut calls = Vec::new();
        while let Some(at) = wire.next() {
            let taken = wire.pop(at, &mut out);
            assert!(taken > 0, "a call at {at} without a byte");
            calls.push((at.as_nanos(), taken));
        }
        calls
    }

    #[test]
    fn byte_times_are_counted_from_the_start_of_the_burst() {
        let mut wire = Wire::new(LineModel::plain(921_600, 10));
        wire.push(Tick::ZERO, &[0; 921_600 / 10]);
        let calls = drain(&mut wire);
        assert_eq!(calls.last().map(|call| call.0), Some(1_000_000_000));
    }

    #[test]
    fn odd_parity_takes_eleven_bits() {
        let mut wire = Wire::new(LineModel::plain(115_200, 11));
        wire.push(Tick::from_millis(5), &[1]);
        assert_eq!(wire.next(), Some(Tick::from_nanos(5_000_000 + 95_487)));
    }

    #[test]
    fn a_write_behind_another_waits_for_it_and_one_after_it_does_not() {
        let mut wire = Wire::new(LineModel::plain(1_000_000, 10));
        wire.push(Tick::ZERO, &[0; 4]);
        wire.push(Tick::from_micros(10), &[0; 2]);
        assert_eq!(wire.unsent(Tick::from_micros(20)), 4);
        wire.push(Tick::from_micros(100), &[0; 1]);
        assert_eq!(drain(&mut wire), [(40_000, 4), (60_000, 2), (110_000, 1)]);
    }

    #[test]
    fn whoever_pops_early_gets_what_has_arrived() {
        let mut wire = Wire::new(LineModel::plain(1_000_000, 10));
        wire.push(Tick::ZERO, &[1, 2, 3, 4]);
        let mut out = Vec::new();
        assert_eq!(wire.pop(Tick::from_nanos(29_999), &mut out), 2);
        assert_eq!(out, [1, 2]);
        assert_eq!(wire.queued(), 2);
    }

    #[test]
    fn latency_shifts_every_byte() {
        let mut wire = Wire::new(LineModel {
            latency: Duration::from_millis(3),
            ..LineModel::plain(1_000_000, 10)
        });
        wire.push(Tick::ZERO, &[1, 2]);
        assert_eq!(drain(&mut wire), [(3_020_000, 2)]);
    }

    #[test]
    fn a_line_without_baud_rate_takes_no_time() {
        let mut wire = Wire::new(LineModel::plain(0, 10));
        wire.push(Tick::from_micros(7), &[1; 100]);
        let mut out = Vec::new();
        assert_eq!(wire.pop(Tick::from_micros(7), &mut out), 100);
    }

    #[test]
    fn the_usb_timer_holds_a_short_answer_and_lets_a_full_packet_go() {
        let mut wire = Wire::new(LineModel {
            usb_timer: Some(Duration::from_millis(16)),
            ..LineModel::plain(1_000_000, 10)
        });
        wire.push(Tick::from_millis(1), &[0; 8]);
        assert_eq!(drain(&mut wire), [(16_000_000, 8)]);
        wire.push(Tick::from_millis(20), &[0; 70]);
        assert_eq!(drain(&mut wire), [(20_620_000, 62), (36_620_000, 8)]);
    }

    proptest! {
        #[test]
        fn every_byte_arrives_once_in_order_and_not_before_its_time(
            writes in prop::collection::vec((0u64..300_000, 1usize..80), 1..12),
            timer in prop::option::of(1u64..20),
        ) {
            let mut wire = Wire::new(LineModel {
                usb_timer: timer.map(Duration::from_millis),
                ..LineModel::plain(921_600, 11)
            });
            let (mut now, mut sent) = (Tick::ZERO, Vec::new());
            for (pause, len) in writes {
                now += Duration::from_nanos(pause);
                let bytes: Vec<u8> = (0..len).map(|i| u8::try_from((sent.len() + i) % 251).unwrap()).collect();
                wire.push(now, &bytes);
                sent.extend(bytes);
            }
            let (mut out, mut last) = (Vec::new(), Tick::ZERO);
            while let Some(at) = wire.next() {
                prop_assert!(at >= last);
                last = at;
                prop_assert!(wire.pop(at, &mut out) > 0);
            }
            prop_assert_eq!(out, sent);
            prop_assert_eq!(wire.queued(), 0);
        }
    }
}
