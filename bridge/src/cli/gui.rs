//! `otarig gui`: the panel, when it is installed beside this program.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use super::output::Output;
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// Name of the panel's program.
const PROGRAM: &str = "rig-gui";

/// Open the panel: the same in a window.
#[derive(clap::Args, Debug)]
#[command(
    disable_help_flag = true,
    after_help = "It is the program rig-gui, in the same folder as this one: 'otarig gui --help' \
                  lists its options."
)]
pub(super) struct Args {
    /// Options of the panel, such as --demo.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "OPTION"
    )]
    options: Vec<OsString>,
}

#[derive(Debug, thiserror::Error)]
enum GuiError {
    #[error("this program does not know where it is: {0}")]
    Place(io::Error),
    #[error("{}: {source}", path.display())]
    Start { path: PathBuf, source: io::Error },
}

impl Args {
    pub(super) fn run(self) -> u8 {
        match start(&self.options) {
            Ok(status) => code_of(status),
            Err(error) => Output::new("gui", false).trouble(&error),
        }
    }
}

fn start(options: &[OsString]) -> Result<ExitStatus, GuiError> {
    let here = std::env::current_exe().map_err(GuiError::Place)?;
    let path = here.with_file_name(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
    Command::new(&path)
        .args(options)
        .status()
        .map_err(|source| GuiError::Start { path, source })
}

/// The panel's own code; one that a signal has ended was aborted.
fn code_of(status: ExitStatus) -> u8 {
    let code = status.code().map(u8::try_from);
    match code {
        Some(Ok(code)) => code,
        _ => Class::Aborted.exit_code(),
    }
}

impl Describe for GuiError {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "The panel cannot be opened",
            self.to_string(),
            "the panel is a program of its own, which is not in this folder or cannot be started",
            "install it beside this program: cargo install --path rig-gui; here in the project, \
             cargo run --release -p rig-gui",
        )
    }
}
