//! Start time, memory and speed of this program.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use fixtures::scenario::parse;

use super::error::{BenchError, io_error};
use super::figure::Figure;
use super::folder::Folder;
use super::process::{Running, otarig, peak_of, update};
use super::watch::{Watch, median, pause};
use crate::bench;

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
/// Longest wait for a process that this command started.
const PROCESS_TIME_MAX: Duration = Duration::from_secs(300);

/// Measures one figure after the other.
pub(super) fn measure(show: &mut dyn FnMut(Figure)) -> Result<(), BenchError> {
    let folder = Folder::make()?;
    let mut tell = |what, figure, bound, unit| show(Figure::new(what, figure, bound, unit));
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

/// Median time from the start of an update to its first byte on the line, milliseconds.
fn first_byte(folder: &Folder, bytes: u64) -> Result<f64, BenchError> {
    let image = folder.image(bytes)?;
    let times: Result<Vec<f64>, _> = (0..5).map(|_| first_byte_once(&image)).collect();
    times.map(median)
}

fn first_byte_once(image: &Path) -> Result<f64, BenchError> {
    let what = "first byte";
    let failed = |detail: String| BenchError::Failed { what, detail };
    let waited = crate::cli::runtime::block_on(async {
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
        peak = peak.max(peak_of(child.0.id()).unwrap_or(0.0));
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
