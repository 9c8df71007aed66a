//! The application: the only owner of threads, and the one place where commands are carried out.

mod dialogs;
mod faults;
mod start;
mod sweep;
mod wall;

use std::path::{Path, PathBuf};
use std::time::Duration;

use bridge::event::{Event, Stamped};
use bridge::trouble::Trouble;
use bridge::verdict::Verdict;
use egui::{Context, ThemePreference, Ui};
use protocol_spec::tick::Tick;

use crate::actions;
use crate::block_map::BlockMap;
use crate::command::Command;
use crate::log::LineKind;
use crate::model::{Model, Setup, ThemeChoice};
use crate::plots::Plots;
use crate::run_view::{RunView, Stage};
use crate::screen::Screen;
use crate::settings::{SCALE_MAX, SCALE_MIN, Settings, SetupText, theme_word};
use crate::setup::SetupCommand;
use crate::views;
use crate::wire::{Source, WireCommand};
use crate::worker::{Dropped, MESSAGES_MAX, Message, Runner, Sweeper, Wake, Worker};

/// The panel without its window.
#[derive(Debug)]
pub struct App {
    model: Model,
    worker: Worker,
    /// Reads captures, and the spool of the running update.
    source: Source,
    /// The threads of the wall's slots.
    runners: Vec<Runner>,
    /// The thread of the sweep.
    sweeper: Option<Sweeper>,
    /// Where the file dialog begins.
    folder: PathBuf,
}

impl App {
    /// A panel that waits for its user. `wake` is called from other threads when there is something
    /// to draw; emulated time passes `time_scale` times as slowly as real time, 0 = without waiting.
    #[must_use]
    pub fn new(time_scale: f64, wake: Wake) -> Self {
        Self {
            model: Model::default(),
            source: Source::new(wake.clone()),
            worker: Worker::new(time_scale, wake),
            runners: Vec::new(),
            sweeper: None,
            folder: PathBuf::from("/"),
        }
    }

    /// The panel with what was remembered; `folder` is where file dialogs begin.
    #[must_use]
    pub fn with_settings(mut self, settings: &Settings, folder: &Path) -> Self {
        self.model.theme = settings.theme();
        self.model.scale = settings.scale;
        self.model.screen = settings.screen();
        self.model.setup = settings.setup.setup();
        folder.clone_into(&mut self.folder);
        self
    }

    /// What is to be remembered; `before` holds what the panel does not know.
    #[must_use]
    pub fn settings(&self, before: &Settings) -> Settings {
        Settings {
            theme: theme_word(self.model.theme).to_owned(),
            scale: self.model.scale,
            screen: self.model.screen.name().to_owned(),
            setup: SetupText::of(&self.model.setup),
            ..before.clone()
        }
    }

    /// Shows a message above the screen until it is put away.
    pub fn tell(&mut self, trouble: Trouble) {
        self.model.notice = Some(trouble);
    }

    /// What is on the screen.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Takes what the threads have said since the last call; at most a channel's worth.
    pub fn pump(&mut self) {
        self.pump_wall();
        self.pump_sweep();
        self.source.pump(&mut self.model.wire);
        self.settle_saving();
        for _ in 0..MESSAGES_MAX {
            match self.worker.poll() {
                Some(message) => self.take(message),
                None => return,
            }
        }
    }

    /// Waits until a thread says something, and takes that; false when that was the last word of an
    /// update. For programs without a window.
    pub fn wait(&mut self) -> bool {
        let message = self.worker.wait();
        let more = !matches!(message, None | Some(Message::Ended));
        if let Some(message) = message {
            self.take(message);
        }
        more
    }

    /// Waits until a port list, a folder or a file's content has been read, and takes that. For
    /// programs without a window.
    pub fn wait_for_answer(&mut self) {
        if let Some(message) = self.worker.wait_for_answer() {
            self.take(message);
        }
    }

    /// Waits until the threads of the wire view bring something, `patience` at most; whether they did.
    /// For programs without a window.
    pub fn wait_for_frames(&mut self, patience: Duration) -> bool {
        let brought = self.source.wait(&mut self.model.wire, patience);
        self.settle_saving();
        brought
    }

    /// Draws the window, then carries out what the user asked for.
    pub fn panel_ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        set_theme(&ctx, self.model.theme);
        set_scale(&ctx, self.model.scale);
        let mut commands = Vec::new();
        commands.extend(dropped(&ctx).map(Command::Drop));
        if self.model.dialog.is_none() && self.model.palette.is_none() {
            commands.extend(actions::pressed(&self.model, &ctx));
        }
        commands.extend(views::panel_ui(ui, &self.model));
        for command in commands {
            if let Command::Copy(text) = command {
                ctx.copy_text(text);
            } else {
                self.apply(command);
            }
            ctx.request_repaint();
        }
    }

    /// Carries out a command.
    pub fn apply(&mut self, command: Command) {
        if matches!(command, Command::Setup(_)) {
            self.model.replay = None;
        }
        let Model {
            screen,
            run,
            log,
            map,
            plots,
            cell,
            theme,
            scale,
            notice,
            ..
        } = &mut self.model;
        match command {
            Command::Start => self.start(),
            Command::Retry => self.retry(),
            Command::Abort if run.stage == Stage::Running => {
                run.stopping = true;
                self.worker.stop();
            }
            Command::Abort => {}
            Command::Clear => {
                *run = RunView::default();
                *map = BlockMap::default();
                *plots = Plots::default();
                *cell = None;
                log.clear();
            }
            Command::RefreshPorts => self.worker.list_ports(),
            Command::Setup(command) => self.model.setup.apply(command),
            Command::SetTheme(choice) => *theme = choice,
            Command::SetScale(to) => *scale = to.clamp(SCALE_MIN, SCALE_MAX),
            Command::Show(to) => *screen = to,
            Command::PickCell(to) => *cell = to,
            Command::DismissNotice => *notice = None,
            Command::Wire(command) => self.source.apply(&mut self.model.wire, command),
            Command::Faults(command) => self.apply_faults(command),
            Command::Sweep(command) => self.apply_sweep(command),
            Command::LeaveReplay => self.model.replay = None,
            Command::Wall(command) => self.apply_wall(command),
            Command::Files(command) => self.apply_files(command),
            Command::Palette(command) => self.apply_palette(command),
            Command::Drop(path) => self.worker.inspect(path),
            // The clipboard is the window's.
            Command::Copy(_) => {}
        }
    }

    fn take(&mut self, message: Message) {
        let Model {
            ports,
            run,
            log,
            map,
            plots,
            faults,
            ..
        } = &mut self.model;
        match message {
            Message::Event(event) => {
                run.absorb(&event);
                log.absorb(&event);
                map.absorb(&event);
                plots.absorb(&event);
            }
            Message::FlashParts(parts) => map.show_flash(&parts),
            Message::Flash(deeds) => deeds.iter().for_each(|deed| map.flash(deed)),
            Message::Run(number, of) => {
                let title = run.title.clone();
                *run = RunView::begin(title);
                log.push(
                    Tick::ZERO,
                    LineKind::Note,
                    format!("update {number} of {of}"),
                );
            }
            Message::Concluded(verdict) => run.conclude(verdict),
            Message::Struck(at, name, text) => {
                faults.struck(at, &name);
                map.fault();
                log.push(at, LineKind::Trouble, format!("fault: {text}"));
            }
            Message::Refused(id, why) => faults.refused(id, why),
            Message::Folder(folder, listing) => self.take_listing(&folder, listing),
            Message::Dropped(path, found) => self.take_file(&path, found),
            Message::Host(at, text) => log.push(at, LineKind::Note, format!("host: {text}")),
            Message::Time(now) => run.tell_time(now),
            Message::Unseen(count) => run.unseen += count,
            Message::Ports(list) => *ports = list,
            Message::Ended => {
                faults.end();
                if run.stage == Stage::Running {
                    self.end_without_verdict();
                }
            }
        }
    }

    /// The thread is gone and has said nothing of how it ended.
    fn end_without_verdict(&mut self) {
        let stamped = without_verdict();
        self.model.run.absorb(&stamped);
        self.model.log.absorb(&stamped);
    }

    /// What a dropped file is good for is done with it.
    fn take_file(&mut self, path: &Path, found: Result<Dropped, Trouble>) {
        match found {
            Ok(Dropped::Image) => self.next_is(SetupCommand::Path(path.display().to_string())),
            Ok(Dropped::Patch) => self.next_is(SetupCommand::Patch(path.display().to_string())),
            Ok(Dropped::Scenario) => {
                self.next_is(SetupCommand::Scenario(path.display().to_string()));
                self.model.screen = Screen::Update;
            }
            Ok(Dropped::Frames) => self.open_frames(path),
            Err(trouble) => self.model.notice = Some(trouble),
        }
    }

    fn next_is(&mut self, what: SetupCommand) {
        self.apply(what.into());
        self.model.notice = None;
    }

    /// Opens a capture or a transcript, and shows it.
    pub fn open_frames(&mut self, path: &Path) {
        self.apply(Command::Wire(WireCommand::Open(path.to_owned())));
        self.model.screen = Screen::Wire;
    }

    /// The setup of `--demo`: the emulated host and an image of the project.
    pub fn start_demo(&mut self) {
        self.model.setup = Setup::default();
        self.apply(Command::Start);
    }
}

/// A thread that ended without a verdict: our own mistake, said as such.
fn without_verdict() -> Stamped {
    let verdict = Verdict::rig_error(
        "the update stopped without a verdict".to_owned(),
        "This is a mistake in this program, not in the host.".to_owned(),
        "Start again, and report the last lines of the log.".to_owned(),
    );
    Stamped {
        at: Tick::ZERO,
        event: Event::Verdict(Box::new(verdict)),
    }
}

/// Paths of the files that were dropped on the window in this frame.
fn dropped(ctx: &Context) -> impl Iterator<Item = PathBuf> {
    let files = ctx.input(|input| input.raw.dropped_files.clone());
    files.into_iter().map(|file| file.path().to_owned())
}

fn set_scale(ctx: &Context, scale: u16) {
    let factor = f32::from(scale) / 100.0;
    if (ctx.zoom_factor() - factor).abs() > 1e-3 {
        ctx.set_zoom_factor(factor);
    }
}

fn set_theme(ctx: &Context, choice: ThemeChoice) {
    let wanted = match choice {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Light => ThemePreference::Light,
        ThemeChoice::Dark => ThemePreference::Dark,
    };
    if ctx.options(|options| options.theme_preference) != wanted {
        ctx.set_theme(wanted);
    }
}
