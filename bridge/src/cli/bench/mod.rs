//! `otarig bench`: the figures of this program on this machine, each with its bound.

mod error;
mod figure;
mod folder;
mod lessons;
mod patch;
mod process;
mod program;
mod sweep;
mod tables;
mod watch;

use clap::Subcommand;
use serde_json::json;

use super::output::Output;
use crate::verdict::Class;
use error::BenchError;
use figure::Figure;

/// Measure this program and print each figure beside its bound; a figure that is over its bound
/// ends in exit code 1.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    what: Option<What>,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand, Debug)]
enum What {
    Patch(patch::Args),
    Tables(tables::Args),
    Sweep(sweep::Args),
}

/// The exit code when a figure is over its bound.
const OVER_EXIT_CODE: u8 = 1;

impl Args {
    pub(super) fn run(self) -> u8 {
        match self.what {
            Some(What::Patch(args)) => args.run(),
            Some(What::Tables(args)) => args.run(),
            Some(What::Sweep(args)) => args.run(),
            None => program(self.json),
        }
    }
}

fn program(json: bool) -> u8 {
    figures(&Output::new("bench", json), program::measure)
}

/// Shows what `measure` measures, each figure beside its bound.
fn figures(
    output: &Output,
    measure: impl FnOnce(&mut dyn FnMut(Figure)) -> Result<(), BenchError>,
) -> u8 {
    let mut over = Vec::new();
    let measured = measure(&mut |figure| {
        output.text(&figure.text());
        output.json(|| figure.json());
        if figure.over() {
            over.push(figure.what.clone());
        }
    });
    if let Err(error) = measured {
        return output.trouble(&error);
    }
    let pass = over.is_empty();
    if !pass {
        output.text(&format!("{} beyond the bound\n", over.len()));
    }
    let code = if pass {
        Class::Pass.exit_code()
    } else {
        OVER_EXIT_CODE
    };
    let verdict = || json!({ "event": "verdict", "pass": pass, "exit_code": code, "over": over });
    output.json(verdict);
    output.exit_with(code)
}
