//! What the next update will be: where the host is, and what it gets.

use bridge::job::DialectKind;
use fixtures::board::{Board, board};
use fixtures::scenario::LayoutName;

/// Bytes of the image that the panel makes itself, where the board's slot has room.
const MADE_IMAGE_BYTES: u32 = 64 * 1024;
/// The same with a head, whose length field has 16 bits.
const MADE_HEAD_IMAGE_BYTES: u32 = 48 * 1024;

/// Version text of an image that an emulated host is given: nobody says another.
pub const OLD_VERSION: &str = "0.0.0";

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
    /// What is sent.
    pub image: ImageChoice,
    /// Path of the image file, as typed.
    pub path: String,
    /// Path of the patch file, as typed.
    pub patch: String,
    /// Path of the image that the host runs, as typed: patches begin from it.
    pub from: String,
    /// Version text that the host must report after an image, as typed.
    pub version: String,
    /// The same after a patch; empty = what the patch says itself.
    pub patch_version: String,
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
            patch: String::new(),
            from: String::new(),
            version: "1.0.0".to_owned(),
            patch_version: String::new(),
        }
    }
}

/// A change of the setup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SetupCommand {
    /// Emulated host, serial port or scenario.
    Target(Target),
    /// The emulated board, by name.
    Board(String),
    /// The scenario, by name or path.
    Scenario(String),
    /// The serial port, by path.
    Port(String),
    /// Bits per second, as typed.
    Baud(String),
    /// How the two ends talk.
    Dialect(DialectKind),
    /// What is sent.
    Image(ImageChoice),
    /// Send an image file, by path.
    Path(String),
    /// Send a patch file, by path.
    Patch(String),
    /// The image that the host runs, by path.
    From(String),
    /// Version text, as typed.
    Version(String),
}

impl Setup {
    /// Changes the setup.
    pub fn apply(&mut self, command: SetupCommand) {
        match command {
            SetupCommand::Target(target) => self.target = target,
            SetupCommand::Board(board) => (self.target, self.board) = (Target::Emulated, board),
            SetupCommand::Scenario(name) => {
                (self.target, self.scenario) = (Target::Scenario, name);
            }
            SetupCommand::Port(port) => (self.target, self.port) = (Target::Port, port),
            SetupCommand::Baud(baud) => self.baud = baud,
            SetupCommand::Dialect(dialect) => self.set_dialect(dialect),
            SetupCommand::Image(image) => self.image = image,
            SetupCommand::Path(path) => (self.image, self.path) = (ImageChoice::File, path),
            SetupCommand::Patch(path) => (self.image, self.patch) = (ImageChoice::Patch, path),
            SetupCommand::From(path) => self.from = path,
            SetupCommand::Version(version) if self.image == ImageChoice::Patch => {
                self.patch_version = version;
            }
            SetupCommand::Version(version) => self.version = version,
        }
    }

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

    /// What is sent, as the setup names it, for people.
    #[must_use]
    pub fn image_name(&self) -> String {
        let path = match self.image {
            ImageChoice::Made => return "project image".to_owned(),
            ImageChoice::File => &self.path,
            ImageChoice::Patch => &self.patch,
        };
        match path.rsplit(['/', '\\']).next() {
            None | Some("") => "no file".to_owned(),
            Some(name) => name.to_owned(),
        }
    }

    /// The version text of what is sent.
    #[must_use]
    pub fn version(&self) -> &str {
        self.version_typed().trim()
    }

    /// The same, as typed.
    #[must_use]
    pub fn version_typed(&self) -> &str {
        match self.image {
            ImageChoice::Patch => &self.patch_version,
            ImageChoice::Made | ImageChoice::File => &self.version,
        }
    }

    /// The image that the host runs, where a patch is to begin from it.
    #[must_use]
    pub fn old_image(&self) -> Option<&str> {
        let from = self.from.trim();
        let can = self.dialect == DialectKind::Rig && self.image != ImageChoice::Made;
        (can && !from.is_empty()).then_some(from)
    }

    /// How an emulated host lays out the update: patches are for hosts that are updated in place.
    #[must_use]
    pub fn layout(&self) -> LayoutName {
        if self.old_image().is_some() {
            LayoutName::InPlace
        } else {
            LayoutName::TwoSlot
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
            _ => {
                let sent = format!("{} {}", self.image_name(), self.version());
                format!("{} to {}", sent.trim_end(), self.host_name())
            }
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
        if let Some(gap) = self.object_gap() {
            return Some(gap);
        }
        match self.baud.parse::<u32>() {
            Ok(1..) => None,
            _ => Some("The line rate is a number of bits per second."),
        }
    }

    /// What is missing of that which is to be sent.
    fn object_gap(&self) -> Option<&'static str> {
        let empty = |text: &str| text.trim().is_empty();
        match self.image {
            ImageChoice::File if empty(&self.path) => Some("Give the path of an image file."),
            ImageChoice::Patch if self.dialect == DialectKind::Ayla => {
                Some("Patches travel in the rig dialect only: choose rig, or an image.")
            }
            ImageChoice::Patch if empty(&self.patch) => Some("Give the path of a patch file."),
            ImageChoice::Patch if self.target == Target::Emulated && empty(&self.from) => {
                Some("Give the image that the emulated host runs: the patch begins from it.")
            }
            ImageChoice::Patch => None,
            ImageChoice::Made | ImageChoice::File => self
                .version()
                .is_empty()
                .then_some("Give the version that the host will report."),
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

/// What is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImageChoice {
    /// An image that the project's own image maker makes.
    Made,
    /// An image file: bin, hex, srec, elf or uf2.
    File,
    /// A patch file.
    Patch,
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
    fn a_patch_needs_its_file_and_an_emulated_host_the_image_that_it_begins_from() {
        let mut setup = Setup {
            image: ImageChoice::Patch,
            ..Setup::default()
        };
        let gap = |setup: &Setup| setup.obstacle().unwrap_or_default();
        assert_eq!(gap(&setup), "Give the path of a patch file.");
        setup.patch = "out/new.patch".to_owned();
        assert!(gap(&setup).contains("emulated host runs"));
        setup.from = "old.bin".to_owned();
        assert_eq!(setup.obstacle(), None);
        assert_eq!(setup.title(), "new.patch to emulated nrf52840");
        assert_eq!(setup.layout(), LayoutName::InPlace);
        setup.set_dialect(DialectKind::Ayla);
        assert!(gap(&setup).contains("rig dialect only"));
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
