//! From a scenario to the parts of a run.

use std::time::Duration;

use fixtures::board::{Board, board};
use fixtures::host::{HostImage, HostSetup, build_host};
use fixtures::image::{AylaTarget, Format, ImageSpec, make, project_image};
use fixtures::rng::Seed;
use fixtures::scenario::{Dialect, Fault, FormatName, LineFormat, Scenario, ScenarioImage};
use protocol_spec::digest::Digest;
use protocol_spec::text::Version;
use sha2::{Digest as _, Sha256};

use crate::host_line::HostLine;
use crate::image_head::content_check;
use crate::job::{
    DialectConfig, DialectKind, LineConfig, LineSettings, ModuleFaults, Parity, UpdateJob,
};
use crate::link::wire::LineModel;
use crate::verdict::Verdict;

/// Why a scenario cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// No board has this name.
    #[error("no board is called {name}")]
    UnknownBoard {
        /// The name.
        name: String,
    },
    /// An image cannot be made.
    #[error("the image cannot be made: {0}")]
    Image(#[from] fixtures::image::ImageError),
    /// The host cannot be made.
    #[error("the host cannot be made: {0}")]
    Host(#[from] fixtures::host::SetupError),
    /// A version text is too long.
    #[error("the version text is longer than 72 bytes")]
    Version,
}

impl SetupError {
    pub(super) fn verdict(&self) -> Verdict {
        Verdict::rig_error(
            self.to_string(),
            "the parts that the scenario names do not go together".to_owned(),
            "correct the scenario".to_owned(),
        )
    }
}

/// What a run is made of.
pub(super) struct Parts {
    pub(super) board: &'static Board,
    /// The host on its line; taken by the bench.
    pub(super) line: Option<HostLine>,
    /// The image that is sent, as it is sent.
    pub(super) image: Vec<u8>,
    /// The image that the host runs before.
    pub(super) old_image: Vec<u8>,
    version: Version,
    line_config: LineConfig,
}

impl Parts {
    pub(super) fn make(scenario: &Scenario, seed: Seed) -> Result<Self, SetupError> {
        let board = board(&scenario.board).ok_or_else(|| SetupError::UnknownBoard {
            name: scenario.board.clone(),
        })?;
        let (mut image, version) = make_image(&scenario.image, board)?;
        for fault in &scenario.faults {
            if let Fault::CorruptImage { at, xor } = *fault
                && let Some(byte) = image.get_mut(at as usize)
            {
                *byte ^= xor;
            }
        }
        let head = (scenario.image.format == FormatName::AylaHead)
            .then(|| scenario.image.target.unwrap_or(board.ayla));
        let old = scenario
            .old_image
            .as_ref()
            .map(|old| make_image(old, board))
            .transpose()?;
        let old_image = match &old {
            Some((bytes, _)) => bytes.clone(),
            None => project_image(head.map_or(Format::Raw, Format::AylaHead)),
        };
        let line = host_line(scenario, board, head, old, seed)?;
        let (line, line_config) = (Some(line), line_config(scenario));
        Ok(Self {
            board,
            line,
            image,
            old_image,
            version,
            line_config,
        })
    }

    /// The job of the update of this number.
    pub(super) fn job(&self, scenario: &Scenario, seed: Seed, number: u32) -> UpdateJob {
        let module = &scenario.module;
        let offered = module.offer_version.as_ref().map(|text| text.as_bytes());
        let mut digest: [u8; 32] = Sha256::digest(&self.image).into();
        if module.wrong_digest {
            digest.iter_mut().for_each(|byte| *byte ^= 0xff);
        }
        let mut rng = seed.split("module").split_index(number.into()).rng();
        let [a, b, c, d, ..] = rng.next_u64().to_le_bytes();
        UpdateJob {
            version: offered
                .and_then(Version::from_bytes)
                .unwrap_or(self.version),
            digest: Digest(digest),
            content: content_check(&mut self.image.clone()),
            image: Box::new(self.image.clone()),
            dialect: dialect_config(scenario),
            line: self.line_config,
            faults: ModuleFaults {
                withhold_confirm: module.withhold_confirm,
                ..ModuleFaults::default()
            },
            seed: u32::from_le_bytes([a, b, c, d]),
        }
    }
}

fn make_image(
    image: &ScenarioImage,
    board: &'static Board,
) -> Result<(Vec<u8>, Version), SetupError> {
    let version = Version::from_bytes(image.version.as_bytes()).ok_or(SetupError::Version)?;
    let format = match image.format {
        FormatName::Raw => Format::Raw,
        FormatName::AylaHead => Format::AylaHead(image.target.unwrap_or(board.ayla)),
    };
    let bytes = make(&ImageSpec {
        format,
        size: image.size,
        version,
        seed: image.seed,
    })?;
    Ok((bytes, version))
}

fn host_line(
    scenario: &Scenario,
    board: &'static Board,
    head: Option<AylaTarget>,
    old: Option<(Vec<u8>, Version)>,
    seed: Seed,
) -> Result<HostLine, SetupError> {
    let mut setup = HostSetup::new(board, scenario.dialect);
    setup.layout = scenario.layout;
    setup.ayla_head = head;
    setup.personality.clone_from(&scenario.personality);
    setup.image = old.map(|(bytes, version)| HostImage { bytes, version });
    setup.faults.clone_from(&scenario.faults);
    let host = build_host(setup, seed.split("host"))?;
    let config = line_config(scenario);
    let to_host = LineModel {
        latency: Duration::from_micros(scenario.line.latency_us.into()),
        ..LineModel::at(config)
    };
    let timer = Duration::from_millis(scenario.line.ftdi_ms.into());
    let usb_timer = (scenario.line.ftdi_ms > 0).then_some(timer);
    Ok(HostLine::new(
        host,
        to_host,
        LineModel {
            usb_timer,
            ..to_host
        },
    ))
}

fn line_config(scenario: &Scenario) -> LineConfig {
    let default = kind(scenario.dialect).default_line();
    let parity = match scenario.line.format {
        None => default.parity,
        Some(LineFormat::N81) => Parity::None,
        Some(LineFormat::O81) => Parity::Odd,
        Some(LineFormat::E81) => Parity::Even,
    };
    let baud = scenario.line.baud.unwrap_or(default.baud);
    LineSettings {
        baud,
        parity,
        ..default
    }
    .rate()
}

fn dialect_config(scenario: &Scenario) -> DialectConfig {
    let mut config = kind(scenario.dialect).default_config();
    match (&mut config, scenario.module.data_bytes) {
        (_, None) => {}
        (DialectConfig::Ayla(config), Some(bytes)) => {
            config.block_bytes = u8::try_from(bytes).unwrap_or(u8::MAX);
        }
        (DialectConfig::Rig(config), Some(bytes)) => {
            config.data_max = u16::try_from(bytes).unwrap_or(u16::MAX);
        }
    }
    config
}

fn kind(dialect: Dialect) -> DialectKind {
    match dialect {
        Dialect::Ayla => DialectKind::Ayla,
        Dialect::Rig => DialectKind::Rig,
    }
}
