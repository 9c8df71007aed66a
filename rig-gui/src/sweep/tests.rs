//! The desk without a thread: what is asked for, and what is shown.

use std::sync::Arc;
use std::time::Duration;

use bridge::verdict::Class;
use fixtures::scenario::parse;

use super::*;
use crate::model::{ImageChoice, Model, Target};
use crate::replay::Replay;

fn scenario_setup() -> Setup {
    Setup {
        target: Target::Scenario,
        scenario: "rig-nrf51822".to_owned(),
        ..Setup::default()
    }
}

fn find(number: u64) -> Box<Find> {
    Box::new(Find {
        number,
        what: "lie".to_owned(),
        replay: Replay {
            title: format!("run {number}"),
            place: "drop-frame".to_owned(),
            scenario: Arc::new(Subject::of(&Setup::default()).unwrap().open().unwrap()),
            seed: number,
            line: "otarig run x".to_owned(),
        },
    })
}

fn ended(class: Class) -> News {
    News::Ended(Ending {
        class,
        headline: "after 3 of 9 runs".to_owned(),
        meaning: String::new(),
        next_step: String::new(),
    })
}

#[test]
fn the_line_is_that_of_the_command_line() {
    let mut desk = SweepDesk::default();
    let setup = scenario_setup();
    let line = |desk: &SweepDesk| desk.line(&setup);
    assert_eq!(
        line(&desk),
        "otarig sweep wire rig-nrf51822 --max-runs 5000"
    );
    desk.draft.set_text(Field::Stride, "3".to_owned());
    desk.draft.set_text(Field::RunsMax, String::new());
    desk.draft.set_text(Field::Seed, " 7 ".to_owned());
    assert_eq!(
        line(&desk),
        "otarig sweep wire rig-nrf51822 --seed 7 --stride 3"
    );
    desk.draft.kind = Kind::Mixed;
    assert_eq!(
        line(&desk),
        "otarig sweep mixed rig-nrf51822 --seed 7 --runs 1000"
    );
    desk.draft.kind = Kind::Power;
    assert_eq!(line(&desk), "otarig sweep power rig-nrf51822");
    (desk.draft.depth, desk.draft.tears) = (2, Tears::All);
    assert_eq!(
        line(&desk),
        "otarig sweep power rig-nrf51822 --depth 2 --tear all"
    );
}

#[test]
fn the_emulated_host_is_swept_as_a_scenario_that_the_line_writes() {
    for dialect in [
        bridge::job::DialectKind::Rig,
        bridge::job::DialectKind::Ayla,
    ] {
        let mut setup = Setup::default();
        setup.set_dialect(dialect);
        setup.baud = "57600".to_owned();
        let subject = Subject::of(&setup).unwrap();
        let scenario = subject.open().unwrap();
        assert_eq!(scenario.line.baud, Some(57600));
        assert_eq!(scenario.image.size, setup.made_bytes());
        let line = subject.line("otarig sweep power setup.toml");
        let words = line.strip_prefix("printf '%s\\n' ").unwrap();
        let (words, rest) = words.split_once(" > ").unwrap();
        assert_eq!(rest, "setup.toml && otarig sweep power setup.toml");
        // Every word is quoted, and none holds a quote.
        let text = words.replace("' '", "\n").replace('\'', "");
        assert_eq!(parse(&text), Ok(scenario), "{text}");
    }
}

#[test]
fn what_cannot_be_swept_says_why() {
    let port = Setup {
        target: Target::Port,
        port: "/dev/ttyUSB0".to_owned(),
        ..Setup::default()
    };
    let file = Setup {
        image: ImageChoice::File,
        path: "a.bin".to_owned(),
        ..Setup::default()
    };
    let patch = Setup {
        image: ImageChoice::Patch,
        patch: "a.otp".to_owned(),
        from: "old.bin".to_owned(),
        ..Setup::default()
    };
    let none = Setup {
        scenario: " ".to_owned(),
        ..scenario_setup()
    };
    for (setup, word) in [
        (port, "behind a port"),
        (file, "this project"),
        (patch, "this project"),
        (none, "Choose"),
    ] {
        let why = SweepDesk::default().obstacle(&setup).unwrap();
        assert!(why.contains(word), "{why}");
    }
    let too_fast = Setup {
        baud: "4294967295".to_owned(),
        ..Setup::default()
    };
    let trouble = Subject::of(&too_fast).unwrap().open().unwrap_err();
    assert_eq!(trouble.headline, "The setup cannot be swept");
}

#[test]
fn a_number_out_of_its_range_is_told() {
    let setup = scenario_setup();
    for (kind, field, text) in [
        (Kind::Wire, Field::Stride, "0"),
        (Kind::Wire, Field::RunsMax, "15"),
        (Kind::Wire, Field::Seed, "-1"),
        (Kind::Mixed, Field::Runs, "0"),
        (Kind::Mixed, Field::Runs, ""),
        (Kind::Mixed, Field::Seed, "99999999999999999999999"),
    ] {
        let mut desk = SweepDesk::default();
        desk.draft.kind = kind;
        assert_eq!(desk.obstacle(&setup), None);
        desk.draft.set_text(field, text.to_owned());
        let why = desk.obstacle(&setup).unwrap();
        assert!(
            why.starts_with(field.name()) && why.contains("a number from"),
            "{why}"
        );
        assert!(desk.line(&setup).ends_with("--help"));
        // Numbers of another kind of sweep are in nobody's way.
        desk.draft.kind = Kind::Power;
        assert_eq!(desk.obstacle(&setup), None);
    }
}

#[test]
fn a_sweep_is_shown_from_its_first_word_to_its_last() {
    let mut view = SweepView::begin("x".to_owned());
    assert!(view.goes_on() && view.fraction().is_none());
    view.absorb(News::Begun {
        title: "x: a title".to_owned(),
        about: "9 runs".to_owned(),
        of: Some(9),
    });
    view.absorb(News::Counts(Counts {
        done: 3,
        of: Some(9),
        found: 1,
        elapsed: Duration::from_secs(2),
        rows: Vec::new(),
    }));
    assert_eq!(view.rate(), Some(1.5));
    assert_eq!(view.time_left(), Some(Duration::from_secs(4)));
    assert!((view.fraction().unwrap() - 1.0 / 3.0).abs() < 1e-9);
    view.absorb(News::Found(find(2)));
    view.stopping = true;
    assert_eq!(view.time_left(), None);
    view.absorb(News::Shrinking(1, 1));
    assert!(!view.stopping, "that stop was carried out");
    view.absorb(News::Shrunk(0, find(7)));
    view.absorb(News::Shrunk(1, find(8)));
    assert_eq!(view.finds, [*find(7)]);
    view.absorb(ended(Class::Aborted));
    assert_eq!((view.stage, view.goes_on()), (SweepStage::Ended, false));
}

#[test]
fn the_list_of_what_was_found_is_bounded() {
    let mut view = SweepView::begin("x".to_owned());
    for number in 0..FINDS_MAX as u64 + 50 {
        view.absorb(News::Found(find(number)));
    }
    assert_eq!(view.finds.len(), FINDS_MAX);
    assert_eq!(
        view.counts.found, FINDS_MAX as u64,
        "no more are listed than counted"
    );
}

#[test]
fn what_was_found_is_among_the_actions() {
    let mut model = Model::default();
    model.sweep.view.absorb(News::Found(find(3)));
    let list = actions(&model);
    let replay = list.iter().find(|action| action.name == "Replay run 3");
    let replay = replay.expect("the action");
    assert_eq!(
        replay.does,
        Ok(crate::Command::Sweep(SweepCommand::Replay(0)))
    );
    assert_eq!(replay.line, "otarig run x");
}
