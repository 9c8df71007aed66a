//! What the panel looks like. The pictures are those of the documents, too:
//! `UPDATE_SNAPSHOTS=1 cargo test -p rig-gui --test panel pictures` paints them anew.

use std::sync::Arc;

use egui::{Theme, Vec2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions};
use rig_gui::run_view::Stage;
use rig_gui::wall::{SlotStage, WallCommand};
use rig_gui::wire::WireCommand;
use rig_gui::{App, Command, theme};

use super::cpu::CpuRenderer;
use super::support::{choose, draw_until, press, settle_frames, show, take_the_rest};

/// A panel that can be painted.
fn painted(size: Vec2, look: Theme) -> Harness<'static, App> {
    let app = App::new(0.0, Arc::new(|| {}));
    let mut harness = Harness::builder()
        .with_size(size)
        .with_theme(look)
        .renderer(CpuRenderer::default())
        .with_context_setup(theme::install)
        .build_ui_state(|ui, app: &mut App| app.panel_ui(ui), app);
    let choice = match look {
        Theme::Dark => rig_gui::model::ThemeChoice::Dark,
        Theme::Light => rig_gui::model::ThemeChoice::Light,
    };
    harness.state_mut().apply(Command::SetTheme(choice));
    harness.run();
    harness
}

/// Compares with the picture in the documents: every pixel.
fn compare(harness: &mut Harness<'_, App>, name: &str) {
    harness.run();
    let options = SnapshotOptions::new().threshold(0.0).output_path("docs");
    harness.snapshot_options(name, &options);
}

fn update(harness: &mut Harness<'_, App>) {
    press(harness, "Start update");
    draw_until(harness, Stage::Ended);
    take_the_rest(harness);
}

#[test]
fn a_passed_update() {
    let mut harness = painted(Vec2::new(1280.0, 900.0), Theme::Light);
    update(&mut harness);
    compare(&mut harness, "panel");
}

#[test]
fn a_failed_update_in_the_dark() {
    let mut harness = painted(Vec2::new(1280.0, 900.0), Theme::Dark);
    show(&mut harness, "Faults");
    choose(&mut harness, "Fault", "program-fails");
    press(&mut harness, "Arm it for the next update");
    show(&mut harness, "Update");
    update(&mut harness);
    compare(&mut harness, "failed");
}

#[test]
fn armed_faults() {
    let mut harness = painted(Vec2::new(1280.0, 700.0), Theme::Light);
    show(&mut harness, "Faults");
    press(&mut harness, "Arm it for the next update");
    choose(&mut harness, "Fault", "power-cut");
    choose(&mut harness, "When", "in phase boot");
    press(&mut harness, "Arm it for the next update");
    show(&mut harness, "Update");
    update(&mut harness);
    show(&mut harness, "Faults");
    compare(&mut harness, "faults");
}

#[test]
fn a_wall_of_sixteen() {
    let mut harness = painted(Vec2::new(1600.0, 1000.0), Theme::Dark);
    show(&mut harness, "Wall");
    let mut apply = |command| harness.state_mut().apply(Command::Wall(command));
    apply(WallCommand::SetCount(16));
    for slot in 0..14 {
        apply(WallCommand::Type(slot, format!("SN-{:04}", 1200 + slot)));
        apply(WallCommand::Scan(slot));
    }
    for slot in 0..12 {
        apply(WallCommand::Start(slot));
    }
    for slot in 0..12 {
        while harness.state().model().wall.slots()[slot].stage() == SlotStage::Running {
            harness.state_mut().wait_for_slot(slot);
        }
    }
    compare(&mut harness, "wall");
}

#[test]
fn plots_of_an_update() {
    let mut harness = painted(Vec2::new(1280.0, 700.0), Theme::Light);
    update(&mut harness);
    show(&mut harness, "Plots");
    compare(&mut harness, "plots");
}

#[test]
fn frames_of_an_update() {
    let mut harness = painted(Vec2::new(1280.0, 800.0), Theme::Light);
    update(&mut harness);
    show(&mut harness, "Wire");
    let mut apply = |command| harness.state_mut().apply(Command::Wire(command));
    apply(WireCommand::SetFollow(false));
    apply(WireCommand::SelectNumber(20));
    settle_frames(&mut harness);
    compare(&mut harness, "wire");
}

#[test]
fn a_narrow_window() {
    let mut harness = painted(Vec2::new(400.0, 900.0), Theme::Light);
    update(&mut harness);
    harness.get_by_label("Verdict PASS");
    compare(&mut harness, "narrow");
}
