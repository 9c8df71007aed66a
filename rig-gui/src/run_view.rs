//! One update as it is seen: phases with their times, bytes, rate, and how it ended.

use std::collections::VecDeque;
use std::time::Duration;

use bridge::event::{Event, Phase, Progress, Stamped, Start};
use bridge::job::LineConfig;
use bridge::verdict::Verdict;
use protocol_spec::tick::Tick;

use crate::units::as_f64;

/// The rate is taken over this span.
const RATE_SPAN: Duration = Duration::from_millis(1500);
/// Below this span a rate would be noise.
const RATE_SPAN_MIN: Duration = Duration::from_millis(100);
/// Most points kept for the rate.
const SAMPLES_MAX: usize = 256;

/// Where an update stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Stage {
    /// None was started yet.
    #[default]
    Idle,
    /// It is being prepared or runs.
    Running,
    /// It has a verdict.
    Ended,
}

/// How far a phase is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PhaseState {
    /// Not begun.
    Pending,
    /// Going on.
    Active,
    /// Over.
    Done,
    /// The update ended in it, and not well.
    Failed,
    /// Never entered: a later phase came without it.
    Skipped,
}

impl PhaseState {
    /// The state in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "not needed",
        }
    }
}

/// One phase of the strip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PhaseRow {
    /// Which phase.
    pub phase: Phase,
    /// How far it is.
    pub state: PhaseState,
    /// Time spent in it, all visits together, up to the last word heard.
    pub spent: Duration,
}

/// An update as it is seen.
#[derive(Debug)]
pub struct RunView {
    /// Where it stands.
    pub stage: Stage,
    /// What is updated with what, in words.
    pub title: String,
    /// The phases, in order.
    pub phases: [PhaseRow; 7],
    /// How much the host has.
    pub progress: Progress,
    /// Offset at which the stream began: not 0 after a resume.
    pub began_at: u32,
    /// Things sent again.
    pub retransmits: u64,
    /// The stop was ordered and has not been carried out yet.
    pub stopping: bool,
    /// Frames that were not shown, because the panel did not keep up.
    pub unseen: u64,
    /// How it ended.
    pub verdict: Option<Box<Verdict>>,
    now: Tick,
    active: Option<Phase>,
    line: LineConfig,
    samples: VecDeque<(Tick, u32)>,
    rate: f64,
}

impl Default for RunView {
    fn default() -> Self {
        let row = |phase| PhaseRow {
            phase,
            state: PhaseState::Pending,
            spent: Duration::ZERO,
        };
        Self {
            stage: Stage::Idle,
            title: String::new(),
            phases: Phase::ALL.map(row),
            progress: Progress::default(),
            began_at: 0,
            retransmits: 0,
            stopping: false,
            unseen: 0,
            verdict: None,
            now: Tick::ZERO,
            active: None,
            line: LineConfig::UNPACED,
            samples: VecDeque::new(),
            rate: 0.0,
        }
    }
}

impl RunView {
    /// An update that begins now.
    #[must_use]
    pub fn begin(title: String) -> Self {
        Self {
            stage: Stage::Running,
            title,
            ..Self::default()
        }
    }

    /// Takes an event of the engine.
    pub fn absorb(&mut self, stamped: &Stamped) {
        self.tell_time(stamped.at);
        match &stamped.event {
            Event::Started(start) => self.start(start),
            Event::Phase(phase) => self.enter(*phase),
            Event::Progress(progress) => self.advance(*progress),
            Event::Resumed { offset } => self.began_at = *offset,
            Event::Retransmit(_) => self.retransmits += 1,
            Event::Verdict(verdict) => self.end(verdict.clone()),
            _ => {}
        }
    }

    /// Takes what a whole scenario has come to, in place of its last update's verdict.
    pub fn conclude(&mut self, verdict: Box<Verdict>) {
        if self.verdict.is_some() {
            self.verdict = Some(verdict);
        } else {
            self.end(verdict);
        }
    }

    /// Says that it is `now`, so that times go on while nothing is said on the line.
    pub fn tell_time(&mut self, now: Tick) {
        if self.stage != Stage::Running || now <= self.now {
            return;
        }
        let spent = now.since(self.now);
        self.now = now;
        if let Some(row) = self.active.and_then(|active| self.row(active)) {
            row.spent += spent;
        }
    }

    /// Time since the start of the update, up to the last word heard.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.verdict
            .as_ref()
            .map_or(self.now.since(Tick::ZERO), |verdict| verdict.elapsed)
    }

    /// The phase that goes on.
    #[must_use]
    pub fn active(&self) -> Option<Phase> {
        self.active
    }

    /// Part of the image that the host has, from 0 to 1.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        match self.progress.total {
            0 => 0.0,
            total => f64::from(self.progress.acked) / f64::from(total),
        }
    }

    /// Bytes of the image per second, over the last moments while it streams, else over the whole
    /// stream; `None` before there is anything to tell.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.rate > 0.0).then_some(self.rate)
    }

    /// Part of what the line could carry that the image's bytes use; `None` without pacing.
    #[must_use]
    pub fn line_use(&self) -> Option<f64> {
        if self.line.baud == 0 {
            return None;
        }
        let most = f64::from(self.line.baud) / f64::from(self.line.bits_per_byte.max(1));
        self.rate().map(|rate| rate / most)
    }

    /// Time until the last byte, at the present rate; `None` when that cannot be told.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.progress.total.saturating_sub(self.progress.acked);
        let streams = self.stage == Stage::Running && self.active <= Some(Phase::Stream);
        let rate = self.rate().filter(|_| streams && left > 0)?;
        Duration::try_from_secs_f64(f64::from(left) / rate).ok()
    }

    fn start(&mut self, start: &Start) {
        self.line = start.line;
        self.progress.total = start.length;
    }

    fn enter(&mut self, phase: Phase) {
        self.leave(PhaseState::Done);
        for row in self.phases.iter_mut().filter(|row| row.phase < phase) {
            if row.state == PhaseState::Pending {
                row.state = PhaseState::Skipped;
            }
        }
        if let Some(row) = self.row(phase) {
            row.state = PhaseState::Active;
        }
        self.active = Some(phase);
        if phase == Phase::Stream {
            self.samples.clear();
        }
    }

    fn leave(&mut self, state: PhaseState) {
        if let Some(row) = self.active.take().and_then(|active| self.row(active)) {
            row.state = state;
        }
    }

    fn advance(&mut self, progress: Progress) {
        self.progress = progress;
        self.samples.push_back((self.now, progress.acked));
        while let Some(&(at, _)) = self.samples.front() {
            let old = self.samples.len() > 2 && self.now.since(at) > RATE_SPAN;
            if !old && self.samples.len() <= SAMPLES_MAX {
                break;
            }
            self.samples.pop_front();
        }
        if let Some(&(at, acked)) = self.samples.front() {
            self.set_rate(progress.acked.saturating_sub(acked), self.now.since(at));
        }
    }

    fn set_rate(&mut self, bytes: u32, over: Duration) {
        if over >= RATE_SPAN_MIN {
            self.rate = as_f64(bytes.into()) / over.as_secs_f64();
        }
    }

    fn end(&mut self, verdict: Box<Verdict>) {
        let state = if verdict.passed() {
            PhaseState::Done
        } else {
            PhaseState::Failed
        };
        self.leave(state);
        let streamed = self.phases.iter().find(|row| row.phase == Phase::Stream);
        if let Some(spent) = streamed.map(|row| row.spent) {
            self.set_rate(self.progress.acked.saturating_sub(self.began_at), spent);
        }
        self.retransmits = verdict.counts.retransmits;
        self.stage = Stage::Ended;
        self.stopping = false;
        self.verdict = Some(verdict);
    }

    fn row(&mut self, phase: Phase) -> Option<&mut PhaseRow> {
        self.phases.iter_mut().find(|row| row.phase == phase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64, event: Event) -> Stamped {
        Stamped {
            at: Tick::from_millis(millis),
            event,
        }
    }

    fn acked(acked: u32) -> Event {
        Event::Progress(Progress {
            acked,
            total: 1000,
            ..Progress::default()
        })
    }

    fn streaming() -> RunView {
        let mut run = RunView::begin("a test".to_owned());
        run.absorb(&at(0, Event::Phase(Phase::Hello)));
        run.absorb(&at(250, Event::Phase(Phase::Stream)));
        run.absorb(&at(250, acked(0)));
        run.absorb(&at(750, acked(250)));
        run
    }

    #[test]
    fn phases_have_times_and_states() {
        let run = streaming();
        let shown = run.phases.map(|row| (row.state, row.spent.as_millis()));
        assert_eq!(shown[0], (PhaseState::Done, 250));
        assert_eq!(shown[1], (PhaseState::Skipped, 0));
        assert_eq!(shown[3], (PhaseState::Active, 500));
        assert_eq!(shown[6], (PhaseState::Pending, 0));
    }

    #[test]
    fn rate_and_time_left_follow_the_stream() {
        let run = streaming();
        assert_eq!(run.rate(), Some(500.0));
        assert_eq!(run.time_left(), Some(Duration::from_millis(1500)));
        assert!((run.fraction() - 0.25).abs() < 1e-9);
    }

    #[test]
    fn a_verdict_stops_the_clock_and_marks_the_phase() {
        let mut run = streaming();
        let verdict = Verdict::rig_error("x".to_owned(), String::new(), String::new());
        run.absorb(&at(800, Event::Verdict(Box::new(verdict))));
        run.tell_time(Tick::from_secs(9));
        assert_eq!(run.stage, Stage::Ended);
        assert_eq!(run.phases[3].state, PhaseState::Failed);
        assert_eq!(run.phases[3].spent, Duration::from_millis(550));
        assert_eq!(run.time_left(), None);
    }

    #[test]
    fn samples_are_bounded() {
        let mut run = streaming();
        for step in 0..10_000 {
            run.absorb(&at(800, acked(step)));
        }
        assert!(run.samples.len() <= SAMPLES_MAX + 1);
    }
}
