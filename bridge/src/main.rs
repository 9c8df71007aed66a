//! The otarig command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    bridge::cli::run().into()
}
