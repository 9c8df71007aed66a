//! The update engine: five doors, no clock, no file, no port.
//!
//! A driver calls [`Engine::handle_input`] with what the line brought and
//! [`Engine::handle_timeout`] when [`Engine::poll_timeout`] is due; after each of them it takes
//! frames from [`Engine::poll_transmit`] until there is none, then events from
//! [`Engine::poll_event`]. The run is over when [`Engine::verdict`] is there: that is when the last
//! frame has been taken, and its event is the last one. A driver that lets frames wait while the
//! line takes no bytes must not do so once [`Engine::is_closing`] says that nothing else is waited
//! for.
//!
//! Making a patch is pure computation, but takes too long for any of these calls: the driver takes
//! what is to be made from [`Engine::poll_patch_request`], makes it where it holds nothing up, and
//! hands it over with [`Engine::provide_patch`].
//!
//! The engine knows the steps of an update, a dialect knows frames, timers and retries:
//!
//! | state    | waits for                                   | then                          |
//! |----------|---------------------------------------------|-------------------------------|
//! | Hello    | the host is there                           | Check, or Offer               |
//! | Check    | what runs: it may be the image, or its base | done, Confirm, Base, Make, Offer |
//! | Base     | the host says that the base is confirmed    | Make, or Offer                |
//! | Make     | the driver's patch for this host            | Offer                         |
//! | Offer    | go-ahead and offset, or "runs already"      | Stream, or Claim              |
//! | Claim    | proof that the image runs already           | done                          |
//! | Stream   | every byte acknowledged                     | Verify                        |
//! | Verify   | the object is good                          | Boot                          |
//! | Boot     | the host has restarted                      | Report                        |
//! | Report   | what runs                                   | Confirm, or done              |
//! | Confirm  | the host says confirmed, or had time for it | done                          |

mod blocks;
mod context;
mod delta;
mod failure;
mod judge;
mod meet;
mod preflight;
mod step;
mod timer;
mod wire_clock;

#[cfg(test)]
mod tests;

use protocol_spec::rig::message::ObjectKind;
use protocol_spec::tick::Tick;

pub use delta::PatchRequest;
use delta::Plan;

pub(crate) use context::{Context, RawRun};
pub(crate) use failure::{At, Failure};
pub(crate) use step::{Order, Signal};
pub(crate) use timer::Timer;
pub(crate) use wire_clock::WireClock;

use crate::dialect::{self, Dialect};
use crate::event::{Event, Phase, ReportFacts, Stamped, Start};
use crate::job::{DialectConfig, UpdateJob};
use crate::object::Object;
use crate::verdict::Verdict;

/// So often the host may restart beyond what the boot order asked for.
const RESTARTS_AGAIN_MAX: u32 = 3;

/// A wish of the operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// Stop the run; the host keeps what it has.
    Abort,
}

/// Why the line is gone.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LinkFailure {
    /// The other end closed it.
    #[error("the other end closed it")]
    Closed,
    /// The operating system reported an error.
    #[error("{0}")]
    Io(String),
}

/// One update on one line.
#[derive(Debug)]
pub struct Engine {
    run: Context,
    dialect: Box<dyn Dialect + Send>,
    start: Option<Start>,
    plan: Plan,
    state: State,
    /// Restarts of the host after the one that the boot order asked for.
    restarts_again: u32,
}

/// What the engine waits for; the table in the module's header.
#[derive(Debug)]
enum State {
    Idle,
    Hello,
    Check,
    /// The image to build upon runs; it is being confirmed.
    Base,
    /// The request until the driver has taken it.
    Make(Option<Box<PatchRequest>>),
    Offer,
    Claim,
    Stream,
    Verify,
    Boot,
    Report,
    Confirm {
        already: bool,
    },
    /// The last frames go out.
    Closing(Box<Verdict>),
    Done(Box<Verdict>),
}

impl Engine {
    /// An engine for one update; it starts with the first call of any other door.
    #[must_use]
    pub fn new(job: UpdateJob) -> Self {
        let start = Start {
            dialect: job.dialect.kind(),
            line: job.line,
            kind: match job.object {
                Object::Patch(_) => ObjectKind::Patch,
                Object::Image { .. } | Object::Delta(_) => ObjectKind::Image,
            },
            length: job.object.len(),
            version: job.version,
            digest: job.object.wanted().digest,
        };
        let dialect: Box<dyn Dialect + Send> = match &job.dialect {
            DialectConfig::Ayla(config) => Box::new(dialect::ayla::Ayla::new(config.clone())),
            DialectConfig::Rig(config) => {
                Box::new(dialect::rig::Rig::new(config.clone(), job.seed))
            }
        };
        let (run, plan) = delta::split(job);
        Self {
            run,
            dialect,
            start: Some(start),
            plan,
            state: State::Idle,
            restarts_again: 0,
        }
    }

    /// Takes bytes from the line: any split, any content.
    pub fn handle_input(&mut self, now: Tick, bytes: &[u8]) {
        self.begin(now);
        let mut left = bytes;
        while !left.is_empty() && !self.is_over() {
            let rest = self.dialect.handle_input(&mut self.run, left);
            let (taken, _) = left.split_at(left.len() - rest.len());
            self.run.arrived(taken);
            left = rest;
            self.settle();
        }
    }

    /// Does what is due; harmless when early.
    pub fn handle_timeout(&mut self, now: Tick) {
        self.begin(now);
        while let Some(timer) = self.run.timers.take_due(self.run.now) {
            self.dialect.handle_timer(&mut self.run, timer);
            self.settle();
        }
    }

    /// Does what the operator wants.
    pub fn handle_command(&mut self, now: Tick, command: Command) {
        self.begin(now);
        match command {
            Command::Abort => self.run.fail(Failure::Aborted),
        }
        self.settle();
    }

    /// The line is gone: the run ends.
    pub fn link_closed(&mut self, now: Tick, failure: &LinkFailure) {
        self.begin(now);
        self.run.fail(Failure::LinkClosed(failure.clone()));
        self.settle();
        self.finish();
    }

    /// Appends the next frame to `out` and returns its length; 0 when there is none now.
    ///
    /// Never hands over much more than the line can take: when it holds back a frame,
    /// [`Engine::poll_timeout`] says until when.
    pub fn poll_transmit(&mut self, now: Tick, out: &mut Vec<u8>) -> usize {
        self.begin(now);
        let len = self.dialect.poll_transmit(&mut self.run, out);
        self.settle();
        if len == 0 {
            self.finish();
        }
        len
    }

    /// When [`Engine::handle_timeout`] and [`Engine::poll_transmit`] want to be called again.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Tick> {
        match self.state {
            State::Idle => Some(Tick::ZERO),
            _ => self.run.timers.next(),
        }
    }

    /// The next event, oldest first.
    pub fn poll_event(&mut self) -> Option<Stamped> {
        self.run.poll_event()
    }

    /// Whether all that is left to do is to take the last frames, a few at most.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        matches!(self.state, State::Closing(_))
    }

    /// How the run ended; `None` while it goes on.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        match &self.state {
            State::Done(verdict) => Some(verdict),
            _ => None,
        }
    }

    fn begin(&mut self, now: Tick) {
        self.run.now = self.run.now.max(now);
        if let Some(start) = self.start.take() {
            self.run.started = Some(self.run.now);
            self.run.emit(Event::Started(start));
            if self.run.length == 0 {
                self.run.fail(Failure::EmptyImage);
            } else {
                self.enter(State::Hello, Phase::Hello, Order::Hello);
            }
            self.settle();
        }
    }

    /// Acts on everything that the dialect has told.
    fn settle(&mut self) {
        while let Some(signal) = self.run.poll_signal() {
            self.handle_signal(signal);
        }
    }

    fn handle_signal(&mut self, signal: Signal) {
        match (&self.state, signal) {
            (State::Closing(_) | State::Done(_), _) => {}
            (_, Signal::Failed(failure)) => self.fail(&failure),
            (State::Hello, Signal::Ready(facts)) => self.meet(*facts),
            (State::Check, Signal::Report(report)) => self.check(&report),
            (State::Base, Signal::Report(report)) => self.base(&report),
            (State::Offer, Signal::Preparing) => self.enter_phase(Phase::Erase),
            (State::Offer, Signal::Accepted { offset }) => self.stream(offset),
            (State::Offer, Signal::Already) => self.already(),
            (State::Claim, Signal::Report(report)) => self.claim(&report),
            (State::Stream, Signal::AllAcked) => {
                self.enter(State::Verify, Phase::Verify, Order::Finish);
            }
            (State::Verify, Signal::Verified) => self.enter(State::Boot, Phase::Boot, Order::Boot),
            (State::Boot, Signal::Restarted) => self.restarted(),
            (State::Report, Signal::Report(report)) => self.judge(&report),
            (State::Confirm { already }, Signal::Report(report)) => {
                let already = *already;
                self.confirm(&report, already);
            }
            (State::Report | State::Confirm { already: false }, Signal::Restarted) => {
                self.restarted_again();
            }
            (State::Confirm { .. }, Signal::Settled) => self.settled(),
            _ => {}
        }
    }

    fn enter_phase(&mut self, phase: Phase) {
        if self.run.phase != phase || matches!(self.state, State::Idle) {
            self.run.phase = phase;
            self.run.emit(Event::Phase(phase));
        }
    }

    fn enter(&mut self, state: State, phase: Phase, order: Order) {
        self.enter_phase(phase);
        self.state = state;
        self.dialect.order(&mut self.run, order);
    }

    fn stream(&mut self, offset: u32) {
        self.run.counts.offset_started = offset;
        self.run.progress.sent = offset;
        self.run.progress.stored = offset;
        self.enter_phase(Phase::Stream);
        if offset != 0 {
            self.run.emit(Event::Resumed { offset });
        }
        self.run.advance(offset);
        self.state = State::Stream;
        self.dialect
            .order(&mut self.run, Order::Stream { from: offset });
    }

    fn restarted(&mut self) {
        self.run.emit(Event::Restarted);
        self.enter(State::Report, Phase::Report, Order::AwaitReport);
    }

    /// Once more is no failure: a boot loader may speak before the image does. A host that never
    /// stops is one.
    fn restarted_again(&mut self) {
        self.restarts_again += 1;
        if self.restarts_again > RESTARTS_AGAIN_MAX {
            self.run.emit(Event::Restarted);
            let times = self.restarts_again;
            return self.fail(&Failure::RestartsOnAndOn { times });
        }
        if matches!(self.state, State::Report) {
            self.run.emit(Event::Restarted);
            self.run
                .note("the host restarted once more before it said what it runs");
            return;
        }
        self.run
            .note("the host restarted again before it could have confirmed");
        self.restarted();
    }

    /// The restarted host says what it runs.
    fn judge(&mut self, report: &ReportFacts) {
        match self.mismatch(report) {
            Some(failure) => self.fail(&failure),
            None => self.confirm(report, false),
        }
    }

    /// The right image runs: is it confirmed?
    fn confirm(&mut self, report: &ReportFacts, already: bool) {
        if let Some(failure) = self.mismatch(report) {
            return self.fail(&failure);
        }
        if report.confirmed == Some(true) {
            self.dialect.order(&mut self.run, Order::Acknowledge);
            return self.pass(Some(report), already);
        }
        let phase = if already {
            self.run.phase
        } else {
            Phase::Report
        };
        self.enter(State::Confirm { already }, phase, Order::Acknowledge);
    }

    fn settled(&mut self) {
        let report = self.run.report.clone();
        self.pass(report.as_ref(), false);
    }
}
