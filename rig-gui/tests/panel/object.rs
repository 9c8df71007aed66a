//! What is sent: patches and old images from files, and an update that is done once more.

use std::path::Path;

use bridge::patch::{Options, make as make_patch};
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use fixtures::image::{Format, ImageSpec, edited, make};
use protocol_spec::text::Version;
use rig_gui::App;
use rig_gui::log::Line;
use rig_gui::model::ImageChoice;
use rig_gui::run_view::Stage;

use super::support::{draw_until, drop_file, panel, press, show, type_into};

/// An old image, a new one, and the patch between them.
fn write_files(folder: &Path) {
    let spec = ImageSpec {
        format: Format::Raw,
        size: 30_000,
        version: Version::from_bytes(b"1.0").expect("short"),
        seed: 1,
    };
    let old = make(&spec).expect("an image");
    let new = edited(&old, 4, 2);
    let options = Options {
        new_version: "2.0.0".to_owned(),
        ..Options::default()
    };
    let patch = make_patch(&old, &new, &options).expect("a patch");
    for (name, bytes) in [("old.bin", &old), ("new.bin", &new), ("p.otp", &patch.file)] {
        std::fs::write(folder.join(name), bytes).expect("a file");
    }
}

fn choose_object(harness: &mut Harness<'_, App>, name: &str) {
    harness
        .get_by_role_and_label(Role::RadioButton, name)
        .click();
    harness.run();
}

fn type_path(harness: &mut Harness<'_, App>, label: &str, folder: &Path, name: &str) {
    type_into(harness, label, &folder.join(name).display().to_string());
}

fn run(harness: &mut Harness<'_, App>) {
    press(harness, "Start update");
    draw_until(harness, Stage::Ended);
}

#[test]
fn a_patch_file_is_applied_by_the_emulated_host() {
    let folder = tempfile::tempdir().expect("a folder");
    write_files(folder.path());
    let mut harness = panel([1280.0, 1000.0], 0.0);
    choose_object(&mut harness, "A patch");
    harness.get_by_label("Give the path of a patch file.");
    type_path(&mut harness, "Patch file", folder.path(), "p.otp");
    harness.get_by_label_contains("Give the image that the emulated host runs");
    let old = "Image that the host runs";
    type_path(&mut harness, old, folder.path(), "old.bin");
    run(&mut harness);
    harness.get_by_label("Verdict PASS");
    harness.get_by_label_contains("Blocks, blocks of the new image: 8 cells");
    harness.get_by_label_contains("Blocks, scratch: ");
}

#[test]
fn an_image_goes_as_a_patch_where_the_old_one_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    write_files(folder.path());
    let mut harness = panel([1280.0, 1000.0], 0.0);
    choose_object(&mut harness, "A file");
    type_path(&mut harness, "Image file", folder.path(), "new.bin");
    let old = "Image that the host runs, to send a patch";
    type_path(&mut harness, old, folder.path(), "old.bin");
    run(&mut harness);
    harness.get_by_label("Verdict PASS");
    harness.get_by_label_contains("Blocks, blocks of the new image: ");
}

#[test]
fn a_patch_that_does_not_fit_the_old_image_is_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    write_files(folder.path());
    let mut harness = panel([1280.0, 1000.0], 0.0);
    choose_object(&mut harness, "A patch");
    type_path(&mut harness, "Patch file", folder.path(), "p.otp");
    let old = "Image that the host runs";
    type_path(&mut harness, old, folder.path(), "new.bin");
    run(&mut harness);
    harness.get_by_label("Verdict ERROR");
    let told = harness.get_all_by_label_contains("does not work on the old image");
    assert!(told.count() > 0);
    assert!(harness.state().model().wire.is_empty());
}

#[test]
fn a_dropped_patch_is_the_next_one_and_a_damaged_one_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    write_files(folder.path());
    let mut harness = panel([1280.0, 900.0], 0.0);
    drop_file(&mut harness, &folder.path().join("p.otp"));
    let setup = &harness.state().model().setup;
    assert_eq!(
        (setup.image, setup.image_name()),
        (ImageChoice::Patch, "p.otp".to_owned())
    );
    let damaged = folder.path().join("damaged.otp");
    let mut bytes = std::fs::read(folder.path().join("p.otp")).expect("a file");
    bytes[100] ^= 1;
    std::fs::write(&damaged, bytes).expect("a file");
    let mut harness = panel([1280.0, 900.0], 0.0);
    drop_file(&mut harness, &damaged);
    harness.get_by_label_contains("Problem: The patch file is damaged");
    assert_eq!(harness.state().model().setup.image, ImageChoice::Made);
}

#[test]
fn a_retry_is_the_same_update_whatever_was_set_up_since() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    run(&mut harness);
    let lines = |harness: &Harness<'_, App>| -> Vec<Line> {
        let log = &harness.state().model().log;
        log.rows(0..log.len()).cloned().collect()
    };
    let (log, title) = (lines(&harness), harness.state().model().run.title.clone());
    assert!(!log.is_empty());
    type_into(&mut harness, "Version after the update", "9.9.9");
    show(&mut harness, "Plots");
    show(&mut harness, "Update");
    press(&mut harness, "Retry");
    draw_until(&mut harness, Stage::Ended);
    assert_eq!(harness.state().model().run.title, title);
    assert_eq!(lines(&harness), log);
}
