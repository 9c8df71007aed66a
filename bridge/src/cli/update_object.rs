//! What `otarig update` sends: an image, a patch, or a patch that is made on the way.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::update_command::CommandArgs;
use crate::formats::FileFormat;
use crate::job::DialectKind;
use crate::object_files::{Loaded, ObjectFiles};
use crate::trouble::Trouble;

/// Options that say what is sent.
#[derive(clap::Args, Debug)]
pub(super) struct ObjectArgs {
    /// The new image: bin, Intel HEX, S-record, ELF or UF2.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["patch", "command"])]
    image: Option<PathBuf>,
    /// Version text that the host must report afterwards, at most 72 bytes; a patch may say it
    /// itself.
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["patch", "command"])]
    version: Option<String>,
    /// The image that the host runs: where it can, it gets a patch from this one to --image; with
    /// --patch, the patch is tried on it before anything is sent.
    #[arg(long, value_name = "OLD")]
    from: Option<PathBuf>,
    /// A file of 'otarig patch make', instead of an image.
    #[arg(long, value_name = "FILE", conflicts_with = "image")]
    patch: Option<PathBuf>,
    #[command(flatten)]
    pub(super) command: CommandArgs,
    /// Format of the image files; found out from content and extension when left out.
    #[arg(long)]
    format: Option<FormatName>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatName {
    Bin,
    Hex,
    Srec,
    Elf,
    Uf2,
}

impl ObjectArgs {
    /// The files that are read.
    pub(super) fn inputs(&self) -> Vec<&Path> {
        [&self.image, &self.from, &self.patch, &self.command.command]
            .into_iter()
            .flatten()
            .map(PathBuf::as_path)
            .collect()
    }

    /// Reads everything that is named.
    pub(super) fn load(&self, dialect: DialectKind) -> Result<Loaded, Trouble> {
        self.files().load(dialect)
    }

    fn files(&self) -> ObjectFiles {
        ObjectFiles {
            image: self.image.clone(),
            version: self.version.clone(),
            from: self.from.clone(),
            patch: self.patch.clone(),
            format: self.format.map(file_format),
        }
    }
}

fn file_format(name: FormatName) -> FileFormat {
    match name {
        FormatName::Bin => FileFormat::Bin,
        FormatName::Hex => FileFormat::Hex,
        FormatName::Srec => FileFormat::Srec,
        FormatName::Elf => FileFormat::Elf,
        FormatName::Uf2 => FileFormat::Uf2,
    }
}
