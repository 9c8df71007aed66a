//! `otarig update --command`: the command of a platform, and the object that it names.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use protocol_spec::digest::Digest;
use protocol_spec::rig::message::ObjectKind;
use protocol_spec::text::Escaped;
use protocol_spec::tick::Tick;
use sha2::{Digest as _, Sha256};

use super::sinks::Sinks;
use crate::download::command::COMMAND_BYTES_MAX;
use crate::download::{CommandError, Fetch, FetchConfig, OpenHttp, OtaCommand};
use crate::drive::{StopSignal, drive_download};
use crate::event::{Event, Phase, Stamped};
use crate::image_head::content_check;
use crate::job::{ContentCheck, DialectKind};
use crate::object::Object;
use crate::object_files::Loaded;
use crate::patch_file;
use crate::text::grouped;
use crate::trouble::{Describe, Trouble};
use crate::verdict::{Class, Verdict};

/// Options of an update that a platform orders.
#[derive(clap::Args, Debug, Default)]
pub(super) struct CommandArgs {
    /// The command of a platform, JSON: the image or patch is fetched from the address in it, in
    /// byte ranges, and checked, before the host is told.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["image", "patch", "from", "version", "format"])]
    pub(super) command: Option<PathBuf>,
    /// Fetch over plain http from other machines too.
    #[arg(long, requires = "command")]
    allow_http: bool,
}

/// A command file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub(super) struct CommandFileError {
    path: String,
    source: std::io::Error,
}

impl CommandArgs {
    /// The command, where one is named; at most one byte more than is taken.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the driver file that reads commands"
    )]
    pub(super) fn read(&self) -> Result<Option<Vec<u8>>, CommandFileError> {
        let Some(path) = &self.command else {
            return Ok(None);
        };
        let failed = |source| CommandFileError {
            path: path.display().to_string(),
            source,
        };
        // A pipe would be waited for by opening it.
        if !std::fs::metadata(path).map_err(failed)?.is_file() {
            return Err(failed(std::io::Error::other("this is not a file")));
        }
        let mut text = Vec::new();
        let file = File::open(path).map_err(failed)?;
        file.take(COMMAND_BYTES_MAX as u64 + 1)
            .read_to_end(&mut text)
            .map_err(failed)?;
        Ok(Some(text))
    }

    /// Fetches what the command orders; the verdict where there is nothing to send.
    pub(super) async fn load(
        &self,
        text: &[u8],
        dialect: DialectKind,
        sinks: &mut Sinks,
        stop: StopSignal,
    ) -> Result<Result<Loaded, Box<Verdict>>, Trouble> {
        let command = match self.parse(text, dialect) {
            Ok(command) => command,
            Err(error) => return Ok(Err(Box::new(error.verdict()))),
        };
        let event = Event::Phase(Phase::Download);
        let at = Tick::ZERO;
        sinks.event(&Stamped { at, event });
        let fetch = Fetch::new(command.clone(), self.config());
        let mut last = Tick::ZERO;
        let told = |at, event: &_| {
            last = at;
            sinks.download(at, event);
        };
        match drive_download(fetch, told, stop).await {
            None => Ok(Err(Box::new(stopped()))),
            Some(Err(fault)) => Ok(Err(Box::new(fault.verdict(last)))),
            Some(Ok(object)) => loaded(&command, object).map(Ok),
        }
    }

    fn config(&self) -> FetchConfig {
        FetchConfig {
            open: self.open(),
            ..FetchConfig::default()
        }
    }

    fn open(&self) -> OpenHttp {
        if self.allow_http {
            OpenHttp::Anywhere
        } else {
            OpenHttp::Loopback
        }
    }

    fn parse(&self, text: &[u8], dialect: DialectKind) -> Result<OtaCommand, CommandError> {
        let command = OtaCommand::parse(text, self.open())?;
        if command.kind == ObjectKind::Patch && dialect == DialectKind::Ayla {
            return Err(CommandError::NoPatches);
        }
        Ok(command)
    }
}

fn loaded(command: &OtaCommand, bytes: Vec<u8>) -> Result<Loaded, Trouble> {
    let notes = notes(command);
    let version = command.version;
    if command.kind == ObjectKind::Patch {
        let place = format!("the patch from {}", command.url);
        let patch = patch_file::checked(bytes, &place)?;
        return Ok(Loaded {
            object: Object::Patch(patch),
            version,
            content: ContentCheck::None,
            notes,
        });
    }
    let digest = Digest(Sha256::digest(&bytes).into());
    let mut bytes = bytes;
    Ok(Loaded {
        content: content_check(&mut bytes),
        object: Object::image(Box::new(bytes), digest),
        version,
        notes,
    })
}

/// What a reader of the report should know of the command.
fn notes(command: &OtaCommand) -> Vec<String> {
    let checked = match command.checksum {
        Some(sum) => format!("{} as the command says", sum.method()),
        None => "the command says no checksum, so nothing proves the bytes".to_owned(),
    };
    let mut notes = vec![format!(
        "fetched {} bytes from {}: {checked}",
        grouped(command.length.into()),
        command.url
    )];
    notes.extend(command.board.as_ref().map(|board| {
        let board = Escaped(board.as_bytes());
        format!("the command is for board {board}; that is told, not checked")
    }));
    notes
}

fn stopped() -> Verdict {
    Verdict {
        class: Class::Aborted,
        phase: Phase::Download,
        what: "Stopped while the image was fetched; nothing was sent to the host.".to_owned(),
        ..Verdict::rig_error(
            "stopped by the operator".to_owned(),
            "The operator asked for it.".to_owned(),
            "When ready, repeat the update: the download starts over.".to_owned(),
        )
    }
}

impl Describe for CommandFileError {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "The command cannot be read",
            self.to_string(),
            "the command of a platform is a short JSON file",
            "name a file that you may read",
        )
    }
}
