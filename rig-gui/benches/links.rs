//! What an open panel costs sixteen links that run at once.
//!
//! `cargo bench -p rig-gui --bench links [-- --rounds N]` updates sixteen emulated hosts, which live in
//! a process of their own behind sixteen pseudo-terminals at 921600 bit/s, from the wall; in turn with
//! nothing drawn, and with a picture of 1600x1000 drawn and tessellated sixty times a second. It prints
//! the rate of both and the loss with its bound, and ends with 1 when the bound is not kept.

#![expect(clippy::print_stdout, reason = "figures are its output")]

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bridge::drive::{HostOptions, drive_host, stop_pair};
use bridge::event::Phase;
use bridge::host_line::HostLine;
use bridge::job::DialectKind;
use bridge::link::PtyMaster;
use bridge::link::wire::LineModel;
use egui::{Context, Pos2, RawInput, Rect, vec2};
use fixtures::board::board;
use fixtures::image::{Format, ImageSpec, make};
use fixtures::rng::Seed;
use fixtures::scenario::Dialect;
use fixtures::{HostSetup, build_host};
use protocol_spec::text::Version;
use rig_gui::screen::Screen;
use rig_gui::setup::SetupCommand;
use rig_gui::wall::{SlotStage, WallCommand};
use rig_gui::{App, Command as Wish, theme};

/// Links at once.
const LINKS: usize = 16;
/// Most of their rate that an open panel may cost.
const LOSS_MAX: f64 = 0.005;
/// Bytes of the image: some seconds of the line.
const IMAGE_BYTES: u32 = 600_000;
/// A part whose flash is faster than the line, so that the line is what is measured.
const BOARD: &str = "nor128m";
/// Rounds, each without a panel and with one, unless told otherwise.
const ROUNDS: usize = 5;
/// Size of the window, points.
const SIZE: [f32; 2] = [1600.0, 1000.0];
/// Time between two pictures.
const PICTURE_EVERY: Duration = Duration::from_micros(16_667);
/// A round takes no longer than that.
const ROUND_MAX: Duration = Duration::from_secs(120);
/// Name of the option by which the program is the hosts, in a process of its own.
const HOSTS: &str = "--hosts";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|it| it == HOSTS) {
        return be_hosts().map(|()| ExitCode::SUCCESS);
    }
    let at = arguments.iter().position(|it| it == "--rounds");
    let rounds = match at.and_then(|at| arguments.get(at + 1)) {
        Some(text) => text.parse()?,
        None => ROUNDS,
    };
    let folder = tempfile::tempdir()?;
    let image = folder.path().join("new.bin");
    write_image(&image)?;
    let mut losses = Vec::new();
    for _ in 0..rounds {
        let closed = round(&image, false)?;
        let open = round(&image, true)?;
        let loss = 1.0 - open / closed;
        println!(
            "{LINKS} links: {closed:.0} B/s each without a panel, {open:.0} with it, loss {loss:.4}"
        );
        losses.push(loss);
    }
    losses.sort_by(f64::total_cmp);
    let median = losses.get(losses.len() / 2).copied().unwrap_or(1.0);
    println!("median loss {median:.4}, bound {LOSS_MAX}");
    Ok(if median <= LOSS_MAX {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[expect(clippy::disallowed_methods, reason = "the image has a given name")]
fn write_image(path: &Path) -> Result<(), Box<dyn Error>> {
    let spec = ImageSpec {
        format: Format::Raw,
        size: IMAGE_BYTES,
        version: Version::from_bytes(b"1.0.0").ok_or("a version")?,
        seed: 1,
    };
    Ok(std::fs::write(path, make(&spec)?)?)
}

/// Sixteen hosts on sixteen pseudo-terminals, until the process is ended.
#[expect(clippy::disallowed_methods, reason = "a host has a thread of its own")]
fn be_hosts() -> Result<(), Box<dyn Error>> {
    let threads: Vec<_> = (0..LINKS)
        .map(|number| thread::spawn(move || be_host(number).map_err(|error| error.to_string())))
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a host's thread ended")??;
    }
    Ok(())
}

fn be_host(number: usize) -> Result<(), Box<dyn Error>> {
    let board = board(BOARD).ok_or("no such board")?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let pty = PtyMaster::open()?;
        println!("{}", pty.path().display());
        let host = HostSetup::new(board, Dialect::Rig);
        let host = build_host(host, Seed(u64::try_from(number)?).split("host"))?;
        let model = LineModel::at(DialectKind::Rig.default_line().rate());
        let line = HostLine::new(host, model, model);
        let (_stopper, stop) = stop_pair();
        let options = HostOptions::default();
        drive_host(line, Box::new(pty), &options, |_, _| {}, stop)
            .await
            .map_err(|failure| format!("{failure:?}"))?;
        Ok(())
    })
}

/// The process of the hosts; it ends with this value.
struct Hosts {
    child: Child,
    ports: Vec<String>,
}

impl Hosts {
    fn start() -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(HOSTS)
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or("its output")?;
        let lines = BufReader::new(out).lines().take(LINKS);
        let ports = lines.collect::<Result<_, _>>()?;
        Ok(Self { child, ports })
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Updates all hosts once; the mean rate of their streams, bytes a second.
#[expect(clippy::disallowed_methods, reason = "this is the stopwatch")]
fn round(image: &Path, drawn: bool) -> Result<f64, Box<dyn Error>> {
    let hosts = Hosts::start()?;
    let mut app = App::new(1.0, Arc::new(|| {}));
    app.apply(SetupCommand::Path(image.display().to_string()).into());
    app.apply(Wish::Show(Screen::Wall));
    app.apply(Wish::Wall(WallCommand::SetCount(LINKS)));
    for (index, port) in hosts.ports.iter().enumerate() {
        app.apply(Wish::Wall(WallCommand::SetPort(index, port.clone())));
        app.apply(Wish::Wall(WallCommand::Type(index, format!("U{index}"))));
        app.apply(Wish::Wall(WallCommand::Scan(index)));
    }
    app.apply(Wish::Wall(WallCommand::StartAll));
    let ctx = Context::default();
    theme::install(&ctx);
    let began = Instant::now();
    let mut next = began;
    while app.model().wall.running().next().is_some() {
        if began.elapsed() > ROUND_MAX {
            return Err("a round does not end".into());
        }
        app.pump();
        if drawn {
            let input = RawInput {
                screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(SIZE[0], SIZE[1]))),
                time: Some(began.elapsed().as_secs_f64()),
                ..RawInput::default()
            };
            let output = ctx.run_ui(input, |ui| app.panel_ui(ui));
            drop(ctx.tessellate(output.shapes, output.pixels_per_point));
        }
        next += PICTURE_EVERY;
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    rate(&app)
}

/// The mean rate of all slots.
fn rate(app: &App) -> Result<f64, Box<dyn Error>> {
    let mut sum = 0.0;
    for slot in app.model().wall.slots() {
        let verdict = slot
            .run
            .verdict
            .as_deref()
            .ok_or("a slot without a verdict")?;
        if slot.stage() != SlotStage::Ended || !verdict.passed() {
            return Err(format!("{}: {}", slot.unit, verdict.headline).into());
        }
        let stream = slot
            .run
            .phases
            .iter()
            .find(|row| row.phase == Phase::Stream);
        let spent = stream.map_or(Duration::ZERO, |row| row.spent);
        sum += f64::from(IMAGE_BYTES) / spent.as_secs_f64();
    }
    Ok(sum / f64::from(u32::try_from(LINKS)?))
}
