//! A sweep as it is seen: how far it is, what was found, how it ended.

use std::time::Duration;

use bridge::sweep::KEPT_MAX;
use bridge::sweep::words::CountRow;
use bridge::verdict::Class;

use crate::replay::Replay;
use crate::units::as_f64;

/// Most runs that are listed; all are counted.
pub const FINDS_MAX: usize = KEPT_MAX;

/// Where a sweep stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SweepStage {
    /// None was started yet.
    #[default]
    Idle,
    /// The update is run once without a fault.
    Preparing,
    /// Runs are made.
    Running,
    /// All runs are made; those that were found are made small.
    Shrinking {
        /// Which one, from 1.
        at: usize,
        /// How many there are.
        of: usize,
    },
    /// It has its verdict.
    Ended,
}

/// How far a sweep is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Runs that were made.
    pub done: u64,
    /// Runs that there are; none where that is known at the end only.
    pub of: Option<u64>,
    /// Those that ended as no run may.
    pub found: u64,
    /// Time since the first run began.
    pub elapsed: Duration,
    /// All counts.
    pub rows: Vec<CountRow>,
}

/// A run that ended as no run may.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Find {
    /// Its number.
    pub number: u64,
    /// What is wrong with it.
    pub what: String,
    /// How it is played again, and where it goes wrong.
    pub replay: Replay,
}

/// How a sweep ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending {
    /// The class, which decides the exit code of the command line.
    pub class: Class,
    /// The end in a line.
    pub headline: String,
    /// What that means.
    pub meaning: String,
    /// What to do now.
    pub next_step: String,
}

/// What the sweep's thread says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum News {
    /// The update passes without a fault; runs begin.
    Begun {
        /// What is swept.
        title: String,
        /// How many runs of what.
        about: String,
        /// Runs, where their number is known.
        of: Option<u64>,
    },
    /// How far it is.
    Counts(Counts),
    /// A run was found.
    Found(Box<Find>),
    /// What was found is made small: which one, from 1, of how many.
    Shrinking(usize, usize),
    /// What stands at this place of the list, made small.
    Shrunk(usize, Box<Find>),
    /// The last word.
    Ended(Ending),
}

/// A sweep as it is seen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SweepView {
    /// Where it stands.
    pub stage: SweepStage,
    /// The stop was ordered and has not been carried out yet.
    pub stopping: bool,
    /// What is swept.
    pub title: String,
    /// How many runs of what.
    pub about: String,
    /// How far it is.
    pub counts: Counts,
    /// The first runs that were found.
    pub finds: Vec<Find>,
    /// How it ended.
    pub ending: Option<Ending>,
}

impl SweepView {
    /// A sweep of `title` that begins now.
    #[must_use]
    pub fn begin(title: String) -> Self {
        Self {
            stage: SweepStage::Preparing,
            title,
            ..Self::default()
        }
    }

    /// Whether its thread is at work.
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        !matches!(self.stage, SweepStage::Idle | SweepStage::Ended)
    }

    /// Takes what the thread says.
    pub fn absorb(&mut self, news: News) {
        match news {
            News::Begun { title, about, of } => {
                self.stage = SweepStage::Running;
                (self.title, self.about) = (title, about);
                self.counts.of = of;
            }
            News::Counts(counts) => self.counts = counts,
            News::Found(find) if self.finds.len() < FINDS_MAX => {
                self.finds.push(*find);
                // The counts come now and then only.
                self.counts.found = self.counts.found.max(self.finds.len() as u64);
            }
            News::Found(_) => {}
            News::Shrinking(at, of) => {
                if !matches!(self.stage, SweepStage::Shrinking { .. }) {
                    self.stopping = false;
                }
                self.stage = SweepStage::Shrinking { at, of };
            }
            News::Shrunk(place, find) => {
                if let Some(listed) = self.finds.get_mut(place) {
                    *listed = *find;
                }
            }
            News::Ended(ending) => {
                (self.stage, self.stopping) = (SweepStage::Ended, false);
                self.ending = Some(ending);
            }
        }
    }

    /// Part of the runs that is made, from 0 to 1; `None` where their number is not known.
    #[must_use]
    pub fn fraction(&self) -> Option<f64> {
        let of = self.counts.of.filter(|of| *of > 0)?;
        Some(as_f64(self.counts.done) / as_f64(of))
    }

    /// Runs a second; `None` before there is anything to tell.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        let seconds = self.counts.elapsed.as_secs_f64();
        (seconds > 0.0 && self.counts.done > 0).then(|| as_f64(self.counts.done) / seconds)
    }

    /// Time until the last run, at this rate; `None` when that cannot be told.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.counts.of?.checked_sub(self.counts.done)?;
        let running = self.stage == SweepStage::Running && !self.stopping && left > 0;
        let rate = self.rate().filter(|_| running)?;
        Duration::try_from_secs_f64(as_f64(left) / rate).ok()
    }
}
