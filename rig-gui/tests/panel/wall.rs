//! Four hosts side by side.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use rig_gui::App;
use rig_gui::wall::SlotStage;

use super::support::{panel, press, show, type_into};

/// Scans a unit: its id, and Enter.
fn scan(harness: &mut Harness<'_, App>, slot: usize, unit: &str) {
    type_into(harness, &format!("Scan unit in slot {slot}"), unit);
    harness.key_press(egui::Key::Enter);
    harness.run();
}

fn draw_until_all_ended(harness: &mut Harness<'_, App>, count: usize) {
    for slot in 0..count {
        while harness.state().model().wall.slots()[slot].stage() == SlotStage::Running {
            harness.state_mut().wait_for_slot(slot);
        }
        harness.step();
    }
    harness.run();
}

#[test]
fn four_slots_start_together_and_keep_their_verdicts() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    show(&mut harness, "Wall");
    harness.get_by_label("Slot 1, no unit: EMPTY");
    for slot in 1..=4 {
        scan(&mut harness, slot, &format!("SN-{slot}"));
    }
    harness.get_by_label("Slot 4, SN-4: READY");
    press(&mut harness, "Start 4 ready");
    draw_until_all_ended(&mut harness, 4);
    for slot in 1..=4 {
        harness.get_by_label(&format!("Slot {slot}, SN-{slot}: PASS emulated"));
    }
    show(&mut harness, "Update");
    show(&mut harness, "Wall");
    harness.get_by_label("Slot 2, SN-2: PASS emulated");
    scan(&mut harness, 2, "SN-22");
    harness.get_by_label("Slot 2, SN-22: READY");
    harness.get_by_label("Slot 1, SN-1: PASS emulated");
}

#[test]
fn a_slot_can_be_aborted_while_the_others_go_on() {
    let mut harness = panel([1280.0, 900.0], 0.2);
    show(&mut harness, "Wall");
    scan(&mut harness, 1, "A");
    scan(&mut harness, 2, "B");
    press(&mut harness, "Start 2 ready");
    press(&mut harness, "Abort slot 1");
    draw_until_all_ended(&mut harness, 2);
    harness.get_by_label("Slot 1, A: ABORTED emulated");
    harness.get_by_label("Slot 2, B: PASS emulated");
}

#[test]
fn sixteen_slots_fit_at_both_sizes() {
    for size in [[1600.0, 1000.0], [400.0, 900.0]] {
        let mut harness = panel(size, 0.0);
        show(&mut harness, "Wall");
        harness.state_mut().apply(rig_gui::Command::Wall(
            rig_gui::wall::WallCommand::SetCount(16),
        ));
        harness.run();
        for slot in 1..=16 {
            let label = format!("Slot {slot}, no unit: EMPTY");
            let rect = harness.get_by_label(&label).rect();
            assert!(
                rect.left() >= 0.0 && rect.right() <= size[0],
                "{slot} at {rect}"
            );
        }
    }
}
