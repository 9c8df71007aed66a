//! What can be done with sweeps, by name.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::{Kind, SweepCommand, SweepDesk, SweepStage};
use crate::actions::Action;
use crate::command::Command;
use crate::model::Model;
use crate::run_view::Stage;

/// The actions of sweeps.
#[must_use]
pub fn actions(model: &Model) -> Vec<Action> {
    let desk = &model.sweep;
    let goes_on = desk.view.goes_on();
    let line = desk.line(&model.setup);
    let start = match desk.obstacle(&model.setup) {
        _ if goes_on => Err("A sweep is running.".to_owned()),
        Some(why) => Err(why),
        None => Ok(Command::Sweep(SweepCommand::Start)),
    };
    let stop = (goes_on && !desk.view.stopping)
        .then_some(Command::Sweep(SweepCommand::Stop))
        .ok_or("No sweep is running.".to_owned());
    let dismiss = (desk.view.stage == SweepStage::Ended)
        .then_some(Command::Sweep(SweepCommand::Dismiss))
        .ok_or("No sweep has ended.".to_owned());
    let mut list = vec![
        action("Start sweep", Some(Key::F5), start, &line),
        action("Stop sweep", Some(Key::F6), stop, "Ctrl-C"),
        action("Dismiss the sweep's verdict", None, dismiss, &line),
    ];
    list.extend(Kind::ALL.map(|kind| of_kind(model, kind)));
    list.extend(finds(model));
    list
}

fn of_kind(model: &Model, kind: Kind) -> Action {
    let mut desk = SweepDesk::default();
    desk.draft.clone_from(&model.sweep.draft);
    desk.draft.kind = kind;
    action(
        &format!("Sweep: {}", kind.title()),
        None,
        Ok(Command::Sweep(SweepCommand::Kind(kind))),
        &desk.line(&model.setup),
    )
}

fn finds(model: &Model) -> impl Iterator<Item = Action> {
    let running = model.run.stage == Stage::Running;
    let finds = model.sweep.view.finds.iter().enumerate();
    finds.map(move |(place, find)| {
        let does = if running {
            Err("An update is running.".to_owned())
        } else {
            Ok(Command::Sweep(SweepCommand::Replay(place)))
        };
        let name = format!("Replay {}", find.replay.title);
        action(&name, None, does, &find.replay.line)
    })
}

fn action(name: &str, key: Option<Key>, does: Result<Command, String>, line: &str) -> Action {
    Action {
        name: name.to_owned(),
        keys: key.map(|key| KeyboardShortcut::new(Modifiers::NONE, key)),
        does,
        line: line.to_owned(),
    }
}
