//! How fast the wire view draws millions of frames, and how much memory it takes.
//!
//! `cargo bench -p rig-gui --bench frames [-- --frames N]` makes a capture, opens it, scrolls and
//! filters, and prints each figure with its bound; it ends with 1 when a bound is not kept. A frame
//! is what the processor does for one picture at 1600x1000: taking news, drawing, tessellating.

#![expect(clippy::print_stdout, reason = "figures are its output")]

use std::error::Error;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bridge::capture::Writer;
use bridge::event::{Direction, Event, FrameRecord, Stamped};
use bridge::job::DialectKind;
use egui::{Context, Pos2, RawInput, Rect, vec2};
use protocol_spec::rig::frame::{FRAME_BYTES_MAX, encode_to_host, encode_to_module};
use protocol_spec::rig::message::{Ack, Data, SackRange, ToHost, ToModule};
use protocol_spec::tick::Tick;
use rig_gui::theme;
use rig_gui::views::wire_ui::wire_ui;
use rig_gui::wire::view::ROW_PARTS;
use rig_gui::wire::{Source, WireCommand, WireView};

/// Frames of the capture, unless told otherwise.
const FRAMES: u64 = 5_000_000;
/// Longest frame that 99 of 100 must keep to.
const P99_MAX: Duration = Duration::from_millis(16);
/// Most memory at any time, kilobytes.
const MEMORY_MAX_KB: u64 = 384 * 1024;
/// Size of the window, points.
const SIZE: [f32; 2] = [1600.0, 1000.0];
/// Pictures that are measured while scrolling.
const PICTURES: u32 = 2_000;
/// Bytes of the object in each piece.
const PIECE: u32 = 48;
/// Name of the option by which the program makes the capture in a process of its own.
const MAKE: &str = "--make";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|it| it == name)?;
        arguments.get(at + 1).cloned()
    };
    let frames = match value("--frames") {
        Some(text) => text.parse()?,
        None => FRAMES,
    };
    if let Some(path) = value(MAKE) {
        make(Path::new(&path), frames)?;
        return Ok(ExitCode::SUCCESS);
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("frames.pcapng");
    let made = Command::new(std::env::current_exe()?)
        .args([MAKE, &path.display().to_string()])
        .args(["--frames", &frames.to_string()])
        .status()?;
    if !made.success() {
        return Err("the capture was not made".into());
    }
    measure(path, frames)
}

/// Writes a capture of `frames` frames: pieces of an object and their acknowledgements in turn.
fn make(path: &Path, frames: u64) -> Result<(), Box<dyn Error>> {
    let out = BufWriter::with_capacity(1 << 20, create(path)?);
    let mut writer = Writer::new(out, Duration::ZERO)?;
    let mut wire = vec![0; FRAME_BYTES_MAX];
    let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(PIECE.try_into()?).collect();
    for number in 0..frames {
        let offset = u32::try_from(number / 2 * u64::from(PIECE) % u64::from(u32::MAX))?;
        let at = Tick::from_micros(number * 700);
        let (direction, len) = if number.is_multiple_of(2) {
            let data = Data {
                transfer: 1,
                offset,
                bytes: &bytes,
            };
            (
                Direction::ToHost,
                encode_to_host(&ToHost::Data(data), &mut wire),
            )
        } else {
            let next = offset.saturating_add(PIECE);
            let ack = Ack {
                transfer: 1,
                next,
                limit: next.saturating_add(4096),
                stored: offset,
                busy_ms: 0,
                sack: [SackRange::default(); 4],
            };
            let ack = ToModule::Ack(ack);
            (Direction::ToModule, encode_to_module(&ack, &mut wire))
        };
        let len = len.map_err(|error| error.to_string())?;
        let frame = FrameRecord {
            direction,
            dialect: DialectKind::Rig,
            summary: String::new(),
            bytes: wire.get(..len).unwrap_or_default().to_vec(),
            first_byte: at,
            last_byte: at,
            piece: None,
        };
        let event = Event::Frame(frame);
        writer.event(&Stamped { at, event })?;
    }
    writer.finish()?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the capture has a given name")]
fn create(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::File::create(path)
}

/// The panel without a window.
struct Stand {
    ctx: Context,
    view: WireView,
    source: Source,
    pictures: Vec<Duration>,
    time: f64,
}

impl Stand {
    fn new() -> Self {
        let ctx = Context::default();
        theme::install(&ctx);
        Self {
            ctx,
            view: WireView::default(),
            source: Source::new(Arc::new(|| {})),
            pictures: Vec::new(),
            time: 0.0,
        }
    }

    /// Draws one picture and takes its time.
    #[expect(clippy::disallowed_methods, reason = "this is the stopwatch")]
    fn picture(&mut self) {
        let began = Instant::now();
        self.source.pump(&mut self.view);
        self.time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(SIZE[0], SIZE[1]))),
            time: Some(self.time),
            ..RawInput::default()
        };
        let mut commands = Vec::new();
        let output = self
            .ctx
            .run_ui(input, |ui| commands = wire_ui(ui, &self.view));
        let shapes = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        self.pictures.push(began.elapsed());
        drop(shapes);
        for command in commands {
            self.source.apply(&mut self.view, command);
        }
    }

    /// The figures of the pictures since the last call; whether they keep the bound.
    fn report(&mut self, name: &str) -> bool {
        let mut times = std::mem::take(&mut self.pictures);
        times.sort_unstable();
        let at = |part: usize| {
            times
                .get(times.len() * part / 100)
                .copied()
                .unwrap_or_default()
        };
        let (median, p99) = (at(50), at(99));
        let most = times.last().copied().unwrap_or_default();
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!(
            "{name:<24} {:>6} pictures  median {:>6.2} ms  p99 {:>6.2} ms  most {:>6.2} ms  bound {} ms",
            times.len(),
            ms(median),
            ms(p99),
            ms(most),
            P99_MAX.as_millis(),
        );
        p99 <= P99_MAX
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the stopwatch")]
fn measure(path: PathBuf, frames: u64) -> Result<ExitCode, Box<dyn Error>> {
    let mut stand = Stand::new();
    let began = Instant::now();
    stand.source.apply(&mut stand.view, WireCommand::Open(path));
    let mut good = true;
    while stand.view.opening.is_some() || stand.view.progress.fraction().is_some() {
        stand.picture();
        let top = stand.view.top_max();
        stand
            .source
            .apply(&mut stand.view, WireCommand::Scroll(top));
    }
    let loaded = u64::try_from(stand.view.entries.len())?;
    println!(
        "{loaded} frames loaded in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    if loaded != frames.min(8_000_000) {
        return Err("not every frame was loaded".into());
    }
    good &= stand.report("while loading");

    for number in 0..PICTURES {
        scroll(&mut stand, number);
        stand.picture();
    }
    good &= stand.report("scrolling");

    let began = Instant::now();
    let text = WireCommand::SetText("offset=1234".to_owned());
    stand.source.apply(&mut stand.view, text);
    let mut number = 0;
    while !stand.view.is_sifted() {
        scroll(&mut stand, number);
        stand.picture();
        number += 1;
    }
    let found = stand.view.count_text();
    println!("{found} found in {:.1} s", began.elapsed().as_secs_f64());
    good &= stand.report("while a text is sought");

    stand
        .source
        .apply(&mut stand.view, WireCommand::ClearFilter);
    for number in 0..PICTURES / 4 {
        if number.is_multiple_of(10) {
            let to = [None, Some(Direction::ToHost), Some(Direction::ToModule)];
            let at = usize::try_from(number / 10)? % to.len();
            let way = WireCommand::SetDirection(to.get(at).copied().flatten());
            stand.source.apply(&mut stand.view, way);
        }
        scroll(&mut stand, number);
        stand.picture();
    }
    good &= stand.report("filters in turn");
    good &= memory();
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Moves as a hand does: some rows at a time, and now and then far away.
fn scroll(stand: &mut Stand, number: u32) {
    let (top, whole) = (stand.view.top(), stand.view.top_max());
    let to = if number % 50 == 49 {
        // Anywhere: a prime number of parts away.
        (top + 982_451_653) % whole.max(1)
    } else {
        top + ROW_PARTS * u64::from(number % 7) + 37
    };
    stand.source.apply(&mut stand.view, WireCommand::Scroll(to));
    if number.is_multiple_of(20) {
        stand.source.apply(&mut stand.view, WireCommand::Step(1));
    }
}

/// The most memory so far; whether it keeps the bound.
#[expect(clippy::disallowed_methods, reason = "the system tells it in a file")]
fn memory() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    match kilobytes {
        Some(most) => {
            println!(
                "memory at most {} MB, bound {} MB",
                most / 1024,
                MEMORY_MAX_KB / 1024
            );
            most <= MEMORY_MAX_KB
        }
        None => {
            println!("memory: this system does not tell it");
            true
        }
    }
}
