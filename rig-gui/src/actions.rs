//! Everything that can be done, by name: the palette lists it, keys do it, and each has the command
//! line that does the same.

mod faults;

use bridge::job::DialectKind;
use egui::{Key, KeyboardShortcut, Modifiers};
use fixtures::scenario::shipped;

use crate::cli_line;
use crate::command::Command;
use crate::files::{FilesCommand, Purpose};
use crate::model::{ImageChoice, Model, ThemeChoice, board_choices};
use crate::palette::PaletteCommand;
use crate::run_view::Stage;
use crate::screen::Screen;
use crate::settings::{SCALE_MAX, SCALE_MIN, SCALE_STEP, theme_word};
use crate::setup::SetupCommand;
use crate::sweep;
use crate::wire::WireCommand;

/// Something that can be done.
#[derive(Clone, PartialEq, Debug)]
pub struct Action {
    /// What it does, as a person looks for it.
    pub name: String,
    /// The keys that do it.
    pub keys: Option<KeyboardShortcut>,
    /// What it does; or why it cannot be done now.
    pub does: Result<Command, String>,
    /// The command line that does the same.
    pub line: String,
}

const NO_SHIFT: Modifiers = Modifiers::COMMAND;
const SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
const PALETTE: KeyboardShortcut = KeyboardShortcut::new(NO_SHIFT, Key::K);

/// All actions, in the order of the palette.
#[must_use]
pub fn actions(model: &Model) -> Vec<Action> {
    let mut list = run_actions(model);
    list.extend(setup_actions(model));
    list.extend(faults::fault_actions(model));
    list.extend(sweep::actions(model));
    list.extend(window_actions(model));
    list
}

/// The action that the pressed keys ask for, if any.
#[must_use]
pub fn pressed(model: &Model, ctx: &egui::Context) -> Option<Command> {
    let keys = |input: &egui::InputState| {
        let mut events = input.events.iter();
        events.any(|event| matches!(event, egui::Event::Key { pressed: true, .. }))
    };
    if !ctx.input(keys) {
        return None;
    }
    let asked = |action: &Action| {
        let keys = action.keys?;
        ctx.input_mut(|input| input.consume_shortcut(&keys))
            .then_some(())
    };
    // Keys without Shift are also taken for those with it, so that the others go first.
    let mut list = actions(model);
    list.sort_by_key(|action| !action.keys.is_some_and(|keys| keys.modifiers.shift));
    let found = list.into_iter().find(|action| asked(action).is_some())?;
    found.does.ok()
}

fn run_actions(model: &Model) -> Vec<Action> {
    let running = model.run.stage == Stage::Running;
    let obstacle = model.obstacle().map(str::to_owned);
    let line = model.line();
    let idle = |what: Command| match (running, &obstacle) {
        (true, _) => Err("An update is running.".to_owned()),
        (false, Some(why)) => Err(why.clone()),
        (false, None) => Ok(what),
    };
    let busy = |what: Command| {
        let stopping = model.run.stopping;
        (running && !stopping)
            .then_some(what)
            .ok_or("No update is running.".to_owned())
    };
    vec![
        Action {
            name: "Start update".to_owned(),
            keys: Some(KeyboardShortcut::new(NO_SHIFT, Key::Enter)),
            does: idle(Command::Start),
            line: line.clone(),
        },
        Action {
            name: "Retry update".to_owned(),
            keys: Some(KeyboardShortcut::new(SHIFT, Key::Enter)),
            does: match (running, &model.last) {
                (true, _) => Err("An update is running.".to_owned()),
                (false, None) => Err("No update was started yet.".to_owned()),
                (false, Some(_)) => Ok(Command::Retry),
            },
            line: match &model.last {
                Some(last) => last.line.clone(),
                None => line.clone(),
            },
        },
        Action {
            name: "Abort update".to_owned(),
            keys: Some(KeyboardShortcut::new(NO_SHIFT, Key::Period)),
            does: busy(Command::Abort),
            line: "Ctrl-C".to_owned(),
        },
        Action {
            name: "Dismiss verdict".to_owned(),
            keys: Some(KeyboardShortcut::new(NO_SHIFT, Key::D)),
            does: (model.run.stage == Stage::Ended)
                .then_some(Command::Clear)
                .ok_or("There is no verdict.".to_owned()),
            line: line.clone(),
        },
    ]
}

fn setup_actions(model: &Model) -> Vec<Action> {
    let setup = &model.setup;
    let mut list = vec![
        Action {
            keys: Some(KeyboardShortcut::new(NO_SHIFT, Key::O)),
            ..file(
                model,
                "Choose an image file…",
                Purpose::Image,
                SetupCommand::Path(setup.path.clone()),
            )
        },
        file(
            model,
            "Choose a patch file…",
            Purpose::Patch,
            SetupCommand::Patch(setup.patch.clone()),
        ),
        file(
            model,
            "Choose the image that the host runs…",
            Purpose::OldImage,
            SetupCommand::From(setup.from.clone()),
        ),
        choice(
            model,
            "Image: made by this project".to_owned(),
            SetupCommand::Image(ImageChoice::Made),
        ),
        Action {
            name: "Open a capture or a transcript…".to_owned(),
            keys: Some(KeyboardShortcut::new(SHIFT, Key::O)),
            does: Ok(Command::Files(FilesCommand::Open(Purpose::Frames))),
            line: "otarig decode capture.pcapng".to_owned(),
        },
        Action {
            name: "Save the capture…".to_owned(),
            keys: Some(KeyboardShortcut::new(NO_SHIFT, Key::S)),
            does: (!model.wire.title.is_empty())
                .then_some(Command::Files(FilesCommand::Open(Purpose::Capture)))
                .ok_or("There are no frames yet.".to_owned()),
            line: cli_line::capture(&model.setup, model.seed),
        },
        Action {
            name: "List serial ports again".to_owned(),
            keys: Some(KeyboardShortcut::new(NO_SHIFT, Key::R)),
            does: Ok(Command::RefreshPorts),
            line: "otarig ports".to_owned(),
        },
    ];
    list.extend(frame_actions(model));
    list.extend(host_actions(model));
    for dialect in [DialectKind::Rig, DialectKind::Ayla] {
        let name = format!("Dialect: {dialect}");
        list.push(choice(model, name, SetupCommand::Dialect(dialect)));
    }
    list
}

/// The way through the frames.
fn frame_actions(model: &Model) -> Vec<Action> {
    let wire = &model.wire;
    let step = |name: &str, key: Key, step: i64| Action {
        name: name.to_owned(),
        keys: Some(KeyboardShortcut::new(Modifiers::ALT, key)),
        does: (!wire.is_empty())
            .then_some(Command::Wire(WireCommand::Step(step)))
            .ok_or("There are no frames yet.".to_owned()),
        line: "otarig decode capture.pcapng".to_owned(),
    };
    let behind = wire.run_behind && wire.live.is_none();
    vec![
        step("Next frame", Key::ArrowDown, 1),
        step("Previous frame", Key::ArrowUp, -1),
        step("First frame", Key::Home, i64::MIN),
        step("Last frame", Key::End, i64::MAX),
        Action {
            name: "Show the frames of the update".to_owned(),
            keys: None,
            does: behind
                .then_some(Command::Wire(WireCommand::ShowRun))
                .ok_or("No file is shown in their place.".to_owned()),
            line: cli_line::capture(&model.setup, model.seed),
        },
    ]
}

/// Ports, boards and scenarios.
fn host_actions(model: &Model) -> Vec<Action> {
    let ports = model.ports.iter().map(|port| {
        let name = format!("Port: {} {}", port.path, port.adapter);
        let set = SetupCommand::Port(port.path.clone());
        choice(model, name.trim_end().to_owned(), set)
    });
    let boards = board_choices().map(|(board, title)| {
        let name = format!("Emulated board: {board}, {title}");
        choice(model, name, SetupCommand::Board(board.to_owned()))
    });
    let scenarios = shipped().iter().map(|(scenario, _)| {
        let set = SetupCommand::Scenario((*scenario).to_owned());
        choice(model, format!("Scenario: {scenario}"), set)
    });
    ports.chain(boards).chain(scenarios).collect()
}

/// Another setup; its line is that of the update that would be started then.
fn choice(model: &Model, name: String, set: SetupCommand) -> Action {
    let running = model.run.stage == Stage::Running;
    let mut setup = model.setup.clone();
    setup.apply(set.clone());
    Action {
        name,
        keys: None,
        does: if running {
            Err("An update is running.".to_owned())
        } else {
            Ok(set.into())
        },
        line: cli_line::update(&setup, model.seed),
    }
}

/// A dialog for a file of the setup, which becomes as after `set`.
fn file(model: &Model, name: &str, purpose: Purpose, set: SetupCommand) -> Action {
    let choice = choice(model, name.to_owned(), set);
    Action {
        does: choice.does.map(|_| FilesCommand::Open(purpose).into()),
        ..choice
    }
}

fn window_actions(model: &Model) -> Vec<Action> {
    let digits = [
        Key::Num1,
        Key::Num2,
        Key::Num3,
        Key::Num4,
        Key::Num5,
        Key::Num6,
    ];
    let mut list: Vec<Action> = Screen::ALL
        .into_iter()
        .zip(digits)
        .map(|(screen, key)| Action {
            name: format!("Show: {}", screen.title()),
            keys: Some(KeyboardShortcut::new(NO_SHIFT, key)),
            does: Ok(Command::Show(screen)),
            line: cli_line::gui("screen", screen.name()),
        })
        .collect();
    for theme in [ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark] {
        let word = theme_word(theme);
        list.push(Action {
            name: format!("Theme: {word}"),
            keys: None,
            does: Ok(Command::SetTheme(theme)),
            line: cli_line::gui("theme", word),
        });
    }
    let scale = model.scale;
    let scaled = |name: &str, key: Key, to: u16, why: &str| Action {
        name: name.to_owned(),
        keys: Some(KeyboardShortcut::new(NO_SHIFT, key)),
        does: if to == scale {
            Err(why.to_owned())
        } else {
            Ok(Command::SetScale(to))
        },
        line: cli_line::gui("scale", &to.to_string()),
    };
    let larger = scale.saturating_add(SCALE_STEP).min(SCALE_MAX);
    let smaller = scale.saturating_sub(SCALE_STEP).max(SCALE_MIN);
    list.push(scaled(
        "Larger text",
        Key::Plus,
        larger,
        "It is as large as it gets.",
    ));
    list.push(scaled(
        "Smaller text",
        Key::Minus,
        smaller,
        "It is as small as it gets.",
    ));
    list.push(scaled(
        "Text of normal size",
        Key::Num0,
        100,
        "It is of normal size.",
    ));
    list.push(Action {
        name: "Find an action…".to_owned(),
        keys: Some(PALETTE),
        does: Ok(Command::Palette(PaletteCommand::Open)),
        line: "otarig --help".to_owned(),
    });
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Started;

    #[test]
    fn each_action_has_a_name_and_a_line_of_its_own_keys() {
        let model = Model::default();
        let list = actions(&model);
        let mut names: Vec<&str> = list.iter().map(|action| action.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), list.len());
        for action in &list {
            assert!(!action.line.is_empty(), "{}", action.name);
            let same = |other: &&Action| action.keys.is_some() && other.keys == action.keys;
            assert_eq!(
                list.iter().filter(same).count(),
                usize::from(action.keys.is_some()),
                "{}",
                action.name
            );
        }
    }

    #[test]
    fn the_keys_of_an_action_do_that_action() {
        let mut model = Model::default();
        model.last = Some(Started {
            setup: model.setup.clone(),
            seed: 1,
            replay: None,
            line: String::new(),
        });
        for action in actions(&model) {
            let Some(keys) = action.keys else { continue };
            let modifiers = Modifiers {
                ctrl: keys.modifiers.command,
                ..keys.modifiers
            };
            let key = egui::Event::Key {
                key: keys.logical_key,
                physical_key: None,
                pressed: true,
                repeat: false,
                modifiers,
            };
            let input = egui::RawInput {
                events: vec![key],
                ..egui::RawInput::default()
            };
            let mut found = None;
            let mut drawn = egui::Context::default().run_ui(input, |ui| {
                if let Some(command) = pressed(&model, ui.ctx()) {
                    found = Some(command);
                }
            });
            drawn.textures_delta.clear();
            assert_eq!(found, action.does.ok(), "{}", action.name);
        }
    }

    #[test]
    fn what_cannot_be_done_says_why() {
        let mut model = Model::default();
        model.setup.version.clear();
        let list = actions(&model);
        let start = list.iter().find(|action| action.name == "Start update");
        let does = &start.expect("the action").does;
        assert_eq!(
            does,
            &Err("Give the version that the host will report.".to_owned())
        );
    }
}
