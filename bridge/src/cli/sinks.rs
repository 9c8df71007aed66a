//! Where the events of a run go: screen, JSON, transcript file, report folder.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol_spec::tick::Tick;

use super::files::{Files, Paths};
use super::output::{Output, verdict_of};
use crate::bench::Told;
use crate::download::FetchEvent;
use crate::event::{Event, Stamped};
use crate::progress::Bar;
use crate::trouble::{Describe, Trouble};
use crate::verdict::Verdict;
use crate::{json, transcript};

/// A file of a run that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub(super) struct SinkError {
    path: String,
    source: io::Error,
}

impl SinkError {
    pub(super) fn new(path: &Path, source: io::Error) -> Self {
        let path = path.display().to_string();
        Self { path, source }
    }
}

/// Options that say where a run is written to.
#[derive(clap::Args, Debug, Default)]
pub(super) struct SinkArgs {
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    pub(super) json: bool,
    /// Write the dialogue to a file, one event per line.
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// Write every frame to a pcapng file, for 'otarig decode' and other tools.
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
}

impl SinkArgs {
    /// The capture that is asked for.
    pub(super) fn capture(&self) -> Option<&Path> {
        self.capture.as_deref()
    }
}

/// All readers of one run's events.
pub(super) struct Sinks {
    pub(super) output: Output,
    bar: Bar,
    files: Files,
    report: Option<PathBuf>,
}

impl Sinks {
    /// Opens every file that the run will write, before anything happens on a line; the run begins
    /// `epoch` after 1970, which is zero where its time is virtual.
    pub(super) fn open(
        output: Output,
        args: &SinkArgs,
        report: Option<&Path>,
        inputs: &[&Path],
        epoch: Duration,
    ) -> Result<Self, (Output, SinkError)> {
        let files = paths(args, report).and_then(|paths| Files::open(paths, inputs, epoch));
        match files {
            Ok(files) => Ok(Self {
                bar: Bar::new(!output.is_json()),
                output,
                files,
                report: report.map(Path::to_owned),
            }),
            Err(error) => Err((output, error)),
        }
    }

    /// Tells an event to everybody; the verdict waits for [`Sinks::finish`].
    pub(super) fn event(&mut self, stamped: &Stamped) {
        self.bar.show(stamped);
        self.files.event(stamped);
        if matches!(stamped.event, Event::Verdict(_)) {
            return;
        }
        self.output.json(|| json::event_line(stamped));
        if let Some(line) = transcript::event_line(stamped) {
            self.write_line(&line);
        }
    }

    /// Tells what happened while an image was fetched.
    pub(super) fn download(&mut self, at: Tick, event: &FetchEvent) {
        self.told(&Told::Download(at, event));
    }

    /// Tells what happened on the bench.
    pub(super) fn told(&mut self, told: &Told<'_>) {
        match told {
            Told::Engine(stamped) if matches!(stamped.event, Event::Verdict(_)) => {
                self.files.event(stamped);
                if let Some(line) = transcript::event_line(stamped) {
                    self.write_line(&line);
                }
                self.output.json(|| json::told_line(told));
            }
            Told::Engine(stamped) => self.event(stamped),
            Told::Struck(_, struck) => {
                self.files.comment(&format!("fault: {struck}"));
                self.output.json(|| json::told_line(told));
            }
            _ => {
                if let Some(line) = transcript::told_line(told) {
                    self.files.comment(line.trim_start());
                    self.write_line(&line);
                }
                self.output.json(|| json::told_line(told));
            }
        }
    }

    /// Adds a line to the transcripts alone.
    pub(super) fn write_line(&mut self, line: &str) {
        self.files.line(line);
    }

    /// Writes out what waits; tells what could not be written since the start.
    pub(super) fn flush(&mut self) -> Result<(), SinkError> {
        self.files.flush()
    }

    /// Writes the verdict everywhere; returns the exit code that goes with it.
    pub(super) fn finish(mut self, mut verdict: Verdict, last_line: &str) -> (Output, u8) {
        self.bar.clear();
        self.write_line(last_line);
        if let Err(error) = self.flush() {
            verdict = unwritten(&error, &verdict);
        }
        if let Some(folder) = &self.report
            && let Err(error) = write_verdict(folder, &verdict)
        {
            verdict = unwritten(&error, &verdict);
        }
        let code = self.output.verdict(&verdict);
        (self.output, code)
    }
}

/// The last transcript line of an update.
pub(super) fn verdict_transcript_line(verdict: &Verdict) -> String {
    let at = Tick::ZERO + verdict.elapsed;
    let event = Event::Verdict(Box::new(verdict.clone()));
    transcript::event_line(&Stamped { at, event }).unwrap_or_default()
}

/// A run whose files are incomplete is no proof of anything: it does not pass.
fn unwritten(error: &SinkError, verdict: &Verdict) -> Verdict {
    let mut own = verdict_of(error.trouble());
    own.notes.push(format!(
        "the update itself ended as {}: {}",
        verdict.class, verdict.headline
    ));
    own
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that writes reports"
)]
fn paths(args: &SinkArgs, report: Option<&Path>) -> Result<Paths, SinkError> {
    let mut transcripts: Vec<PathBuf> = args.transcript.iter().cloned().collect();
    if let Some(folder) = report {
        std::fs::create_dir_all(folder).map_err(|error| SinkError::new(folder, error))?;
        transcripts.push(folder.join("transcript.txt"));
    }
    Ok(Paths {
        transcripts,
        capture: args.capture.clone(),
    })
}

/// Whether two paths lead to one file, by whatever links.
pub(super) fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other || same_node(&one, &other),
        _ => false,
    }
}

#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that writes reports"
)]
fn same_node(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (std::fs::metadata(one), std::fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn same_node(_: &Path, _: &Path) -> bool {
    false
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that writes reports"
)]
fn write_verdict(folder: &Path, verdict: &Verdict) -> Result<(), SinkError> {
    let path = folder.join("verdict.json");
    std::fs::write(&path, format!("{:#}\n", json::verdict_line(verdict))).map_err(|source| {
        SinkError {
            path: path.display().to_string(),
            source,
        }
    })
}

impl Describe for SinkError {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "A file of the run cannot be written",
            self.to_string(),
            "a run that cannot be recorded proves nothing later",
            "name a folder that you may write to and that has room",
        )
    }
}
