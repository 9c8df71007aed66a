//! Sweeps in the panel, and what they find played again.

use bridge::sweep::wire::WireSweep;
use bridge::sweep::{prepare, run_all};
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use fixtures::cores::Stop;
use fixtures::scenario::parse;
use rig_gui::App;
use rig_gui::run_view::Stage;
use rig_gui::setup::SetupCommand;
use rig_gui::sweep::SweepStage;
use tempfile::TempDir;

use super::labels::unlabelled;
use super::support::{draw_until, panel, press, show, take_the_rest, type_into};

/// An update that is over soon.
const SMALL: &str = r#"version = 1
title = "a small image in small pieces"
board = "nrf52840"
dialect = "rig"
image = { size = 2048, version = "1.1.0" }
module = { data_bytes = 256 }
expect = { class = "pass" }
"#;

/// A panel in front of the sweep of a scenario in `folder`, with these lines at its top.
fn sweep_of(
    mut harness: Harness<'static, App>,
    folder: &TempDir,
    more: &str,
) -> Harness<'static, App> {
    let path = folder.path().join("small.toml");
    let written = std::fs::write(&path, format!("{more}{SMALL}"));
    assert!(written.is_ok(), "{written:?}");
    choose_scenario(&mut harness, &path.display().to_string());
    harness
}

fn choose_scenario(harness: &mut Harness<'_, App>, name: &str) {
    let command = SetupCommand::Scenario(name.to_owned()).into();
    harness.state_mut().apply(command);
    harness.run();
    show(harness, "Sweep");
}

fn pick(harness: &mut Harness<'_, App>, radio: &str) {
    harness
        .get_by_role_and_label(Role::RadioButton, radio)
        .click();
    harness.run();
}

fn until_ended(harness: &mut Harness<'_, App>) {
    while harness.state_mut().wait_for_sweep() {
        harness.step();
    }
    harness.run();
}

fn sweep(harness: &mut Harness<'_, App>) {
    press(harness, "Start sweep");
    until_ended(harness);
}

/// The names of the buttons that play something again.
fn finds(harness: &Harness<'_, App>) -> Vec<String> {
    let buttons = harness.query_all_by_role(Role::Button);
    let names = buttons.filter_map(|node| node.accesskit_node().label());
    names.filter(|name| name.starts_with("Replay ")).collect()
}

fn stage(harness: &Harness<'_, App>) -> SweepStage {
    harness.state().model().sweep.view.stage
}

#[test]
fn a_good_host_passes_and_is_counted_as_the_command_line_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = sweep_of(panel([1280.0, 900.0], 0.0), &folder, "");
    type_into(&mut harness, "Most runs", "300");
    harness.get_by_label_contains("small.toml --max-runs 300");
    sweep(&mut harness);
    harness.get_by_label("Verdict PASS");
    harness.get_by_label_contains("exit code 0 of otarig");
    assert_eq!(finds(&harness), Vec::<String>::new());
    let (scenario, work) = prepare(&parse(SMALL).unwrap(), 1).unwrap();
    let runs = WireSweep::new(scenario, 1, &work, 1, 300);
    let run = |index| runs.run(index);
    let tally = run_all(runs.runs(), &Stop::default(), &run, &mut |_| ());
    let counts = &harness.state().model().sweep.view.counts;
    assert_eq!((counts.done, counts.of), (runs.runs(), Some(runs.runs())));
    assert_eq!(counts.rows, tally.rows());
    harness.get_by_label("failed honestly");
    press(&mut harness, "Dismiss");
    assert_eq!(stage(&harness), SweepStage::Idle);
}

#[test]
fn what_a_mixed_sweep_finds_is_shrunk_and_played_again() {
    let forgetful = "personality = \"planted-forgetful\"\nrepeat = 2\n";
    let folder = tempfile::tempdir().unwrap();
    let mut harness = sweep_of(panel([1280.0, 900.0], 0.0), &folder, forgetful);
    pick(&mut harness, "Mixed");
    type_into(&mut harness, "Runs", "400");
    type_into(&mut harness, "Seed", "2");
    sweep(&mut harness);
    harness.get_by_label("Verdict FAIL");
    harness.get_by_label_contains("exit code 1 of otarig");
    assert_eq!(unlabelled(&harness), Vec::<String>::new());
    let found = finds(&harness);
    assert!(
        found[0].contains("2 of ") && found[0].contains("faults left"),
        "{found:?}"
    );
    press(&mut harness, &found[0]);
    let number = harness.state().model().sweep.view.finds[0].number;
    harness.get_by_label(&format!("Run {number} of the mixed sweep"));
    draw_until(&mut harness, Stage::Ended);
    take_the_rest(&mut harness);
    harness.get_by_label("Verdict FAIL");
    harness.get_by_label_contains("Phase report: ");
    harness.get_by_label_contains("Blocks, on the line: ");
    let model = harness.state().model();
    let line = model.sweep.view.finds[0].replay.line.clone();
    assert!(line.matches(" --fault ").count() == 2, "{line}");
    harness.get_by_label(&line);
    assert!(model.wire.len() > 10);
    press(&mut harness, "Leave the replay");
    harness.run();
    harness.get_by_label_contains("otarig run ");
    assert!(harness.query_by_label(&line).is_none());
    harness.get_by_label("Start update");
}

#[test]
fn a_brick_is_played_again_at_enter_on_flash_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = sweep_of(
        panel([400.0, 900.0], 0.0),
        &folder,
        "personality = \"early-mark\"\n",
    );
    pick(&mut harness, "Power cuts");
    pick(&mut harness, "Never");
    harness.get_by_label_contains(" --tear none");
    sweep(&mut harness);
    harness.get_by_label("Verdict FAIL");
    let found = finds(&harness);
    let first = harness.get_by_role_and_label(Role::Button, &found[0]);
    let rect = first.rect();
    assert!(rect.left() >= 0.0 && rect.right() <= 400.0, "{rect}");
    first.focus();
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.step();
    harness.step();
    draw_until(&mut harness, Stage::Ended);
    take_the_rest(&mut harness);
    harness.get_by_label("Verdict FAIL");
    let model = harness.state().model();
    let verdict = model.run.verdict.as_ref().unwrap();
    assert_eq!(verdict.headline, model.sweep.view.finds[0].what);
    harness.get_by_label_contains("Phase stream: done");
    harness.get_by_label_contains("Blocks, staging: ");
    let line = &model.sweep.view.finds[0].replay.line;
    assert!(line.contains(" --cut "), "{line}");
}

#[test]
fn a_sweep_is_stopped_in_the_middle_and_the_next_one_runs() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = sweep_of(panel([1280.0, 900.0], 0.0), &folder, "");
    pick(&mut harness, "Mixed");
    type_into(&mut harness, "Runs", "1000000000000");
    press(&mut harness, "Start sweep");
    while harness.state().model().sweep.view.counts.done == 0 {
        assert!(harness.state_mut().wait_for_sweep());
    }
    harness.run();
    harness.get_by_label("Runs made, per cent");
    assert_eq!(unlabelled(&harness), Vec::<String>::new());
    press(&mut harness, "Stop sweep");
    harness.get_by_label("Stopping…");
    until_ended(&mut harness);
    harness.get_by_label("Verdict ABORTED");
    harness.get_by_label_contains("of 1 000 000 000 000 runs");
    type_into(&mut harness, "Runs", "20");
    sweep(&mut harness);
    harness.get_by_label("Verdict PASS");
}

#[test]
fn what_cannot_be_swept_is_told_and_the_panel_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = sweep_of(panel([1280.0, 900.0], 0.0), &folder, "");
    for (scenario, word) in [
        ("no-such-scenario", "neither a file nor a shipped scenario"),
        ("rig-never-boots", "starts from one that passes"),
    ] {
        choose_scenario(&mut harness, scenario);
        for kind in ["Power cuts", "Wire faults"] {
            pick(&mut harness, kind);
            sweep(&mut harness);
            harness.get_by_label("Verdict ERROR");
            harness.get_by_label_contains(word);
        }
    }
    pick(&mut harness, "Mixed");
    type_into(&mut harness, "Runs", "0");
    harness.get_by_label("Runs: a number from 1 on.");
    let start = harness.get_by_role_and_label(Role::Button, "Start sweep");
    assert!(start.accesskit_node().is_disabled());
    choose_scenario(&mut harness, "rig-nrf51822");
    type_into(&mut harness, "Runs", "5");
    sweep(&mut harness);
    harness.get_by_label("Verdict PASS");
}

#[test]
fn nothing_is_played_again_while_an_update_runs() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = sweep_of(
        panel([1280.0, 900.0], 0.0),
        &folder,
        "personality = \"early-mark\"\n",
    );
    pick(&mut harness, "Power cuts");
    sweep(&mut harness);
    let found = finds(&harness);
    show(&mut harness, "Update");
    // Its thread may be done; the panel has not looked yet.
    press(&mut harness, "Start update");
    show(&mut harness, "Sweep");
    press(&mut harness, &found[0]);
    harness.get_by_label("Problem: An update is running");
    assert!(harness.state().model().replay.is_none());
}

#[test]
fn a_replay_on_flash_alone_can_be_aborted() {
    let folder = tempfile::tempdir().unwrap();
    let slow = panel([1280.0, 900.0], 5.0);
    let mut harness = sweep_of(slow, &folder, "personality = \"early-mark\"\n");
    pick(&mut harness, "Power cuts");
    sweep(&mut harness);
    let found = finds(&harness);
    press(&mut harness, &found[0]);
    press(&mut harness, "Abort update");
    draw_until(&mut harness, Stage::Ended);
    harness.get_by_label("Verdict ABORTED");
    harness.get_by_label("Start the replay");
}
