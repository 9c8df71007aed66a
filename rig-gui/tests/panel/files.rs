//! The file dialog, and files that are dropped on the window.

use std::sync::Arc;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use rig_gui::model::ImageChoice;

use super::support::{Dropped, drop_file, panel, panel_in, press, wait_for_folder};

#[test]
fn an_image_is_found_through_the_dialog() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("out")).expect("a folder");
    std::fs::write(folder.path().join("out/new.bin"), [7; 5000]).expect("a file");
    std::fs::write(folder.path().join("out/notes.txt"), "x").expect("a file");
    let mut harness = panel_in(folder.path());
    harness
        .get_by_role_and_label(Role::RadioButton, "A file")
        .click();
    harness.run();
    press(&mut harness, "Choose a file…");
    wait_for_folder(&mut harness);
    press(&mut harness, "Folder out");
    wait_for_folder(&mut harness);
    assert!(harness.query_by_label("File notes.txt").is_none());
    press(&mut harness, "File new.bin");
    press(&mut harness, "Use this file");
    harness.run();
    let model = harness.state().model();
    assert!(
        model.setup.path.ends_with("out/new.bin"),
        "{}",
        model.setup.path
    );
    assert!(model.dialog.is_none());
}

#[test]
fn a_folder_that_cannot_be_read_is_told_and_the_dialog_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let gone = folder.path().join("gone");
    let mut harness = panel_in(&gone);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::O);
    harness.run();
    wait_for_folder(&mut harness);
    harness.get_by_label_contains("The folder cannot be read");
    press(&mut harness, "Cancel");
    harness.run();
    assert!(harness.state().model().dialog.is_none());
}

#[test]
fn a_dropped_image_is_the_next_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dropped.bin");
    std::fs::write(&path, [7; 5000]).expect("a file");
    let mut harness = panel([1280.0, 900.0], 0.0);
    drop_file(&mut harness, &path);
    assert_eq!(harness.state().model().setup.image_name(), "dropped.bin");
}

#[test]
fn what_is_no_image_is_told_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let huge = folder.path().join("huge.bin");
    let file = std::fs::File::create(&huge).expect("a file");
    file.set_len(4 << 30).expect("a sparse file");
    let empty = folder.path().join("empty.bin");
    std::fs::write(&empty, []).expect("a file");
    for path in [&huge, &empty, &folder.path().to_owned()] {
        let mut harness = panel([400.0, 900.0], 0.0);
        drop_file(&mut harness, path);
        harness.get_by_label_contains("Problem: ");
        assert_eq!(harness.state().model().setup.image, ImageChoice::Made);
        press(&mut harness, "Put away");
        harness.run();
        assert!(harness.query_by_label_contains("Problem: ").is_none());
    }
}

#[test]
fn two_files_dropped_at_once_do_not_stop_the_panel() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    for name in ["no/a.bin", "no/b.bin"] {
        let dropped = Arc::new(Dropped(name.into()));
        harness.input_mut().dropped_files.push(dropped);
    }
    harness.step();
    while harness.state().model().notice.is_none() {
        harness.state_mut().wait_for_answer();
    }
    harness.run();
    harness.get_by_label_contains("Problem: ");
}
