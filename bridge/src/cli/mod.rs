//! The command line: one file per command, each an `Args` and its `run`.

mod bench;
mod conform;
mod coverage;
mod decode;
mod demo;
mod explain;
mod files;
mod gui;
mod host;
mod host_setup;
mod image;
mod map;
mod output;
mod patch;
mod ports;
mod replay_capture;
mod replay_end;
mod run;
mod run_cut;
mod runtime;
mod sinks;
mod sweep;
mod timeouts;
mod update;
mod update_command;
mod update_faults;
mod update_object;

use std::io::{self, Write as _};

use clap::{Parser, Subcommand};

use crate::text::printable;
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
    Gui(gui::Args),
    Update(update::Args),
    Host(Box<host::Args>),
    Run(run::Args),
    Sweep(sweep::Args),
    Conform(Box<conform::Args>),
    Coverage(coverage::Args),
    Decode(decode::Args),
    Replay(replay_capture::Args),
    Image(image::Args),
    Patch(patch::Args),
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
            Self::Gui(args) => args.run(),
            Self::Update(args) => args.run(),
            Self::Host(args) => args.run(),
            Self::Run(args) => args.run(),
            Self::Sweep(args) => args.run(),
            Self::Conform(args) => args.run(),
            Self::Coverage(args) => args.run(),
            Self::Decode(args) => args.run(),
            Self::Replay(args) => args.run(),
            Self::Image(args) => args.run(),
            Self::Patch(args) => args.run(),
            Self::Explain(args) => args.run(),
            Self::Ports(args) => args.run(),
            Self::Bench(args) => args.run(),
        }
    }
}

/// Help and version are answers; everything else that clap says is a usage error.
fn usage(error: &clap::Error) -> u8 {
    if !error.use_stderr() {
        // Whoever closed the pipe does not want to read it.
        let _ = error.print();
        return 0;
    }
    let text = error.to_string();
    let safe = printable(&text);
    // What was typed may act on a terminal; only text without such characters keeps its colours.
    let _ = if safe == text {
        error.print()
    } else {
        io::stderr().write_all(safe.as_bytes())
    };
    if std::env::args_os().any(|arg| arg == "--json") {
        return Output::new("usage", true).verdict(&usage_verdict(&safe));
    }
    Class::RigError.exit_code()
}

/// What clap says above its usage lines, in one sentence.
fn usage_verdict(text: &str) -> Verdict {
    let said = text.lines().take_while(|line| !line.starts_with("Usage:"));
    let said = said
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let mut verdict = Verdict::rig_error(
        "The command line cannot be understood".to_owned(),
        "an argument is missing, unknown or out of range".to_owned(),
        "see otarig --help".to_owned(),
    );
    verdict.what = said.trim_start_matches("error: ").to_owned();
    verdict
}
