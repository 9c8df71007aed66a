//! The real panel with the real engine, driven by accessible label, without a window.
//!
//! The tests wait for words of the engine's thread, never for a clock.

use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use rig_gui::run_view::Stage;
use rig_gui::{App, theme};

/// Most messages that one update may take: some times what the longest here needs.
const MESSAGES_MAX: usize = 5_000;
/// Messages between two frames of the panel.
const MESSAGES_A_FRAME: usize = 64;

/// The panel at a window size; emulated time passes `time_scale` times as slowly as real time.
fn panel(size: [f32; 2], time_scale: f64) -> Harness<'static, App> {
    let app = App::new(time_scale, Arc::new(|| {}));
    let mut harness = Harness::builder()
        .with_size(size)
        .with_context_setup(theme::install)
        .build_ui_state(|ui, app: &mut App| app.panel_ui(ui), app);
    harness.run();
    harness
}

/// Presses a button by its label.
fn press(harness: &mut Harness<'_, App>, label: &str) {
    harness.get_by_role_and_label(Role::Button, label).click();
    harness.step();
    harness.step();
}

/// Lets the panel draw while the engine's thread works, until the update is at `stage`.
fn draw_until(harness: &mut Harness<'_, App>, stage: Stage) {
    for message in 0..MESSAGES_MAX {
        if harness.state().model().run.stage == stage {
            harness.run();
            return;
        }
        harness.state_mut().wait();
        if message % MESSAGES_A_FRAME == 0 {
            harness.step();
        }
    }
    let reached = harness.state().model().run.stage;
    assert_eq!(reached, stage, "after {MESSAGES_MAX} messages");
}

#[test]
fn a_whole_update_passes_from_start_to_verdict() {
    let mut harness = panel([1280.0, 800.0], 0.0);
    harness.get_by_label("Phase hello: pending ");
    press(&mut harness, "Start update");
    harness.get_by_label("Abort update");
    draw_until(&mut harness, Stage::Ended);
    harness.get_by_label("Verdict PASS");
    for phase in ["hello", "offer", "stream", "verify", "boot", "report"] {
        harness.get_by_label_contains(&format!("Phase {phase}: done"));
    }
    harness.get_by_label("64.0 of 64.0 KB");
    harness.get_by_label("Start update");
    press(&mut harness, "Dismiss");
    assert!(harness.query_by_label("Verdict PASS").is_none());
}

#[test]
fn the_other_dialect_and_board_pass_too() {
    let mut harness = panel([400.0, 900.0], 0.0);
    harness
        .get_by_role_and_label(Role::RadioButton, "ayla")
        .click();
    harness
        .get_by_role_and_label(Role::ComboBox, "Board")
        .click();
    harness.run();
    harness.get_by_label("stm32f303").click();
    harness.run();
    assert_eq!(harness.state().model().setup.baud, "115200");
    press(&mut harness, "Start update");
    draw_until(&mut harness, Stage::Ended);
    harness.get_by_label("Verdict PASS");
    harness.get_by_label_contains("Not observable");
}

#[test]
fn an_image_that_is_not_there_is_told_with_the_next_step() {
    let mut harness = panel([1280.0, 800.0], 0.0);
    harness
        .get_by_role_and_label(Role::RadioButton, "A file")
        .click();
    harness.run();
    harness.get_by_label("Give the path of an image file.");
    let field = harness.get_by_role_and_label(Role::TextInput, "Image file");
    field.focus();
    field.type_text("no/such/image.bin");
    harness.run();
    press(&mut harness, "Start update");
    draw_until(&mut harness, Stage::Ended);
    harness.get_by_label("Verdict ERROR");
    harness.get_by_label("Next step");
    harness.get_by_label_contains("no/such/image.bin");
}

#[test]
fn a_port_that_is_not_there_is_told() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    harness
        .get_by_role_and_label(Role::RadioButton, "Serial port")
        .click();
    harness.run();
    harness.get_by_label("Choose a serial port, or the emulated host.");
    let field = harness.get_by_role_and_label(Role::TextInput, "Or type a path");
    field.focus();
    field.type_text("no-such-port");
    harness.run();
    press(&mut harness, "Start update");
    draw_until(&mut harness, Stage::Ended);
    harness.get_by_label("Verdict ERROR");
}

#[test]
fn an_update_can_be_aborted() {
    let mut harness = panel([1280.0, 800.0], 1.0);
    press(&mut harness, "Start update");
    draw_until(&mut harness, Stage::Running);
    press(&mut harness, "Abort update");
    draw_until(&mut harness, Stage::Ended);
    harness.get_by_label("Verdict ABORTED");
    press(&mut harness, "Start update");
    harness.get_by_label("Abort update");
}

#[test]
fn a_narrow_window_keeps_every_control_inside() {
    let harness = panel([400.0, 900.0], 0.0);
    for role in [
        Role::Button,
        Role::RadioButton,
        Role::TextInput,
        Role::ComboBox,
    ] {
        for control in harness.get_all_by_role(role) {
            let rect = control.rect();
            assert!(
                rect.left() >= 0.0 && rect.right() <= 400.0,
                "{control:?} at {rect}"
            );
        }
    }
}

#[test]
fn the_theme_changes_at_a_press() {
    let mut harness = panel([1280.0, 800.0], 0.0);
    let dark = harness.ctx.theme() == egui::Theme::Dark;
    press(
        &mut harness,
        if dark { "Light theme" } else { "Dark theme" },
    );
    harness.run();
    assert_ne!(harness.ctx.theme() == egui::Theme::Dark, dark);
}
