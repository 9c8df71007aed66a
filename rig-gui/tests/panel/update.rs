//! One update on the first screen.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use rig_gui::run_view::Stage;

use super::support::{draw_until, panel, press};

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
    harness.get_by_label_contains("Blocks, on the line: 16 cells, 16 verified");
    harness.get_by_label_contains("Blocks, scratch: ");
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
    let named = harness.get_all_by_label_contains("no/such/image.bin");
    assert!(named.count() > 1, "in the verdict too");
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
fn a_cell_of_the_map_is_told_by_the_keyboard() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    press(&mut harness, "Start update");
    draw_until(&mut harness, Stage::Ended);
    let map = harness.get_by_label_contains("Blocks, on the line: ");
    map.focus();
    harness.run();
    for key in [egui::Key::ArrowRight, egui::Key::ArrowRight] {
        harness.key_press(key);
        harness.run();
    }
    harness.get_by_label_contains("Cell 1: 0x1000 to 0x2000: verified since ");
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
