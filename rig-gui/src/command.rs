//! Everything that a user can do, as one type.

use std::path::PathBuf;

use crate::block_map::CellAddress;
use crate::faults::FaultCommand;
use crate::files::FilesCommand;
use crate::model::ThemeChoice;
use crate::palette::PaletteCommand;
use crate::screen::Screen;
use crate::setup::SetupCommand;
use crate::sweep::SweepCommand;
use crate::wall::WallCommand;
use crate::wire::WireCommand;

/// A wish of the user. Views return them; [`App::apply`](crate::App::apply) carries them out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Start the update that the setup describes.
    Start,
    /// Do the last update once more, as it was set up then.
    Retry,
    /// Stop the running update; the host keeps what it has.
    Abort,
    /// Put the last verdict away.
    Clear,
    /// List the serial ports again.
    RefreshPorts,
    /// Change what the next update will be.
    Setup(SetupCommand),
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
    /// The sweep desk.
    Sweep(SweepCommand),
    /// Put the run that was found by a sweep away, and take what was set up before.
    LeaveReplay,
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

impl From<SetupCommand> for Command {
    fn from(command: SetupCommand) -> Self {
        Self::Setup(command)
    }
}

impl From<FilesCommand> for Command {
    fn from(command: FilesCommand) -> Self {
        Self::Files(command)
    }
}
