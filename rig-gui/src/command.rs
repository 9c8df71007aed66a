//! Everything that a user can do, as one type.

use bridge::job::DialectKind;

use crate::model::{ImageChoice, Target, ThemeChoice};

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
    /// Emulated host or serial port.
    SetTarget(Target),
    /// The emulated board, by name.
    SetBoard(String),
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
}
