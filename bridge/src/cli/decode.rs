//! `otarig decode`: a capture in words.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::output::Output;
use crate::capture::pair::{Answered, Pairing};
use crate::capture::{Item, Kind, Packet, ReadError, Reader};
use crate::dialect::words::{Words, words};
use crate::event::Direction;
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// Print a capture in words: each frame, what it answers, and after how long.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A file that `--capture` wrote.
    file: PathBuf,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

/// A capture that cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
struct DecodeError {
    path: String,
    source: ReadError,
}

/// What a capture holds.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    packets: u64,
    frames: u64,
    stray: u64,
    foreign: u64,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("decode", self.json);
        match decode(&output, &self.file) {
            Ok(counts) => end(&output, counts),
            Err(source) => {
                let path = self.file.display().to_string();
                output.trouble(&DecodeError { path, source })
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the command reads a file")]
fn decode(output: &Output, path: &Path) -> Result<Counts, ReadError> {
    let file = File::open(path).map_err(ReadError::Io)?;
    let mut counts = Counts::default();
    let mut pairing = Pairing::default();
    for item in Reader::new(BufReader::new(file))? {
        let number = counts.packets;
        counts.packets += 1;
        match item? {
            Item::Foreign(why) => {
                counts.foreign += 1;
                output.text(&format!("{number:>8}  passed over: {why}\n"));
                output.json(
                    || json!({ "event": "foreign", "number": number, "why": why.to_string() }),
                );
            }
            Item::Packet(packet) => {
                *match packet.head.kind {
                    Kind::Frame => &mut counts.frames,
                    Kind::Stray => &mut counts.stray,
                } += 1;
                let words = said(&packet);
                let answered = pairing.see(number, packet.head.last_byte, &words);
                output.text(&text(number, &packet, &words, answered));
                output.json(|| line(number, &packet, &words, answered));
            }
        }
    }
    Ok(counts)
}

fn said(packet: &Packet) -> Words {
    match packet.head.kind {
        Kind::Frame => words(packet.head.dialect, packet.head.direction, &packet.wire),
        Kind::Stray => Words::stray(packet.wire.len()),
    }
}

fn text(number: u64, packet: &Packet, words: &Words, answered: Option<Answered>) -> String {
    let way = match packet.head.direction {
        Direction::ToHost => "module -> host",
        Direction::ToModule => "host -> module",
    };
    let (at, summary) = (packet.head.last_byte.to_string(), &words.summary);
    let mut text = format!("{number:>6} {at:>12}  {way}  {summary}\n");
    if let Some(answered) = answered {
        let after = milliseconds(answered.latency);
        text += &format!("{:>37}answers {} after {after} ms\n", "", answered.frame);
    }
    for comment in &packet.comments {
        text += &format!("{:>21}{comment}\n", "");
    }
    text
}

fn milliseconds(span: Duration) -> String {
    format!("{:.3}", span.as_secs_f64() * 1000.0)
}

fn line(number: u64, packet: &Packet, words: &Words, answered: Option<Answered>) -> Value {
    let head = &packet.head;
    json!({
        "event": "packet",
        "number": number,
        "at_ns": u64::try_from(packet.at.as_nanos()).unwrap_or(u64::MAX),
        "first_byte_ns": head.first_byte.as_nanos(),
        "last_byte_ns": head.last_byte.as_nanos(),
        "dialect": head.dialect.to_string(),
        "to": match head.direction {
            Direction::ToHost => "host",
            Direction::ToModule => "module",
        },
        "kind": match head.kind {
            Kind::Frame => "frame",
            Kind::Stray => "stray",
        },
        "type": words.kind,
        "summary": words.summary,
        "bytes": packet.wire.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        "answers": answered.map(|it| it.frame),
        "latency_us": answered.map(|it| u64::try_from(it.latency.as_micros()).unwrap_or(u64::MAX)),
        "comments": packet.comments,
    })
}

fn end(output: &Output, counts: Counts) -> u8 {
    let Counts {
        packets,
        frames,
        stray,
        foreign,
    } = counts;
    output.text(&format!(
        "PASS  {packets} packets: {frames} frames, {stray} runs of stray bytes, {foreign} passed over\n"
    ));
    output.json(|| {
        json!({
            "event": "verdict",
            "pass": true,
            "class": Class::Pass.name(),
            "exit_code": Class::Pass.exit_code(),
            "packets": packets,
            "frames": frames,
            "stray": stray,
            "foreign": foreign,
        })
    });
    output.exit(Class::Pass)
}

impl Describe for DecodeError {
    fn trouble(&self) -> Trouble {
        let (cause, next_step) = match self.source {
            ReadError::Io(_) => (
                "the file cannot be opened, or not read to its end",
                "name a file that exists and that you may read",
            ),
            ReadError::NoCapture(_) => (
                "this is another kind of file, or its beginning is lost",
                "name a file that --capture wrote",
            ),
            ReadError::Cut { .. } => (
                "the program that wrote it was ended, or the copy is not complete",
                "use what was told above, or copy the file again",
            ),
            ReadError::Block { .. } => (
                "the file was damaged, or written by a program that does it otherwise",
                "use what was told above, or capture the run again",
            ),
        };
        Trouble::new(
            "The capture cannot be read to its end",
            self.to_string(),
            cause,
            next_step,
        )
    }
}
