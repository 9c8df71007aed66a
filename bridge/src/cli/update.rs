//! `otarig update`: one real update, the rig being the module.

use std::path::PathBuf;

use clap::ValueEnum;

use super::output::{Output, verdict_of};
use super::patch::number::bytes;
use super::runtime::{block_on, stop_on_signals};
use super::sinks::{SinkArgs, Sinks, verdict_transcript_line};
use super::timeouts::{self, Timeout};
use super::update_faults::{self, FaultArgs};
use super::update_object::ObjectArgs;
use crate::bench::Told;
use crate::drive::{StopSignal, drive_faulted, drive_update, fresh_seed, since_1970};
use crate::engine::Engine;
use crate::job::{DialectConfig, DialectKind, LineConfig, ModuleFaults, UpdateJob};
use crate::link::{self, LineSettings, Parity, PortAddress};
use crate::object_files::Loaded;
use crate::trouble::Trouble;
use crate::verdict::Verdict;

/// Most object bytes in one frame of any dialect.
const DATA_BYTES_MAX: u32 = 4096;

/// Update a host: stream an image to it, have it boot the image, and check that it runs it.
#[derive(clap::Args, Debug)]
#[command(
    override_usage = "otarig update --port P --dialect ayla|rig --image FILE --version V [...]\n       \
                      otarig update --port P --dialect rig --from OLD --image NEW --version V\n       \
                      otarig update --port P --dialect rig --patch FILE [--from OLD] [...]\n       \
                      otarig update --port P --dialect ayla|rig --command FILE [...]",
    after_long_help = timeouts::help()
)]
pub(super) struct Args {
    /// Device path, by-id name, VID:PID[:SERIAL] with * as wildcard, or host:port of a TCP
    /// listener.
    #[arg(long)]
    port: String,
    /// What the host speaks.
    #[arg(long)]
    dialect: DialectName,
    #[command(flatten)]
    object: ObjectArgs,
    #[command(flatten)]
    line: LineArgs,
    /// Object bytes in one frame: ayla 1 to 255, rig 1 to 4096; the host's limit holds too.
    #[arg(long, value_name = "N", value_parser = bytes::<1, DATA_BYTES_MAX>, allow_negative_numbers = true)]
    data_bytes: Option<u32>,
    /// Set a timer, may be repeated; --help lists them.
    #[arg(long = "timeout", visible_alias = "timer", value_name = "NAME=SECONDS")]
    timeouts: Vec<Timeout>,
    #[command(flatten)]
    faults: FaultArgs,
    #[command(flatten)]
    sinks: SinkArgs,
    /// Write verdict.json and transcript.txt into a folder.
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
}

/// Options of the serial line.
#[derive(clap::Args, Debug)]
pub(super) struct LineArgs {
    /// Bits per second: 115200 in ayla, 921600 in rig when left out; 0 = the line has no rate (a
    /// pty or TCP counts as one when --baud is left out).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=12_000_000))]
    baud: Option<u32>,
    /// Parity bit: odd in ayla, none in rig when left out.
    #[arg(long)]
    parity: Option<ParityName>,
    /// Flow control.
    #[arg(long, default_value = "none")]
    flow: FlowName,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum DialectName {
    Ayla,
    Rig,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ParityName {
    None,
    Odd,
    Even,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum FlowName {
    None,
    Rtscts,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("update", self.sinks.json);
        let inputs = self.object.inputs();
        let mut sinks = match Sinks::open(
            output,
            &self.sinks,
            self.report.as_deref(),
            &inputs,
            since_1970(),
        ) {
            Ok(sinks) => sinks,
            Err((output, error)) => return output.trouble(&error),
        };
        let verdict = match block_on(self.update(&mut sinks)) {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(trouble)) => verdict_of(trouble),
            Err(error) => verdict_of(error.into()),
        };
        let last_line = verdict_transcript_line(&verdict);
        sinks.finish(verdict, &last_line).1
    }

    async fn update(&self, sinks: &mut Sinks) -> Result<Verdict, Trouble> {
        let address = link::resolve(&self.port, &link::available_ports())?;
        let settings = self.line.settings(self.dialect);
        let rate = self.line.rate(self.dialect, &address);
        let faults = self.faults.injector(self.dialect.kind(), rate)?;
        let (_stopper, stop) = stop_on_signals()?;
        let loaded = match self.load(sinks, stop.clone()).await? {
            Ok(loaded) => loaded,
            Err(verdict) => return Ok(*verdict),
        };
        let (job, notes) = self.job(rate, loaded)?;
        let port = link::open(&address, &settings).await?;
        let engine = Engine::new(job);
        let mut verdict = match faults {
            None => drive_update(engine, port, |event| sinks.event(event), stop).await,
            Some(faults) => {
                let tell = |told: &Told<'_>| update_faults::tell(sinks, told);
                drive_faulted(engine, port, faults, tell, |_| (), stop).await
            }
        };
        verdict.notes.splice(0..0, notes);
        Ok(verdict)
    }

    /// What is sent; the verdict where a command brings nothing.
    async fn load(
        &self,
        sinks: &mut Sinks,
        stop: StopSignal,
    ) -> Result<Result<Loaded, Box<Verdict>>, Trouble> {
        let dialect = self.dialect.kind();
        match self.object.command.read()? {
            None => self.object.load(dialect).map(Ok),
            Some(text) => self.object.command.load(&text, dialect, sinks, stop).await,
        }
    }

    fn job(&self, line: LineConfig, loaded: Loaded) -> Result<(UpdateJob, Vec<String>), Trouble> {
        let mut dialect = self
            .dialect
            .config(self.data_bytes.and_then(|bytes| u16::try_from(bytes).ok()));
        timeouts::set(&mut dialect, &self.timeouts)?;
        let job = UpdateJob {
            object: loaded.object,
            version: loaded.version,
            content: loaded.content,
            dialect,
            line,
            faults: ModuleFaults::default(),
            seed: fresh_seed(),
        };
        Ok((job, loaded.notes))
    }
}

impl DialectName {
    pub(super) fn kind(self) -> DialectKind {
        match self {
            Self::Ayla => DialectKind::Ayla,
            Self::Rig => DialectKind::Rig,
        }
    }

    fn config(self, data_bytes: Option<u16>) -> DialectConfig {
        let mut config = self.kind().default_config();
        match (&mut config, data_bytes) {
            (_, None) => {}
            (DialectConfig::Ayla(config), Some(bytes)) => {
                config.block_bytes = u8::try_from(bytes).unwrap_or(u8::MAX);
            }
            (DialectConfig::Rig(config), Some(bytes)) => config.data_max = bytes,
        }
        config
    }
}

impl LineArgs {
    /// The line as it is opened; a rate of 0 opens it at the dialect's own.
    pub(super) fn settings(&self, dialect: DialectName) -> LineSettings {
        let default = dialect.kind().default_line();
        let parity = match self.parity {
            None => default.parity,
            Some(ParityName::None) => Parity::None,
            Some(ParityName::Odd) => Parity::Odd,
            Some(ParityName::Even) => Parity::Even,
        };
        LineSettings {
            baud: self.baud.filter(|baud| *baud > 0).unwrap_or(default.baud),
            parity,
            rts_cts: self.flow == FlowName::Rtscts,
        }
    }

    /// The options that are not as they are when left out, as they are typed.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(baud) = self.baud {
            words.push(format!("--baud {baud}"));
        }
        if let Some(parity) = self.parity.and_then(|it| it.to_possible_value()) {
            words.push(format!("--parity {}", parity.get_name()));
        }
        if self.flow == FlowName::Rtscts {
            words.push("--flow rtscts".to_owned());
        }
        words
    }

    /// The rate that the engine counts with on a link.
    pub(super) fn rate(&self, dialect: DialectName, address: &PortAddress) -> LineConfig {
        let rate = address.rate(&self.settings(dialect), self.baud.is_some());
        LineConfig {
            baud: if self.baud == Some(0) { 0 } else { rate.baud },
            ..rate
        }
    }
}
