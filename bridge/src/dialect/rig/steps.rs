//! The steps of the update: orders, restarts of the host, timers of requests.

use core::time::Duration;

use protocol_spec::codes::Status;
use protocol_spec::rig::message::HostInfo;
use protocol_spec::text::Version;
use protocol_spec::tick::Tick;

use super::request::{Ask, Handed, Once};
use super::sender::Sender;
use super::session::{Session, State};
use crate::engine::{At, Context, Failure, Order, Signal, Timer};
use crate::event::Event;

/// A host that answered within so many hellos still talks.
const RECENT_HELLOS: u32 = 4;

impl Session {
    pub(super) fn order(&mut self, run: &mut Context, order: Order) {
        match order {
            Order::Hello => {
                self.state = State::Hello;
                run.arm(Timer::HelloGiveUp, self.config.hello_give_up);
                self.ask_hello();
            }
            Order::Query => self.request(
                run,
                State::Query {
                    after_restart: false,
                },
                Ask::Query,
            ),
            Order::Offer => self.request(run, State::Offer, Ask::Offer),
            Order::Stream { from } => self.begin_stream(run, from),
            Order::Finish => self.request(run, State::Finish, Ask::Finish),
            Order::Boot => self.boot(run),
            Order::AwaitReport => {
                self.await_report(run);
            }
            Order::Acknowledge => self.acknowledge(run),
            Order::Close { abort } => self.close(abort),
        }
    }

    fn ask_hello(&mut self) {
        let hello = self.new_hello();
        self.desk.ask(hello);
    }

    fn request(&mut self, run: &mut Context, state: State, ask: Ask) {
        self.state = state;
        self.desk.ask(ask);
        self.asked_at = run.now;
        run.arm(Timer::RequestGiveUp, self.config.request_give_up);
    }

    fn begin_stream(&mut self, run: &mut Context, from: u32) {
        let limit = run.progress.limit;
        let data_max = u32::from(self.data_max);
        let sender = Sender::new(from, run.length, limit, data_max, self.config.window_max);
        self.state = State::Stream {
            sender: Box::new(sender),
            silences: 0,
            probes: 0,
        };
        run.arm(Timer::Stall, self.config.stall);
        self.after_ack(run);
    }

    fn boot(&mut self, run: &mut Context) {
        self.state = State::Boot;
        self.desk.ask(Ask::Boot);
        run.arm(Timer::Restart, self.config.restart);
    }

    /// The boot order is stored: the host resets now and needs this long at most.
    pub(super) fn await_restart(&mut self, run: &mut Context, report_ms_max: u32) {
        self.answered(run);
        let stated = Duration::from_millis(u64::from(report_ms_max));
        let limit = stated.min(self.config.restart_max) + self.config.restart_margin;
        self.asked_at = run.now;
        self.state = State::Restart {
            talked: None,
            limit,
        };
        run.arm(Timer::Restart, limit);
        run.arm(Timer::BootDelay, self.config.boot_delay);
    }

    /// The answer to the boot order is missing: has the host restarted already?
    pub(super) fn boot_or_restarted(&mut self, run: &mut Context, info: &HostInfo<'_>) {
        if Some(info.boot_id) == self.boot_id {
            self.answered(run);
            self.desk.ask(Ask::Boot);
        } else {
            self.restarted(run, info);
        }
    }

    pub(super) fn restarted_or_not(&mut self, run: &mut Context, info: &HostInfo<'_>) {
        if Some(info.boot_id) != self.boot_id {
            return self.restarted(run, info);
        }
        if let State::Restart { talked, .. } = &mut self.state {
            *talked = Some(run.now);
        }
        self.answered(run);
        run.arm(Timer::BootDelay, self.config.hello_repeat);
    }

    fn restarted(&mut self, run: &mut Context, info: &HostInfo<'_>) {
        self.answered(run);
        self.report_by = run.timers.get(Timer::Restart);
        run.timers.clear(Timer::Restart);
        self.boot_id = Some(info.boot_id);
        self.state = State::Idle;
        run.signal(Signal::Restarted);
    }

    /// The time that the host has stated lasts until its report, not just until it is back: it may
    /// still read its whole image for the digest.
    fn await_report(&mut self, run: &mut Context) {
        let due = run.now + self.config.report;
        let stated = self.report_by.take().unwrap_or(due);
        run.timers.set(Timer::Report, due.max(stated));
        self.asked_at = run.now;
        self.state = State::Query {
            after_restart: true,
        };
        self.desk.ask(Ask::Query);
    }

    fn acknowledge(&mut self, run: &mut Context) {
        let State::Confirm { report } = self.state else {
            return;
        };
        if !run.faults.withhold_confirm {
            self.desk.push_once(Once::ReportAck { id: report });
        }
        if !run.timers.is_set(Timer::Confirm) {
            run.arm(Timer::Confirm, self.config.confirm);
            run.arm(Timer::Request, self.config.request_repeat);
        }
    }

    fn close(&mut self, abort: bool) {
        let transfer_open = matches!(
            self.state,
            State::Offer | State::Stream { .. } | State::Finish
        );
        self.desk.answered();
        if abort && transfer_open {
            self.desk.push_once(Once::Abort);
        }
        self.state = State::Closed;
    }

    /// A step failed in a way that a reset of the host would explain: ask whether it did reset.
    pub(super) fn ask_diagnosis(&mut self, run: &mut Context, at: At, status: Status, detail: u32) {
        run.timers.clear_all();
        self.state = State::Diagnose { at, status, detail };
        self.ask_hello();
        run.arm(Timer::HelloGiveUp, self.config.request_give_up);
    }

    pub(super) fn diagnose(&mut self, run: &mut Context, info: Option<&HostInfo<'_>>) {
        let State::Diagnose { at, status, detail } = self.state else {
            return;
        };
        let was_reset = info.is_some_and(|info| Some(info.boot_id) != self.boot_id);
        if was_reset {
            run.emit(Event::Restarted);
            return run.fail(Failure::HostReset {
                status,
                host_err: None,
                runs: info.and_then(stated_version),
            });
        }
        run.fail(Failure::Code {
            at,
            status,
            host_err: None,
            detail,
        });
    }

    /// A hello was answered in mid stream: by the same boot?
    pub(super) fn check_boot_id(&mut self, run: &mut Context, info: &HostInfo<'_>) {
        if Some(info.boot_id) == self.boot_id {
            return;
        }
        run.emit(Event::Restarted);
        let stated = Status(info.code);
        let status = if stated.is_done() {
            Status::STATE
        } else {
            stated
        };
        run.fail(Failure::HostReset {
            status,
            host_err: None,
            runs: stated_version(info),
        });
    }

    /// The host asked for patience: neither repeat nor give up before that is over.
    pub(super) fn postpone(&mut self, run: &mut Context) {
        let due = self.busy_until + self.config.request_repeat;
        if matches!(self.state, State::Restart { .. } | State::Query { .. }) {
            let longest = self.asked_at + self.config.restart_max;
            self.be_patient(run, due.min(longest));
        }
        if let Some(at) = run.timers.get(Timer::Request) {
            run.timers.set(Timer::Request, at.max(due));
        }
        if let Some(at) = run.timers.get(Timer::RequestGiveUp) {
            let longest = self.asked_at + self.config.request_max;
            let due = self.busy_until + self.config.request_give_up;
            run.timers
                .set(Timer::RequestGiveUp, at.max(due).min(longest.max(at)));
        }
    }

    /// The restarted host works on: do not give up on it before `until`.
    pub(super) fn be_patient(&self, run: &mut Context, until: Tick) {
        for timer in [Timer::Restart, Timer::Report] {
            if let Some(at) = run.timers.get(timer) {
                run.timers.set(timer, at.max(until));
            }
        }
    }

    pub(super) fn poll_transmit(&mut self, run: &mut Context, out: &mut Vec<u8>) -> usize {
        if let Some(handed) = self.desk.poll_transmit(run, self.transfer, out) {
            self.arm_request(run, &handed);
            return handed.len;
        }
        self.poll_data(run, out)
    }

    fn arm_request(&mut self, run: &mut Context, handed: &Handed) {
        let from = handed.left_wire.max(self.busy_until);
        let patience = self.latency.patience(&self.config, 0);
        match handed.ask {
            Some(Ask::Hello { .. }) => {
                run.timers
                    .set(Timer::HelloRepeat, from + self.config.hello_repeat);
            }
            Some(_) => {
                run.timers.set(
                    Timer::Request,
                    from + patience.max(self.config.request_repeat),
                );
            }
            None => {}
        }
    }

    pub(super) fn handle_timer(&mut self, run: &mut Context, timer: Timer) {
        match (&self.state, timer) {
            (State::Boot, Timer::Request) => self.ask_hello(),
            (State::Confirm { .. }, Timer::Request) => self.ask_confirmed(run),
            (_, Timer::Request | Timer::HelloRepeat) => self.desk.repeat(),
            (State::Hello, Timer::HelloGiveUp) => {
                run.fail(Failure::HelloSilence {
                    waited: self.config.hello_give_up,
                });
            }
            (State::Diagnose { .. }, Timer::HelloGiveUp) => self.diagnose(run, None),
            (State::Query { .. }, Timer::RequestGiveUp) => {
                self.give_up(run, "the question what it runs");
            }
            (State::Offer, Timer::RequestGiveUp) => self.give_up(run, "the offer"),
            (State::Finish, Timer::RequestGiveUp) => {
                self.give_up(run, "the order to check the image");
            }
            (
                State::Query {
                    after_restart: true,
                },
                Timer::Report,
            ) => {
                run.fail(Failure::NoReport {
                    waited: run.now.since(self.asked_at),
                });
            }
            (State::Boot, Timer::Restart) => self.not_restarted(run, self.config.restart, false),
            (State::Restart { .. }, Timer::BootDelay) => self.ask_hello(),
            (State::Restart { talked, limit }, Timer::Restart) => {
                let recent = self.config.hello_repeat * RECENT_HELLOS;
                let talks = talked.is_some_and(|at| run.now.since(at) <= recent);
                let limit = *limit;
                self.not_restarted(run, limit, talks);
            }
            (State::Confirm { .. }, Timer::Confirm) => {
                run.fail(Failure::NotConfirmed {
                    waited: self.config.confirm,
                });
            }
            (State::Stream { .. }, timer) => self.handle_stream_timer(run, timer),
            _ => {}
        }
    }

    fn give_up(&mut self, run: &mut Context, to: &'static str) {
        run.fail(Failure::NoAnswer {
            to,
            waited: run.now.since(self.asked_at),
        });
    }

    fn not_restarted(&mut self, run: &mut Context, waited: Duration, talked: bool) {
        run.fail(Failure::NotRestarted { waited, talked });
    }

    /// No report says confirmed yet: acknowledge the last one again, and ask.
    fn ask_confirmed(&mut self, run: &mut Context) {
        self.acknowledge(run);
        self.desk.ask(Ask::Query);
    }
}

/// What the host says it runs; a host without an image that can run says nothing.
fn stated_version(info: &HostInfo<'_>) -> Option<Version> {
    Version::from_bytes(info.version).filter(|version| !version.is_empty())
}
