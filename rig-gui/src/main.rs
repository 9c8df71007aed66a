//! rig-gui: the otarig panel in a window.

use std::process::ExitCode;
use std::sync::Arc;

use egui::{Context, Ui, ViewportBuilder, vec2};
use rig_gui::{App, theme};

const USAGE: &str = "\
rig-gui: watch and drive a firmware update

Usage: rig-gui [--demo]

Options:
  --demo      start with a running update of an emulated host
  --help      print this text
  --version   print the version
";

/// The usage was wrong, or no window could be opened.
const EXIT_RIG_ERROR: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [] => open_window(false),
        ["--demo"] => open_window(true),
        ["--help" | "-h"] => say(USAGE),
        ["--version" | "-V"] => say(concat!("rig-gui ", env!("CARGO_PKG_VERSION"), "\n")),
        _ => complain(USAGE),
    }
}

fn open_window(demo: bool) -> ExitCode {
    let viewport = ViewportBuilder::default()
        .with_title("otarig")
        .with_app_id("otarig")
        .with_inner_size(vec2(1280.0, 800.0))
        .with_min_inner_size(vec2(360.0, 480.0));
    let options = eframe::NativeOptions {
        viewport,
        ..Default::default()
    };
    let opened = eframe::run_native(
        "otarig",
        options,
        Box::new(move |creation| Ok(Box::new(Window::new(&creation.egui_ctx, demo)))),
    );
    match opened {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!(
            "rig-gui: no window could be opened: {error}\n\
             It needs a desktop with OpenGL; `otarig demo` shows the same in a terminal.\n"
        )),
    }
}

/// The panel, as eframe wants it.
struct Window(App);

impl Window {
    fn new(ctx: &Context, demo: bool) -> Self {
        theme::install(ctx);
        let painter = ctx.clone();
        let mut app = App::new(1.0, Arc::new(move || painter.request_repaint()));
        if demo {
            app.start_demo();
        }
        Self(app)
    }
}

impl eframe::App for Window {
    fn logic(&mut self, _ctx: &Context, _frame: &mut eframe::Frame) {
        self.0.pump();
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.0.panel_ui(ui);
    }
}

#[expect(clippy::print_stdout, reason = "this is the answer that was asked for")]
fn say(text: &str) -> ExitCode {
    print!("{text}");
    ExitCode::SUCCESS
}

#[expect(
    clippy::print_stderr,
    reason = "an error goes to the terminal that started the program"
)]
fn complain(text: &str) -> ExitCode {
    eprint!("{text}");
    ExitCode::from(EXIT_RIG_ERROR)
}
