//! What several test binaries share: the otarig binary, built once, and processes that run it.

#![expect(
    clippy::disallowed_methods,
    reason = "tests of whole programs start them and wait"
)]

pub mod captures;
pub mod decoder;
pub mod image_server;
pub mod parsers;

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longest wait for anything that must happen; no test depends on how long it really takes.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Path of the otarig binary; the first call builds it.
pub fn otarig() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| build("bridge", "otarig", &[]))
}

/// Path of the panel's binary; the first call builds it.
pub fn rig_gui() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| build("rig-gui", "rig-gui", &[]))
}

/// Path of the panel's binary as it is released; the first call builds it.
pub fn rig_gui_released() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| build("rig-gui", "rig-gui", &["--release"]))
}

fn build(package: &str, program: &str, options: &[&str]) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // What cargo tells this process of its package: a build script that reads it would run again, here
    // and in the next build outside, and all that depends on it would be built anew.
    let told = std::env::vars_os().map(|(name, _)| name);
    for name in told.filter(|name| is_of_package(name)) {
        command.env_remove(name);
    }
    let out = command
        .args([
            "build",
            "--package",
            package,
            "--bin",
            program,
            "--message-format=json",
        ])
        .args(options)
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo starts");
    assert!(out.status.success(), "{program} does not build");
    json_lines(&out.stdout)
        .iter()
        .filter(|line| line["target"]["name"] == program)
        .find_map(|line| Some(PathBuf::from(line["executable"].as_str()?)))
        .expect("cargo names the binary")
}

fn is_of_package(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["CARGO_PKG_", "CARGO_MANIFEST_"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// A file that lies beside the project and is not part of it, by its path from the project's folder.
///
/// Without it the caller has nothing to check: `None`, and a line `skipped: ...` on standard
/// output, which `tests/run` shows at its end.
pub fn beside(path: &str) -> Option<PathBuf> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if full.is_file() {
        return Some(full);
    }
    let thread = std::thread::current();
    println!(
        "skipped: {}: {path} is not there",
        thread.name().unwrap_or("a test")
    );
    None
}

/// Runs otarig to its end.
pub fn run(args: &[&str]) -> Output {
    Command::new(otarig())
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("otarig starts")
}

/// Standard output of a run, as text.
pub fn stdout(out: &Output) -> String {
    String::from_utf8(out.stdout.clone()).expect("output is UTF-8")
}

/// The objects of JSON lines; a line that is none fails the test.
pub fn json_lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).expect("output is UTF-8");
    text.lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

/// An otarig that runs with `--json` while the test goes on; it is killed at the end of the test.
pub struct Running {
    child: Child,
    lines: Receiver<Value>,
    seen: Vec<Value>,
}

impl Running {
    /// Starts otarig; `--json` is added to `args`.
    pub fn start(args: &[&str]) -> Self {
        let mut command = Command::new(otarig());
        command
            .args(args)
            .arg("--json")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("otarig starts");
        let out = child.stdout.take().expect("stdout is a pipe");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// Waits for a line that fits.
    pub fn wait_for(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if fits(&line) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("no {what} in {PATIENCE:?}: {self}"),
                Err(RecvTimeoutError::Disconnected) => panic!("no {what}, otarig ended: {self}"),
            }
        }
    }

    /// Waits for an event of this name.
    pub fn wait_event(&mut self, name: &str) -> Value {
        self.wait_for(name, |line| line["event"] == name)
    }

    /// Waits for the end; returns the exit code and the last line.
    pub fn end(mut self) -> (i32, Value) {
        let verdict = self.wait_event("verdict");
        let code = self.child.wait().expect("otarig is waited for").code();
        (code.expect("otarig ends by itself"), verdict)
    }

    /// Kills the process as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("otarig can be killed");
        self.child.wait().expect("otarig is waited for");
    }

    /// Sends what Ctrl-C sends.
    pub fn interrupt(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-INT", &id])
            .status()
            .expect("kill starts");
        assert!(sent.success(), "the signal was not sent");
    }
}

impl std::fmt::Display for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let last = self.seen.len().saturating_sub(10);
        self.seen[last..]
            .iter()
            .try_for_each(|line| write!(f, "\n{line}"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
