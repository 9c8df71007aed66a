//! The wall's commands, and what its threads say.

use super::App;
use crate::run_view::{RunView, Stage};
use crate::wall::WallCommand;
use crate::worker::{MESSAGES_MAX, Message, Runner, Start};

impl App {
    pub(super) fn apply_wall(&mut self, command: WallCommand) {
        let wall = &mut self.model.wall;
        match command {
            WallCommand::SetCount(count) => wall.set_count(count),
            WallCommand::Type(index, text) => {
                if let Some(slot) = wall.slot_mut(index) {
                    slot.typed = text.chars().take(crate::wall::UNIT_CHARS_MAX).collect();
                }
            }
            WallCommand::Scan(index) => {
                if let Some(slot) = wall.slot_mut(index) {
                    slot.scan();
                }
            }
            WallCommand::SetPort(index, port) => {
                if let Some(slot) = wall.slot_mut(index) {
                    slot.port = port;
                }
            }
            WallCommand::StartAll => {
                let ready: Vec<usize> = wall.ready().collect();
                ready.into_iter().for_each(|index| self.start_slot(index));
            }
            WallCommand::AbortAll => {
                let running: Vec<usize> = wall.running().collect();
                running.into_iter().for_each(|index| self.abort_slot(index));
            }
            WallCommand::Start(index) => self.start_slot(index),
            WallCommand::Abort(index) => self.abort_slot(index),
        }
    }

    fn start_slot(&mut self, index: usize) {
        if self.model.wall.obstacle(index, &self.model.setup).is_some() {
            return;
        }
        let seed = self.model.seed;
        let Some(slot) = self.model.wall.slot_mut(index) else {
            return;
        };
        let setup = slot.setup(&self.model.setup);
        slot.run = RunView::begin(format!("{} to {}", slot.unit, setup.host_name()));
        while self.runners.len() <= index {
            self.runners.push(self.worker.runner());
        }
        self.runners[index].start(Start {
            setup,
            seed,
            faults: Vec::new(),
            replay: None,
            live: None,
        });
        self.model.seed += 1;
    }

    fn abort_slot(&mut self, index: usize) {
        if let (Some(runner), Some(slot)) =
            (self.runners.get(index), self.model.wall.slot_mut(index))
            && slot.run.stage == Stage::Running
        {
            slot.run.stopping = true;
            runner.stop();
        }
    }

    /// Waits until the thread of a slot says something, and takes that. For programs without a window.
    pub fn wait_for_slot(&mut self, index: usize) {
        let message = self.runners.get(index).and_then(Runner::wait);
        if let Some(message) = message {
            self.take_of_slot(index, message);
        }
    }

    /// Takes what the threads of the wall have said; a channel's worth of each at most.
    pub(super) fn pump_wall(&mut self) {
        for index in 0..self.runners.len() {
            for _ in 0..MESSAGES_MAX {
                let Some(message) = self.runners.get(index).and_then(Runner::poll) else {
                    break;
                };
                self.take_of_slot(index, message);
            }
        }
    }

    fn take_of_slot(&mut self, index: usize, message: Message) {
        let Some(slot) = self.model.wall.slot_mut(index) else {
            return;
        };
        match message {
            Message::Event(event) => slot.run.absorb(&event),
            Message::Time(now) => slot.run.tell_time(now),
            Message::Unseen(count) => slot.run.unseen += count,
            Message::Ended if slot.run.stage == Stage::Running => {
                slot.run.absorb(&super::without_verdict());
            }
            _ => {}
        }
    }
}
