//! How fast power cuts are swept and small frames are read.

use fixtures::scenario::{parse, shipped_text};
use fixtures::sweep::{Bed, Settings, Tears};
use protocol_spec::ayla;
use protocol_spec::rig::frame::{Deframer, FRAME_BYTES_MAX, Fed, decode_to_host, encode_to_host};
use protocol_spec::rig::message::{Data, ToHost};

use super::error::BenchError;
use super::figure::Figure;
use super::figures;
use super::process::peak_of;
use super::watch::{Watch, median};
use crate::cli::output::Output;
use crate::sweep::power::bed;

/// Measure how fast power cuts are swept, on one core, and how fast small frames are read.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// All pairs of cuts too, on all cores, and the memory that takes: several minutes.
    #[arg(long)]
    long: bool,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

/// An update of 64 KB in two slots.
const TWO_SLOT: &str = "rig-nrf52840";
/// A patch of 300 KB in place.
const IN_PLACE: &str = "rig-patch-300k";
/// Frames of one round.
const FRAMES: u32 = 1_000_000;
const ROUNDS: usize = 5;
/// Memory that all pairs of cuts may take, megabytes.
const MEMORY_MB_MAX: f64 = 1024.0;
/// Bytes of a small data frame.
const SMALL: [u8; 8] = [0x5a; 8];

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("bench sweep", self.json);
        figures(&output, |show| measure(self.long, show))
    }
}

fn measure(long: bool, show: &mut dyn FnMut(Figure)) -> Result<(), BenchError> {
    let (two_slot, in_place) = (subject(TWO_SLOT)?, subject(IN_PLACE)?);
    let unit = "runs/s";
    let speed = rate(&two_slot)?;
    show(Figure::rate(
        "cuts of 64 KB in two slots, one core",
        speed,
        5_000.0,
        unit,
    ));
    let speed = rate(&in_place)?;
    show(Figure::rate(
        "cuts of a 300 KB patch in place, one core",
        speed,
        1_000.0,
        unit,
    ));
    let unit = "frames/s";
    show(Figure::rate(
        "small rig frames, made and read",
        rounds(rig_frames),
        2e6,
        unit,
    ));
    show(Figure::rate(
        "small ayla frames, made and read",
        rounds(ayla_frames),
        2e6,
        unit,
    ));
    if long {
        let pairs = minutes(&two_slot)?;
        show(Figure::new(
            "all pairs of cuts of 64 KB in two slots",
            pairs,
            1.0,
            "min",
        ));
        let pairs = minutes(&in_place)?;
        show(Figure::new(
            "all pairs of cuts of a 300 KB patch",
            pairs,
            10.0,
            "min",
        ));
        let most = peak_of(std::process::id());
        show(Figure::new(
            "memory of all pairs of cuts, peak",
            most.ok_or_else(|| failed("the system does not say how much".to_owned()))?,
            MEMORY_MB_MAX,
            "MB",
        ));
    }
    Ok(())
}

fn failed(detail: String) -> BenchError {
    BenchError::Failed {
        what: "sweep",
        detail,
    }
}

fn subject(name: &str) -> Result<Bed, BenchError> {
    let text = shipped_text(name).ok_or_else(|| failed(format!("no scenario is called {name}")))?;
    let scenario = parse(text).map_err(|error| failed(error.message))?;
    bed(&scenario).map_err(|error| failed(error.to_string()))
}

/// Executed runs in a second on one core, one cut each, in all shapes: the median of three.
fn rate(bed: &Bed) -> Result<f64, BenchError> {
    let rates = (0..3).map(|_| {
        let (executed, seconds) = timed(bed, 1, Some(1))?;
        Ok(executed / seconds)
    });
    Ok(median(rates.collect::<Result<_, BenchError>>()?))
}

fn minutes(bed: &Bed) -> Result<f64, BenchError> {
    Ok(timed(bed, 2, None)?.1 / 60.0)
}

/// Executed runs of a sweep, and its seconds.
fn timed(bed: &Bed, depth: u32, threads: Option<usize>) -> Result<(f64, f64), BenchError> {
    let settings = Settings {
        depth,
        tears: Tears::All,
        memo: true,
        threads,
    };
    let watch = Watch::start();
    let report = bed.sweep(settings, &mut |_| ()).map_err(failed)?;
    let seconds = watch.milliseconds() / 1000.0;
    match report.bricks {
        0 => Ok((report.executed as f64, seconds)),
        bricks => Err(failed(format!("{bricks} runs do not end in the new image"))),
    }
}

/// Frames in a second: the median of several rounds.
fn rounds(mut round: impl FnMut() -> u32) -> f64 {
    let rates = (0..ROUNDS).map(|_| {
        let watch = Watch::start();
        let frames = round();
        f64::from(frames) / watch.milliseconds() * 1000.0
    });
    median(rates.collect())
}

/// Makes, splits off and reads frames; returns how many were read.
fn rig_frames() -> u32 {
    let mut deframer = Deframer::new(vec![0; FRAME_BYTES_MAX]);
    let mut wire = vec![0; FRAME_BYTES_MAX];
    let mut read = 0;
    for offset in 0..FRAMES {
        let data = Data {
            transfer: 1,
            offset,
            bytes: &SMALL,
        };
        let len = encode_to_host(&ToHost::Data(data), &mut wire).unwrap_or(0);
        let (fed, _) = deframer.feed(&wire[..len]);
        if let Fed::Packet(packet) = fed
            && matches!(decode_to_host(packet), Ok(ToHost::Data(data)) if data.offset == offset)
        {
            read += 1;
        }
    }
    read
}

fn ayla_frames() -> u32 {
    let mut deframer = ayla::frame::Deframer::new();
    let mut wire = vec![0; ayla::frame::STUFFED_BYTES_MAX];
    let mut read = 0;
    for number in 0..FRAMES {
        let [seq, ..] = number.to_le_bytes();
        let frame = ayla::frame::Frame {
            kind: ayla::frame::FrameType::DATA,
            seq,
            payload: &SMALL,
        };
        let len = frame.encode(&mut wire).unwrap_or(0);
        let mut rest = &wire[..len];
        while !rest.is_empty() {
            let (fed, after) = deframer.feed(rest);
            if matches!(fed, ayla::frame::Fed::Frame(frame) if frame.seq == seq) {
                read += 1;
            }
            rest = after;
        }
    }
    read
}
