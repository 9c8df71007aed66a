//! `otarig sweep`: one scenario again and again, with another fault each time.

mod mixed;
pub(super) mod power;
mod report;
mod save;
mod subject;
mod wire;

use clap::Subcommand;

/// Run a scenario again and again, each time with other faults, and look for a verdict that lies,
/// a run without an end, a mix of images, or a host that takes no image any more.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Power(power::Args),
    Wire(wire::Args),
    Mixed(mixed::Args),
}

impl Args {
    pub(super) fn run(self) -> u8 {
        match self.what {
            What::Power(args) => args.run(),
            What::Wire(args) => args.run(),
            What::Mixed(args) => args.run(),
        }
    }
}
