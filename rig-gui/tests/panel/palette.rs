//! The palette and the keyboard.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use rig_gui::run_view::Stage;

use super::support::{draw_until, panel, press};

#[test]
fn the_keyboard_alone_does_an_update() {
    let mut harness = panel([1280.0, 800.0], 0.0);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run();
    let field = harness.get_by_role_and_label(Role::TextInput, "What shall be done?");
    field.type_text("stm32l476");
    harness.run();
    harness.get_by_label_contains("--board stm32l476");
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().model().setup.board, "stm32l476");
    assert!(harness.query_by_label("What shall be done?").is_none());
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.step();
    draw_until(&mut harness, Stage::Ended);
    harness.get_by_label("Verdict PASS");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::D);
    harness.run();
    assert!(harness.query_by_label("Verdict PASS").is_none());
}

#[test]
fn what_cannot_be_done_says_why_and_does_nothing() {
    let mut harness = panel([1280.0, 800.0], 0.0);
    press(&mut harness, "Find an action");
    harness.run();
    let field = harness.get_by_role_and_label(Role::TextInput, "What shall be done?");
    field.type_text("abort");
    harness.run();
    harness.get_by_label("No update is running.");
    harness.key_press(Key::Enter);
    harness.run();
    harness.get_by_label("What shall be done?");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label("What shall be done?").is_none());
}

#[test]
fn text_grows_and_shrinks() {
    let mut harness = panel([1280.0, 800.0], 0.0);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Plus);
    harness.run();
    assert_eq!(harness.state().model().scale, 110);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num0);
    harness.run();
    assert_eq!(harness.state().model().scale, 100);
}
