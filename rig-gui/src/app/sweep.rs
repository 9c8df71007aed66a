//! The sweep desk's commands, and what its thread says.

use std::sync::mpsc::TryRecvError;

use bridge::trouble::Trouble;
use bridge::verdict::Class;

use super::App;
use crate::run_view::Stage;
use crate::screen::Screen;
use crate::sweep::{Ending, News, SweepCommand, SweepStage, SweepView};
use crate::worker::{NEWS_MAX, Sweeper};

impl App {
    pub(super) fn apply_sweep(&mut self, command: SweepCommand) {
        let desk = &mut self.model.sweep;
        match command {
            SweepCommand::Kind(kind) => desk.draft.kind = kind,
            SweepCommand::Depth(depth) => desk.draft.depth = depth,
            SweepCommand::Tears(tears) => desk.draft.tears = tears,
            SweepCommand::Type(field, text) => desk.draft.set_text(field, text),
            SweepCommand::Start => self.start_sweep(),
            SweepCommand::Stop => self.stop_sweep(),
            SweepCommand::Dismiss if desk.view.goes_on() => {}
            SweepCommand::Dismiss => desk.view = SweepView::default(),
            SweepCommand::Replay(place) => self.replay(place),
        }
    }

    fn start_sweep(&mut self) {
        let desk = &mut self.model.sweep;
        if desk.view.goes_on() {
            return;
        }
        // What stands in the way is told beside the button.
        let Ok((subject, plan)) = desk.order(&self.model.setup) else {
            return;
        };
        desk.view = SweepView::begin(subject.name().to_owned());
        self.sweeper = Some(self.worker.sweep(subject, plan));
    }

    fn stop_sweep(&mut self) {
        let view = &mut self.model.sweep.view;
        let Some(sweeper) = self.sweeper.as_ref().filter(|_| view.goes_on()) else {
            return;
        };
        view.stopping = true;
        match view.stage {
            SweepStage::Shrinking { .. } => sweeper.stop(),
            _ => sweeper.stop_runs(),
        }
    }

    /// Plays what was found again on the first screen.
    fn replay(&mut self, place: usize) {
        if self.model.run.stage == Stage::Running {
            self.model.notice = Some(Trouble::new(
                "An update is running",
                "What was found is played again in its place.".to_owned(),
                "",
                "Abort the update or wait for its end, then press it again.",
            ));
            return;
        }
        let Some(find) = self.model.sweep.view.finds.get(place) else {
            return;
        };
        self.model.replay = Some(find.replay.clone());
        self.model.screen = Screen::Update;
        self.start();
    }

    /// Takes what the sweep's thread has said since the last call; a channel's worth at most.
    pub(super) fn pump_sweep(&mut self) {
        for _ in 0..NEWS_MAX {
            match self.sweeper.as_ref().map(Sweeper::poll) {
                Some(Ok(news)) => self.model.sweep.view.absorb(news),
                Some(Err(TryRecvError::Disconnected)) => return self.sweep_is_over(),
                Some(Err(TryRecvError::Empty)) | None => return,
            }
        }
    }

    /// Waits until the sweep's thread says something, and takes that; whether a sweep goes on. For
    /// programs without a window.
    pub fn wait_for_sweep(&mut self) -> bool {
        match self.sweeper.as_ref().map(Sweeper::wait) {
            Some(Some(news)) => self.model.sweep.view.absorb(news),
            Some(None) => self.sweep_is_over(),
            None => {}
        }
        self.model.sweep.view.goes_on()
    }

    /// The thread is gone; one that has said nothing of how the sweep ended has made a mistake.
    fn sweep_is_over(&mut self) {
        self.sweeper = None;
        let view = &mut self.model.sweep.view;
        if view.goes_on() {
            view.absorb(News::Ended(Ending {
                class: Class::RigError,
                headline: "the sweep stopped without a verdict".to_owned(),
                meaning: "This is a mistake in this program, not in the host.".to_owned(),
                next_step: "Start it again.".to_owned(),
            }));
        }
    }
}
