//! The panel in a real window: a display without a screen, a synthetic mouse, and what is seen.

#![expect(
    clippy::disallowed_methods,
    reason = "tests of whole programs start them and wait"
)]

mod display;

use std::process::{Child, Command};
use std::time::Duration;

use display::{Display, Picture};
use rig_tests::rig_gui;

/// The largest wait for anything to appear. It is a limit of the test, not a measure of the panel.
const APPEARS_MAX: Duration = Duration::from_secs(120);

/// Colours of the light theme: what can be pressed, what has passed.
const ACCENT: [u8; 3] = [0x1c, 0x62, 0xb8];
const GOOD: [u8; 3] = [0x13, 0x7a, 0x4b];
/// Pixels of a colour that make a button.
const BUTTON_PIXELS: usize = 4_000;
/// Height of the band beside a verdict: nothing else in this colour is as high.
const BAND_HEIGHT: usize = 120;

/// The panel, which ends with the test.
struct Panel(Child);

impl Drop for Panel {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_click_on_start_ends_in_a_verdict_on_the_screen() {
    let Some(mut display) = Display::start() else {
        println!("skipped: the window: Xvfb is not installed; tests/run installs it");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let settings = folder.path().join("panel.toml");
    let panel = Command::new(rig_gui())
        .args(["--theme", "light", "--settings"])
        .arg(&settings)
        .env("DISPLAY", display.name())
        .env_remove("WAYLAND_DISPLAY")
        .spawn()
        .expect("the panel starts");
    let mut panel = Panel(panel);

    let start = display
        .wait_for(APPEARS_MAX, |picture| {
            picture.middle_of(ACCENT, BUTTON_PIXELS)
        })
        .unwrap_or_else(|| give_up(&mut display, &mut panel, "no start button"));
    let passed = |picture: &Picture| {
        let verdict = picture.tallest(GOOD) >= BAND_HEIGHT;
        verdict.then_some(())
    };
    assert!(passed(&display.picture()).is_none(), "no verdict yet");
    display.click(start);
    display
        .wait_for(APPEARS_MAX, passed)
        .unwrap_or_else(|| give_up(&mut display, &mut panel, "no verdict"));
    display.picture().save(&picture_path("window.png"));
}

/// Keeps the last picture and says what is missing in it.
fn give_up(display: &mut Display, panel: &mut Panel, what: &str) -> ! {
    let path = picture_path("window-failed.png");
    display.picture().save(&path);
    let ended = panel.0.try_wait();
    panic!("{what} in {}; the panel: {ended:?}", path.display());
}

fn picture_path(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}
