//! Faults that are armed in the panel, and what becomes of the update.

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use rig_gui::App;
use rig_gui::run_view::Stage;

use super::support::{choose, draw_until, panel, press, show, take_the_rest, type_into};

fn arm(harness: &mut Harness<'_, App>, kind: &str, moment: &str) {
    show(harness, "Faults");
    if harness.state().model().faults.draft.kind != kind {
        choose(harness, "Fault", kind);
    }
    choose(harness, "When", moment);
    press(harness, "Arm it for the next update");
    harness.run();
    harness.get_by_label_contains("waits for the next update");
}

fn run(harness: &mut Harness<'_, App>) {
    show(harness, "Update");
    press(harness, "Start update");
    draw_until(harness, Stage::Ended);
    take_the_rest(harness);
}

#[test]
fn a_wrong_crc_on_the_line_is_sent_again_and_passes() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    arm(&mut harness, "wrong-crc", "in phase stream");
    run(&mut harness);
    harness.get_by_label("Verdict PASS");
    assert!(harness.state().model().run.retransmits > 0);
    harness.get_by_label_contains("1 with a fault");
    show(&mut harness, "Faults");
    harness.get_by_label_contains("struck at ");
}

#[test]
fn a_host_whose_flash_fails_is_told_by_its_code() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    show(&mut harness, "Faults");
    choose(&mut harness, "Fault", "erase-fails");
    type_into(&mut harness, "Times", "1000");
    press(&mut harness, "Arm it for the next update");
    run(&mut harness);
    harness.get_by_label("Verdict FAIL");
    harness.get_by_label_contains("ERASE: ");
    harness.get_by_label("Next step");
}

#[test]
fn a_power_cut_is_survived() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    show(&mut harness, "Faults");
    choose(&mut harness, "Fault", "power-cut");
    // The first operations put the order on record; then the slots are swapped.
    type_into(&mut harness, "Flash operations", "40");
    arm(&mut harness, "power-cut", "in phase boot");
    run(&mut harness);
    let verdict = harness.state().model().run.verdict.clone();
    assert!(
        verdict.as_ref().is_some_and(|it| it.passed()),
        "{verdict:?}"
    );
    harness.get_by_label("Verdict PASS");
    show(&mut harness, "Faults");
    harness.get_by_label_contains("struck at ");
}

#[test]
fn what_does_not_strike_is_told_and_the_list_can_be_cleared() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    show(&mut harness, "Faults");
    choose(&mut harness, "When", "at a block");
    type_into(&mut harness, "Offset in the object, bytes", "99999999");
    press(&mut harness, "Arm it for the next update");
    run(&mut harness);
    harness.get_by_label("Verdict PASS");
    show(&mut harness, "Faults");
    harness.get_by_label_contains("did not strike");
    press(&mut harness, "Remove 1");
    harness.run();
    assert!(harness.query_by_label_contains("did not strike").is_none());
}

fn choose_a_port(harness: &mut Harness<'_, App>) {
    show(harness, "Update");
    harness
        .get_by_role_and_label(Role::RadioButton, "Serial port")
        .click();
    harness.run();
}

fn may_be_armed(harness: &Harness<'_, App>) -> bool {
    let arm = harness.get_by_role_and_label(Role::Button, "Arm it for the next update");
    !arm.accesskit_node().is_disabled()
}

#[test]
fn behind_a_port_the_host_is_out_of_reach_and_the_reason_is_told() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    show(&mut harness, "Faults");
    choose(&mut harness, "Fault", "power-cut");
    assert!(may_be_armed(&harness));
    choose_a_port(&mut harness);
    show(&mut harness, "Faults");
    harness.get_by_label_contains("Out of reach on a serial port");
    assert!(!may_be_armed(&harness));
    for (kind, reached) in [("wrong-crc", true), ("gap", true), ("erase-fails", false)] {
        harness
            .get_by_role_and_label(Role::ComboBox, "Fault")
            .click();
        harness.run();
        let entry = harness.get_by_label(kind);
        assert_eq!(!entry.accesskit_node().is_disabled(), reached, "{kind}");
        entry.scroll_to_me();
        harness.run();
        harness.get_by_label(kind).click();
        harness.run();
        let chosen = harness.state().model().faults.draft.kind;
        assert_eq!(chosen == kind, reached, "{kind}");
        assert!(may_be_armed(&harness), "{kind}");
        if !reached {
            harness.key_press(egui::Key::Escape);
            harness.run();
        }
    }
}

#[test]
fn a_fault_in_phase_erase_drops_what_the_host_says_then() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    show(&mut harness, "Faults");
    choose(&mut harness, "Fault", "drop-frame");
    harness
        .get_by_role_and_label(Role::RadioButton, "to the module")
        .click();
    harness.run();
    arm(&mut harness, "drop-frame", "in phase erase");
    harness.get_by_label_contains("goes on to the stream");
    run(&mut harness);
    harness.get_by_label("Verdict PASS");
    harness.get_by_label("1 fault injected on purpose, 1 struck");
    show(&mut harness, "Faults");
    harness.get_by_label_contains("struck at ");
}

#[test]
fn a_number_out_of_range_is_told_before_anything_is_armed() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    show(&mut harness, "Faults");
    choose(&mut harness, "Fault", "stall");
    type_into(&mut harness, "Milliseconds", "0");
    harness.get_by_label_contains("a number from 1 to 10000");
}

#[test]
fn a_shipped_scenario_plays_to_its_end() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    harness
        .get_by_role_and_label(Role::RadioButton, "Scenario")
        .click();
    harness.run();
    harness.get_by_label_contains("otarig run rig-power-cut-resume --seed 1");
    press(&mut harness, "Start update");
    draw_until(&mut harness, Stage::Ended);
    take_the_rest(&mut harness);
    harness.get_by_label("Verdict PASS");
}

#[test]
fn a_scenario_that_is_not_there_is_told() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    harness
        .get_by_role_and_label(Role::RadioButton, "Scenario")
        .click();
    harness.run();
    type_into(&mut harness, "Or type a path", "x");
    press(&mut harness, "Start update");
    draw_until(&mut harness, Stage::Ended);
    harness.get_by_label("Verdict ERROR");
    harness.get_by_label_contains("neither a file nor a shipped scenario");
}
