//! What the panel knows: plain data, no window, no thread.
//!
//! Views read a [`Model`] and return [`Command`](crate::Command)s; only
//! [`App`](crate::App) changes it.

use bridge::job::DialectKind;
use bridge::trouble::Trouble;
use fixtures::board::{Board, board, boards};

use crate::block_map::{BlockMap, CellAddress};
use crate::faults::Desk;
use crate::files::Dialog;
use crate::log::Log;
use crate::palette::Palette;
use crate::plots::Plots;
use crate::run_view::RunView;
use crate::screen::Screen;
use crate::wall::Wall;
use crate::wire::WireView;

/// Bytes of the image that the panel makes itself, where the board's slot has room.
const MADE_IMAGE_BYTES: u32 = 64 * 1024;
/// The same with a head, whose length field has 16 bits.
const MADE_HEAD_IMAGE_BYTES: u32 = 48 * 1024;

/// Everything that is on the screen.
#[derive(Debug)]
pub struct Model {
    /// What is in front.
    pub screen: Screen,
    /// What the next update will be.
    pub setup: Setup,
    /// Seed of the next emulated run.
    pub seed: u64,
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
            ports: Vec::new(),
            run: RunView::default(),
            log: Log::default(),
            map: BlockMap::default(),
            wire: WireView::default(),
            plots: Plots::default(),
            cell: None,
            faults: Desk::default(),
            wall: Wall::default(),
            theme: ThemeChoice::default(),
            scale: 100,
            notice: None,
            dialog: None,
            palette: None,
        }
    }
}

/// What the next update will be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setup {
    /// Where the host is.
    pub target: Target,
    /// Name of the emulated board.
    pub board: String,
    /// Name of a shipped scenario, or path of one.
    pub scenario: String,
    /// Path of the serial port; empty until one is chosen.
    pub port: String,
    /// Bits per second, as typed.
    pub baud: String,
    /// How the two ends talk.
    pub dialect: DialectKind,
    /// Where the image comes from.
    pub image: ImageChoice,
    /// Path of the image file, as typed.
    pub path: String,
    /// Version text that the host must report afterwards, as typed.
    pub version: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            target: Target::Emulated,
            board: "nrf52840".to_owned(),
            scenario: "rig-power-cut-resume".to_owned(),
            port: String::new(),
            baud: DialectKind::Rig.default_line().baud.to_string(),
            dialect: DialectKind::Rig,
            image: ImageChoice::Made,
            path: String::new(),
            version: "1.0.0".to_owned(),
        }
    }
}

impl Setup {
    /// Takes another dialect, and with it the line rate that goes with it.
    pub fn set_dialect(&mut self, dialect: DialectKind) {
        self.dialect = dialect;
        self.baud = dialect.default_line().baud.to_string();
    }

    /// Whether the line rate is another than the dialect's own: then it holds on any kind of port.
    #[must_use]
    pub fn states_rate(&self) -> bool {
        self.baud.parse() != Ok(self.dialect.default_line().baud)
    }

    /// The image as the setup names it, for people.
    #[must_use]
    pub fn image_name(&self) -> String {
        match self.image {
            ImageChoice::Made => "project image".to_owned(),
            ImageChoice::File => {
                let name = self.path.rsplit(['/', '\\']).next().unwrap_or_default();
                if name.is_empty() {
                    "no file".to_owned()
                } else {
                    name.to_owned()
                }
            }
        }
    }

    /// Whether the made image carries a head: where the dialect has no digest, so that the host can
    /// check it all the same.
    #[must_use]
    pub fn made_with_head(&self) -> bool {
        self.dialect == DialectKind::Ayla && self.image == ImageChoice::Made
    }

    /// Bytes of the image that is made for this setup.
    #[must_use]
    pub fn made_bytes(&self) -> u32 {
        let most = board(&self.board).map_or(u32::MAX, Board::image_max);
        let bytes = if self.made_with_head() {
            MADE_HEAD_IMAGE_BYTES
        } else {
            MADE_IMAGE_BYTES
        };
        bytes.min(most)
    }

    /// What is updated with what, in a few words.
    #[must_use]
    pub fn title(&self) -> String {
        match self.target {
            Target::Scenario => self.host_name(),
            _ => format!(
                "{} {} to {}",
                self.image_name(),
                self.version,
                self.host_name()
            ),
        }
    }

    /// The host as the setup names it, for people.
    #[must_use]
    pub fn host_name(&self) -> String {
        match self.target {
            Target::Emulated => format!("emulated {}", self.board),
            Target::Port if self.port.is_empty() => "no port".to_owned(),
            Target::Port => self.port.clone(),
            Target::Scenario => format!("scenario {}", self.scenario),
        }
    }

    /// What keeps the update from being started; `None` when nothing does.
    #[must_use]
    pub fn obstacle(&self) -> Option<&'static str> {
        if self.target == Target::Scenario {
            let none = self.scenario.trim().is_empty();
            return none.then_some("Choose a scenario, or give the path of one.");
        }
        if self.target == Target::Port && self.port.is_empty() {
            return Some("Choose a serial port, or the emulated host.");
        }
        if self.target == Target::Emulated && board(&self.board).is_none() {
            return Some("Choose a board.");
        }
        if self.image == ImageChoice::File && self.path.trim().is_empty() {
            return Some("Give the path of an image file.");
        }
        if self.version.trim().is_empty() {
            return Some("Give the version that the host will report.");
        }
        match self.baud.parse::<u32>() {
            Ok(1..) => None,
            _ => Some("The line rate is a number of bits per second."),
        }
    }
}

/// Where the host is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A board in this program.
    Emulated,
    /// Behind a serial port.
    Port,
    /// A scenario: host, line, image and faults in one.
    Scenario,
}

/// Where the image comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImageChoice {
    /// Made by the project's own image maker.
    Made,
    /// A file: bin, hex, srec, elf or uf2.
    File,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_setup_can_be_started() {
        assert_eq!(Setup::default().obstacle(), None);
    }

    #[test]
    fn each_gap_in_the_setup_is_named() {
        let whole = Setup {
            target: Target::Port,
            port: "/dev/ttyUSB0".to_owned(),
            image: ImageChoice::File,
            path: "new.bin".to_owned(),
            ..Setup::default()
        };
        assert_eq!(whole.obstacle(), None);
        let gaps: [fn(&mut Setup); 5] = [
            |setup| setup.port.clear(),
            |setup| setup.path.clear(),
            |setup| setup.version.clear(),
            |setup| setup.version = "  ".to_owned(),
            |setup| setup.baud = "fast".to_owned(),
        ];
        let mut told = Vec::new();
        for gap in gaps {
            let mut setup = whole.clone();
            gap(&mut setup);
            told.extend(setup.obstacle());
        }
        assert_eq!(told.len(), gaps.len(), "{told:?}");
        told.dedup();
        assert_eq!(told.len(), gaps.len() - 1, "{told:?}");
    }

    #[test]
    fn the_dialect_brings_its_line_rate() {
        let mut setup = Setup::default();
        setup.set_dialect(DialectKind::Ayla);
        assert_eq!(setup.baud, "115200");
        setup.set_dialect(DialectKind::Rig);
        assert_eq!(setup.baud, "921600");
    }
}
