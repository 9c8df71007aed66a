//! Actions of the fault desk.

use super::Action;
use crate::cli_line;
use crate::command::Command;
use crate::faults::{ArmState, Draft, FaultCommand, Moment, kinds};
use crate::model::Model;

/// What can be done at the desk: arm, clear, and choose what strikes and when.
pub(super) fn fault_actions(model: &Model) -> Vec<Action> {
    let draft = &model.faults.draft;
    let kinds = kinds().map(|kind| {
        let changed = Draft {
            kind: kind.name,
            number: String::new(),
            ..draft.clone()
        };
        Action {
            name: format!("Fault: {}", kind.name),
            keys: None,
            does: match kind.group.obstacle(model.setup.target) {
                Some(why) => Err(why.to_owned()),
                None => Ok(Command::Faults(FaultCommand::Kind(kind.name))),
            },
            line: line(model, &changed),
        }
    });
    let moments = Moment::ALL.into_iter().map(|moment| {
        let changed = Draft {
            moment,
            ..draft.clone()
        };
        Action {
            name: format!("Fault strikes {}", moment.name()),
            keys: None,
            does: Ok(Command::Faults(FaultCommand::Moment(moment))),
            line: line(model, &changed),
        }
    });
    let desk = [arm(model), clear(model)];
    desk.into_iter().chain(kinds).chain(moments).collect()
}

fn arm(model: &Model) -> Action {
    let draft = &model.faults.draft;
    let reached = draft
        .kind()
        .and_then(|kind| kind.group.obstacle(model.setup.target));
    Action {
        name: format!("Arm the fault: {} {}", draft.kind, draft.moment.name()),
        keys: None,
        does: match (reached, draft.made()) {
            (Some(why), _) => Err(why.to_owned()),
            (None, Err(why)) => Err(why),
            (None, Ok(_)) => Ok(Command::Faults(FaultCommand::Arm)),
        },
        line: line(model, draft),
    }
}

fn clear(model: &Model) -> Action {
    let armed = &model.faults.armed;
    let stay = |state: &ArmState| *state == ArmState::Armed;
    Action {
        name: "Clear the list of faults".to_owned(),
        keys: None,
        does: if armed.iter().all(|armed| stay(&armed.state)) {
            Err("No fault is on the list that could be taken from it.".to_owned())
        } else {
            Ok(Command::Faults(FaultCommand::Clear))
        },
        line: cli_line::update(&model.setup, model.seed),
    }
}

/// The line of an update with the draft; where that cannot be made, without it.
fn line(model: &Model, draft: &Draft) -> String {
    match draft.made() {
        Ok((fault, when)) => cli_line::with_fault(model, when, fault),
        Err(_) => cli_line::next(model),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Target;

    fn found(model: &Model, name: &str) -> Action {
        let mut list = fault_actions(model).into_iter();
        list.find(|action| action.name == name).expect(name)
    }

    #[test]
    fn a_fault_is_chosen_and_armed_by_name_with_its_line() {
        let model = Model::default();
        let chosen = found(&model, "Fault: lost-ack");
        assert_eq!(
            chosen.does,
            Ok(Command::Faults(FaultCommand::Kind("lost-ack")))
        );
        let words = "--fault 'now: line = { to = \"host\", what = \"lost-ack\" }'";
        assert!(chosen.line.contains(words), "{}", chosen.line);
        let arm = found(&model, "Arm the fault: wrong-crc at once");
        assert_eq!(arm.does, Ok(Command::Faults(FaultCommand::Arm)));
        let late = found(&model, "Fault strikes in phase erase");
        assert!(late.line.contains("in phase erase: line"), "{}", late.line);
        assert!(found(&model, "Clear the list of faults").does.is_err());
    }

    #[test]
    fn behind_a_port_faults_of_the_host_say_why_not() {
        let mut model = Model::default();
        let cut = found(&model, "Fault: power-cut");
        let alone = "# without the fault, which is armed here alone";
        assert!(cut.line.ends_with(alone), "{}", cut.line);
        assert!(cut.does.is_ok());
        model.setup.target = Target::Scenario;
        let cut = found(&model, "Fault: power-cut");
        let words = "otarig run rig-power-cut-resume --fault 'cut_after = ";
        assert!(cut.line.starts_with(words), "{}", cut.line);
        model.setup.target = Target::Port;
        let why = found(&model, "Fault: power-cut").does;
        assert!(why.is_err_and(|why| why.contains("Out of reach")));
        assert!(found(&model, "Fault: gap").does.is_ok());
    }
}
