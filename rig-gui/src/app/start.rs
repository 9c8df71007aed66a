//! How an update begins.

use std::time::Duration;

use bridge::drive::since_1970;

use super::App;
use crate::block_map::BlockMap;
use crate::model::{Started, Target};
use crate::plots::Plots;
use crate::run_view::{RunView, Stage};
use crate::worker::Start;

impl App {
    /// Starts what is set up, or what a sweep has found.
    pub(super) fn start(&mut self) {
        // Whoever asks for it sees what stands in the way beside the button.
        if self.model.obstacle().is_some() {
            return;
        }
        let replay = self.model.replay.clone();
        let again = replay.as_ref().map(|replay| replay.seed);
        let next = Started {
            setup: self.model.setup.clone(),
            seed: again.unwrap_or(self.model.seed),
            replay,
            line: self.model.line(),
        };
        if self.begin(next) && again.is_none() {
            self.model.seed += 1;
        }
    }

    /// The last update once more, as it was set up then.
    pub(super) fn retry(&mut self) {
        if let Some(last) = self.model.last.clone() {
            self.begin(last);
        }
    }

    /// Begins an update, unless one is running; whether it has.
    fn begin(&mut self, next: Started) -> bool {
        if self.model.run.stage == Stage::Running {
            return false;
        }
        self.model.last = Some(next.clone());
        let Started {
            setup,
            seed,
            replay,
            line: _,
        } = next;
        let title = (replay.as_ref()).map_or_else(|| setup.title(), |it| it.title.clone());
        self.model.run = RunView::begin(title.clone());
        self.model.map = BlockMap::default();
        self.model.plots = Plots::default();
        self.model.cell = None;
        self.model.log.clear();
        // What was found is played as it was, with no fault more.
        let faults = if replay.is_some() {
            Vec::new()
        } else {
            self.model.faults.begin()
        };
        let epoch = if setup.target == Target::Port && replay.is_none() {
            since_1970()
        } else {
            Duration::ZERO
        };
        let live = self.source.live(&mut self.model.wire, &title, epoch);
        self.worker.start(Start {
            setup,
            seed,
            faults,
            replay: replay.map(|replay| replay.scenario),
            live: Some(live),
        });
        true
    }
}
