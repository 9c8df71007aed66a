//! `otarig replay`: a recorded host, played back on a pty.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol_spec::tick::Tick;
use serde_json::json;

use super::output::{Output, verdict_of};
use super::replay_end::Ended;
use super::runtime::{block_on, stop_on_signals};
use crate::capture::replay::{
    Recording, RecordingError, Replay, ReplayConfig, ReplayEvent, ReplayLine, SILENCE_MAX,
};
use crate::capture::{ReadError, Reader};
use crate::drive::{ReplayDriven, drive_replay};
use crate::job::LineSettings;
use crate::link::wire::LineModel;
use crate::link::{DeviceLink, PtyMaster};
use crate::text::add_field;
use crate::trouble::{Describe, Trouble};

/// Play a recorded host back as an emulated one, on a pty.
///
/// It says to a module what the host of the capture said, as long after the module's words as then.
/// Numbers that a module draws anew are carried over from the live frames. Steps of the update must
/// be the recorded ones: at another offer or other data it ends with exit code 1 and says what was
/// expected.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "It ends with exit code 0 when all was played and the module has closed its port or \
                  is silent."
)]
pub(super) struct Args {
    /// A file that `--capture` wrote.
    file: PathBuf,
    /// Make a symbolic link to the pty; an older one to a pty is replaced.
    #[arg(long, value_name = "PATH")]
    link: Option<PathBuf>,
    /// Bits per second of its line: 115200 in ayla, 921600 in rig when left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=12_000_000))]
    baud: Option<u32>,
    /// Seconds without a word of the module after which it ends; 120 when left out.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    wait: Option<u32>,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

/// A capture that cannot be played.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
struct ReplayError {
    path: String,
    source: RecordingError,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("replay", self.json);
        let ended = match block_on(self.serve(&output)) {
            Ok(Ok(driven)) => Ended::of(driven, self.silence()),
            Ok(Err(trouble)) => return output.verdict(&verdict_of(trouble)),
            Err(error) => return output.trouble(&error),
        };
        output.text(&ended.text());
        output.json(|| ended.json());
        output.exit(ended.class())
    }

    async fn serve(&self, output: &Output) -> Result<ReplayDriven, Trouble> {
        let (_stopper, stop) = stop_on_signals()?;
        let recording = load(&self.file)?;
        let default = recording.dialect().default_line();
        let settings = LineSettings {
            baud: self.baud.unwrap_or(default.baud),
            ..default
        };
        let mut pty = PtyMaster::open()?;
        let link = self.link.as_deref();
        let link = link.map(|path| DeviceLink::make(path, pty.path()));
        let _link = link.transpose()?;
        self.announce(&recording, &settings, &pty, output);
        let config = ReplayConfig {
            rate: settings.rate(),
            silence: self.silence(),
        };
        let replay = Replay::new(recording, config);
        let line = ReplayLine::new(replay, LineModel::at(config.rate));
        // Until a module has spoken, programs may come and go.
        let mut alive = pty.take_other_end();
        let sink = |at: Tick, event: &ReplayEvent| {
            if matches!(event, ReplayEvent::Heard { .. }) {
                drop(alive.take());
            }
            tell(output, at, event);
        };
        let driven = drive_replay(line, Box::new(pty), sink, stop).await;
        driven.map_err(|failure| {
            Trouble::new(
                "The replay cannot go on",
                failure.to_string(),
                "its pty failed",
                "start it again",
            )
        })
    }

    fn silence(&self) -> Duration {
        let seconds = self.wait.map(|seconds| Duration::from_secs(seconds.into()));
        seconds.unwrap_or(SILENCE_MAX)
    }

    fn announce(
        &self,
        recording: &Recording,
        settings: &LineSettings,
        pty: &PtyMaster,
        output: &Output,
    ) {
        let path = pty.path().display().to_string();
        let link = self.link.as_ref().map(|link| link.display().to_string());
        output.json(|| json!({ "event": "port", "path": path, "link": link }));
        let mut text = String::new();
        let host = format!(
            "recorded, {}: {} frames of the host, {} of the module",
            recording.dialect(),
            recording.lines(),
            recording.words()
        );
        add_field(&mut text, "host", 8, &host);
        add_field(&mut text, "line", 8, &settings.to_string());
        let link = link
            .map(|link| format!(", linked from {link}"))
            .unwrap_or_default();
        add_field(&mut text, "port", 8, &format!("{path}{link}"));
        output.text(&text);
    }
}

#[expect(clippy::disallowed_methods, reason = "the command reads a file")]
fn load(path: &Path) -> Result<Recording, ReplayError> {
    let failed = |source| ReplayError {
        path: path.display().to_string(),
        source,
    };
    let file = File::open(path).map_err(|error| failed(ReadError::Io(error).into()))?;
    let reader = Reader::new(BufReader::new(file)).map_err(|error| failed(error.into()))?;
    Recording::read(reader).map_err(failed)
}

/// Tells what is out of the ordinary in words, and everything in JSON.
fn tell(output: &Output, at: Tick, event: &ReplayEvent) {
    let (what, packet, again) = match event {
        ReplayEvent::Heard { packet, again } => ("heard", packet, *again),
        ReplayEvent::Said { packet, again } => ("said", packet, *again),
        ReplayEvent::PassedOver { packet } => ("passed_over", packet, false),
        ReplayEvent::Ended(_) => return,
    };
    output.json(|| {
        json!({
            "event": "replayed",
            "t_us": at.as_nanos() / 1_000,
            "what": what,
            "packet": packet,
            "again": again,
        })
    });
    let words = match event {
        ReplayEvent::Said { again: true, .. } => "packet {} is said again",
        ReplayEvent::PassedOver { .. } => "packet {} is passed over: its question did not come",
        _ => return,
    };
    let words = words.replace("{}", &packet.to_string());
    output.text(&format!("{:>12}  {words}\n", at.to_string()));
}

impl Describe for ReplayError {
    fn trouble(&self) -> Trouble {
        let (cause, next_step) = match &self.source {
            RecordingError::Read(ReadError::Io(_)) => (
                "the file cannot be opened, or not read to its end",
                "name a file that exists and that you may read",
            ),
            RecordingError::Read(ReadError::NoCapture(_)) | RecordingError::Foreign { .. } => (
                "this is a file of another program, or its beginning is lost",
                "name a file that --capture wrote",
            ),
            RecordingError::Read(_) => (
                "the program that wrote it was ended, or the copy is not complete",
                "copy the file again, or capture the run again",
            ),
            RecordingError::Silent { .. } => (
                "a replay needs what a module asked and what a host answered",
                "capture a run in which both ends speak; see it with otarig decode",
            ),
            RecordingError::Mixed { .. } => (
                "a host speaks one dialect",
                "name a file that --capture wrote",
            ),
            RecordingError::TooLarge => (
                "a replay keeps the whole recording in memory",
                "capture one update alone",
            ),
        };
        Trouble::new(
            "The capture cannot be played",
            self.to_string(),
            cause,
            next_step,
        )
    }
}
