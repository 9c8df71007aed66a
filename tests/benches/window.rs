//! The panel as a program: how large it is, how soon it shows itself, and what it takes while nobody
//! does anything.
//!
//! `cargo bench -p rig-tests --bench window` builds it as it is released, starts it on a display without
//! a screen (Xvfb, OpenGL on the processor) and prints each figure with its bound; it ends with 1 when a
//! bound is not kept.

#![expect(clippy::print_stdout, reason = "figures are its output")]
#![expect(
    clippy::disallowed_methods,
    reason = "it starts whole programs and takes their time"
)]

#[expect(dead_code, reason = "the test of the window does more with it")]
#[path = "../window/display.rs"]
mod display;

use std::path::Path;
use std::process::{Child, Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use display::Display;
use rig_tests::rig_gui_released;

/// Largest file.
const BYTES_MAX: u64 = 25_000_000;
/// Longest time from the start of the process to its first picture.
const FIRST_PICTURE_MAX: Duration = Duration::from_secs(1);
/// Most of one processor that an idle panel takes.
const IDLE_MAX: f64 = 0.02;
/// Starts that are measured.
const STARTS: usize = 7;
/// The panel is left alone so long before its idle time is measured, and so long while it is.
const SETTLES: Duration = Duration::from_secs(3);
const IDLE: Duration = Duration::from_secs(20);
/// A start takes no longer than that.
const START_MAX: Duration = Duration::from_secs(60);
/// Time between two looks at the display.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// The colour of the button that starts, in the light theme, and so many pixels of it.
const ACCENT: [u8; 3] = [0x1c, 0x62, 0xb8];
const BUTTON_PIXELS: usize = 4_000;
/// Ticks of the processor's clock in a second, as Linux tells it.
const TICKS_PER_SECOND: f64 = 100.0;

/// The panel, which ends with this value.
struct Panel(Child);

impl Drop for Panel {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() -> ExitCode {
    let program = rig_gui_released();
    let bytes = std::fs::metadata(program).map_or(u64::MAX, |about| about.len());
    println!(
        "file size          {:>6.1} MB  bound {} MB",
        bytes as f64 / 1e6,
        BYTES_MAX / 1_000_000
    );
    let mut good = bytes <= BYTES_MAX;
    let Some(mut display) = Display::start() else {
        println!("Xvfb is not installed: nothing else can be measured");
        return ExitCode::FAILURE;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let settings = folder.path().join("panel.toml");
    let mut times: Vec<Duration> = (0..STARTS)
        .map(|_| start(program, &settings, &mut display).1)
        .collect();
    times.sort_unstable();
    let (median, most) = (times[times.len() / 2], times[times.len() - 1]);
    println!(
        "first picture      {:>6.2} s   most {:.2} s, of {STARTS} starts; bound {} s",
        median.as_secs_f64(),
        most.as_secs_f64(),
        FIRST_PICTURE_MAX.as_secs(),
    );
    good &= median <= FIRST_PICTURE_MAX;
    let (panel, _) = start(program, &settings, &mut display);
    thread::sleep(SETTLES);
    let idle = usage(&panel);
    println!(
        "idle, one processor {:>5.2} %   bound {} %",
        idle * 100.0,
        IDLE_MAX * 100.0
    );
    good &= idle <= IDLE_MAX;
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Starts the panel and waits for its first picture.
fn start(program: &Path, settings: &Path, display: &mut Display) -> (Panel, Duration) {
    wait_for_dark(display);
    let began = Instant::now();
    let child = Command::new(program)
        .args(["--theme", "light", "--settings"])
        .arg(settings)
        .env("DISPLAY", display.name())
        .env_remove("WAYLAND_DISPLAY")
        .spawn()
        .expect("the panel starts");
    let panel = Panel(child);
    while display.picture().middle_of(ACCENT, BUTTON_PIXELS).is_none() {
        assert!(began.elapsed() < START_MAX, "no picture");
        thread::sleep(LOOK_EVERY);
    }
    (panel, began.elapsed())
}

/// The panel of the start before is gone from the display.
fn wait_for_dark(display: &mut Display) {
    let began = Instant::now();
    while display.picture().middle_of(ACCENT, BUTTON_PIXELS).is_some() {
        assert!(began.elapsed() < START_MAX, "the last panel stays");
        thread::sleep(LOOK_EVERY);
    }
}

/// Part of one processor that the panel takes.
fn usage(panel: &Panel) -> f64 {
    let before = ticks(panel);
    let began = Instant::now();
    thread::sleep(IDLE);
    (ticks(panel) - before) / TICKS_PER_SECOND / began.elapsed().as_secs_f64()
}

/// What it has taken so far, all threads together.
fn ticks(panel: &Panel) -> f64 {
    let path = format!("/proc/{}/stat", panel.0.id());
    let text = std::fs::read_to_string(path).expect("its figures");
    // Its name, in brackets, may hold spaces.
    let (_, fields) = text.rsplit_once(')').expect("its name");
    let field = |at: usize| -> f64 {
        let word = fields.split_whitespace().nth(at).expect("a field");
        word.parse().expect("a number")
    };
    // utime and stime: fields 14 and 15, of which the name is the second.
    field(11) + field(12)
}
