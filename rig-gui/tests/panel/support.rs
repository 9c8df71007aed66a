//! A panel without a window, and how tests drive it.

#![expect(clippy::panic, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::DroppedFile;
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use rig_gui::files::Listing;
use rig_gui::model::{ImageChoice, Model};
use rig_gui::run_view::Stage;
use rig_gui::settings::Settings;
use rig_gui::{App, theme};

/// Most messages that one update may take: some times what the longest here needs.
const MESSAGES_MAX: usize = 20_000;
/// Most rounds of drawing and reading until all is there.
const ROUNDS_MAX: usize = 1_000;
/// Longest wait for a thread, so that a test ends in any case.
const PATIENCE: Duration = Duration::from_secs(60);
/// Messages between two frames of the panel.
const MESSAGES_A_FRAME: usize = 64;

/// The panel at a window size; emulated time passes `time_scale` times as slowly as real time.
pub(crate) fn panel(size: [f32; 2], time_scale: f64) -> Harness<'static, App> {
    let app = App::new(time_scale, Arc::new(|| {}));
    let mut harness = Harness::builder()
        .with_size(size)
        .with_context_setup(theme::install)
        .build_ui_state(|ui, app: &mut App| app.panel_ui(ui), app);
    harness.run();
    harness
}

/// A panel whose file dialogs begin in this folder.
pub(crate) fn panel_in(folder: &Path) -> Harness<'static, App> {
    let mut harness = panel([1280.0, 900.0], 0.0);
    let app = App::new(0.0, Arc::new(|| {}));
    *harness.state_mut() = app.with_settings(&Settings::default(), folder);
    harness.run();
    harness
}

/// Waits until the file dialog knows what its folder holds.
pub(crate) fn wait_for_folder(harness: &mut Harness<'_, App>) {
    let loading = |harness: &Harness<'_, App>| {
        let dialog = harness.state().model().dialog.as_ref();
        dialog.is_some_and(|dialog| dialog.listing == Listing::Loading)
    };
    while loading(harness) {
        harness.state_mut().wait_for_answer();
    }
    harness.run();
}

/// Draws and takes what the threads of the wire view bring until it is as wanted.
pub(crate) fn draw_until_frames(harness: &mut Harness<'_, App>, wanted: impl Fn(&Model) -> bool) {
    for _ in 0..ROUNDS_MAX {
        harness.run();
        harness.state_mut().wait_for_frames(Duration::ZERO);
        if wanted(harness.state().model()) {
            harness.run();
            return;
        }
        harness.state_mut().wait_for_frames(PATIENCE);
    }
    let wire = &harness.state().model().wire;
    let (told, trouble) = (&wire.notice, &wire.trouble);
    panic!("the frames are not as wanted: {told:?} {trouble:?}");
}

/// Draws until all that is in sight of the wire view has been read.
pub(crate) fn settle_frames(harness: &mut Harness<'_, App>) {
    draw_until_frames(harness, |model| {
        let wire = &model.wire;
        let detail = wire.detail.as_ref().map(|detail| detail.position);
        let map = wire.then.as_ref().map(|then| then.position);
        wire.opening.is_none()
            && wire.progress.fraction().is_none()
            && wire.is_sifted()
            && wire.missing().is_empty()
            && wire.selected.is_none_or(|it| Some(it) == detail)
            && map == wire.here()
    });
}

/// Presses a button by its label.
pub(crate) fn press(harness: &mut Harness<'_, App>, label: &str) {
    harness.get_by_role_and_label(Role::Button, label).click();
    harness.step();
    harness.step();
}

/// Shows a screen.
pub(crate) fn show(harness: &mut Harness<'_, App>, screen: &str) {
    press(harness, screen);
    harness.run();
}

/// Chooses an entry of a list by the label of the list and its own.
pub(crate) fn choose(harness: &mut Harness<'_, App>, list: &str, entry: &str) {
    harness.get_by_role_and_label(Role::ComboBox, list).click();
    harness.run();
    harness.get_by_label(entry).scroll_to_me();
    harness.run();
    harness.get_by_label(entry).click();
    harness.run();
}

/// Types into a field, in place of what it holds.
pub(crate) fn type_into(harness: &mut Harness<'_, App>, label: &str, text: &str) {
    let field = harness.get_by_role_and_label(Role::TextInput, label);
    let held = field.value().unwrap_or_default();
    field.focus();
    if !held.is_empty() {
        harness.run();
        harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        harness.run();
    }
    harness
        .get_by_role_and_label(Role::TextInput, label)
        .type_text(text);
    harness.run();
}

/// Lets the panel draw while the engine's thread works, until the update is at `stage`.
pub(crate) fn draw_until(harness: &mut Harness<'_, App>, stage: Stage) {
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

/// Takes what the engine's thread still says after its verdict.
pub(crate) fn take_the_rest(harness: &mut Harness<'_, App>) {
    while harness.state_mut().wait() {}
    harness.run();
}

/// A file as the window system hands it over.
#[derive(Debug)]
pub(crate) struct Dropped(pub(crate) PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("nobody reads a whole file at once".to_owned())
    }
}

/// Drops a file on the window, and waits for what the panel makes of it.
pub(crate) fn drop_file(harness: &mut Harness<'_, App>, path: &Path) {
    let dropped = Arc::new(Dropped(path.to_owned()));
    harness.input_mut().dropped_files.push(dropped);
    harness.step();
    // The answer is a setup or a notice.
    let settled = |harness: &Harness<'_, App>| {
        let model = harness.state().model();
        model.notice.is_some() || model.setup.image != ImageChoice::Made
    };
    while !settled(harness) {
        harness.state_mut().wait_for_answer();
    }
    harness.run();
}
