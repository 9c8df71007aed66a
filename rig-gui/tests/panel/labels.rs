//! Every control has a name for those who do not see it.

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use rig_gui::App;
use rig_gui::run_view::Stage;
use rig_gui::screen::Screen;

use super::support::{draw_until, panel, press, show};

/// What a person can press, type into or move.
const CONTROLS: [Role; 9] = [
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::TextInput,
    Role::ComboBox,
    Role::Slider,
    Role::SpinButton,
    Role::Grid,
    Role::ProgressIndicator,
];

pub(crate) fn unlabelled(harness: &Harness<'_, App>) -> Vec<String> {
    let mut found = Vec::new();
    for role in CONTROLS {
        for node in harness.query_all_by_role(role) {
            let label = node.accesskit_node().label().unwrap_or_default();
            if label.trim().is_empty() {
                found.push(format!("{role:?} at {}", node.rect()));
            }
        }
    }
    found
}

#[test]
fn no_control_is_without_a_label() {
    for size in [[1280.0, 900.0], [400.0, 900.0]] {
        let mut harness = panel(size, 0.0);
        press(&mut harness, "Start update");
        draw_until(&mut harness, Stage::Ended);
        for screen in Screen::ALL {
            show(&mut harness, screen.title());
            assert_eq!(
                unlabelled(&harness),
                Vec::<String>::new(),
                "{screen:?} at {size:?}"
            );
        }
        press(&mut harness, "Find an action");
        harness.run();
        assert_eq!(
            unlabelled(&harness),
            Vec::<String>::new(),
            "palette at {size:?}"
        );
    }
}
