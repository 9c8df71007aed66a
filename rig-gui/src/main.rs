//! rig-gui: the otarig panel in a window.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use bridge::trouble::Trouble;
use clap::{Parser, ValueEnum, value_parser};
use egui::{Context, Ui, ViewportBuilder, pos2, vec2};
use rig_gui::screen::Screen;
use rig_gui::settings::{SCALE_MAX, SCALE_MIN, Settings, WindowPlace};
use rig_gui::{App, settings_file, theme};

/// Watch and drive firmware updates in a window.
#[derive(Parser, Debug)]
#[command(name = "rig-gui", version, max_term_width = 80)]
struct Arguments {
    /// Start with a running update of an emulated host, and keep no settings
    #[arg(long)]
    demo: bool,
    /// The screen in front
    #[arg(long, value_name = "NAME", value_parser = screen)]
    screen: Option<Screen>,
    /// Light or dark
    #[arg(long)]
    theme: Option<ThemeName>,
    /// Size of text and controls, per cent
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(i64::from(SCALE_MIN)..=i64::from(SCALE_MAX)))]
    scale: Option<u16>,
    /// Keep the settings in this file, not in the platform's folder
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ThemeName {
    System,
    Light,
    Dark,
}

/// The usage was wrong, or no window could be opened.
const EXIT_RIG_ERROR: u8 = 2;
/// Settings that stay the same for so long are written, seconds.
const SETTLED_S: f64 = 1.0;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut place = arguments.settings.clone().or_else(settings_file::place);
    let (mut settings, trouble) = match place.as_deref().map(settings_file::read) {
        Some(Ok(settings)) => (settings, None),
        Some(Err(unread)) => {
            place = place.filter(|_| !unread.stays);
            (Settings::default(), Some(unread.trouble))
        }
        None => (Settings::default(), None),
    };
    // The setup of a demo is not the last one that was wanted.
    place = place.filter(|_| !arguments.demo);
    arguments.set(&mut settings);
    let keeper = Keeper::new(place, settings);
    let opened = open_window(keeper, trouble, arguments.demo);
    match opened {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!(
            "rig-gui: no window could be opened: {error}\n\
             It needs a desktop with OpenGL; `otarig demo` shows the same in a terminal.\n"
        )),
    }
}

impl Arguments {
    /// What the command line says goes before what was remembered.
    fn set(&self, settings: &mut Settings) {
        if let Some(screen) = self.screen {
            screen.name().clone_into(&mut settings.screen);
        }
        if let Some(theme) = self.theme {
            settings.theme = match theme {
                ThemeName::System => "system",
                ThemeName::Light => "light",
                ThemeName::Dark => "dark",
            }
            .to_owned();
        }
        settings.scale = self.scale.unwrap_or(settings.scale);
    }
}

fn screen(name: &str) -> Result<Screen, String> {
    let names: Vec<&str> = Screen::ALL.into_iter().map(Screen::name).collect();
    Screen::named(name).ok_or_else(|| format!("the screens are {}", names.join(", ")))
}

fn open_window(keeper: Keeper, trouble: Option<Trouble>, demo: bool) -> eframe::Result {
    let place = keeper.settings.window;
    let mut viewport = ViewportBuilder::default()
        .with_title("otarig")
        .with_app_id("otarig")
        .with_inner_size(vec2(place.width, place.height))
        .with_min_inner_size(vec2(360.0, 300.0))
        .with_maximized(place.maximized);
    if let (Some(x), Some(y)) = (place.x, place.y) {
        viewport = viewport.with_position(pos2(x, y));
    }
    let options = eframe::NativeOptions {
        viewport,
        ..Default::default()
    };
    eframe::run_native(
        "otarig",
        options,
        Box::new(move |creation| {
            Ok(Box::new(Window::new(
                &creation.egui_ctx,
                keeper,
                trouble,
                demo,
            )))
        }),
    )
}

/// The panel, as eframe wants it.
struct Window {
    app: App,
    keeper: Keeper,
}

impl Window {
    fn new(ctx: &Context, keeper: Keeper, trouble: Option<Trouble>, demo: bool) -> Self {
        theme::install(ctx);
        let painter = ctx.clone();
        let wake = Arc::new(move || painter.request_repaint());
        let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
        let mut app = App::new(1.0, wake).with_settings(&keeper.settings, &folder);
        if let Some(trouble) = trouble {
            app.tell(trouble);
        }
        if demo {
            app.start_demo();
        }
        Self { app, keeper }
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.app.pump();
        let settings = Settings {
            window: window_place(ctx, self.keeper.settings.window),
            ..self.app.settings(&self.keeper.settings)
        };
        let now = ctx.input(|input| input.time);
        if let Err(trouble) = self.keeper.keep(settings, now) {
            self.app.tell(trouble);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.app.panel_ui(ui);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        // The window is gone: nobody would read what is wrong.
        let _ = self.keeper.write();
    }
}

/// Where the window is now; as `before` where the desktop does not tell.
fn window_place(ctx: &Context, before: WindowPlace) -> WindowPlace {
    ctx.input(|input| {
        let viewport = input.viewport();
        let maximized = viewport.maximized.unwrap_or(false);
        let (Some(inner), false) = (viewport.inner_rect, maximized) else {
            return WindowPlace {
                maximized,
                ..before
            };
        };
        let outer = viewport.outer_rect.map(|outer| outer.min);
        WindowPlace {
            x: outer.map(|at| at.x),
            y: outer.map(|at| at.y),
            width: inner.width(),
            height: inner.height(),
            maximized,
        }
    })
}

/// The settings, and the file that they are kept in.
struct Keeper {
    place: Option<PathBuf>,
    settings: Settings,
    /// When they changed last, if they were not written since.
    changed_at: Option<f64>,
}

impl Keeper {
    fn new(place: Option<PathBuf>, settings: Settings) -> Self {
        Self {
            place,
            settings,
            changed_at: None,
        }
    }

    /// Takes the settings as they are at `now`, seconds; writes them when they have settled.
    fn keep(&mut self, settings: Settings, now: f64) -> Result<(), Trouble> {
        if settings != self.settings {
            self.settings = settings;
            self.changed_at = Some(now);
        }
        match self.changed_at {
            Some(at) if now - at >= SETTLED_S => self.write(),
            _ => Ok(()),
        }
    }

    fn write(&mut self) -> Result<(), Trouble> {
        if self.changed_at.take().is_none() {
            return Ok(());
        }
        let place: Option<&Path> = self.place.as_deref();
        place.map_or(Ok(()), |place| settings_file::write(place, &self.settings))
    }
}

#[expect(
    clippy::print_stderr,
    reason = "an error goes to the terminal that started the program"
)]
fn complain(text: &str) -> ExitCode {
    eprint!("{text}");
    ExitCode::from(EXIT_RIG_ERROR)
}
