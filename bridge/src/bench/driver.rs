//! The clock that jumps, and the loop around engine and host.

mod strikes;

use std::collections::VecDeque;
use std::time::Duration;

use fixtures::host::{Host, HostNote};
use fixtures::scenario::{End, Fault};
use host_agent::layout::Layout;
use protocol_spec::tick::Tick;

use super::conduct::Conductor;
use super::look::{Look, Watch};
use super::struck::HostFaults;
use super::{Told, Work};
use crate::engine::{Command, Engine, LinkFailure};
use crate::event::{Event, Stamped};
use crate::host_line::HostLine;
use crate::inject::Armoury;
use crate::job::UpdateJob;
use crate::mischief::Mischief;
use crate::verdict::{Class, Verdict};

/// Most steps of one update; a run that needs more is a fault of the bench, not of the host.
pub const STEPS_MAX: u64 = 200_000_000;
/// Steps of the host between two looks at the engine.
const HOST_STEPS: u32 = 64;
/// How long the host may go on after the last verdict, seconds.
const SETTLE_S: u64 = 120;
/// Most steps of the host in one of them.
const SETTLE_STEPS: u32 = 1_000_000;

/// A host on its line, the update that it gets, and the time.
///
/// Whoever steps it decides how fast its time goes by; it knows no clock. However the update goes,
/// it ends with a verdict: too many steps and too late a time are ends too.
#[derive(Debug)]
pub struct Bench {
    line: HostLine,
    engine: Option<Engine>,
    now: Tick,
    limit: Tick,
    steps: u64,
    bytes: Vec<u8>,
    /// Mistakes that the module makes.
    mischief: Option<Mischief>,
    /// What the host did and nobody has heard of yet.
    notes: VecDeque<HostNote>,
    /// What the engine has said of the frames that it hands over, while faults wait for one.
    said: VecDeque<Stamped>,
    /// Faults that are armed while an update runs, and the flash that they may strike.
    armoury: Option<(Armoury, Layout)>,
    /// Which of its faults have not struck.
    host_faults: HostFaults,
    /// What was seen of it.
    look: Option<Look>,
    /// How the bench itself has ended the update, and whether that is still to be told.
    stopped: Option<(Verdict, bool)>,
}

impl Bench {
    /// A host at time zero without an update; at `limit` the running update ends.
    #[must_use]
    pub fn new(line: HostLine, limit: Tick) -> Self {
        let host_faults = HostFaults::new(line.host().faults_left());
        Self {
            line,
            engine: None,
            now: Tick::ZERO,
            limit,
            steps: 0,
            bytes: Vec::new(),
            mischief: None,
            notes: VecDeque::new(),
            said: VecDeque::new(),
            armoury: None,
            host_faults,
            look: None,
            stopped: None,
        }
    }

    /// The bench with a module that makes mistakes.
    #[must_use]
    pub fn with_mischief(mut self, mischief: Option<Mischief>) -> Self {
        self.mischief = mischief;
        self
    }

    /// Begins an update; the host is as the one before has left it.
    pub fn begin(&mut self, job: UpdateJob) {
        self.now = self.now.max(self.line.now());
        let mut engine = Engine::new(job);
        engine.handle_timeout(self.now);
        self.engine = Some(engine);
        if let Some(mischief) = &mut self.mischief {
            mischief.begin();
        }
        if let Some(look) = &mut self.look {
            look.begin(self.line.host());
        }
        self.steps = 0;
        self.stopped = None;
        self.step(self.now);
    }

    /// When something happens next; `None` when the update has its verdict.
    pub fn next_due(&mut self) -> Option<Tick> {
        if self.verdict().is_some() {
            return None;
        }
        let engine = self.engine.as_ref()?;
        let due = [
            engine.poll_timeout(),
            self.line.next(),
            self.line.closes_at(),
        ]
        .into_iter()
        .flatten()
        .min();
        let verdict = match due {
            _ if self.steps >= STEPS_MAX => stuck("too many steps", self.now),
            None => stuck("nothing is due any more", self.now),
            Some(due) if due > self.limit => out_of_time(self.limit),
            Some(due) => return Some(due.max(self.now)),
        };
        self.stopped = Some((verdict, true));
        None
    }

    /// Does what is due at `now`.
    pub fn step(&mut self, now: Tick) {
        self.now = self.now.max(now);
        self.steps += 1;
        self.advance(self.now, HOST_STEPS);
        if let Some(mut engine) = self.engine.take() {
            if self.line.closes_at().is_some_and(|at| at <= self.now) {
                engine.link_closed(self.now, &LinkFailure::Closed);
            }
            self.serve(&mut engine);
            self.engine = Some(engine);
        }
    }

    /// Stops the update as its user would; the host keeps what it has.
    pub fn abort(&mut self) {
        if let Some(engine) = &mut self.engine {
            engine.handle_command(self.now, Command::Abort);
        }
        self.step(self.now);
    }

    /// Tells all that happened since the last call: what the host did, what the engine says, and
    /// which faults have struck.
    pub fn tell(&mut self, sink: &mut dyn FnMut(&Told<'_>)) {
        while let Some(note) = self.notes.pop_front() {
            sink(&Told::Host(self.now, &note));
        }
        while let Some(event) = self.said.pop_front() {
            sink(&Told::Engine(&event));
        }
        let engine = self.engine.as_mut();
        for event in engine
            .into_iter()
            .flat_map(|engine| std::iter::from_fn(|| engine.poll_event()))
        {
            if let Some((armoury, _)) = &mut self.armoury {
                armoury.see(&event);
            }
            sink(&Told::Engine(&event));
        }
        self.tell_struck(sink);
        if let Some((verdict, untold @ true)) = &mut self.stopped {
            *untold = false;
            let event = Event::Verdict(Box::new(verdict.clone()));
            sink(&Told::Engine(&Stamped {
                at: self.now,
                event,
            }));
        }
    }

    /// How the update has ended.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        let stopped = self.stopped.as_ref().map(|(verdict, _)| verdict);
        stopped.or_else(|| self.engine.as_ref()?.verdict())
    }

    /// Runs one update to its verdict, as fast as the conductor lets it.
    pub(super) fn update(&mut self, job: UpdateJob, conductor: &mut dyn Conductor) -> Verdict {
        self.begin(job);
        loop {
            self.tell(&mut |told| conductor.hear(told));
            let Some(next) = self.next_due() else { break };
            conductor.pace(self, next);
            self.step(next);
        }
        self.tell(&mut |told| conductor.hear(told));
        let verdict = self.verdict().cloned();
        verdict.unwrap_or_else(|| stuck("no verdict", self.now))
    }

    /// Lets the host finish what it does.
    pub(super) fn settle(&mut self, sink: &mut dyn FnMut(&Told<'_>)) {
        for second in 1..=SETTLE_S {
            self.advance(self.now + Duration::from_secs(second), SETTLE_STEPS);
            self.tell(sink);
        }
    }

    /// The time now.
    pub(super) fn now(&self) -> Tick {
        self.now
    }

    /// Lets the host go on by itself until `at`.
    pub(super) fn wait(&mut self, at: Tick) {
        self.now = self.now.max(at);
        self.advance(self.now, SETTLE_STEPS);
    }

    /// Looks from now on at what the host enters.
    pub(super) fn watch(&mut self, watch: Watch) {
        self.look = Some(Look::new(watch));
    }

    pub(super) fn watched(&self) -> Option<&Watch> {
        self.look.as_ref().map(|look| &look.watch)
    }

    /// Whether the host entered something that is neither image.
    pub(super) fn has_mixed(&self) -> bool {
        self.look.as_ref().is_some_and(|look| look.mixed)
    }

    /// Whether a reset, a loss of power or a failure of flash came in the last trial of a new image.
    pub(super) fn was_struck(&self) -> bool {
        let struck = |look: &Look| look.was_struck(self.line.host());
        self.look.as_ref().is_some_and(struck)
    }

    /// Whether the bench itself ended the update.
    pub(super) fn has_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// Line and module make no mistake from now on; updates end after this time.
    pub(super) fn mend(&mut self, time: Duration) {
        self.line.mend();
        self.mischief = None;
        self.limit = self.now.max(self.line.now()) + time;
    }

    /// Takes the power away and gives it back.
    pub(super) fn power_cycle(&mut self) {
        self.line.power_cycle();
    }

    /// What the scenario's run has cost so far.
    pub(super) fn work(&self) -> Work {
        Work {
            to_host: self.line.sent(End::Host),
            to_module: self.line.sent(End::Module),
            operations: self.line.host().flash().operations(),
        }
    }

    /// The faults that have not struck so far.
    pub(super) fn faults_left(&self) -> Vec<Fault> {
        let module = self.mischief.iter().flat_map(Mischief::faults_left);
        let mut left = self.line.faults_left();
        left.extend(module.map(Fault::Module));
        left
    }

    pub(super) fn host(&self) -> &dyn Host {
        self.line.host()
    }

    /// Lets the host work until `until`, and looks at it as soon as it says something.
    fn advance(&mut self, until: Tick, steps: u32) {
        for _ in 0..steps {
            let idle = self.line.advance(until, 1);
            while let Some(note) = self.line.poll_note() {
                if let Some(look) = &mut self.look {
                    look.see(&note, self.line.host());
                }
                self.notes.push_back(note);
            }
            if idle {
                return;
            }
        }
    }

    fn serve(&mut self, engine: &mut Engine) {
        self.bytes.clear();
        if self.line.pop(self.now, &mut self.bytes) > 0 {
            if let Some(mischief) = &mut self.mischief {
                self.bytes = mischief.hear(std::mem::take(&mut self.bytes));
            }
            engine.handle_input(self.now, &self.bytes);
        }
        if engine.poll_timeout().is_some_and(|due| due <= self.now) {
            engine.handle_timeout(self.now);
        }
        if let Some(request) = engine.poll_patch_request() {
            engine.provide_patch(self.now, request.make());
        }
        loop {
            self.bytes.clear();
            let len = engine.poll_transmit(self.now, &mut self.bytes);
            self.strike_armed(engine, len > 0);
            if len == 0 {
                return;
            }
            let Some(mischief) = &mut self.mischief else {
                self.line.push(self.now, &self.bytes);
                continue;
            };
            for frame in mischief.speak(&self.bytes) {
                self.line.push(self.now, &frame);
            }
        }
    }
}

fn out_of_time(limit: Tick) -> Verdict {
    Verdict {
        class: Class::HostFailed,
        ..Verdict::rig_error(
            format!("The time limit of {limit} s was reached"),
            "the update went on without an end; every wait has a timer, so something was \
             repeated again and again"
                .to_owned(),
            "read the last lines of the transcript or of the log".to_owned(),
        )
    }
}

fn stuck(what: &str, now: Tick) -> Verdict {
    Verdict::rig_error(
        format!("The bench stopped at {now} s: {what}"),
        "this is a fault of otarig itself".to_owned(),
        "report it with the last lines of the transcript or of the log".to_owned(),
    )
}
