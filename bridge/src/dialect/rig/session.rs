//! The module's side of the conversation: what each message does in each state.

use core::time::Duration;

use protocol_spec::codes::Status;
use protocol_spec::digest::Digest;
use protocol_spec::rig::kind::Kind;
use protocol_spec::rig::message::{
    Accept, Ack, BlockStatus, BootAnswer, HelloAnswer, HostInfo, Report, Step, StepStatus,
    ToModule, Unsupported, VERSION_MAX, VERSION_MIN,
};
use protocol_spec::text::Version;
use protocol_spec::tick::Tick;

use super::config::RigConfig;
use super::latency::Latency;
use super::request::{Ask, Desk, Once};
use super::sender::Sender;
use crate::engine::{At, Context, Failure, Signal, Timer};
use crate::event::{Event, HostFacts, ReportFacts};
use crate::object::kind_name;

/// Most unknown kinds that are answered in one run.
const REFUSALS_MAX: u32 = 16;

/// State of the conversation.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) config: RigConfig,
    pub(super) state: State,
    pub(super) desk: Desk,
    pub(super) latency: Latency,
    pub(super) transfer: u16,
    pub(super) data_max: u16,
    pub(super) busy_until: Tick,
    /// When the request in hand was asked first.
    pub(super) asked_at: Tick,
    /// Number of the boot in which the transfer was offered.
    pub(super) boot_id: Option<u32>,
    /// When the report after the restart is due by what the host has stated.
    pub(super) report_by: Option<Tick>,
    next_nonce: u32,
    refusals: u32,
}

/// The table in the header of [`super`].
#[derive(Debug)]
pub(super) enum State {
    Idle,
    Hello,
    Query {
        after_restart: bool,
    },
    Offer,
    /// `silences`: retransmit timeouts since the last progress.
    Stream {
        sender: Box<Sender>,
        silences: u32,
        probes: u32,
    },
    Finish,
    Boot,
    /// `talked`: when the old program answered last.
    Restart {
        talked: Option<Tick>,
        limit: Duration,
    },
    /// `report`: number of the report that is right but not confirmed.
    Confirm {
        report: u16,
    },
    Diagnose {
        at: At,
        status: Status,
        detail: u32,
    },
    Closed,
}

impl Session {
    pub(super) fn new(config: RigConfig, seed: u32) -> Self {
        let [a, b, c, d] = seed.to_le_bytes();
        let transfer = u16::from_le_bytes([a, b]) ^ u16::from_le_bytes([c, d]);
        Self {
            latency: Latency::new(config.latency_assumed),
            data_max: config.data_max,
            config,
            state: State::Idle,
            desk: Desk::default(),
            transfer: transfer.max(1),
            busy_until: Tick::ZERO,
            asked_at: Tick::ZERO,
            boot_id: None,
            report_by: None,
            next_nonce: seed,
            refusals: 0,
        }
    }

    /// A hello that no earlier answer can answer.
    pub(super) fn new_hello(&mut self) -> Ask {
        let nonce = self.next_nonce;
        self.next_nonce = self.next_nonce.wrapping_add(1);
        Ask::Hello { nonce }
    }

    /// A message from the host.
    pub(super) fn handle_message(&mut self, run: &mut Context, message: &ToModule<'_>) {
        match message {
            ToModule::HelloAnswer(answer) => self.handle_hello_answer(run, answer),
            ToModule::Accept(accept) if accept.transfer == self.transfer => {
                self.handle_accept(run, accept);
            }
            ToModule::Ack(ack) if ack.transfer == self.transfer => self.handle_ack(run, ack),
            ToModule::StepStatus(status) if status.transfer == self.transfer => {
                self.handle_step_status(run, status);
            }
            ToModule::BootAnswer(answer) if answer.transfer == self.transfer => {
                self.handle_boot_answer(run, answer);
            }
            ToModule::Busy(busy) => self.handle_busy(run, busy.busy_ms),
            ToModule::Report(report) => self.handle_report(run, report),
            ToModule::BlockStatus(block) => self.handle_block_status(run, block),
            ToModule::Unsupported(answer) => self.handle_unsupported(run, answer),
            ToModule::Accept(_)
            | ToModule::Ack(_)
            | ToModule::StepStatus(_)
            | ToModule::BootAnswer(_) => run.note("a message about another transfer came"),
        }
    }

    pub(super) fn refuse_kind(&mut self, kind: u8) {
        if self.refusals < REFUSALS_MAX {
            self.refusals += 1;
            self.desk.push_once(Once::Unsupported { kind });
        }
    }

    fn handle_hello_answer(&mut self, run: &mut Context, answer: &HelloAnswer<'_>) {
        let nonce = answer.nonce;
        let awaited = self.desk.asked() == Some(Ask::Hello { nonce });
        match (&self.state, &answer.info) {
            (State::Stream { .. }, Some(info)) => self.check_boot_id(run, info),
            _ if !awaited => {}
            (_, None) => self.no_common_version(run, answer),
            (_, Some(_)) if !(VERSION_MIN..=VERSION_MAX).contains(&answer.version) => {
                self.no_common_version(run, answer);
            }
            (State::Hello, Some(info)) => self.meet(run, answer, info),
            (State::Boot, Some(info)) => self.boot_or_restarted(run, info),
            (State::Restart { .. }, Some(info)) => self.restarted_or_not(run, info),
            (State::Diagnose { .. }, Some(info)) => self.diagnose(run, Some(info)),
            _ => {}
        }
    }

    fn no_common_version(&mut self, run: &mut Context, answer: &HelloAnswer<'_>) {
        self.desk.answered();
        run.fail(Failure::NoCommonVersion {
            min: answer.version_min,
            max: answer.version_max,
        });
    }

    /// The first answer: the host is there.
    fn meet(&mut self, run: &mut Context, answer: &HelloAnswer<'_>, info: &HostInfo<'_>) {
        self.answered(run);
        run.timers.clear(Timer::HelloGiveUp);
        self.boot_id = Some(info.boot_id);
        self.data_max = self.config.data_max.min(info.data_max).max(1);
        self.state = State::Idle;
        if info.data_max == 0 {
            let text = "The host takes no byte in a frame (data_max is 0).".to_owned();
            return run.fail(Failure::Nonsense { text });
        }
        run.signal(Signal::Ready(Box::new(facts(answer.version, info))));
    }

    /// The request is answered: no repetition, and a latency when it is certain.
    pub(super) fn answered(&mut self, run: &mut Context) {
        run.timers.clear(Timer::Request);
        run.timers.clear(Timer::RequestGiveUp);
        run.timers.clear(Timer::HelloRepeat);
        if let Some(left_wire) = self.desk.answered() {
            self.latency.sample(run.now.since(left_wire));
        }
    }

    fn handle_accept(&mut self, run: &mut Context, accept: &Accept) {
        self.believe_busy(run, accept.busy_ms);
        match &mut self.state {
            State::Offer => {
                self.answered(run);
                if accept.offset > run.length {
                    let object = kind_name(run.kind);
                    let text = format!(
                        "It wants the {object} from offset {} on, the {object} has {} bytes.",
                        accept.offset, run.length
                    );
                    return run.fail(Failure::Nonsense { text });
                }
                run.progress.limit = accept.limit.min(run.length);
                run.signal(Signal::Accepted {
                    offset: accept.offset,
                });
            }
            State::Stream { sender, .. } => {
                if sender.raise_limit(accept.limit) {
                    run.arm(Timer::Stall, self.config.stall);
                }
                self.arm_stream(run);
            }
            _ => {}
        }
    }

    fn handle_ack(&mut self, run: &mut Context, ack: &Ack) {
        self.believe_busy(run, ack.busy_ms);
        self.take_ack(run, ack);
    }

    fn handle_step_status(&mut self, run: &mut Context, step: &StepStatus) {
        let status = Status(step.code);
        run.host_status(status, None, step.detail, false);
        let at = match step.step {
            Step::Offer => At::Offer,
            Step::Data => At::Data,
            Step::Finish => At::Verify,
            Step::Boot => At::Boot,
            Step::Abort => return,
        };
        let failure = Failure::Code {
            at,
            status,
            host_err: None,
            detail: step.detail,
        };
        match (&self.state, at, status.is_done()) {
            (State::Offer, At::Offer, true) => {
                self.answered(run);
                run.signal(Signal::Already);
            }
            (State::Offer, At::Offer, false) => run.fail(failure),
            (State::Finish, At::Verify, true) => {
                self.answered(run);
                run.signal(Signal::Verified);
            }
            (State::Finish, At::Verify, false) if status != Status::STATE => run.fail(failure),
            (State::Boot, At::Boot, false) if status != Status::STATE => run.fail(failure),
            (State::Stream { .. }, At::Data, false)
            | (State::Finish, At::Verify | At::Data, false)
            | (State::Boot, At::Boot, false) => self.ask_diagnosis(run, at, status, step.detail),
            _ => {}
        }
    }

    fn handle_boot_answer(&mut self, run: &mut Context, answer: &BootAnswer) {
        if matches!(self.state, State::Boot) {
            self.await_restart(run, answer.report_ms_max);
        }
    }

    fn handle_busy(&mut self, run: &mut Context, busy_ms: u32) {
        self.believe_busy(run, busy_ms);
        if busy_ms > 0 {
            run.emit(Event::Busy {
                until: self.busy_until,
            });
        }
        match self.state {
            State::Offer => {
                run.signal(Signal::Preparing);
                self.postpone(run);
            }
            State::Stream { .. } => self.arm_stream(run),
            _ => self.postpone(run),
        }
    }

    fn believe_busy(&mut self, run: &Context, busy_ms: u32) {
        let hint = Duration::from_millis(u64::from(busy_ms));
        self.busy_until = run.now + hint.min(self.config.busy_max);
    }

    fn handle_report(&mut self, run: &mut Context, report: &Report<'_>) {
        let facts = ReportFacts {
            version: Version::from_bytes(report.version).unwrap_or_default(),
            length: Some(report.length),
            digest: Some(Digest(report.digest)),
            confirmed: Some(report.confirmed),
            code: Some(Status(report.code)),
        };
        run.emit(Event::Report(facts.clone()));
        match self.state {
            State::Query { .. } => {
                self.answered(run);
                run.timers.clear(Timer::Report);
                self.state = State::Confirm { report: report.id };
                run.report = Some(facts.clone());
                run.signal(Signal::Report(facts));
            }
            State::Confirm { .. } => {
                self.state = State::Confirm { report: report.id };
                run.report = Some(facts.clone());
                if report.confirmed {
                    run.timers.clear(Timer::Confirm);
                    self.answered(run);
                }
                // An unconfirmed one is acknowledged again by the request timer, not at once: two
                // ends that answer each other at once would never stop.
                let matches = facts
                    .digest
                    .is_some_and(|digest| run.wanted.digest.is_of(&digest));
                if report.confirmed || !matches {
                    run.signal(Signal::Report(facts));
                }
            }
            _ => {}
        }
    }

    /// A host that applies a patch block by block is alive as long as blocks get further.
    fn handle_block_status(&mut self, run: &mut Context, block: &BlockStatus) {
        let further = run.block(block.block, Status(block.state), Status(block.code));
        if further {
            self.be_patient(run, run.now + self.config.report);
        }
    }

    fn handle_unsupported(&mut self, run: &mut Context, answer: &Unsupported) {
        let kind = Kind(answer.kind);
        let text = format!("the host does not know {kind}");
        let asked = match self.desk.asked() {
            Some(Ask::Hello { .. }) => Kind::HELLO,
            Some(Ask::Query) => Kind::QUERY,
            Some(Ask::Offer) => Kind::OFFER,
            Some(Ask::Finish) => Kind::FINISH,
            Some(Ask::Boot) => Kind::BOOT,
            None => Kind::DATA,
        };
        let vital = kind == asked && !matches!(self.state, State::Idle | State::Closed);
        if vital {
            run.fail(Failure::Unsupported {
                what: kind.to_string(),
            });
        } else {
            run.note(text);
        }
    }
}

fn facts(version: u8, info: &HostInfo<'_>) -> HostFacts {
    HostFacts {
        dialect_version: Some(version),
        board: Version::from_bytes(info.board),
        features: None,
        boot_id: Some(info.boot_id),
        layout: Some(info.layout),
        image_max: Some(info.image_max),
        staging: Some(info.staging),
        image_start: Some(info.image_start),
        scratch: Some(info.scratch),
        decode_ram: Some(info.decode_ram),
        window: Some(info.window),
        data_max: Some(info.data_max),
        flash: Some(info.flash),
        version: Version::from_bytes(info.version),
        image_len: Some(info.image_len),
        confirmed: Some(info.confirmed),
        last_code: Some(Status(info.code)),
    }
}
