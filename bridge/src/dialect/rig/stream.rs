//! The stream: pieces out, acknowledgements in, and its timers.

use protocol_spec::rig::frame::data_frame_bytes_max;
use protocol_spec::rig::message::{Ack, DATA_BYTES_MAX, Data, ToHost};

use super::request::{Ask, Once, hand_over};
use super::sender::Planned;
use super::session::{Session, State};
use crate::engine::{Context, Failure, Signal, Timer};
use crate::event::RetransmitReason;

/// After so many silences in a row the host is also asked who it is.
const SILENCES_TO_HELLO: u32 = 2;

impl Session {
    /// Hands over the next piece of the object, if the credit and the line allow one.
    pub(super) fn poll_data(&mut self, run: &mut Context, out: &mut Vec<u8>) -> usize {
        run.timers.clear(Timer::Pace);
        let State::Stream { sender, .. } = &self.state else {
            return 0;
        };
        let Some(planned) = sender.plan() else {
            return 0;
        };
        if !self.line_has_room(run, planned) {
            return 0;
        }
        let mut space = [0; DATA_BYTES_MAX];
        let piece = planned.piece;
        let bytes = space.get_mut(..piece.len as usize).unwrap_or_default();
        if !run.read_object(piece.offset, bytes) {
            return 0;
        }
        if let Some(reason) = planned.again {
            let what = format!("DATA offset={} len={}", piece.offset, piece.len);
            run.retransmit(what, Some(piece), reason);
        }
        let message = ToHost::Data(Data {
            transfer: self.transfer,
            offset: piece.offset,
            bytes,
        });
        let (len, left_wire) = hand_over(run, &message, Some(piece), out);
        if let State::Stream { sender, .. } = &mut self.state {
            sender.sent(planned, left_wire);
            run.progress.sent = sender.sent_to();
        }
        if planned.again.is_some() {
            run.timers.clear(Timer::Retransmit);
        }
        self.arm_stream(run);
        len
    }

    /// Whether the line takes another frame: never more than two frames, or what a slow wake-up
    /// needs, may wait in front of it. Otherwise says when to come back.
    fn line_has_room(&self, run: &mut Context, planned: Planned) -> bool {
        let frame = run
            .wire
            .time_of(data_frame_bytes_max(planned.piece.len as usize));
        let ahead = self.config.ahead_min.max(frame * 2);
        let backlog = run.wire.backlog(run.now) + frame;
        if backlog <= ahead {
            return true;
        }
        run.arm(Timer::Pace, backlog.saturating_sub(ahead));
        false
    }

    pub(super) fn take_ack(&mut self, run: &mut Context, ack: &Ack) {
        let State::Stream {
            sender,
            silences,
            probes,
        } = &mut self.state
        else {
            return;
        };
        let acked = match sender.handle_ack(run.now, ack) {
            Ok(acked) => acked,
            Err(never) => {
                let text = format!(
                    "It acknowledges bytes up to {}, only those below {} were sent.",
                    never.acked, never.sent
                );
                return run.fail(Failure::Nonsense { text });
            }
        };
        if let Some(left_wire) = acked.left_wire {
            self.latency.sample(run.now.since(left_wire));
        }
        let stored = ack.stored.min(sender.acked());
        let progress = acked.progress || stored > run.progress.stored;
        if progress {
            (*silences, *probes) = (0, 0);
            run.progress.stored = run.progress.stored.max(stored);
            run.progress.limit = sender.limit();
            run.progress.latency_us =
                u64::try_from(self.latency.smoothed().as_micros()).unwrap_or(u64::MAX);
            run.arm(Timer::Stall, self.config.stall);
            let upto = sender.acked();
            run.advance(upto);
            // The next silence is counted from this sign of life.
            run.timers.clear(Timer::Retransmit);
        }
        self.after_ack(run);
    }

    /// Is everything there? Otherwise keep the right timers armed.
    pub(super) fn after_ack(&mut self, run: &mut Context) {
        let State::Stream { sender, .. } = &self.state else {
            return;
        };
        if !sender.all_acked() {
            return self.arm_stream(run);
        }
        for timer in [
            Timer::Retransmit,
            Timer::CreditProbe,
            Timer::Stall,
            Timer::Pace,
        ] {
            run.timers.clear(timer);
        }
        self.state = State::Idle;
        run.signal(Signal::AllAcked);
    }

    /// Arms the retransmit timer while something is missing, the credit probe while nothing may be
    /// sent.
    pub(super) fn arm_stream(&mut self, run: &mut Context) {
        let State::Stream {
            sender,
            silences,
            probes,
        } = &self.state
        else {
            return;
        };
        match sender.waiting_since() {
            Some(since) => {
                let from = since.max(run.now).max(self.busy_until);
                let due = from + self.latency.patience(&self.config, *silences);
                let armed = run.timers.get(Timer::Retransmit);
                let due = armed.map_or(due, |armed| armed.max(self.busy_until));
                run.timers.set(Timer::Retransmit, due);
            }
            None => run.timers.clear(Timer::Retransmit),
        }
        if !sender.starved() {
            return run.timers.clear(Timer::CreditProbe);
        }
        let pause = self.config.credit_probe * (1 << (*probes).min(8));
        let pause = pause.min(self.config.retransmit_max.max(self.config.credit_probe));
        let due = run.now.max(self.busy_until) + pause;
        let armed = run.timers.get(Timer::CreditProbe);
        let due = armed.map_or(due, |armed| armed.max(self.busy_until));
        run.timers.set(Timer::CreditProbe, due);
    }

    pub(super) fn handle_stream_timer(&mut self, run: &mut Context, timer: Timer) {
        match timer {
            Timer::Retransmit => self.handle_silence(run),
            Timer::CreditProbe => self.ask_credit(run),
            Timer::Stall => self.stalled(run),
            _ => {}
        }
    }

    fn handle_silence(&mut self, run: &mut Context) {
        let State::Stream {
            sender, silences, ..
        } = &mut self.state
        else {
            return;
        };
        sender.handle_silence();
        *silences += 1;
        if *silences >= SILENCES_TO_HELLO {
            self.ask_who();
        }
        self.arm_stream(run);
    }

    /// The host gives no credit: make it say where it stands.
    fn ask_credit(&mut self, run: &mut Context) {
        let State::Stream { sender, probes, .. } = &mut self.state else {
            return;
        };
        *probes += 1;
        let ask_who = *probes > SILENCES_TO_HELLO;
        if !sender.remind() {
            run.retransmit("OFFER".to_owned(), None, RetransmitReason::Credit);
            self.desk.push_once(Once::Ask(Ask::Offer));
        }
        if ask_who {
            self.ask_who();
        }
        self.arm_stream(run);
    }

    /// Asks who is there, to learn whether the host was reset.
    fn ask_who(&mut self) {
        let hello = self.new_hello();
        self.desk.push_once(Once::Ask(hello));
    }

    fn stalled(&mut self, run: &mut Context) {
        let State::Stream { sender, .. } = &self.state else {
            return;
        };
        let no_credit = sender.starved();
        run.fail(Failure::Stalled {
            waited: self.config.stall,
            no_credit,
        });
    }
}
