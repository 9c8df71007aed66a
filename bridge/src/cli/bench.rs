//! `otarig bench`: the figures of this program on this machine, each with its bound.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fixtures::scenario::parse;
use serde_json::{Value, json};

use super::output::Output;
use crate::bench;
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// Measure this program and print each figure beside its bound; a figure that is over its bound
/// ends in exit code 1.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

/// 320 KB in the rig dialect.
const SCENARIO: &str = r#"
version = 1
title = "320 KB in the rig dialect"
board = "stm32f405"
dialect = "rig"
image = { size = 327680, version = "1.1.0" }
expect = { class = "pass" }
"#;
const SMALL_BYTES: u64 = 64 << 10;
const LARGE_BYTES: u64 = 48 << 20;
const ROUNDS: usize = 21;
/// The exit code when a figure is over its bound.
const OVER_EXIT_CODE: u8 = 1;
/// Longest wait for a process that this command started.
const PROCESS_TIME_MAX: Duration = Duration::from_secs(300);

/// A figure that could not be measured.
#[derive(Debug, thiserror::Error)]
enum BenchError {
    #[error("{what}: {source}")]
    Io {
        what: &'static str,
        source: io::Error,
    },
    #[error("{what}: {detail}")]
    Failed { what: &'static str, detail: String },
}

/// A figure beside its bound.
#[derive(Clone, Copy, Debug)]
struct Figure {
    what: &'static str,
    figure: f64,
    bound: f64,
    unit: &'static str,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("bench", self.json);
        let mut over = 0_usize;
        let measured = measure(&mut |figure| {
            over += usize::from(figure.over());
            output.text(&figure.text());
            output.json(|| figure.json());
        });
        match measured {
            Err(error) => output.trouble(&error),
            Ok(()) if over == 0 => Class::Pass.exit_code(),
            Ok(()) => {
                output.text(&format!("{over} over the bound\n"));
                OVER_EXIT_CODE
            }
        }
    }
}

impl Figure {
    fn over(&self) -> bool {
        self.figure > self.bound
    }

    fn text(&self) -> String {
        let Self {
            what,
            figure,
            bound,
            unit,
        } = self;
        let mark = if self.over() { "  OVER" } else { "" };
        format!("{what:<46} {figure:>7.1} {unit}, at most {bound:.0} {unit}{mark}\n")
    }

    fn json(&self) -> Value {
        json!({
            "event": "figure",
            "what": self.what,
            "figure": self.figure,
            "bound": self.bound,
            "unit": self.unit,
            "over": self.over(),
        })
    }
}

fn measure(show: &mut dyn FnMut(Figure)) -> Result<(), BenchError> {
    let folder = Folder::make()?;
    let mut tell = |what, figure, bound, unit| {
        show(Figure {
            what,
            figure,
            bound,
            unit,
        });
    };
    let update = virtual_update()?;
    tell("virtual 320 KB rig update", update, 100.0, "ms");
    tell("otarig --version beyond true", start_time()?, 10.0, "ms");
    let byte = first_byte(&folder, SMALL_BYTES)?;
    tell("first byte on the line, 64 KB image", byte, 100.0, "ms");
    let byte = first_byte(&folder, LARGE_BYTES)?;
    tell("first byte on the line, 48 MB image", byte, 100.0, "ms");
    let small = memory(&folder, SMALL_BYTES)?;
    tell("memory of update, 64 KB image", small, 32.0, "MB");
    let more = memory(&folder, LARGE_BYTES)? - small;
    tell(
        "memory of update, 48 MB image, beyond that",
        more,
        8.0,
        "MB",
    );
    Ok(())
}

fn virtual_update() -> Result<f64, BenchError> {
    let failed = |detail: String| BenchError::Failed {
        what: "virtual update",
        detail,
    };
    let scenario = parse(SCENARIO).map_err(|error| failed(error.message))?;
    let mut times = Vec::new();
    for _ in 0..5 {
        let watch = Watch::start();
        let end = bench::run_with(&scenario, None, &mut |_| ());
        times.push(watch.milliseconds());
        if !end.verdict.passed() {
            return Err(failed(end.verdict.headline));
        }
    }
    Ok(median(times))
}

fn start_time() -> Result<f64, BenchError> {
    let own = otarig()?;
    let run = |program: &Path, args: &[&str]| {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let watch = Watch::start();
            let mut command = Command::new(program);
            command
                .args(args)
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command.status().map_err(|source| BenchError::Io {
                what: "start",
                source,
            })?;
            times.push(watch.milliseconds());
        }
        Ok(median(times))
    };
    Ok(run(&own, &["--version"])? - run(Path::new("true"), &[])?)
}

/// From the start of an update to its first byte on the line, milliseconds.
/// Median time from the start of an update to its first byte on the line, milliseconds.
fn first_byte(folder: &Folder, bytes: u64) -> Result<f64, BenchError> {
    let image = folder.image(bytes)?;
    let times: Result<Vec<f64>, _> = (0..5).map(|_| first_byte_once(&image)).collect();
    times.map(median)
}

fn first_byte_once(image: &Path) -> Result<f64, BenchError> {
    let what = "first byte";
    let failed = |detail: String| BenchError::Failed { what, detail };
    let waited = super::runtime::block_on(async {
        use tokio::io::AsyncReadExt as _;
        let mut pty = crate::link::PtyMaster::open().map_err(|error| failed(error.to_string()))?;
        let port = pty.path().display().to_string();
        let watch = Watch::start();
        let mut child = Running(update(&port, image).spawn().map_err(io_error(what))?);
        let read = tokio::time::timeout(PROCESS_TIME_MAX, pty.read_u8()).await;
        let time = watch.milliseconds();
        child.stop();
        match read {
            Ok(Ok(_)) => Ok(time),
            _ => Err(failed("no byte came".to_owned())),
        }
    });
    waited.map_err(|error| failed(error.to_string()))?
}

/// Peak memory of an update, megabytes.
fn memory(folder: &Folder, bytes: u64) -> Result<f64, BenchError> {
    let what = "memory";
    let image = folder.image(bytes)?;
    let mut host = Command::new(otarig()?);
    host.args([
        "host",
        "--board",
        "nor128m",
        "--dialect",
        "rig",
        "--time-scale",
        "0",
        "--json",
    ]);
    host.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut host = Running(host.spawn().map_err(io_error(what))?);
    let port = host.port()?;
    let mut child = Running(update(&port, &image).spawn().map_err(io_error(what))?);
    let watch = Watch::start();
    let mut peak = 0.0_f64;
    loop {
        peak = peak.max(peak_of(&child.0).unwrap_or(0.0));
        if let Some(status) = child.0.try_wait().map_err(io_error(what))? {
            host.stop();
            let detail = format!("the update of {bytes} bytes ended with {status}");
            return if status.success() {
                Ok(peak)
            } else {
                Err(BenchError::Failed { what, detail })
            };
        }
        if watch.milliseconds() > PROCESS_TIME_MAX.as_secs_f64() * 1000.0 {
            return Err(BenchError::Failed {
                what,
                detail: "the update did not end".to_owned(),
            });
        }
        pause();
    }
}

fn update(port: &str, image: &Path) -> Command {
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
fn peak_of(child: &Child) -> Option<f64> {
    let mut text = String::new();
    File::open(format!("/proc/{}/status", child.id()))
        .ok()?
        .read_to_string(&mut text)
        .ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

fn otarig() -> Result<PathBuf, BenchError> {
    std::env::current_exe().map_err(io_error("own path"))
}

fn io_error(what: &'static str) -> impl Fn(io::Error) -> BenchError {
    move |source| BenchError::Io { what, source }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(0.0)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the bench waits for other processes"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}

struct Watch(Instant);

impl Watch {
    #[expect(
        clippy::disallowed_methods,
        reason = "the bench measures wall-clock time"
    )]
    fn start() -> Self {
        Self(Instant::now())
    }

    fn milliseconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1000.0
    }
}

/// A process that ends with this value.
struct Running(Child);

impl Running {
    /// The pty of an `otarig host --json`.
    #[expect(clippy::disallowed_methods, reason = "the bench reads other processes")]
    fn port(&mut self) -> Result<String, BenchError> {
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

    fn stop(&mut self) {
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

/// A folder of images that goes away at the end.
struct Folder(PathBuf);

impl Folder {
    #[expect(clippy::disallowed_methods, reason = "the bench writes its own images")]
    fn make() -> Result<Self, BenchError> {
        let path = std::env::temp_dir().join(format!("otarig-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(io_error("folder"))?;
        Ok(Self(path))
    }

    #[expect(clippy::disallowed_methods, reason = "the bench writes its own images")]
    fn image(&self, bytes: u64) -> Result<PathBuf, BenchError> {
        let path = self.0.join(format!("{bytes}.bin"));
        let mut file = File::create(&path).map_err(io_error("image"))?;
        // Its content plays no part; a file of holes would be filled in at its first reading.
        let mut content = io::repeat(0x5a).take(bytes);
        io::copy(&mut content, &mut file).map_err(io_error("image"))?;
        Ok(path)
    }
}

impl Drop for Folder {
    #[expect(
        clippy::disallowed_methods,
        reason = "the bench removes its own images"
    )]
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Describe for BenchError {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "A figure cannot be measured",
            self.to_string(),
            "a part of the measurement did not run to its end",
            "run it by hand to see why",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(figure: f64) -> Figure {
        Figure {
            what: "x",
            figure,
            bound: 10.0,
            unit: "ms",
        }
    }

    #[test]
    fn a_figure_over_its_bound_is_marked() {
        assert!(!figure(10.0).over() && figure(10.1).over());
        assert!(figure(10.1).text().ends_with("OVER\n"));
        assert!(!figure(10.0).text().contains("OVER"));
        assert_eq!(figure(10.1).json()["over"], true);
    }
}
