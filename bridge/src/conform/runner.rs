//! One script on one line: the five doors, and the step that is being done.

mod listen;
mod outbox;
mod perform;
mod wait;

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use fixtures::script::{EvalError, Expect, Expr, Script, Silence, Value, Vars};
use protocol_spec::tick::Tick;

use super::Outcome;
use super::heard::Heard;
use super::objects::{Objects, object_vars};
use super::speaker::{SpeakError, Speaker};
use super::stack::Stack;
use super::transcript::Transcript;
use super::transfer::Progress;
use crate::engine::{Command, Engine, LinkFailure};
use crate::job::LineConfig;
use crate::verdict::Class;
use outbox::Outbox;

/// Most steps of one script, repetitions counted.
const STEPS_MAX: u32 = 200_000;
/// Most messages that wait for a step.
const INBOX_MAX: usize = 4096;

/// What a script is played on.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Rate of the line.
    pub line: LineConfig,
    /// Start of nonces and transfer numbers.
    pub seed: u32,
    /// The objects of the script.
    pub objects: Objects,
    /// Limits that the host states.
    pub limits: BTreeMap<String, u32>,
    /// What is known of the host beside that, as variables.
    pub known: Vars,
}

/// What a driver does with the host's power.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PowerOrder {
    /// Switch it off.
    Off,
    /// Switch it on.
    On,
}

/// One script.
pub struct Runner {
    script: Arc<Script>,
    stage: Stage,
    vars: Vars,
    speaker: Speaker,
    stack: Stack,
    line: usize,
    steps: u32,
    state: State,
    inbox: VecDeque<Heard>,
    outbox: Outbox,
    power: VecDeque<PowerOrder>,
    /// The object that was offered last.
    offered: String,
    /// Numbers of frames whose ACK may come.
    maybe: BTreeSet<u8>,
    /// The end of the step before.
    mark: Tick,
    now: Tick,
    started: Option<Tick>,
    heard_any: bool,
    bad_frames: usize,
    transcript: Transcript,
    outcome: Option<Outcome>,
}

/// What the runner waits for.
enum State {
    /// Nothing: the next step.
    Next,
    /// The line is free for this message.
    Clear(Box<fixtures::script::Send>),
    /// The link ACK of a frame.
    Acking { seq: u8, until: Tick },
    /// A message, until then.
    Expecting { expect: Box<Expect>, until: Tick },
    /// Nothing comes until then.
    Silent { silence: Silence, until: Tick },
    /// Time.
    Waiting { until: Tick },
    /// The power is off until then.
    Off { until: Tick },
    /// The rest of an object.
    Transferring(Box<Progress>),
    /// The engine has the line.
    Updating(Box<Engine>),
    /// The last frames go out.
    Done,
}

/// Why a step ends the script.
enum Fault {
    /// The host is wrong.
    Host(String),
    /// The script is.
    Script(String),
    /// An update by the engine ended so.
    Update(Class, String),
}

impl From<EvalError> for Fault {
    fn from(error: EvalError) -> Self {
        Self::Script(error.to_string())
    }
}

impl From<SpeakError> for Fault {
    fn from(error: SpeakError) -> Self {
        Self::Script(error.to_string())
    }
}

impl Runner {
    /// A script that begins with the first call of another door.
    #[must_use]
    pub fn new(script: Arc<Script>, stage: Stage) -> Self {
        let mut vars = script.vars.clone();
        object_vars(&stage.objects, &mut vars);
        for (name, limit) in &stage.limits {
            vars.insert(name.clone(), Value::Number((*limit).into()));
        }
        vars.insert("heard".to_owned(), Value::Number(0));
        vars.extend(stage.known.clone());
        let outbox = Outbox::new(stage.line);
        let transcript = Transcript::knowing(&vars);
        Self {
            speaker: Speaker::new(script.dialect, stage.seed),
            stack: Stack::new(Arc::clone(&script.steps)),
            script,
            stage,
            vars,
            line: 0,
            steps: 0,
            state: State::Next,
            inbox: VecDeque::new(),
            outbox,
            power: VecDeque::new(),
            offered: "new".to_owned(),
            maybe: BTreeSet::new(),
            mark: Tick::ZERO,
            now: Tick::ZERO,
            started: None,
            heard_any: false,
            bad_frames: 0,
            transcript,
            outcome: None,
        }
    }

    /// Takes bytes from the line: any split, any content.
    pub fn handle_input(&mut self, now: Tick, bytes: &[u8]) {
        self.begin(now);
        if let State::Updating(engine) = &mut self.state {
            engine.handle_input(now, bytes);
            self.overhear();
        } else {
            let fed = self.speaker.feed(self.now, bytes);
            self.bad_frames += fed.bad;
            for (frame, shown) in fed.out {
                self.say(frame, &shown);
            }
            for heard in fed.heard {
                self.hear(heard);
            }
        }
        self.advance();
    }

    /// Does what is due; harmless when early.
    pub fn handle_timeout(&mut self, now: Tick) {
        self.begin(now);
        if let State::Updating(engine) = &mut self.state {
            engine.handle_timeout(self.now);
            self.overhear();
        }
        self.advance();
    }

    /// Appends the next frame to `out` and returns its length; 0 when there is none now.
    pub fn poll_transmit(&mut self, now: Tick, out: &mut Vec<u8>) -> usize {
        self.begin(now);
        loop {
            if let Some(frame) = self.outbox.pop() {
                out.extend_from_slice(&frame);
                return frame.len();
            }
            let State::Updating(engine) = &mut self.state else {
                return 0;
            };
            let len = engine.poll_transmit(self.now, out);
            if len > 0 || engine.verdict().is_none() {
                return len;
            }
            // The next step may have frames of its own.
            self.advance();
        }
    }

    /// When [`Runner::handle_timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Tick> {
        let started = self.started.unwrap_or(Tick::ZERO);
        if self.outcome.is_some() {
            return None;
        }
        let due = match &self.state {
            State::Next | State::Done => Some(self.now),
            State::Clear(_) => self.speaker.busy_until(),
            State::Acking { until, .. }
            | State::Expecting { until, .. }
            | State::Silent { until, .. }
            | State::Waiting { until }
            | State::Off { until } => Some(*until),
            State::Transferring(progress) => Some(self.transfer_due(progress)),
            State::Updating(engine) => engine.poll_timeout(),
        };
        let limit = started + Duration::from_secs(self.script.limit_s.into());
        let answer = self.speaker.busy_until();
        [due, answer, Some(limit)].into_iter().flatten().min()
    }

    /// What is to be done with the host's power, oldest first.
    pub fn poll_power(&mut self) -> Option<PowerOrder> {
        self.power.pop_front()
    }

    /// The line is gone: the script ends.
    pub fn link_closed(&mut self, now: Tick, failure: &LinkFailure) {
        self.begin(now);
        self.end(Class::LinkError, format!("the line is gone: {failure}"));
    }

    /// The operator stops the script.
    pub fn abort(&mut self, now: Tick) {
        self.begin(now);
        if let State::Updating(engine) = &mut self.state {
            engine.handle_command(self.now, Command::Abort);
        }
        self.end(Class::Aborted, "stopped by the user".to_owned());
    }

    /// How the script ended; `None` while it goes on, or frames wait to be taken.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref().filter(|_| self.outbox.is_empty())
    }

    /// The time since the start of the script.
    #[must_use]
    pub fn elapsed(&self) -> Tick {
        Tick::ZERO + self.now.since(self.started.unwrap_or(self.now))
    }

    /// The value of a variable now.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Value> {
        self.vars.get(name)
    }

    /// What was said.
    #[must_use]
    pub fn into_transcript(self) -> Transcript {
        self.transcript
    }

    fn begin(&mut self, now: Tick) {
        self.now = self.now.max(now);
        if self.started.is_none() {
            self.started = Some(self.now);
            self.mark = self.now;
        }
    }

    fn advance(&mut self) {
        while self.outcome.is_none() {
            match self.turn() {
                Ok(true) => {}
                Ok(false) => break,
                Err(fault) => self.fail(fault),
            }
        }
        let idle = matches!(
            self.state,
            State::Expecting { .. } | State::Silent { .. } | State::Waiting { .. }
        );
        if let Some((frame, shown)) = self.speaker.next_answer(self.now, idle) {
            self.say(frame, &shown);
        }
        let limit = Duration::from_secs(self.script.limit_s.into());
        if self.outcome.is_none() && self.elapsed() >= Tick::ZERO + limit {
            let what = format!("the script did not end in {} s", self.script.limit_s);
            self.fail(Fault::Host(what));
        }
    }

    /// Goes on by one step or one look at what is waited for; whether there is more to do.
    fn turn(&mut self) -> Result<bool, Fault> {
        if !matches!(self.state, State::Next) {
            return self.look();
        }
        match self.stack.next(&mut self.vars)? {
            None => {
                self.state = State::Done;
                self.outcome = Some(Outcome::pass());
                Ok(false)
            }
            Some(step) => {
                if !self.stack.in_call() {
                    self.line = step.line;
                }
                self.steps += 1;
                if self.steps > STEPS_MAX {
                    return Err(Fault::Script(format!("more than {STEPS_MAX} steps")));
                }
                self.outbox.check(self.now).map_err(Fault::Script)?;
                self.perform(step.action)?;
                Ok(true)
            }
        }
    }

    fn fail(&mut self, fault: Fault) {
        match fault {
            Fault::Script(what) => self.end(Class::RigError, what),
            // The engine does not know what the host said before.
            Fault::Update(Class::LinkError, what) if self.heard_any => {
                self.end(Class::HostFailed, what);
            }
            Fault::Update(class, what) => self.end(class, what),
            Fault::Host(what) if self.heard_any => self.end(Class::HostFailed, what),
            Fault::Host(what) => {
                let bad = match self.bad_frames {
                    0 => "nothing was heard".to_owned(),
                    bad => format!("nothing but noise was heard ({bad} pieces)"),
                };
                self.end(Class::LinkError, format!("{bad}; {what}"));
            }
        }
    }

    fn end(&mut self, class: Class, what: String) {
        if self.outcome.is_none() {
            self.note(format!("{class}: {what}"));
            self.outcome = Some(Outcome::new(class, self.line, what));
            self.state = State::Done;
        }
    }

    fn millis(&self, expr: &Expr) -> Result<Duration, Fault> {
        let ms = expr.eval(&self.vars)?;
        u64::try_from(ms)
            .map(Duration::from_millis)
            .map_err(|_| Fault::Script(format!("{ms} ms is no time")))
    }

    /// Ends a step at `at`.
    fn step_done(&mut self, at: Tick) {
        self.mark = at;
        self.state = State::Next;
    }
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner")
            .field("script", &self.script.name)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}
