//! `otarig demo`: a whole update on this machine, without hardware.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::JoinHandle;

use fixtures::board::board;
use fixtures::host::{HostSetup, build_host};
use fixtures::image::{Format, ImageSpec, make};
use fixtures::rng::Seed;
use fixtures::scenario::Dialect;
use protocol_spec::digest::Digest;
use protocol_spec::text::Version;
use sha2::{Digest as _, Sha256};

use super::output::{Output, verdict_of};
use super::runtime::{block_on, stop_on_signals};
use super::sinks::{SinkArgs, Sinks, verdict_transcript_line};
use crate::drive::{
    HostOptions, StopSignal, Stopper, drive_host, drive_update, fresh_seed, since_1970, stop_pair,
};
use crate::engine::Engine;
use crate::host_line::HostLine;
use crate::job::{ContentCheck, DialectKind, LineSettings, ModuleFaults, UpdateJob};
use crate::link::wire::LineModel;
use crate::link::{self, PortAddress, PtyMaster};
use crate::object::Object;
use crate::trouble::{Describe, Trouble};
use crate::verdict::Verdict;

/// Update an emulated host over a pty, in real time, in a few seconds.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(flatten)]
    sinks: SinkArgs,
}

const BOARD: &str = "nrf52840";
const IMAGE_BYTES: u32 = 64 << 10;
const VERSION: &[u8] = b"1.1.0";
const DIALECT: DialectKind = DialectKind::Rig;
const LINE: LineSettings = DIALECT.default_line();

const STORY: &str = "\
otarig plays the Wi-Fi module and updates an emulated nRF52840 that sits at the
other end of a pty, opened here as a serial port. The host erases its second
slot, stores 64 KB at 921600 baud, checks them, swaps the slots, restarts, and
reports what it runs, with the digest read back from its flash.

";

const NEXT: [&str; 3] = [
    "host --board stm32f405 --dialect rig --link ./dut --state dut.bin",
    "image make --format raw --size 200000 --version 2.0 -o new.bin",
    "update --port ./dut --dialect rig --image new.bin --version 2.0",
];

/// A host on a thread of its own.
struct DemoHost {
    path: PathBuf,
    stopper: Stopper,
    thread: JoinHandle<()>,
}

/// A part of the demo that could not be set up.
#[derive(Debug, thiserror::Error)]
enum DemoError {
    #[error("the emulated host cannot be made: {0}")]
    Host(String),
    #[error("the host's thread cannot be started: {0}")]
    Thread(std::io::Error),
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("demo", self.sinks.json);
        let mut sinks = match Sinks::open(output, &self.sinks, None, &[], since_1970()) {
            Ok(sinks) => sinks,
            Err((output, error)) => return output.trouble(&error),
        };
        sinks.output.text(STORY);
        let verdict = show(&mut sinks).unwrap_or_else(verdict_of);
        let last_line = verdict_transcript_line(&verdict);
        let passed = verdict.passed();
        let (output, code) = sinks.finish(verdict, &last_line);
        if passed {
            output.text(&next());
        }
        code
    }
}

/// The next commands, and what the program is called here where that is not its name.
fn next() -> String {
    let program = std::env::args_os()
        .next()
        .unwrap_or_else(|| "otarig".into());
    let mut text = String::from("\nNext: the same with two terminals.\n");
    if program != "otarig" {
        let _ = writeln!(text, "  alias otarig={}", program.to_string_lossy());
    }
    for command in NEXT {
        let _ = writeln!(text, "  otarig {command}");
    }
    text
}

fn show(sinks: &mut Sinks) -> Result<Verdict, Trouble> {
    let host = start_host()?;
    let address = PortAddress::Device(host.path.display().to_string());
    let verdict = block_on(async {
        let (_stopper, stop) = stop_on_signals()?;
        let port = link::open(&address, &LINE).await?;
        let engine = Engine::new(job()?);
        Ok(drive_update(engine, port, |event| sinks.event(event), stop).await)
    });
    host.stopper.stop();
    // A host that panicked has closed the pty; the verdict says so.
    let _ = host.thread.join();
    verdict?
}

fn job() -> Result<UpdateJob, DemoError> {
    let failed = |error: String| DemoError::Host(error);
    let version = Version::from_bytes(VERSION).unwrap_or_default();
    let spec = ImageSpec {
        format: Format::Raw,
        size: IMAGE_BYTES,
        version,
        seed: 1,
    };
    let image = make(&spec).map_err(|error| failed(error.to_string()))?;
    let digest = Digest(Sha256::digest(&image).into());
    Ok(UpdateJob {
        version,
        object: Object::image(Box::new(image), digest),
        content: ContentCheck::None,
        dialect: DIALECT.default_config(),
        line: LINE.rate(),
        faults: ModuleFaults::default(),
        seed: fresh_seed(),
    })
}

fn start_host() -> Result<DemoHost, Trouble> {
    let (sender, receiver) = mpsc::channel();
    let (stopper, stop) = stop_pair();
    let thread = std::thread::Builder::new()
        .name("emulated host".to_owned())
        .spawn(move || {
            let opened = block_on(serve(&sender, stop)).map_err(Trouble::from);
            if let Err(trouble) = opened.flatten() {
                // Whoever does not listen any more has an end of its own to tell.
                let _ = sender.send(Err(trouble));
            }
        })
        .map_err(DemoError::Thread)?;
    let gone = || Trouble::from(DemoError::Host("its thread has ended".to_owned()));
    let path = receiver.recv().map_err(|_| gone())??;
    Ok(DemoHost {
        path,
        stopper,
        thread,
    })
}

/// Tells the path of its pty, then drives the host until it is stopped.
async fn serve(
    sender: &mpsc::Sender<Result<PathBuf, Trouble>>,
    stop: StopSignal,
) -> Result<(), Trouble> {
    let pty = PtyMaster::open()?;
    let line = host_line()?;
    if sender.send(Ok(pty.path().to_owned())).is_ok() {
        let options = HostOptions::default();
        // The other end sees a failed link by itself.
        let _ = drive_host(line, Box::new(pty), &options, |_, _| (), stop).await;
    }
    Ok(())
}

fn host_line() -> Result<HostLine, DemoError> {
    let board = board(BOARD).ok_or_else(|| DemoError::Host(format!("no board {BOARD}")))?;
    let setup = HostSetup::new(board, Dialect::Rig);
    let host = build_host(setup, Seed(1)).map_err(|error| DemoError::Host(error.to_string()))?;
    let model = LineModel::at(LINE.rate());
    Ok(HostLine::new(host, model, model))
}

impl Describe for DemoError {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "The demo cannot be set up",
            self.to_string(),
            "the emulated host is part of this program, so this is a fault of otarig",
            "report it",
        )
    }
}
