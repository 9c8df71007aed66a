//! What the screens say, in words: `cargo insta review` shows what has changed.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use rig_gui::App;
use rig_gui::run_view::Stage;
use rig_gui::wall::{SlotStage, WallCommand};

use super::capture::{open_file, saved_update};
use super::outline::outline;
use super::support::{
    choose, draw_until, panel, panel_in, press, settle_frames, show, take_the_rest,
};

/// Compares what the window says with what was accepted.
fn compare(harness: &Harness<'_, App>, name: &str) {
    let settings = {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings
    };
    settings.bind(|| insta::assert_snapshot!(name, outline(harness)));
}

fn update(harness: &mut Harness<'_, App>) {
    press(harness, "Start update");
    draw_until(harness, Stage::Ended);
    take_the_rest(harness);
}

#[test]
fn a_finished_update() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    update(&mut harness);
    compare(&harness, "update");
}

#[test]
fn an_opened_capture() {
    let folder = tempfile::tempdir().expect("a folder");
    saved_update(folder.path(), "update.pcapng");
    let mut harness = panel_in(folder.path());
    open_file(&mut harness, "update.pcapng");
    harness
        .get_by_label_contains("Frame 10 to module: ACK")
        .click();
    settle_frames(&mut harness);
    compare(&harness, "wire");
}

#[test]
fn faults_that_have_struck() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    show(&mut harness, "Faults");
    choose(&mut harness, "Fault", "wrong-crc");
    choose(&mut harness, "When", "in phase stream");
    press(&mut harness, "Arm it for the next update");
    show(&mut harness, "Update");
    update(&mut harness);
    show(&mut harness, "Faults");
    compare(&harness, "faults");
}

#[test]
fn a_wall_of_four() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    show(&mut harness, "Wall");
    for slot in 0..3 {
        let mut apply = |command| harness.state_mut().apply(rig_gui::Command::Wall(command));
        apply(WallCommand::Type(slot, format!("SN-{slot}")));
        apply(WallCommand::Scan(slot));
        if slot < 2 {
            apply(WallCommand::Start(slot));
        }
    }
    for slot in 0..2 {
        while harness.state().model().wall.slots()[slot].stage() == SlotStage::Running {
            harness.state_mut().wait_for_slot(slot);
        }
    }
    harness.run();
    compare(&harness, "wall");
}
