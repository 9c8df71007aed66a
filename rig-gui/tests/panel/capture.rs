//! Captures: saved through the dialog, opened, scrubbed; and what opening does with other files.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use bridge::bench::run_with;
use bridge::transcript::told_line;
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use fixtures::scenario::{parse, shipped_text};
use rig_gui::App;
use rig_gui::run_view::Stage;
use rig_gui::wire::view::Saving;

use super::support::{
    draw_until, draw_until_frames, panel_in, press, settle_frames, show, take_the_rest, type_into,
    wait_for_folder,
};

const NAME: &str = "Name, or a path";

fn update(harness: &mut Harness<'_, App>) {
    show(harness, "Update");
    press(harness, "Start update");
    draw_until(harness, Stage::Ended);
    take_the_rest(harness);
}

/// Opens the dialog that saves, gives a name, and waits for what becomes of it.
fn save_as(harness: &mut Harness<'_, App>, name: &str) {
    press(harness, "Save as…");
    wait_for_folder(harness);
    type_into(harness, NAME, name);
    press(harness, "Save here");
    settle_saving(harness);
}

fn settle_saving(harness: &mut Harness<'_, App>) {
    draw_until_frames(harness, |model| model.wire.saving != Saving::Going);
}

/// Opens a file by its name through the dialog, and waits until it is shown or refused.
pub(crate) fn open_file(harness: &mut Harness<'_, App>, name: &str) {
    show(harness, "Wire");
    press(harness, "Open…");
    wait_for_folder(harness);
    type_into(harness, NAME, name);
    press(harness, "Open this file");
    settle_frames(harness);
}

/// Saves the capture of an update in a folder, through the panel.
pub(crate) fn saved_update(folder: &Path, name: &str) {
    let mut harness = panel_in(folder);
    update(&mut harness);
    show(&mut harness, "Wire");
    save_as(&mut harness, name);
    assert!(folder.join(name).is_file());
}

/// What the map of the object says.
fn object(harness: &Harness<'_, App>) -> String {
    let map = harness.query_by_label_contains("Blocks, on the line: ");
    map.and_then(|map| map.accesskit_node().label())
        .unwrap_or_default()
}

#[test]
fn a_capture_is_saved_and_asks_before_it_replaces_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut harness = panel_in(folder.path());
    update(&mut harness);
    show(&mut harness, "Wire");
    save_as(&mut harness, "first");
    harness.get_by_label_contains("Saved as ");
    assert!(harness.state().model().dialog.is_none());
    let path = folder.path().join("first.pcapng");
    let saved = std::fs::read(&path).expect("the capture");
    std::fs::write(&path, "something else").expect("a file");
    save_as(&mut harness, "first.pcapng");
    harness.get_by_label("first.pcapng is there already. Replace it?");
    press(&mut harness, "Keep it");
    harness.run();
    assert_eq!(std::fs::read(&path).expect("the file"), b"something else");
    press(&mut harness, "Save here");
    settle_saving(&mut harness);
    press(&mut harness, "Replace it");
    settle_saving(&mut harness);
    assert!(harness.state().model().dialog.is_none());
    assert_eq!(std::fs::read(&path).expect("the capture"), saved);
}

#[test]
fn what_cannot_be_saved_is_told_and_another_name_can_be_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut harness = panel_in(folder.path());
    update(&mut harness);
    show(&mut harness, "Wire");
    save_as(&mut harness, "gone/first.pcapng");
    harness.get_by_label("The capture was not saved");
    harness.get_by_label_contains("gone/first.pcapng: ");
    type_into(&mut harness, NAME, "second");
    press(&mut harness, "Save here");
    settle_saving(&mut harness);
    assert!(folder.path().join("second.pcapng").is_file());
}

#[test]
fn the_map_goes_with_the_frames_forth_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    saved_update(folder.path(), "update.pcapng");
    let mut harness = panel_in(folder.path());
    open_file(&mut harness, "update.pcapng");
    harness.get_by_label("update.pcapng");
    let frames = harness.state().model().wire.entries.len();
    assert!(frames > 60, "{frames}");
    harness.get_by_label("No object was offered until then.");
    let step = |harness: &mut Harness<'_, App>, key| {
        harness.key_press(key);
        settle_frames(harness);
    };
    step(&mut harness, Key::End);
    assert!(object(&harness).starts_with("Blocks, on the line: 16 cells, 16 verified"));
    harness.get_by_label(&format!("Blocks at frame {}", frames - 1));
    // By the slider of time: to its middle, where some blocks have arrived and others have not.
    let slider = harness
        .get_by_role_and_label(Role::Slider, "Time, s")
        .rect();
    let to = slider.left_center() + egui::vec2(slider.width() * 0.2, 0.0);
    harness.drag_at(slider.center());
    harness.step();
    harness.hover_at(to);
    harness.step();
    harness.drop_at(to);
    settle_frames(&mut harness);
    let middle = object(&harness);
    assert!(
        middle.contains(" acknowledged") || middle.contains(" written"),
        "{middle}"
    );
    assert!(!middle.contains("verified"), "{middle}");
    let selected = harness.state().model().wire.selected.expect("a frame");
    step(&mut harness, Key::ArrowUp);
    press(&mut harness, "Next frame");
    settle_frames(&mut harness);
    assert_eq!(harness.state().model().wire.selected, Some(selected));
    assert_eq!(object(&harness), middle);
    step(&mut harness, Key::Home);
    harness.get_by_label("No object was offered until then.");
}

#[test]
fn a_cell_leads_to_the_frame_that_brings_it() {
    let folder = tempfile::tempdir().expect("a folder");
    saved_update(folder.path(), "update.pcapng");
    let mut harness = panel_in(folder.path());
    open_file(&mut harness, "update.pcapng");
    harness.key_press(Key::End);
    settle_frames(&mut harness);
    let map = harness.get_by_label_contains("Blocks, on the line: ");
    map.focus();
    harness.run();
    // The frame at the end is of no block: the first key leads to the first one.
    for (cell, first) in [(0, "offset=0 "), (1, "offset=4095 "), (2, "offset=8190 ")] {
        harness.key_press(Key::ArrowRight);
        draw_until_frames(&mut harness, |model| model.wire.sought.is_none());
        settle_frames(&mut harness);
        let detail = harness.state().model().wire.detail.as_ref();
        let words = detail
            .map(|detail| detail.words.clone())
            .unwrap_or_default();
        assert!(
            words.starts_with("DATA") && words.contains(first),
            "{cell}: {words}"
        );
    }
}

#[test]
fn a_transcript_is_scrubbed_like_a_capture() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, cells) in [
        ("rig-patch-nrf52840", "1 cells"),
        ("ayla-nrf52840", "5 cells"),
    ] {
        let scenario = parse(shipped_text(name).expect("shipped")).expect("a scenario");
        let mut text = String::new();
        run_with(&scenario, None, &mut |told| {
            text.extend(told_line(told).map(|line| line + "\n"));
        });
        let file = format!("{name}.txt");
        std::fs::write(folder.path().join(&file), &text).expect("a file");
        let mut harness = panel_in(folder.path());
        open_file(&mut harness, &file);
        let lines = text.lines().count();
        harness.get_by_label(&format!("{lines} frames"));
        harness.key_press(Key::End);
        settle_frames(&mut harness);
        let whole = object(&harness);
        assert!(
            whole.contains(cells) && whole.contains(" verified"),
            "{whole}"
        );
        if name.contains("patch") {
            harness.get_by_label_contains("Blocks, blocks of the new image: 16 cells, 5 verified");
        }
        harness.key_press(Key::Home);
        settle_frames(&mut harness);
        harness.get_by_label("No object was offered until then.");
    }
}

#[test]
fn the_running_update_is_behind_an_opened_file() {
    let folder = tempfile::tempdir().expect("a folder");
    saved_update(folder.path(), "update.pcapng");
    let mut harness = panel_in(folder.path());
    update(&mut harness);
    show(&mut harness, "Wire");
    settle_frames(&mut harness);
    let newest = object(&harness);
    assert!(newest.contains("16 verified"), "{newest}");
    open_file(&mut harness, "update.pcapng");
    assert!(harness.state().model().wire.live.is_none());
    press(&mut harness, "Back to the update");
    settle_frames(&mut harness);
    assert!(harness.state().model().wire.live.is_some());
    assert_eq!(object(&harness), newest);
    assert!(harness.query_by_label("Back to the update").is_none());
}

/// A capture of another program: pcapng of Ethernet packets, by its bytes.
fn ethernet() -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let len = u32::try_from(body.len() + 12).expect("short").to_le_bytes();
        [&kind.to_le_bytes()[..], &len, body, &len].concat()
    };
    let section = [
        &0x1a2b_3c4d_u32.to_le_bytes()[..],
        &[1, 0, 0, 0],
        &[0xff; 8],
    ]
    .concat();
    let interface = [1, 0, 0, 0, 0, 0, 4, 0];
    let packet = [&[0; 12][..], &[60, 0, 0, 0, 60, 0, 0, 0], &[0x42; 60]].concat();
    [
        block(0x0a0d_0d0a, &section),
        block(1, &interface),
        block(6, &packet),
        block(6, &packet),
    ]
    .concat()
}

#[test]
fn files_that_are_no_captures_are_told_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    saved_update(folder.path(), "good.pcapng");
    let good = std::fs::read(folder.path().join("good.pcapng")).expect("the capture");
    let older = [&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0][..], &[0; 16]].concat();
    let files: [(&str, &[u8], &str); 4] = [
        (
            "garbage.pcapng",
            &[0xa5; 9000],
            "This is no capture and no transcript",
        ),
        ("empty.pcapng", &[], "The file is empty"),
        ("older.pcap", &older, "The capture is of another program"),
        (
            "begun.pcapng",
            &good[..7],
            "This is no capture and no transcript",
        ),
    ];
    for (name, bytes, _) in &files {
        std::fs::write(folder.path().join(name), bytes).expect("a file");
    }
    let mut harness = panel_in(folder.path());
    update(&mut harness);
    show(&mut harness, "Wire");
    settle_frames(&mut harness);
    let before = harness.state().model().wire.count_text();
    let refused = |harness: &mut Harness<'_, App>, path: &str, headline: &str| {
        open_file(harness, path);
        harness.get_by_label(headline);
        harness.get_by_label_contains(&format!("{path}: "));
        harness.get_by_label_contains("Choose a file that ");
        // The frames of the update are still there.
        assert_eq!(harness.state().model().wire.count_text(), before, "{path}");
        press(harness, "Dismiss");
        harness.run();
        assert!(harness.query_by_label(headline).is_none());
    };
    for (name, _, headline) in files {
        refused(&mut harness, name, headline);
    }
    refused(&mut harness, "gone.pcapng", "The file cannot be read");
    let path = folder.path().display().to_string();
    refused(&mut harness, &path, "The file cannot be read");
    update(&mut harness);
    harness.get_by_label("Verdict PASS");
}

#[test]
fn what_can_be_read_of_a_bad_capture_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    saved_update(folder.path(), "good.pcapng");
    let good = std::fs::read(folder.path().join("good.pcapng")).expect("the capture");
    std::fs::write(folder.path().join("cut.pcapng"), &good[..good.len() / 2]).expect("a file");
    std::fs::write(folder.path().join("ethernet.pcapng"), ethernet()).expect("a file");
    let mut harness = panel_in(folder.path());
    open_file(&mut harness, "cut.pcapng");
    harness.get_by_label("The capture is cut short");
    harness.get_by_label_contains("cut.pcapng: it ends in the middle of a block, behind ");
    let frames = harness.state().model().wire.entries.len();
    assert!(frames > 10, "{frames}");
    harness.key_press(Key::End);
    settle_frames(&mut harness);
    let reached = object(&harness);
    assert!(
        reached.contains("16 cells") && reached.contains(" acknowledged"),
        "{reached}"
    );
    open_file(&mut harness, "ethernet.pcapng");
    harness.get_by_label("The capture is of another program");
    harness.get_by_label("2 frames");
    update(&mut harness);
    harness.get_by_label("Verdict PASS");
}
