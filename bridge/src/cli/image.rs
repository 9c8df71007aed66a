//! `otarig image make`: deterministic images.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use fixtures::image::{AylaTarget, Format, ImageError, ImageSpec, make};
use protocol_spec::digest::Digest;
use protocol_spec::text::Version;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::output::Output;
use crate::text::grouped;
use crate::trouble::{Describe, Trouble};

/// Make firmware images.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Make(MakeArgs),
}

/// Make an image: the same options give the same bytes.
#[derive(clap::Args, Debug)]
#[command(
    override_usage = "otarig image make --format raw|ayla-head --size N --version TEXT\n       \
                      --output FILE [...]"
)]
struct MakeArgs {
    /// What stands at its start.
    #[arg(long)]
    format: FormatArg,
    /// Where the head stands, for ayla-head.
    #[arg(long, required_if_eq("format", "ayla-head"))]
    target: Option<TargetArg>,
    /// Length in bytes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=(64 << 20)))]
    size: u32,
    /// Version text, at most 72 bytes.
    #[arg(long, value_name = "TEXT")]
    version: String,
    /// Seed of the content.
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// File to write.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum FormatArg {
    Raw,
    AylaHead,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TargetArg {
    Stm32vl,
    Stm32f3,
    Stm32f1,
}

/// An image that cannot be made.
#[derive(Debug, thiserror::Error)]
enum MakeError {
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error("--version has more than 72 bytes")]
    Version,
    #[error("{path}: {source}")]
    Io {
        path: String,
        source: std::io::Error,
    },
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let Command::Make(args) = self.command;
        let output = Output::new("image make", args.json);
        match args.make() {
            Ok((length, digest)) => {
                let path = args.output.display().to_string();
                output.text(&format!(
                    "{path}: {} bytes, SHA-256 {digest}\n",
                    grouped(length)
                ));
                output.json(|| {
                    let digest = digest.to_string();
                    json!({ "event": "image", "path": path, "length": length, "digest": digest })
                });
                output.done("the image is made")
            }
            Err(error) => output.trouble(&error),
        }
    }
}

impl MakeArgs {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the driver file that writes images"
    )]
    fn make(&self) -> Result<(u64, Digest), MakeError> {
        let version = Version::from_bytes(self.version.as_bytes()).ok_or(MakeError::Version)?;
        let format = match (self.format, self.target) {
            (FormatArg::AylaHead, Some(target)) => Format::AylaHead(target.into()),
            _ => Format::Raw,
        };
        let image = make(&ImageSpec {
            format,
            size: self.size,
            version,
            seed: self.seed,
        })?;
        std::fs::write(&self.output, &image).map_err(|source| MakeError::Io {
            path: self.output.display().to_string(),
            source,
        })?;
        Ok((image.len() as u64, Digest(Sha256::digest(&image).into())))
    }
}

impl From<TargetArg> for AylaTarget {
    fn from(target: TargetArg) -> Self {
        match target {
            TargetArg::Stm32vl => Self::Stm32vl,
            TargetArg::Stm32f3 => Self::Stm32f3,
            TargetArg::Stm32f1 => Self::Stm32f1,
        }
    }
}

impl Describe for MakeError {
    fn trouble(&self) -> Trouble {
        let next_step = match self {
            Self::Image(_) => "choose another --size or --version",
            Self::Version => "give a shorter text",
            Self::Io { .. } => "name a file that you may write",
        };
        Trouble::new(
            "The image cannot be made",
            self.to_string(),
            "nothing was written",
            next_step,
        )
    }
}
