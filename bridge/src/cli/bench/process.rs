//! Processes that the bench starts and watches.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::error::{BenchError, io_error};

/// This program.
pub(super) fn otarig() -> Result<PathBuf, BenchError> {
    std::env::current_exe().map_err(io_error("own path"))
}

/// An update over `port`, to be started.
pub(super) fn update(port: &str, image: &Path) -> Command {
    let mut command = Command::new(otarig().unwrap_or_else(|_| PathBuf::from("otarig")));
    command.args([
        "update",
        "--dialect",
        "rig",
        "--version",
        "9.9",
        "--port",
        port,
        "--image",
    ]);
    command
        .arg(image)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The most memory that a process has had, megabytes, as Linux tells it.
#[expect(
    clippy::disallowed_methods,
    reason = "the bench reads what the system knows"
)]
pub(super) fn peak_of(pid: u32) -> Option<f64> {
    let mut text = String::new();
    File::open(format!("/proc/{pid}/status"))
        .ok()?
        .read_to_string(&mut text)
        .ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// A process that ends with this value.
pub(super) struct Running(pub(super) Child);

impl Running {
    /// The pty of an `otarig host --json`.
    #[expect(clippy::disallowed_methods, reason = "the bench reads other processes")]
    pub(super) fn port(&mut self) -> Result<String, BenchError> {
        let failed = || BenchError::Failed {
            what: "host",
            detail: "it named no port".to_owned(),
        };
        let out = self.0.stdout.take().ok_or_else(failed)?;
        let mut lines = BufReader::new(out).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            (line["event"] == "port").then(|| line["path"].as_str().map(str::to_owned))?
        });
        // The host must never wait for somebody to read what it says.
        std::thread::spawn(move || lines.for_each(drop));
        port.ok_or_else(failed)
    }

    pub(super) fn stop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
