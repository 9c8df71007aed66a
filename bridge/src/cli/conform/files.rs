//! Files of `otarig conform`: claims, scripts, results and accepted transcripts.

use std::cell::Cell;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fixtures::script::{Claims, SCRIPT_BYTES_MAX, Script, ScriptError, parse};

use serde_json::json;

use super::super::output::Output;
use crate::conform::snapshot::{SNAPSHOT_BYTES_MAX, differences, snapshot_text};
use crate::conform::{Outcome, ScriptResult};
use crate::text::add_field;
use crate::trouble::Trouble;
use crate::verdict::Class;

/// Ending of an accepted transcript.
const KEPT: &str = "txt";
/// Ending of one that waits to be reviewed.
const WAITING: &str = "txt.new";

/// A file that results are written to; it is made before anything is said on a line.
#[derive(Debug)]
pub(super) struct NewFile {
    path: PathBuf,
    file: File,
}

/// A folder of accepted transcripts.
#[derive(Debug)]
pub(super) struct Snapshots {
    dir: PathBuf,
    accept: bool,
    /// Transcripts that were put in the place of accepted ones, or beside them for the first time.
    written: Cell<usize>,
}

impl NewFile {
    #[expect(clippy::disallowed_methods, reason = "a driver file of the command")]
    pub(super) fn create(path: &Path) -> Result<Self, Trouble> {
        let file = File::create(path).map_err(|error| cannot("written", path, &error))?;
        let path = path.to_owned();
        Ok(Self { path, file })
    }

    pub(super) fn write(mut self, text: &str) -> Result<(), Trouble> {
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|error| cannot("written", &self.path, &error))
    }
}

/// Reads a capability file.
pub(super) fn read_claims(path: &Path) -> Result<Claims, Trouble> {
    let text = read_text(path, SCRIPT_BYTES_MAX as u64)?;
    Claims::parse(&text).map_err(|error| wrong("The capability file", path, &error))
}

/// Reads a file of scripts.
pub(super) fn read_scripts(path: &Path) -> Result<Vec<Arc<Script>>, Trouble> {
    let text = read_text(path, SCRIPT_BYTES_MAX as u64)?;
    let scripts = parse(&text).map_err(|error| wrong("The script file", path, &error))?;
    Ok(scripts.into_iter().map(Arc::new).collect())
}

/// A shipped file that cannot be read.
pub(super) fn shipped_wrong(name: &str, error: &ScriptError) -> Trouble {
    wrong("The shipped script file", Path::new(name), error)
}

impl Snapshots {
    /// A folder; it is made when it is not there.
    #[expect(clippy::disallowed_methods, reason = "a driver file of the command")]
    pub(super) fn open(dir: &Path, accept: bool) -> Result<Self, Trouble> {
        std::fs::create_dir_all(dir).map_err(|error| cannot("made", dir, &error))?;
        Ok(Self {
            dir: dir.to_owned(),
            accept,
            written: Cell::new(0),
        })
    }

    /// Says what was accepted.
    pub(super) fn tell(&self, output: &Output) {
        if !self.accept {
            return;
        }
        let (dir, written) = (self.dir.display().to_string(), self.written.get());
        output.json(|| json!({ "event": "accepted", "dir": dir, "written": written }));
        let text = format!("{written} transcripts are new or others now, in {dir}");
        let mut line = String::new();
        add_field(&mut line, "accepted", 10, &text);
        output.text(&line);
    }

    /// Compares the transcript of a script that passed; one that differs fails it and waits for a
    /// review.
    pub(super) fn compare(
        &self,
        result: &mut ScriptResult,
        script: &Script,
    ) -> Result<(), Trouble> {
        if result.outcome.class == Class::Pass
            && let Some(what) = self.difference(result, script)?
        {
            result.outcome = Outcome::new(Class::HostFailed, 0, what);
        }
        Ok(())
    }

    fn difference(
        &self,
        result: &ScriptResult,
        script: &Script,
    ) -> Result<Option<String>, Trouble> {
        let text = snapshot_text(&result.name, &result.transcript);
        let kept = self.dir.join(format!("{}.{KEPT}", result.name));
        let waiting = self.dir.join(format!("{}.{WAITING}", result.name));
        let accepted = if is_file(&kept) {
            Some(read_text(&kept, SNAPSHOT_BYTES_MAX)?)
        } else {
            None
        };
        let found = accepted
            .as_ref()
            .map(|accepted| differences(accepted, &text, &script.volatile));
        let what = match &found {
            Some(found) => found.first().map(|first| {
                let places = found.len();
                format!("the transcript differs from the accepted one, {places} times: {first}")
            }),
            None => Some("no transcript of it was accepted".to_owned()),
        };
        if what.is_none() {
            remove(&waiting)?;
            return Ok(None);
        }
        if self.accept {
            write(&kept, &text)?;
            self.written.set(self.written.get() + 1);
            remove(&waiting)?;
            return Ok(None);
        }
        write(&waiting, &text)?;
        Ok(what)
    }
}

/// The transcripts in a folder that wait for a review: name, accepted one, new one.
pub(super) fn waiting(dir: &Path) -> Result<Vec<(String, PathBuf, PathBuf)>, Trouble> {
    let failed = |error: std::io::Error| cannot("read", dir, &error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some(name) = name.strip_suffix(&format!(".{WAITING}")) {
            let kept = dir.join(format!("{name}.{KEPT}"));
            found.push((name.to_owned(), kept, path.clone()));
        }
    }
    found.sort();
    Ok(found)
}

/// The text of a snapshot; nothing when there is none.
pub(super) fn read_snapshot(path: &Path) -> Result<String, Trouble> {
    if is_file(path) {
        read_text(path, SNAPSHOT_BYTES_MAX)
    } else {
        Ok(String::new())
    }
}

/// Puts a new transcript in the place of the accepted one.
#[expect(clippy::disallowed_methods, reason = "a driver file of the command")]
pub(super) fn accept(kept: &Path, new: &Path) -> Result<(), Trouble> {
    std::fs::rename(new, kept).map_err(|error| cannot("replaced", kept, &error))
}

/// Removes a file, if it is there.
#[expect(clippy::disallowed_methods, reason = "a driver file of the command")]
pub(super) fn remove(path: &Path) -> Result<(), Trouble> {
    if !is_file(path) {
        return Ok(());
    }
    std::fs::remove_file(path).map_err(|error| cannot("removed", path, &error))
}

#[expect(clippy::disallowed_methods, reason = "a driver file of the command")]
fn is_file(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|data| data.is_file())
}

#[expect(clippy::disallowed_methods, reason = "a driver file of the command")]
fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    std::fs::write(path, text).map_err(|error| cannot("written", path, &error))
}

/// Reads a text file of at most `max` bytes.
#[expect(clippy::disallowed_methods, reason = "a driver file of the command")]
pub(super) fn read_text(path: &Path, max: u64) -> Result<String, Trouble> {
    let failed = |error: std::io::Error| cannot("read", path, &error);
    let data = std::fs::metadata(path).map_err(failed)?;
    if !data.is_file() || data.len() > max {
        let what = format!("{}: no file of at most {max} bytes", path.display());
        return Err(not_text(what));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(max).read_to_end(&mut bytes).map_err(failed)?;
    String::from_utf8(bytes).map_err(|_| not_text(format!("{}: not UTF-8 text", path.display())))
}

fn cannot(done: &str, path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::new(
        &format!("A file cannot be {done}"),
        format!("{}: {error}", path.display()),
        "the file system refuses it",
        "name another file, or give yourself the right",
    )
}

fn not_text(what: String) -> Trouble {
    Trouble::new(
        "A file cannot be used",
        what,
        "claims, scripts and transcripts are short texts",
        "name the right file",
    )
}

fn wrong(what: &str, path: &Path, error: &ScriptError) -> Trouble {
    let ScriptError {
        line,
        column,
        message,
    } = error;
    Trouble::new(
        &format!("{what} cannot be read"),
        format!("{}:{line}:{column}: {message}", path.display()),
        "unknown words and values out of range are refused, so that no typing error passes unseen",
        "correct that line; protocol-spec/SCRIPTS.md describes the format",
    )
}
