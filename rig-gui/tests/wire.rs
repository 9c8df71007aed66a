//! The wire view over real captures, driven by accessible label, without a window.
//!
//! The tests wait for words of the threads that read; a wait has a limit only so that it ends.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use bridge::bench::{Told, run_with};
use bridge::capture::Writer;
use bridge::event::{Event, Stamped};
use bridge::transcript::told_line;
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use fixtures::scenario::{parse, shipped_text};
use rig_gui::theme;
use rig_gui::views::wire_ui::wire_ui;
use rig_gui::wire::index::{FRAMES_MAX, Kind};
use rig_gui::wire::view::Saving;
use rig_gui::wire::{Source, WireCommand, WireView};
use tempfile::{NamedTempFile, TempDir};

/// Longest wait for a thread.
const PATIENCE: Duration = Duration::from_secs(60);
/// Most times that a thread is waited for.
const WAITS_MAX: usize = 5_000;

/// The wire view without the rest of the panel.
struct Stand {
    view: WireView,
    source: Source,
    woken: Receiver<()>,
}

impl Stand {
    fn new(frames_max: usize) -> Self {
        let (wake, woken) = sync_channel(1);
        let wake = Arc::new(move || {
            let _ = wake.try_send(());
        });
        Self {
            view: WireView::default(),
            source: Source::with_frames_max(wake, frames_max),
            woken,
        }
    }

    fn apply(&mut self, command: WireCommand) {
        self.source.apply(&mut self.view, command);
    }

    /// Whether all that was asked for is there.
    fn is_complete(&self) -> bool {
        let view = &self.view;
        let detail = view.detail.as_ref().map(|detail| detail.position);
        let map = view.then.as_ref().map(|then| then.position);
        view.opening.is_none()
            && view.progress.fraction().is_none()
            && map == view.here()
            && view.is_sifted()
            && view.missing().is_empty()
            && view.selected.is_none_or(|it| Some(it) == detail)
    }
}

fn panel(size: [f32; 2], stand: Stand) -> Harness<'static, Stand> {
    Harness::builder()
        .with_size(size)
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, stand: &mut Stand| {
                for command in wire_ui(ui, &stand.view) {
                    stand.apply(command);
                }
            },
            stand,
        )
}

/// Draws and waits until the threads have brought everything.
fn settle(harness: &mut Harness<'_, Stand>) {
    for _ in 0..WAITS_MAX {
        let _ = harness.run_ok();
        let stand = harness.state_mut();
        stand.source.pump(&mut stand.view);
        if stand.is_complete() {
            let _ = harness.run_ok();
            return;
        }
        let waited = stand.woken.recv_timeout(PATIENCE);
        assert!(waited.is_ok(), "nothing came from the threads");
    }
    panic!("not complete: {:?}", harness.state().view);
}

/// A panel with an opened file, everything read.
fn opened(size: [f32; 2], path: &Path) -> Harness<'static, Stand> {
    opened_in_parts(size, path, FRAMES_MAX)
}

fn opened_in_parts(size: [f32; 2], path: &Path, frames_max: usize) -> Harness<'static, Stand> {
    let mut stand = Stand::new(frames_max);
    stand.apply(WireCommand::Open(path.to_owned()));
    let mut harness = panel(size, stand);
    settle(&mut harness);
    harness
}

fn press(harness: &mut Harness<'_, Stand>, label: &str) {
    harness.get_by_role_and_label(Role::Button, label).click();
    settle(harness);
}

/// What a shipped scenario says.
fn events(name: &str) -> Vec<Stamped> {
    let scenario = parse(shipped_text(name).unwrap()).unwrap();
    let mut events = Vec::new();
    run_with(&scenario, None, &mut |told| {
        if let Told::Engine(stamped) = told {
            events.push((*stamped).clone());
        }
    });
    events
}

fn frames(events: &[Stamped]) -> usize {
    let frame = |it: &&Stamped| matches!(it.event, Event::Frame(_) | Event::BadFrame(_));
    events.iter().filter(frame).count()
}

/// The capture of a shipped scenario, and how many packets it has.
fn captured(name: &str) -> (Vec<u8>, usize) {
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file, Duration::ZERO).unwrap();
    let events = events(name);
    for stamped in &events {
        writer.event(stamped).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    (file, frames(&events))
}

fn in_file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

#[test]
fn byte_field_and_arrow_go_together() {
    let (capture, packets) = captured("rig-nrf52840");
    let file = in_file(&capture);
    let mut harness = opened([1600.0, 1000.0], file.path());
    assert_eq!(harness.state().view.entries.len(), packets);
    harness.get_by_label(&format!("{packets} frames"));
    harness
        .get_by_label_contains("Frame 2 to module: HELLO_ANSWER")
        .click();
    settle(&mut harness);
    harness.get_by_label_contains("Arrow 2 HELLO_ANSWER, answer after");
    harness.get_by_label_contains("Field nonce: ").click();
    settle(&mut harness);
    let view = &harness.state().view;
    let (spot, detail) = (view.spot.unwrap(), view.detail.as_ref().unwrap());
    assert_eq!(detail.nodes[spot.node].name, "nonce");
    assert_eq!(spot.byte, detail.nodes[spot.node].range.start);
    harness.get_by_label_contains("Byte 2: ").click();
    settle(&mut harness);
    let view = &harness.state().view;
    let spot = view.spot.unwrap();
    let node = &view.detail.as_ref().unwrap().nodes[spot.node];
    assert_eq!((spot.byte, node.leaf), (2, true));
    assert!(node.range.contains(&2));
    harness.get_by_label_contains("Arrow 0 HELLO").click();
    settle(&mut harness);
    assert_eq!(harness.state().view.selected, Some(0));
    assert_eq!(harness.state().view.spot, None);
    harness.get_by_label_contains("Field kind: HELLO");
}

#[test]
fn a_filter_shows_what_passes_and_nothing_else() {
    let (capture, packets) = captured("rig-nrf52840");
    let file = in_file(&capture);
    let mut harness = opened([1600.0, 1000.0], file.path());
    let field = harness.get_by_role_and_label(Role::TextInput, "Find in words");
    field.focus();
    field.type_text("hello_ANSWER");
    settle(&mut harness);
    // The host was not up when it was greeted first, and answers both times.
    let shown = harness.state().view.count_text();
    assert_eq!(shown, format!("2 of {packets}"));
    harness.get_by_label_contains("Frame 2 to module: HELLO_ANSWER");
    press(&mut harness, "Show all");
    harness.get_by_label("Errors only").click();
    settle(&mut harness);
    harness.get_by_label_contains("Frame 1 to host: HELLO versions");
    let errors = harness.state().view.len();
    assert!((1..packets / 4).contains(&errors), "{errors}");
    harness
        .state_mut()
        .apply(WireCommand::SetText("nothing says so".to_owned()));
    settle(&mut harness);
    harness.get_by_label("No frame passes the filter.");
    press(&mut harness, "Show all");
    harness.state_mut().apply(WireCommand::SetDirection(Some(
        bridge::event::Direction::ToHost,
    )));
    settle(&mut harness);
    let view = &harness.state().view;
    assert!(!view.is_empty() && view.len() < packets);
    let data = view
        .names
        .all()
        .find(|(_, name)| *name == "DATA")
        .unwrap()
        .0;
    harness.state_mut().apply(WireCommand::ToggleType(data));
    settle(&mut harness);
    let view = &harness.state().view;
    let types: Vec<&str> = (0..view.len())
        .map(|row| {
            view.names
                .name(view.entry(view.position(row).unwrap()).unwrap().name)
        })
        .collect();
    assert!(
        types.len() > 10 && types.iter().all(|name| *name == "DATA"),
        "{types:?}"
    );
}

#[test]
fn the_keyboard_goes_through_the_frames() {
    let (capture, packets) = captured("ayla-nrf52840");
    let file = in_file(&capture);
    let mut harness = opened([1280.0, 800.0], file.path());
    let last = u32::try_from(packets - 1).unwrap();
    let page = harness.state().view.rows - 2;
    let steps = [
        (Key::End, last),
        (Key::ArrowUp, last - 1),
        (Key::Home, 0),
        (Key::ArrowDown, 1),
        (Key::PageDown, 1 + page),
        (Key::PageUp, 1),
    ];
    for (key, selected) in steps {
        harness.key_press(key);
        settle(&mut harness);
        assert_eq!(harness.state().view.selected, Some(selected), "{key:?}");
        harness.get_by_label_contains(&format!("Frame {selected} to "));
    }
    harness.key_press(Key::Slash);
    harness.run();
    let field = harness.get_by_role_and_label(Role::TextInput, "Find in words");
    assert!(field.is_focused());
}

#[test]
fn only_the_rows_in_sight_are_drawn() {
    let (capture, packets) = captured("ayla-nrf52840");
    let file = in_file(&capture);
    let mut harness = opened([1280.0, 800.0], file.path());
    assert!(packets > 200, "{packets}");
    let rows = harness.query_all_by_label_contains("Frame ").count();
    assert!((10..60).contains(&rows), "{rows}");
    harness.state_mut().apply(WireCommand::Scroll(u64::MAX));
    settle(&mut harness);
    harness.get_by_label_contains(&format!("Frame {} to ", packets - 1));
    assert!(harness.query_by_label_contains("Frame 0 to ").is_none());
}

#[test]
fn what_cannot_be_shown_is_told_with_the_next_step() {
    let folder = TempDir::new().unwrap();
    let garbage = in_file(&[0xa5; 70_000]);
    let zeros = NamedTempFile::new().unwrap();
    zeros.as_file().set_len(4 << 30).unwrap();
    let gone = folder.path().join("gone.pcapng");
    let cases = [
        (folder.path(), "The file cannot be read"),
        (garbage.path(), "This is no capture and no transcript"),
        (zeros.path(), "This is no capture and no transcript"),
        (gone.as_path(), "The file cannot be read"),
    ];
    let (capture, packets) = captured("rig-nrf52840");
    let good = in_file(&capture);
    for (path, headline) in cases {
        let mut harness = opened([1000.0, 700.0], path);
        harness.get_by_label(headline);
        harness.get_by_label_contains(path.to_str().unwrap());
        press(&mut harness, "Dismiss");
        assert!(harness.query_by_label(headline).is_none());
        harness
            .state_mut()
            .apply(WireCommand::Open(good.path().to_owned()));
        settle(&mut harness);
        assert_eq!(harness.state().view.entries.len(), packets);
    }
}

#[test]
fn a_cut_capture_and_a_foreign_one_are_shown_as_far_as_they_go() {
    let (capture, packets) = captured("rig-nrf52840");
    let cut = in_file(&capture[..capture.len() / 2]);
    let harness = opened([1280.0, 800.0], cut.path());
    harness.get_by_label("The capture is cut short");
    let shown = harness.state().view.entries.len();
    assert!(shown > 10 && shown < packets, "{shown}");
    let mut foreign = capture;
    // The link type of its interface, in the block behind the section header.
    let section = usize::try_from(u32::from_le_bytes(foreign[4..8].try_into().unwrap())).unwrap();
    foreign[section + 8] = 1;
    let foreign = in_file(&foreign);
    let harness = opened([1280.0, 800.0], foreign.path());
    harness.get_by_label("The capture is of another program");
    assert_eq!(harness.state().view.entries.len(), packets);
}

#[test]
fn a_transcript_is_shown_line_by_line() {
    let scenario = parse(shipped_text("rig-nrf52840").unwrap()).unwrap();
    let mut text = String::new();
    run_with(&scenario, None, &mut |told| {
        if let Some(line) = told_line(told) {
            text += &line;
            text.push('\n');
        }
    });
    let file = in_file(text.as_bytes());
    let mut harness = opened([1600.0, 1000.0], file.path());
    assert_eq!(harness.state().view.entries.len(), text.lines().count());
    let first = harness.get_by_label_contains("Frame 2 to host: HELLO versions");
    first.click();
    settle(&mut harness);
    harness.get_by_label_contains("a transcript has words only");
    harness.get_by_label_contains(" note: phase: stream");
}

#[test]
fn a_long_file_is_shown_in_parts() {
    let (capture, packets) = captured("ayla-nrf52840");
    let file = in_file(&capture);
    let part = 100;
    let mut harness = opened_in_parts([1280.0, 800.0], file.path(), part);
    assert_eq!(harness.state().view.entries.len(), part);
    harness.get_by_label_contains("Frames 0 to 99");
    let mut seen = part;
    while harness.state().view.window.more {
        press(&mut harness, "Later frames");
        let view = &harness.state().view;
        assert_eq!(view.number(0), u64::try_from(seen).unwrap());
        seen += view.entries.len();
    }
    assert_eq!(seen, packets);
    harness.state_mut().apply(WireCommand::PreviousWindow);
    settle(&mut harness);
    let first = harness.state().view.window.first;
    harness.get_by_label_contains(&format!("Frame {first} to "));
    assert!(harness.state().view.window.more);
}

#[test]
fn the_frames_of_a_run_appear_as_they_come_and_can_be_saved() {
    let events = events("rig-nrf52840");
    let packets = frames(&events);
    let mut stand = Stand::new(FRAMES_MAX);
    let mut live = stand
        .source
        .live(&mut stand.view, "this run", Duration::ZERO);
    let mut harness = panel([1280.0, 800.0], stand);
    harness.run();
    harness.get_by_label("Nothing was said on the line yet.");
    let (early, late) = events.split_at(events.len() / 2);
    early.iter().for_each(|event| live.event(event));
    settle(&mut harness);
    let newest = frames(early) - 1;
    harness.get_by_label_contains(&format!("Frame {newest} to "));
    harness.get_by_label("live");
    // The newest frame is not in the file yet and has its bytes all the same.
    harness.key_press(Key::End);
    settle(&mut harness);
    assert!(
        !harness
            .state()
            .view
            .detail
            .as_ref()
            .unwrap()
            .wire
            .is_empty()
    );
    late.iter().for_each(|event| live.event(event));
    drop(live);
    settle(&mut harness);
    assert_eq!(harness.state().view.entries.len(), packets);
    assert!(harness.query_by_label("live").is_none());
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("saved.pcapng");
    for told in [Saving::Done, Saving::There(path.clone())] {
        let (path, replace) = (path.clone(), false);
        harness
            .state_mut()
            .apply(WireCommand::Save { path, replace });
        while harness.state().view.saving == Saving::Going {
            let state = harness.state_mut();
            state.woken.recv_timeout(PATIENCE).unwrap();
            state.source.pump(&mut state.view);
        }
        assert_eq!(harness.state().view.saving, told);
    }
    harness.run();
    harness.get_by_label_contains("Saved as ");
    let saved = opened([1280.0, 800.0], &path);
    let (live, saved) = (&harness.state().view, &saved.state().view);
    for position in 0..u32::try_from(packets).unwrap() {
        assert_eq!(live.entry(position), saved.entry(position));
        assert_eq!(live.entry(position).unwrap().kind, Kind::Frame);
    }
}

#[test]
fn every_control_has_a_name_and_stays_inside_in_any_size() {
    let (capture, _) = captured("rig-nrf52840");
    let file = in_file(&capture);
    for size in [[400.0, 800.0], [800.0, 600.0], [1600.0, 1000.0]] {
        let mut harness = opened(size, file.path());
        harness.state_mut().apply(WireCommand::Select(3));
        settle(&mut harness);
        let roles = [
            Role::Button,
            Role::CheckBox,
            Role::TextInput,
            Role::ComboBox,
            Role::RadioButton,
            Role::ListItem,
            Role::TreeItem,
            Role::Slider,
            Role::Cell,
        ];
        for role in roles {
            for control in harness.query_all_by_role(role) {
                let name = control.accesskit_node().label().unwrap_or_default();
                let rect = control.rect();
                assert!(!name.is_empty(), "{control:?} has no name");
                assert!(
                    rect.left() >= 0.0 && rect.right() <= size[0],
                    "{name} at {rect}"
                );
            }
        }
    }
}

#[test]
fn nothing_is_open_at_first() {
    let mut harness = panel([1280.0, 800.0], Stand::new(FRAMES_MAX));
    harness.run();
    harness.get_by_label("No frames yet");
    harness.key_press(Key::End);
    harness.run();
    assert_eq!(harness.state().view.selected, None);
}
