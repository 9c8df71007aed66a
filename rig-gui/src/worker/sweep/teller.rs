//! What the sweep's thread tells the panel, through a bounded channel.

use std::collections::VecDeque;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant};

use fixtures::cores::Stop;

use super::Stops;
use crate::sweep::{Counts, Ending, News};
use crate::worker::Wake;

/// Least time between two counts.
const TELL_EVERY: Duration = Duration::from_millis(50);

/// The sending end.
pub(super) struct Teller {
    channel: SyncSender<News>,
    wake: Wake,
    pub(super) stops: Stops,
    /// When the first run began.
    began: Option<Instant>,
    /// When the last counts were told.
    told: Option<Duration>,
    /// What must not be lost and had no room yet: a few finds, whose number is bounded.
    waiting: VecDeque<News>,
}

impl Teller {
    pub(super) fn new(channel: SyncSender<News>, wake: Wake, stops: Stops) -> Self {
        Self {
            channel,
            wake,
            stops,
            began: None,
            told: None,
            waiting: VecDeque::new(),
        }
    }

    /// Says that the first run begins now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the driver of the sweep's thread"
    )]
    pub(super) fn begin(&mut self, news: News) {
        self.began = Some(Instant::now());
        self.say(news);
    }

    /// Says how far it is, where that was not said a moment ago and there is room.
    pub(super) fn counts(&mut self, counts: impl FnOnce(Duration) -> Counts) {
        self.flush();
        let now = self.elapsed();
        let soon = self.told.is_some_and(|told| now - told < TELL_EVERY);
        if soon || !self.waiting.is_empty() {
            return;
        }
        if self.send(News::Counts(counts(now))) {
            self.told = Some(now);
        } else {
            // Later ones are better.
            self.waiting.clear();
        }
    }

    /// Says what must not be lost.
    pub(super) fn say(&mut self, news: News) {
        self.flush();
        if self.waiting.is_empty() {
            self.send(news);
        } else {
            self.waiting.push_back(news);
        }
    }

    /// Says the last counts, and the last word, however long the panel takes.
    pub(super) fn end(&mut self, ending: Ending) {
        let last = std::mem::take(&mut self.waiting);
        for news in last.into_iter().chain([News::Ended(ending)]) {
            if self.channel.send(news).is_err() {
                return;
            }
            (self.wake)();
        }
    }

    /// Time since the first run began.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.map_or(Duration::ZERO, |began| began.elapsed())
    }

    fn flush(&mut self) {
        while let Some(news) = self.waiting.pop_front() {
            if !self.send(news) {
                return;
            }
        }
    }

    /// Whether there was room; else the news waits in front of all others.
    fn send(&mut self, news: News) -> bool {
        match self.channel.try_send(news) {
            Ok(()) => (self.wake)(),
            Err(TrySendError::Full(news)) => {
                self.waiting.push_front(news);
                return false;
            }
            // Nobody listens any more.
            Err(TrySendError::Disconnected(_)) => {
                self.stops.runs.set();
                self.stops.shrinking.set();
            }
        }
        true
    }

    /// The wish to make no more runs, to be asked while the teller is told.
    pub(super) fn stop_runs(&self) -> std::sync::Arc<Stop> {
        self.stops.runs.clone()
    }
}
