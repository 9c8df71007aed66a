//! Everything that a user can do, as one type.

use std::path::PathBuf;

use bridge::job::DialectKind;

use crate::block_map::CellAddress;
use crate::faults::FaultCommand;
use crate::files::FilesCommand;
use crate::model::{ImageChoice, Target, ThemeChoice};
use crate::palette::PaletteCommand;
use crate::screen::Screen;
use crate::wall::WallCommand;
use crate::wire::WireCommand;

/// A wish of the user. Views return them; [`App::apply`](crate::App::apply) carries them out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Start the update that the setup describes.
    Start,
    /// Stop the running update; the host keeps what it has.
    Abort,
    /// Put the last verdict away.
    Clear,
    /// List the serial ports again.
    RefreshPorts,
    /// Emulated host, serial port or scenario.
    SetTarget(Target),
    /// The emulated board, by name.
    SetBoard(String),
    /// The scenario, by name or path.
    SetScenario(String),
    /// The serial port, by path.
    SetPort(String),
    /// Bits per second, as typed.
    SetBaud(String),
    /// How the two ends talk.
    SetDialect(DialectKind),
    /// Own image or a file.
    SetImage(ImageChoice),
    /// Path of the image file, as typed.
    SetPath(String),
    /// Version text, as typed.
    SetVersion(String),
    /// Light or dark.
    SetTheme(ThemeChoice),
    /// Size of text and controls, per cent.
    SetScale(u16),
    /// Another screen.
    Show(Screen),
    /// The wire view.
    Wire(WireCommand),
    /// The fault desk.
    Faults(FaultCommand),
    /// The wall.
    Wall(WallCommand),
    /// The file dialog.
    Files(FilesCommand),
    /// The palette.
    Palette(PaletteCommand),
    /// Look at a cell of the block map, or at none.
    PickCell(Option<CellAddress>),
    /// A file was dropped on the window.
    Drop(PathBuf),
    /// Put the message above the screen away.
    DismissNotice,
    /// Put a text on the clipboard.
    Copy(String),
}
