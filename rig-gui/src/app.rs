//! The application: the only owner of threads, and the one place where commands are carried out.

use bridge::event::{Event, Stamped};
use bridge::verdict::Verdict;
use egui::{Context, ThemePreference, Ui};
use protocol_spec::tick::Tick;

use crate::command::Command;
use crate::log::LineKind;
use crate::model::{ImageChoice, Model, Target, ThemeChoice};
use crate::run_view::{RunView, Stage};
use crate::views;
use crate::worker::{MESSAGES_MAX, Message, Wake, Worker};

/// Seed of the first emulated run; each later one takes the next.
const SEED: u64 = 1;

/// The panel without its window.
#[derive(Debug)]
pub struct App {
    model: Model,
    worker: Worker,
    runs: u64,
}

impl App {
    /// A panel that waits for its user. `wake` is called from other threads when there is something
    /// to draw; emulated time passes `time_scale` times as slowly as real time, 0 = without waiting.
    #[must_use]
    pub fn new(time_scale: f64, wake: Wake) -> Self {
        let worker = Worker::new(time_scale, wake);
        worker.list_ports();
        Self {
            model: Model::default(),
            worker,
            runs: 0,
        }
    }

    /// What is on the screen.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Takes what the threads have said since the last call; at most a channel's worth.
    pub fn pump(&mut self) {
        for _ in 0..MESSAGES_MAX {
            match self.worker.poll() {
                Some(message) => self.take(message),
                None => return,
            }
        }
    }

    /// Waits until a thread says something, and takes that. For programs without a window.
    pub fn wait(&mut self) {
        if let Some(message) = self.worker.wait() {
            self.take(message);
        }
    }

    /// Draws the window, then carries out what the user asked for.
    pub fn panel_ui(&mut self, ui: &mut Ui) {
        set_theme(ui.ctx(), self.model.theme);
        for command in views::panel_ui(ui, &self.model) {
            self.apply(command);
            ui.ctx().request_repaint();
        }
    }

    /// Carries out a command.
    pub fn apply(&mut self, command: Command) {
        let Model {
            setup,
            run,
            log,
            theme,
            notice,
            ..
        } = &mut self.model;
        match command {
            Command::Start => return self.start(),
            Command::Abort if run.stage == Stage::Running => {
                run.stopping = true;
                self.worker.stop();
                return;
            }
            Command::Abort => return,
            Command::Clear => {
                *run = RunView::default();
                log.clear();
            }
            Command::RefreshPorts => self.worker.list_ports(),
            Command::SetTarget(target) => setup.target = target,
            Command::SetBoard(board) => setup.board = board,
            Command::SetPort(port) => setup.port = port,
            Command::SetBaud(baud) => setup.baud = baud,
            Command::SetDialect(dialect) => setup.set_dialect(dialect),
            Command::SetImage(image) => setup.image = image,
            Command::SetPath(path) => setup.path = path,
            Command::SetVersion(version) => setup.version = version,
            Command::SetTheme(choice) => *theme = choice,
        }
        *notice = None;
    }

    fn start(&mut self) {
        if self.model.run.stage == Stage::Running {
            return;
        }
        self.model.notice = self.model.setup.obstacle().map(str::to_owned);
        if self.model.notice.is_some() {
            return;
        }
        let setup = self.model.setup.clone();
        let (image, host) = (setup.image_name(), setup.host_name());
        self.model.run = RunView::begin(format!("{image} {} to {host}", setup.version));
        self.model.log.clear();
        self.worker.start(setup, SEED + self.runs);
        self.runs += 1;
    }

    fn take(&mut self, message: Message) {
        let Model {
            ports, run, log, ..
        } = &mut self.model;
        match message {
            Message::Event(event) => {
                run.absorb(&event);
                log.absorb(&event);
            }
            Message::Host(at, text) => log.push(at, LineKind::Note, format!("host: {text}")),
            Message::Time(now) => run.tell_time(now),
            Message::Unseen(count) => run.unseen += count,
            Message::Ports(list) => *ports = list,
            Message::Ended if run.stage == Stage::Running => self.end_without_verdict(),
            Message::Ended => {}
        }
    }

    /// The thread is gone and has said nothing of how it ended: our own mistake, said as such.
    fn end_without_verdict(&mut self) {
        let verdict = Verdict::rig_error(
            "the update stopped without a verdict".to_owned(),
            "This is a mistake in this program, not in the host.".to_owned(),
            "Start again, and report the last lines of the log.".to_owned(),
        );
        let event = Event::Verdict(Box::new(verdict));
        let stamped = Stamped {
            at: Tick::ZERO,
            event,
        };
        self.model.run.absorb(&stamped);
        self.model.log.absorb(&stamped);
    }

    /// The setup of `--demo`: the emulated host and an image of the project.
    pub fn start_demo(&mut self) {
        self.apply(Command::SetTarget(Target::Emulated));
        self.apply(Command::SetImage(ImageChoice::Made));
        self.apply(Command::Start);
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
