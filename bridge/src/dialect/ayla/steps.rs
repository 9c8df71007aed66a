//! The steps of the update: orders, acknowledgements, restarts of the host, timers.

use protocol_spec::ayla::feature::Feature;
use protocol_spec::ayla::message::Message;
use protocol_spec::codes::Status;
use protocol_spec::text::{VERSION_BYTES_MAX, Version};

use super::heard::{Heard, hear};
use super::link::{Outgoing, Role};
use super::session::State;
use super::{Port, message};
use crate::engine::{Context, Failure, Order, Signal, Timer};
use crate::event::{Event, HostFacts, ReportFacts};

impl Port {
    pub(super) fn order(&mut self, run: &mut Context, order: Order) {
        match order {
            Order::Hello => self.hello(run),
            Order::Offer => self.offer(run),
            Order::Stream { from } => self.stream(run, from),
            Order::Finish => self.await_status(run),
            Order::Boot => self.boot(run),
            Order::AwaitReport => self.await_report(run),
            Order::Acknowledge => self.acknowledge(run),
            Order::Query => {}
            Order::Close { .. } => self.close(run),
        }
    }

    fn hello(&mut self, run: &mut Context) {
        self.session.state = State::Hello;
        run.arm(Timer::HelloGiveUp, self.config.hello_give_up);
        self.ask_features();
    }

    fn ask_features(&mut self) {
        self.link.push_hello(message::feature_request());
    }

    fn offer(&mut self, run: &mut Context) {
        self.session.state = State::Offered;
        run.arm(Timer::Offer, self.config.offer);
        let request = self.session.request();
        let message = message::offer(request, run.version.as_bytes(), run.length);
        self.link.push(Outgoing {
            message,
            role: Role::Offer,
        });
    }

    fn stream(&mut self, run: &mut Context, from: u32) {
        self.session.state = State::Streaming { queued: from };
        run.arm(Timer::Stall, self.config.stall);
        self.next_block(run, from);
    }

    fn next_block(&mut self, run: &mut Context, offset: u32) {
        let left = run.length.saturating_sub(offset);
        let len = left.min(u32::from(self.config.block_bytes.max(1)));
        let mut space = [0; u8::MAX as usize];
        let bytes = space.get_mut(..len as usize).unwrap_or_default();
        if !run.read_object(offset, bytes) {
            return;
        }
        let message = message::block(self.session.request(), offset, bytes);
        self.link.push(Outgoing {
            message,
            role: Role::Block { offset, len },
        });
        let queued = offset + len;
        run.progress.sent = queued;
        run.progress.limit = queued;
        self.session.state = State::Streaming { queued };
    }

    fn await_status(&mut self, run: &mut Context) {
        if let State::Streaming { .. } = self.session.state {
            self.session.state = State::Sent { probed: false };
            run.timers.clear(Timer::Stall);
            run.arm(Timer::Status, self.config.status);
            if self.session.block_repeated {
                // It may have restarted unseen; now that every block is there, asking costs nothing.
                self.ask_features();
            }
        }
    }

    fn boot(&mut self, run: &mut Context) {
        self.session.state = State::Booting { talked: None };
        let version = self.config.boot_version.then(|| run.version.as_bytes());
        let message = message::boot(self.session.request(), version);
        self.link.push(Outgoing {
            message,
            role: Role::Boot,
        });
        run.arm(Timer::BootDelay, self.config.boot_delay);
        run.arm(Timer::Restart, self.config.restart);
    }

    fn await_report(&mut self, run: &mut Context) {
        debug_assert!(
            matches!(self.session.state, State::Reporting { .. }),
            "set by the restart"
        );
        run.arm(Timer::Report, self.config.report);
    }

    /// The version report is right: confirm it, then give the host time.
    fn acknowledge(&mut self, run: &mut Context) {
        let State::Reporting { post, .. } = self.session.state else {
            return;
        };
        run.timers.clear(Timer::Report);
        self.session.state = State::Settling;
        let confirms = self.session.features.has(Feature::CONFIRM) && !run.faults.withhold_confirm;
        match post.filter(|_| confirms) {
            Some(request) => {
                let message = message::confirm(request);
                self.link.push(Outgoing {
                    message,
                    role: Role::Confirm,
                });
                run.arm(Timer::Stall, self.config.stall);
            }
            None => run.arm(Timer::Settle, self.config.settle),
        }
    }

    fn close(&mut self, run: &mut Context) {
        self.session.state = State::Closed;
        self.link.forget_messages(run);
    }

    /// The host has acknowledged a frame of ours.
    pub(super) fn acknowledged(&mut self, run: &mut Context, role: Role) {
        match (self.session.state, role) {
            (State::Hello | State::Booting { .. }, Role::Hello) => {
                run.arm(Timer::HelloAnswer, self.config.hello_answer);
            }
            (State::Offered, Role::Offer) => run.signal(Signal::Preparing),
            (State::Streaming { .. }, Role::Block { offset, len }) => {
                self.block_taken(run, offset + len);
            }
            (State::Settling, Role::Confirm) => {
                run.timers.clear(Timer::Stall);
                run.arm(Timer::Settle, self.config.settle);
            }
            _ => {}
        }
    }

    fn block_taken(&mut self, run: &mut Context, acked: u32) {
        run.advance(acked);
        if acked < run.length {
            run.arm(Timer::Stall, self.config.stall);
            self.next_block(run, acked);
        } else {
            run.signal(Signal::AllAcked);
        }
    }

    /// A first frame with number 0 came: the host has restarted. Unless that frame says what the
    /// host can do, it is asked.
    pub(super) fn host_restarted(&mut self, run: &mut Context, payload: &[u8]) {
        let before = self.session.state;
        self.note_restart(run);
        let says_features = Message::decode(payload)
            .is_ok_and(|message| matches!(hear(&message), Heard::Features(_)));
        let asks = !matches!(before, State::Idle | State::Hello | State::Closed);
        if asks && !says_features {
            self.ask_features();
        }
    }

    fn note_restart(&mut self, run: &mut Context) {
        match self.session.state {
            State::Idle | State::Hello | State::Lost { .. } | State::Closed => {}
            State::Quiet | State::Ready => {
                run.note("the host restarted before the offer");
            }
            State::Offered | State::Streaming { .. } | State::Sent { .. } => self.lose_host(run),
            State::Booting { .. } | State::Reporting { .. } | State::Settling => {
                self.start_over(run);
            }
        }
    }

    /// The host has restarted after the boot order: it has forgotten what was under way, and all
    /// that it has said.
    fn start_over(&mut self, run: &mut Context) {
        for timer in [
            Timer::BootDelay,
            Timer::Restart,
            Timer::LateStatus,
            Timer::Stall,
            Timer::Settle,
        ] {
            run.timers.clear(timer);
        }
        self.link.forget_messages(run);
        self.session.state = State::Reporting {
            post: None,
            status: false,
        };
        run.signal(Signal::Restarted);
    }

    /// The host restarted in mid transfer: ask it, and wait for its status.
    fn lose_host(&mut self, run: &mut Context) {
        run.emit(Event::Restarted);
        run.note("the host restarted in mid transfer; it is asked for its status");
        self.session.state = State::Lost { runs: None };
        self.link.forget_messages(run);
        run.timers.clear(Timer::Stall);
        run.timers.clear(Timer::Offer);
        run.timers.clear(Timer::Status);
        run.arm(Timer::StatusProbe, self.config.status_probe);
    }

    /// What the host says of its version; `before`: before the update. Returns it.
    pub(super) fn report(
        &mut self,
        run: &mut Context,
        version: &[u8],
        before: bool,
    ) -> Option<Version> {
        let cut = version.get(..VERSION_BYTES_MAX).unwrap_or(version);
        let version = Version::from_bytes(cut)?;
        let report = ReportFacts {
            version,
            length: None,
            digest: None,
            confirmed: None,
            code: None,
        };
        run.emit(Event::Report(report.clone()));
        if before {
            run.host.version = Some(version);
        }
        run.report = Some(report);
        Some(version)
    }

    /// The version report decides, but the status, which says more, may come behind it.
    pub(super) fn pass_on_report(&mut self, run: &mut Context) {
        let State::Reporting {
            post: Some(_),
            status: true,
        } = self.session.state
        else {
            return;
        };
        run.timers.clear(Timer::LateStatus);
        if let Some(report) = run.report.clone() {
            run.signal(Signal::Report(report));
        }
    }

    pub(super) fn handle_timer(&mut self, run: &mut Context, timer: Timer) {
        match (self.session.state, timer) {
            (_, Timer::LinkAck | Timer::HelloRepeat) => self.link_overdue(run),
            (State::Hello, Timer::HelloGiveUp) => {
                run.fail(Failure::HelloSilence {
                    waited: self.config.hello_give_up,
                });
            }
            (State::Hello | State::Booting { .. }, Timer::HelloAnswer) => self.ask_features(),
            (State::Quiet, Timer::Quiet | Timer::QuietMax) => self.ready(run),
            (State::Offered, Timer::Offer) => run.fail(Failure::NoAnswer {
                to: "the offer",
                waited: self.config.offer,
            }),
            (State::Streaming { .. }, Timer::Stall) => run.fail(Failure::Stalled {
                waited: self.config.stall,
                no_credit: false,
            }),
            (State::Settling, Timer::Stall) => run.fail(Failure::NoAnswer {
                to: "the CONFIRM of its version report",
                waited: self.config.stall,
            }),
            (State::Sent { .. }, Timer::Status) => self.probe_status(run),
            (State::Sent { .. }, Timer::StatusProbe) => run.fail(Failure::NoAnswer {
                to: "the last block with a status",
                waited: self.config.status + self.config.status_probe,
            }),
            (State::Lost { runs }, Timer::StatusProbe) => {
                run.fail(Failure::HostReset {
                    status: Status::READ,
                    host_err: None,
                    runs,
                });
            }
            (State::Booting { .. }, Timer::BootDelay) => self.ask_features(),
            (State::Booting { talked }, Timer::Restart) => {
                let recent = self.config.hello_answer * 2;
                let talked = talked.is_some_and(|at| run.now.since(at) <= recent);
                run.fail(Failure::NotRestarted {
                    waited: self.config.restart,
                    talked,
                });
            }
            (State::Reporting { .. }, Timer::Report) => {
                run.fail(Failure::NoReport {
                    waited: self.config.report,
                });
            }
            (State::Reporting { post, .. }, Timer::LateStatus) => {
                self.session.state = State::Reporting { post, status: true };
                self.pass_on_report(run);
            }
            (State::Settling, Timer::Settle) => run.signal(Signal::Settled),
            _ => {}
        }
    }

    /// The host has been asked everything and is silent: tell the engine that it is there.
    fn ready(&mut self, run: &mut Context) {
        run.timers.clear(Timer::Quiet);
        run.timers.clear(Timer::QuietMax);
        self.session.state = State::Ready;
        let facts = HostFacts {
            features: Some(self.session.features.0),
            version: run.host.version,
            ..HostFacts::default()
        };
        run.signal(Signal::Ready(Box::new(facts)));
    }

    /// The status is overdue. A host that restarted unseen tells it only when asked.
    fn probe_status(&mut self, run: &mut Context) {
        run.note("the status is overdue; the host is asked for a sign of life");
        self.session.state = State::Sent { probed: true };
        run.arm(Timer::StatusProbe, self.config.status_probe);
        self.ask_features();
    }

    fn link_overdue(&mut self, run: &mut Context) {
        self.session.block_repeated |= self.link.carries_block();
        let Some((role, frame)) = self.link.handle_overdue(run, &self.config) else {
            return;
        };
        let sends = self.config.link_sends;
        match role {
            Role::Block { .. } | Role::Confirm => run.fail(Failure::LinkGaveUp { frame, sends }),
            Role::Offer => run.note(format!(
                "the offer was not acknowledged in {sends} sends; the host may be erasing, so its \
                 answer is still awaited"
            )),
            _ => run.note(format!(
                "{frame} was not acknowledged in {sends} sends; left out"
            )),
        }
    }
}
