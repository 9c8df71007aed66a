//! `otarig patch`: patch files, made, read and tried before anything is sent.

mod apply;
mod board;
mod check;
pub(super) mod files;
mod inspect;
mod make;
mod make_text;
pub(super) mod number;
mod objection;

use clap::Subcommand;

/// Make, inspect, apply and check patches between two images.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Make(make::Args),
    Inspect(inspect::Args),
    Apply(apply::Args),
    Check(check::Args),
}

impl Args {
    pub(super) fn run(self) -> u8 {
        match self.command {
            Command::Make(args) => args.run(),
            Command::Inspect(args) => args.run(),
            Command::Apply(args) => args.run(),
            Command::Check(args) => args.run(),
        }
    }
}
