//! The fault desk's commands.

use bridge::trouble::Trouble;

use super::App;
use crate::faults::{ArmState, FaultCommand};
use crate::run_view::Stage;

impl App {
    pub(super) fn apply_faults(&mut self, command: FaultCommand) {
        let desk = &mut self.model.faults;
        match command {
            FaultCommand::Kind(kind) => {
                desk.draft.kind = kind;
                desk.draft.number.clear();
            }
            FaultCommand::To(to) => desk.draft.to = to,
            FaultCommand::Number(text) => desk.draft.number = text,
            FaultCommand::Moment(moment) => desk.draft.moment = moment,
            FaultCommand::At(text) => desk.draft.at = text,
            FaultCommand::Arm => self.arm(),
            FaultCommand::Remove(id) => desk.remove(id),
            FaultCommand::Clear => {
                let ids: Vec<u32> = desk.armed.iter().map(|armed| armed.id).collect();
                ids.into_iter().for_each(|id| desk.remove(id));
            }
        }
    }

    fn arm(&mut self) {
        let running = self.model.run.stage == Stage::Running;
        let armed = match self.model.faults.arm() {
            Ok(armed) => (armed.id, armed.when, armed.fault),
            Err(why) => {
                self.model.notice = Some(Trouble::new(
                    "The fault is not armed",
                    why,
                    "",
                    "Correct it, then arm it again.",
                ));
                return;
            }
        };
        if running && self.worker.arm(armed) {
            let newest = self.model.faults.armed.last_mut();
            if let Some(newest) = newest {
                newest.state = ArmState::Armed;
            }
        }
    }
}
