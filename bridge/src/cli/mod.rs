//! The command line: one file per command, each an `Args` and its `run`.

mod bench;
mod demo;
mod explain;
mod host;
mod host_setup;
mod image;
mod map;
mod output;
mod ports;
mod run;
mod runtime;
mod sinks;
mod timeouts;
mod update;

use clap::{Parser, Subcommand};

use crate::verdict::{Class, Verdict};
use output::Output;

/// Test rig for firmware updates over a serial line: plays the module, updates a host MCU, and
/// says exactly what happened.
#[derive(Parser, Debug)]
#[command(
    name = "otarig",
    version,
    max_term_width = 80,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit codes: 0 pass, 1 the host failed, 2 usage, port or file, 3 the link \
                        failed, 4 aborted."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Demo(demo::Args),
    Update(update::Args),
    Host(Box<host::Args>),
    Run(run::Args),
    Image(image::Args),
    Explain(explain::Args),
    Ports(ports::Args),
    Bench(bench::Args),
}

/// Runs the command that the process was started with; returns its exit code.
#[must_use]
pub fn run() -> u8 {
    match Cli::try_parse() {
        Ok(cli) => cli.command.run(),
        Err(error) => usage(&error),
    }
}

impl Command {
    fn run(self) -> u8 {
        match self {
            Self::Demo(args) => args.run(),
            Self::Update(args) => args.run(),
            Self::Host(args) => args.run(),
            Self::Run(args) => args.run(),
            Self::Image(args) => args.run(),
            Self::Explain(args) => args.run(),
            Self::Ports(args) => args.run(),
            Self::Bench(args) => args.run(),
        }
    }
}

/// Help and version are answers; everything else that clap says is a usage error.
fn usage(error: &clap::Error) -> u8 {
    // Whoever closed the pipe does not want to read it.
    let _ = error.print();
    if !error.use_stderr() {
        return 0;
    }
    if std::env::args().any(|arg| arg == "--json") {
        let text = error.to_string();
        let headline = text.lines().next().unwrap_or("usage error").to_owned();
        let verdict = Verdict::rig_error(
            headline,
            "the command line cannot be understood".to_owned(),
            "see otarig --help".to_owned(),
        );
        return Output::new("usage", true).verdict(&verdict);
    }
    Class::RigError.exit_code()
}
