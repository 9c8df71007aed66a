//! What the panel knows: plain data, no window, no thread.
//!
//! Views read a [`Model`] and return [`Command`](crate::Command)s; only
//! [`App`](crate::App) changes it.

use bridge::trouble::Trouble;
use fixtures::board::boards;

use crate::block_map::{BlockMap, CellAddress};
use crate::cli_line;
use crate::faults::Desk;
use crate::files::Dialog;
use crate::log::Log;
use crate::palette::Palette;
use crate::plots::Plots;
use crate::replay::Replay;
use crate::run_view::{RunView, Stage};
use crate::screen::Screen;
pub use crate::setup::{ImageChoice, Setup, Target};
use crate::sweep::SweepDesk;
use crate::wall::Wall;
use crate::wire::WireView;

/// Everything that is on the screen.
#[derive(Debug)]
pub struct Model {
    /// What is in front.
    pub screen: Screen,
    /// What the next update will be.
    pub setup: Setup,
    /// Seed of the next emulated run.
    pub seed: u64,
    /// The last update that was started.
    pub last: Option<Started>,
    /// The serial ports of this machine, as last listed.
    pub ports: Vec<PortChoice>,
    /// The update that runs, or the last one.
    pub run: RunView,
    /// What was said on the line and about it.
    pub log: Log,
    /// Which block is how far.
    pub map: BlockMap,
    /// The frames of the run, or of an opened capture.
    pub wire: WireView,
    /// What the plots show.
    pub plots: Plots,
    /// The cell that is looked at.
    pub cell: Option<CellAddress>,
    /// Faults to be injected.
    pub faults: Desk,
    /// The run that is played again in place of what is set up.
    pub replay: Option<Replay>,
    /// Sweeps.
    pub sweep: SweepDesk,
    /// The hosts side by side.
    pub wall: Wall,
    /// Light or dark.
    pub theme: ThemeChoice,
    /// Size of text and controls, per cent.
    pub scale: u16,
    /// Something that could not be done; shown until it is put away.
    pub notice: Option<Trouble>,
    /// The file dialog, while it is open.
    pub dialog: Option<Dialog>,
    /// The palette, while it is open.
    pub palette: Option<Palette>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            screen: Screen::default(),
            setup: Setup::default(),
            seed: 1,
            last: None,
            ports: Vec::new(),
            run: RunView::default(),
            log: Log::default(),
            map: BlockMap::default(),
            wire: WireView::default(),
            plots: Plots::default(),
            cell: None,
            faults: Desk::default(),
            replay: None,
            sweep: SweepDesk::default(),
            wall: Wall::default(),
            theme: ThemeChoice::default(),
            scale: 100,
            notice: None,
            dialog: None,
            palette: None,
        }
    }
}

impl Model {
    /// The command line of the update that runs; of the last one while what is set up is the same; else
    /// of the one that the start button starts.
    #[must_use]
    pub fn shown_line(&self) -> String {
        let same = |last: &&Started| {
            let same = last.setup == self.setup && last.replay == self.replay;
            match self.run.stage {
                Stage::Running => true,
                Stage::Ended => same,
                Stage::Idle => false,
            }
        };
        match self.last.as_ref().filter(same) {
            Some(last) => last.line.clone(),
            None => self.line(),
        }
    }

    /// The command line that does what the start button does.
    #[must_use]
    pub fn line(&self) -> String {
        match &self.replay {
            Some(replay) => replay.line.clone(),
            None => cli_line::next(self),
        }
    }

    /// What keeps the update from being started; `None` when nothing does.
    #[must_use]
    pub fn obstacle(&self) -> Option<&'static str> {
        match self.replay {
            Some(_) => None,
            None => self.setup.obstacle(),
        }
    }
}

/// An update as it was started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Started {
    /// What was set up.
    pub setup: Setup,
    /// Its seed.
    pub seed: u64,
    /// The run of a sweep that was played instead of the setup.
    pub replay: Option<Replay>,
    /// The command line that does the same.
    pub line: String,
}

/// A serial port to choose from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PortChoice {
    /// Device path.
    pub path: String,
    /// Name of the adapter; empty when nothing is known.
    pub adapter: String,
}

/// Light or dark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ThemeChoice {
    /// As the desktop says.
    #[default]
    System,
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
}

/// Names and titles of the boards that can be emulated.
pub fn board_choices() -> impl Iterator<Item = (&'static str, &'static str)> {
    boards().iter().map(|board| (board.name, board.title))
}
