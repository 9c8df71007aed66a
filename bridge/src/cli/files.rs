//! The files that a run writes while it goes on: transcripts and a capture.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol_spec::tick::Tick;

use super::sinks::{SinkError, same_file};
use crate::capture::{Tapped, Writer};
use crate::event::Stamped;

type Buffered = BufWriter<File>;

/// Where a run is written to.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths {
    pub(super) transcripts: Vec<PathBuf>,
    pub(super) capture: Option<PathBuf>,
}

/// The open files, and the first failure to write one.
pub(super) struct Files {
    transcripts: Vec<(PathBuf, Buffered)>,
    capture: Option<(PathBuf, Writer<Buffered>)>,
    failure: Option<SinkError>,
}

impl Files {
    /// Opens all `paths`, none of which may be one of `inputs`; the run begins `epoch` after 1970.
    pub(super) fn open(paths: Paths, inputs: &[&Path], epoch: Duration) -> Result<Self, SinkError> {
        let all = || paths.transcripts.iter().chain(&paths.capture);
        if let Some(path) = all().find(|path| inputs.iter().any(|it| same_file(path, it))) {
            let why = "this run reads that file, it cannot be written to as well";
            return Err(SinkError::new(path, io::Error::other(why)));
        }
        if let Some(capture) = &paths.capture
            && paths.transcripts.contains(capture)
        {
            let why = "transcript and capture are two files, they cannot be one";
            return Err(SinkError::new(capture, io::Error::other(why)));
        }
        let transcripts = paths.transcripts.into_iter();
        let transcripts: Result<Vec<_>, _> = transcripts
            .map(|path| Ok((path.clone(), create(&path)?)))
            .collect();
        let capture = match paths.capture {
            None => None,
            Some(path) => match Writer::new(create(&path)?, epoch) {
                Ok(writer) => Some((path, writer)),
                Err(error) => return Err(SinkError::new(&path, error)),
            },
        };
        Ok(Self {
            transcripts: transcripts?,
            capture,
            failure: None,
        })
    }

    /// Adds a line to the transcripts.
    pub(super) fn line(&mut self, line: &str) {
        for (path, file) in &mut self.transcripts {
            if let Err(error) = writeln!(file, "{line}") {
                self.failure.get_or_insert(SinkError::new(path, error));
            }
        }
    }

    /// Takes note of an event in the capture.
    pub(super) fn event(&mut self, stamped: &Stamped) {
        if let Some((path, capture)) = &mut self.capture
            && let Err(error) = capture.event(stamped)
        {
            self.failure.get_or_insert(SinkError::new(path, error));
        }
    }

    /// Adds a packet to the capture, in the file at once: who writes it may be ended at any time.
    pub(super) fn packet(&mut self, at: Tick, packet: &Tapped) {
        if let Some((path, capture)) = &mut self.capture
            && let Err(error) = capture
                .packet(at, &packet.head, &packet.wire)
                .and_then(|()| capture.save())
        {
            self.failure.get_or_insert(SinkError::new(path, error));
        }
    }

    /// Adds a comment to the capture.
    pub(super) fn comment(&mut self, text: &str) {
        if let Some((_, capture)) = &mut self.capture {
            capture.comment(text);
        }
    }

    /// Writes out what waits; tells what could not be written since the start.
    pub(super) fn flush(&mut self) -> Result<(), SinkError> {
        for (path, file) in &mut self.transcripts {
            if let Err(error) = file.flush() {
                self.failure.get_or_insert(SinkError::new(path, error));
            }
        }
        if let Some((path, capture)) = &mut self.capture
            && let Err(error) = capture.finish()
        {
            self.failure.get_or_insert(SinkError::new(path, error));
        }
        self.failure.take().map_or(Ok(()), Err)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that writes reports"
)]
fn create(path: &Path) -> Result<Buffered, SinkError> {
    let file = File::create(path).map_err(|error| SinkError::new(path, error))?;
    Ok(BufWriter::new(file))
}
