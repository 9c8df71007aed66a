//! The module's side of the conversation: what each message and each timer does in each state.

use protocol_spec::ayla::feature::{Feature, Features};
use protocol_spec::ayla::message::{Message, Protocol};
use protocol_spec::codes::{HostErr, Status};
use protocol_spec::text::Version;
use protocol_spec::tick::Tick;

use super::heard::{Heard, hear};
use super::link::{Outgoing, Role};
use super::{Port, message, summary};
use crate::engine::{At, Context, Failure, Signal, Timer};

/// First request number of the module's control messages.
const CONTROL_REQUEST_FIRST: u16 = 0x0101;

/// State of the conversation.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) state: State,
    pub(super) features: Features,
    /// Whether a block had to be sent again: the host may have been away.
    pub(super) block_repeated: bool,
    next_request: u16,
}

/// The table in the header of [`super`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Idle,
    Hello,
    Quiet,
    Ready,
    Offered,
    /// `queued`: every byte below this offset was handed to the link.
    Streaming {
        queued: u32,
    },
    Sent {
        probed: bool,
    },
    /// `runs`: the version that it has said since.
    Lost {
        runs: Option<Version>,
    },
    /// `talked`: when the old program was heard last.
    Booting {
        talked: Option<Tick>,
    },
    /// `post`: request number of the version report that waits for its CONFIRM; `status`: whether
    /// the restarted host has given its status.
    Reporting {
        post: Option<u16>,
        status: bool,
    },
    Settling,
    Closed,
}

impl Session {
    pub(super) fn new() -> Self {
        Self {
            state: State::Idle,
            features: Features::default(),
            block_repeated: false,
            next_request: CONTROL_REQUEST_FIRST,
        }
    }

    pub(super) fn request(&mut self) -> u16 {
        let request = self.next_request;
        self.next_request = self.next_request.wrapping_add(1);
        request
    }
}

impl Port {
    /// A new message from the host, its link acknowledgement already queued.
    pub(super) fn handle_payload(&mut self, run: &mut Context, payload: &[u8]) {
        if let State::Booting { talked } = &mut self.session.state {
            *talked = Some(run.now);
        }
        if self.session.state == State::Quiet {
            run.arm(Timer::Quiet, self.config.quiet);
        }
        let Ok(message) = Message::decode(payload) else {
            return;
        };
        match hear(&message) {
            Heard::Features(features) => self.handle_features(run, features),
            Heard::GoAhead => self.handle_go_ahead(run),
            Heard::Status(Some(err)) => self.handle_status(run, err),
            Heard::Status(None) => self.refuse(run, &message, HostErr::SEQUENCE),
            Heard::Post { more: true, .. } | Heard::Silent => {}
            Heard::Post { name, text, .. } => self.handle_post(run, message.request, name, text),
            Heard::Refresh(None) => self.answer_refresh(run, message.request),
            Heard::Refresh(Some(_)) => self.refuse(run, &message, HostErr::PROPERTY),
            Heard::GetConf if run.faults.withhold_conf => {}
            Heard::GetConf => self.answer(run, message::conf_answer(&message, &self.config)),
            Heard::Refused(err) => note_refusal(run, err),
            Heard::Log(text) => run.note(format!("the host logs: {}", summary::shown(text))),
            Heard::Unwanted(err) => self.refuse(run, &message, err),
        }
    }

    fn handle_features(&mut self, run: &mut Context, features: Features) {
        self.session.features = features;
        run.timers.clear(Timer::HelloAnswer);
        match self.session.state {
            State::Hello => {
                run.timers.clear(Timer::HelloGiveUp);
                self.session.state = State::Quiet;
                self.say_connected(run);
                run.arm(Timer::Quiet, self.config.quiet);
                run.arm(Timer::QuietMax, self.config.quiet_max);
            }
            // The old program still runs: ask again later.
            State::Booting { .. } => run.arm(Timer::BootDelay, self.config.hello_answer),
            _ => self.say_connected(run),
        }
    }

    fn handle_go_ahead(&mut self, run: &mut Context) {
        if self.session.state == State::Offered {
            run.timers.clear(Timer::Offer);
            run.signal(Signal::Accepted { offset: 0 });
        } else {
            run.note("a go-ahead came that nobody waited for");
        }
    }

    /// The host's status: what it means depends on what was asked.
    fn handle_status(&mut self, run: &mut Context, err: HostErr) {
        let status = err.to_status();
        let earlier = self.is_of_earlier_update(err);
        run.host_status(status, Some(err), 0, earlier);
        if earlier {
            run.note(format!(
                "ERR {err} is about an earlier update, not about this one"
            ));
            return;
        }
        match (self.session.state, err) {
            (State::Offered, HostErr::ALREADY) => run.signal(Signal::Already),
            (State::Offered, _) => run.fail(code(At::Offer, status, err)),
            (State::Streaming { queued }, HostErr::NONE | HostErr::ALREADY) => {
                self.good_while_streaming(run, queued, err);
            }
            (State::Streaming { .. }, _) => run.fail(code(At::Data, status, err)),
            (State::Sent { .. }, HostErr::NONE | HostErr::ALREADY) => self.verified(run),
            (State::Sent { .. }, _) => run.fail(code(At::Verify, status, err)),
            (State::Lost { runs }, _) => run.fail(reset(status, err, runs)),
            (State::Booting { .. }, HostErr::NONE) => {}
            (State::Booting { .. }, _) => run.fail(code(At::Boot, status, err)),
            (State::Reporting { post, .. }, HostErr::NONE) => {
                self.session.state = State::Reporting { post, status: true };
                self.pass_on_report(run);
            }
            (State::Settling, HostErr::NONE) => {}
            (State::Reporting { .. } | State::Settling, _) => {
                run.fail(code(At::Restart, status, err));
            }
            _ => {}
        }
    }

    /// Before the offer every status is, and while it waits: those that cannot answer an offer.
    fn is_of_earlier_update(&self, err: HostErr) -> bool {
        match self.session.state {
            State::Idle | State::Hello | State::Quiet | State::Ready => true,
            State::Offered => matches!(err, HostErr::NONE | HostErr::OFFSET | HostErr::BOOT),
            _ => false,
        }
    }

    /// The status may overtake a lost ACK of the last block; earlier it makes no sense.
    fn good_while_streaming(&mut self, run: &mut Context, queued: u32, err: HostErr) {
        if queued < run.length {
            return run.fail(Failure::EarlyDone { err });
        }
        run.timers.clear(Timer::Stall);
        self.link.forget_messages(run);
        run.advance(run.length);
        self.session.state = State::Sent { probed: false };
        run.signal(Signal::AllAcked);
        self.verified(run);
    }

    fn verified(&mut self, run: &mut Context) {
        run.timers.clear(Timer::Status);
        run.timers.clear(Timer::StatusProbe);
        self.session.state = State::Ready;
        run.signal(Signal::Verified);
    }

    /// A property arrived: acknowledge it, and see whether it is the version.
    fn handle_post(&mut self, run: &mut Context, request: u16, name: &[u8], text: Option<&[u8]>) {
        let version = text.filter(|_| name == self.config.version_property);
        match (self.session.state, version) {
            (State::Reporting { status, .. }, Some(version)) => {
                self.session.state = State::Reporting {
                    post: Some(request),
                    status,
                };
                self.report(run, version, false);
                run.arm(Timer::LateStatus, self.config.late_status);
                self.pass_on_report(run);
            }
            (State::Lost { .. }, Some(version)) => {
                let runs = self.report(run, version, false);
                self.session.state = State::Lost { runs };
                self.say_confirmed(run, request);
            }
            (_, Some(version)) => {
                self.report(run, version, true);
                self.say_confirmed(run, request);
            }
            (_, None) => self.say_confirmed(run, request),
        }
    }

    fn say_connected(&mut self, run: &mut Context) {
        if !run.faults.withhold_connect {
            self.answer(run, message::connect());
        }
    }

    fn say_confirmed(&mut self, run: &mut Context, request: u16) {
        if self.session.features.has(Feature::CONFIRM) {
            self.answer(run, message::confirm(request));
        }
    }

    fn answer_refresh(&mut self, run: &mut Context, request: u16) {
        self.answer(run, message::end_of_properties(request));
        self.say_confirmed(run, request);
    }

    fn refuse(&mut self, run: &mut Context, refused: &Message<'_>, err: HostErr) {
        let protocol = match refused.protocol {
            Protocol::CONTROL => Protocol::CONTROL,
            _ => Protocol::DATA,
        };
        self.answer(run, message::nak(protocol, refused.request, err));
    }

    fn answer(&mut self, run: &mut Context, message: Vec<u8>) {
        if self.session.state == State::Closed {
            return;
        }
        let role = Role::Answer;
        if !self.link.push(Outgoing { message, role }) {
            run.note("the host asks faster than it acknowledges the answers; one was left out");
        }
    }
}

fn note_refusal(run: &mut Context, err: Option<HostErr>) {
    match err {
        Some(err) => run.note(format!("the host refuses a message of ours: ERR {err}")),
        None => run.note("the host refuses a message of ours without saying why"),
    }
}

fn code(at: At, status: Status, err: HostErr) -> Failure {
    Failure::Code {
        at,
        status,
        host_err: Some(err),
        detail: 0,
    }
}

fn reset(status: Status, err: HostErr, runs: Option<Version>) -> Failure {
    let (status, host_err) = match err {
        HostErr::NONE | HostErr::ALREADY => (Status::READ, None),
        err => (status, Some(err)),
    };
    Failure::HostReset {
        status,
        host_err,
        runs,
    }
}
