//! `otarig host`: an emulated host on a pty.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use clap::ValueEnum;
use fixtures::board::{Board, board, boards};
use fixtures::personality::{Verdict as Kind, personalities};
use fixtures::scenario::{FormatName, LayoutName};
use protocol_spec::tick::Tick;
use serde_json::json;

use super::files::{Files, Paths};
use super::host_setup::{self, Ready};
use super::map::layout_map;
use super::output::{Output, verdict_of};
use super::patch::number::bytes;
use super::runtime::{block_on, stop_on_signals};
use super::update::DialectName;
use crate::drive::{HostOptions, HostTold, drive_host, since_1970};
use crate::engine::LinkFailure;
use crate::json as json_lines;
use crate::link::{DeviceLink, PtyMaster};
use crate::text::add_field;
use crate::transcript::note_line;
use crate::trouble::{Describe, Trouble};
use crate::verdict::{Class, Verdict};

/// Most decode RAM of an emulated host, bytes.
const DECODE_RAM_ASKED_MAX: u32 = 1 << 17;

/// Run an emulated host on a pty until Ctrl-C.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "The --state file is the raw flash, offset 0 = start of the flash, written \
                        through per operation:\nkill -9 is a power cut. FILE.meta beside it names \
                        board and layout."
)]
pub(super) struct Args {
    /// Board: stm32f303, stm32f405, stm32l476, nrf51822, nrf52840 or nor128m.
    #[arg(long, required_unless_present = "list", value_name = "NAME")]
    pub(super) board: Option<String>,
    /// What the host speaks.
    #[arg(long, required_unless_present_any = ["list", "map"])]
    pub(super) dialect: Option<DialectName>,
    /// Named behaviour; --list shows them.
    #[arg(long, default_value = fixtures::personality::REFERENCE, value_name = "NAME")]
    pub(super) personality: String,
    /// How the host lays out an update.
    #[arg(long, default_value = "two-slot")]
    pub(super) layout: LayoutArg,
    /// RAM of an in-place host for decoding patches, bytes; that of its board, at most 8192, when
    /// left out. 0 = it takes no patches. For --layout in-place only.
    #[arg(long, value_name = "N", value_parser = bytes::<0, DECODE_RAM_ASKED_MAX>, allow_negative_numbers = true)]
    pub(super) decode_ram: Option<u32>,
    /// Make a symbolic link to the pty; an older one to a pty is replaced.
    #[arg(long, value_name = "PATH")]
    link: Option<PathBuf>,
    /// Keep the flash in a file.
    #[arg(long, value_name = "FILE")]
    pub(super) state: Option<PathBuf>,
    /// Image of a new device; the project's own 0.0.0 when left out.
    #[arg(long, value_name = "FILE", requires = "version")]
    pub(super) image: Option<PathBuf>,
    /// Version text of --image.
    #[arg(long, value_name = "TEXT", requires = "image")]
    pub(super) version: Option<String>,
    /// What the host's images carry.
    #[arg(long, default_value = "raw")]
    pub(super) image_format: ImageFormatArg,
    /// Bits per second of its line: 115200 in ayla, 921600 in rig when left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=12_000_000))]
    pub(super) baud: Option<u32>,
    /// Factor on flash and line time; 0 = no waiting.
    #[arg(long, default_value_t = 1.0, value_name = "X")]
    pub(super) time_scale: f64,
    /// Write every frame, as the host's end of the line sees it, to a pcapng file for
    /// 'otarig decode' and other tools.
    #[arg(long, value_name = "FILE")]
    pub(super) capture: Option<PathBuf>,
    /// Print where everything lies in the flash, and stop.
    #[arg(long)]
    map: bool,
    /// Print the personalities, one a line, and stop.
    #[arg(long)]
    list: bool,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum LayoutArg {
    TwoSlot,
    InPlace,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum ImageFormatArg {
    Raw,
    AylaHead,
}

impl ImageFormatArg {
    pub(super) fn format_name(self) -> FormatName {
        match self {
            Self::Raw => FormatName::Raw,
            Self::AylaHead => FormatName::AylaHead,
        }
    }
}

/// No board has the name.
#[derive(Debug, thiserror::Error)]
#[error("--board {0}: no such board")]
pub(super) struct UnknownBoard(String);

impl LayoutArg {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TwoSlot => "two-slot",
            Self::InPlace => "in-place",
        }
    }

    pub(super) fn layout_name(self) -> LayoutName {
        match self {
            Self::TwoSlot => LayoutName::TwoSlot,
            Self::InPlace => LayoutName::InPlace,
        }
    }
}

impl Args {
    pub(super) fn run(self) -> u8 {
        if self.list {
            return list(self.json);
        }
        let output = Output::new("host", self.json);
        let board = match self.find_board() {
            Ok(board) => board,
            Err(error) => return output.trouble(&error),
        };
        if self.map {
            if let Err(trouble) = host_setup::check(&self) {
                return output.verdict(&verdict_of(trouble));
            }
            return self.print_map(board, &output);
        }
        let verdict = match block_on(self.serve(board, &output)) {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(trouble)) => verdict_of(trouble),
            Err(error) => verdict_of(error.into()),
        };
        if verdict.passed() && !self.json {
            return verdict.class.exit_code();
        }
        output.verdict(&verdict)
    }

    fn find_board(&self) -> Result<&'static Board, UnknownBoard> {
        let name = self.board.as_deref().unwrap_or_default();
        board(name).ok_or_else(|| UnknownBoard(name.escape_default().to_string()))
    }

    fn print_map(&self, board: &'static Board, output: &Output) -> u8 {
        let map = layout_map(board, self.layout);
        output.text(&map.text());
        output.json(|| map.json());
        output.done("the map is told")
    }

    async fn serve(&self, board: &'static Board, output: &Output) -> Result<Verdict, Trouble> {
        let (_stopper, stop) = stop_on_signals()?;
        let mut files = self.files()?;
        let pty = PtyMaster::open()?;
        let mirror_failure = Arc::new(Mutex::new(None));
        let ready = host_setup::make(self, board, &mirror_failure)?;
        let link = self
            .link
            .as_deref()
            .map(|path| DeviceLink::make(path, pty.path()));
        let link = link.transpose()?;
        self.announce(board, &pty, &ready, output);
        let options = HostOptions { mirror_failure };
        let sink = |at: Tick, told: HostTold<'_>| match told {
            HostTold::Packet(packet) => files.packet(packet.head.last_byte, packet),
            HostTold::Note(note) => {
                output.json(|| json_lines::host_note_line(at, note));
                if let Some(line) = note_line(at, note) {
                    files.comment(line.trim_start());
                    output.text(&format!("{line}\n"));
                }
            }
        };
        let end = drive_host(ready.line, Box::new(pty), &options, sink, stop).await;
        drop(link);
        files.flush()?;
        end.map_err(|failure| ended(&failure))?;
        output.text("stopped by the user\n");
        Ok(stopped())
    }

    /// The capture, which begins now.
    fn files(&self) -> Result<Files, Trouble> {
        let paths = Paths {
            transcripts: Vec::new(),
            capture: self.capture.clone(),
        };
        let inputs = [self.state.as_deref(), self.image.as_deref()];
        let inputs: Vec<&Path> = inputs.into_iter().flatten().collect();
        Ok(Files::open(paths, &inputs, since_1970())?)
    }

    fn announce(&self, board: &Board, pty: &PtyMaster, ready: &Ready, output: &Output) {
        let path = pty.path().display().to_string();
        let link = self.link.as_ref().map(|link| link.display().to_string());
        output.json(|| json!({ "event": "port", "path": path, "link": link }));
        ready
            .notes
            .iter()
            .for_each(|note| output.json(|| json!({ "event": "note", "text": note })));
        let mut text = String::new();
        let dialect = self.dialect.map_or("", DialectName::name);
        let (layout, personality) = (self.layout.name(), &self.personality);
        let host = format!("{}, {dialect}, {layout}, {personality}", board.name);
        add_field(&mut text, "host", 8, &host);
        add_field(&mut text, "line", 8, &ready.line_text);
        let link = link
            .map(|link| format!(", linked from {link}"))
            .unwrap_or_default();
        add_field(&mut text, "port", 8, &format!("{path}{link}"));
        ready
            .notes
            .iter()
            .for_each(|note| add_field(&mut text, "note", 8, note));
        output.text(&text);
    }
}

fn list(json: bool) -> u8 {
    let output = Output::new("host", json);
    for row in personalities() {
        let (name, text) = (row.name, row.text);
        let kind = match row.verdict {
            Kind::Good => "good",
            Kind::Broken => "broken",
        };
        output.json(|| json!({ "event": "personality", "name": name, "kind": kind, "text": text }));
        output.text(&format!("{name:<22}{kind:<7}{text}\n"));
    }
    output.done("the personalities are told")
}

fn stopped() -> Verdict {
    Verdict {
        class: Class::Pass,
        ..Verdict::rig_error(
            "The host was stopped by the user".to_owned(),
            String::new(),
            String::new(),
        )
    }
}

fn ended(failure: &LinkFailure) -> Trouble {
    Trouble::new(
        "The emulated host cannot go on",
        failure.to_string(),
        "its pty or its state file failed",
        "check the file system, then start it again: the state is a power cut's",
    )
}

impl Describe for UnknownBoard {
    fn trouble(&self) -> Trouble {
        let names: Vec<&str> = boards().iter().map(|board| board.name).collect();
        Trouble::new(
            "There is no such board",
            self.to_string(),
            "only these boards are emulated",
            &format!("use one of {}", names.join(", ")),
        )
    }
}
