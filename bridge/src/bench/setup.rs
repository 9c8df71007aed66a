//! From a scenario to the parts of a run.

use std::sync::Arc;
use std::time::Duration;

use fixtures::board::{Board, board};
use fixtures::flash::StrictFlash;
use fixtures::host::{HostSetup, build_watched_host};
use fixtures::rng::Seed;
use fixtures::scenario::{
    Dialect, Fault, LineFault, LineFormat, ModuleFault, PatchGiven, Scenario,
};
use fixtures::watch::Watch as HostWatch;
use host_agent::layout::Layout;
use protocol_spec::digest::Digest;
use protocol_spec::text::Version;
use sha2::{Digest as _, Sha256};

use super::download::Fetched;
use super::look::Watch;
use super::patch;
use crate::host_line::HostLine;
use crate::image_head::content_check;
use crate::job::{
    DialectConfig, DialectKind, LineConfig, LineSettings, ModuleFaults, Parity, UpdateJob,
};
use crate::link::wire::LineModel;
use crate::mischief::Mischief;
use crate::object::{DeltaObject, Object, PatchObject};
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
    /// The patch cannot be made.
    #[error("the patch cannot be made: {text}")]
    Patch {
        /// Why.
        text: String,
    },
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
    /// Address of the slot that the host runs its image from.
    pub(super) slot: u32,
    /// Where everything lies in the host's flash.
    pub(super) layout: Layout,
    /// The host on its line; taken by the bench.
    pub(super) line: Option<HostLine>,
    /// The image that is sent, as it is sent.
    pub(super) image: Vec<u8>,
    /// The image that the host runs before.
    pub(super) old_image: Vec<u8>,
    /// What the last download brought.
    pub(super) fetched: Option<Fetched>,
    patch: Option<PatchObject>,
    /// The image that a patch is made from after the hello.
    base: Option<Arc<Vec<u8>>>,
    version: Version,
    line_config: LineConfig,
}

impl Parts {
    /// The parts of `scenario`; `watch` sees what its host goes through.
    pub(super) fn make(
        scenario: &Scenario,
        seed: Seed,
        watch: Option<&HostWatch>,
    ) -> Result<Self, SetupError> {
        let board = board(&scenario.board).ok_or_else(|| SetupError::UnknownBoard {
            name: scenario.board.clone(),
        })?;
        let image = scenario.make_image()?;
        let old_image = scenario.make_old_image()?;
        let version = scenario.image.version.as_bytes();
        let version = Version::from_bytes(version).ok_or(SetupError::Version)?;
        let spec = scenario.patch.as_ref();
        let patch = spec
            .filter(|spec| spec.given == PatchGiven::File)
            .map(|spec| patch::make_file(scenario, spec, board, &image))
            .transpose()?;
        let base = spec.map(|spec| scenario.make_base(spec)).transpose()?;
        let line = watched_line(scenario, board, seed, None, watch)?;
        let (line, line_config) = (Some(line), line_config(scenario));
        Ok(Self {
            slot: board.layout(scenario.layout).primary.start,
            layout: *board.layout(scenario.layout),
            line,
            image,
            old_image,
            fetched: None,
            patch,
            base: base.map(Arc::new),
            version,
            line_config,
        })
    }

    /// The images that the host may enter.
    pub(super) fn watch(&self, scenario: &Scenario) -> Watch {
        let damaged = |fault: &Fault| matches!(fault, Fault::CorruptImage { .. });
        let whole = Scenario {
            faults: Vec::new(),
            ..scenario.clone()
        };
        let whole = scenario.faults.iter().any(damaged).then_some(whole);
        let whole = whole.and_then(|whole| whole.make_image().ok());
        Watch {
            slot: self.slot,
            old: self.old_image.clone(),
            new: whole.unwrap_or_else(|| self.image.clone()),
        }
    }

    /// The bytes that the module has: as they came from the server, where there is one.
    fn sent(&self) -> &Vec<u8> {
        let fetched = self.fetched.as_ref();
        fetched.map_or(&self.image, |fetched| &fetched.image)
    }

    /// The job of the update of this number.
    pub(super) fn job(&self, scenario: &Scenario, seed: Seed, number: u32) -> UpdateJob {
        let module = &scenario.module;
        let offered = module.offer_version.as_ref().map(|text| text.as_bytes());
        let ordered = self.fetched.as_ref().map(|fetched| fetched.command.version);
        let mut digest: [u8; 32] = Sha256::digest(self.sent()).into();
        if module.wrong_digest {
            digest.iter_mut().for_each(|byte| *byte ^= 0xff);
        }
        let mut rng = seed.split("module").split_index(number.into()).rng();
        let [a, b, c, d, ..] = rng.next_u64().to_le_bytes();
        UpdateJob {
            version: offered
                .and_then(Version::from_bytes)
                .or(ordered)
                .unwrap_or(self.version),
            content: content_check(&mut self.sent().clone()),
            object: self.object(Digest(digest)),
            dialect: dialect_config(scenario),
            line: self.line_config,
            faults: ModuleFaults {
                withhold_confirm: module.withhold_confirm,
                withhold_conf: module.withhold_conf,
                skip_preflight: scenario.patch.as_ref().is_some_and(|spec| !spec.preflight),
                ..ModuleFaults::default()
            },
            seed: u32::from_le_bytes([a, b, c, d]),
        }
    }

    fn object(&self, digest: Digest) -> Object {
        match (&self.patch, &self.base) {
            (Some(patch), _) => Object::Patch(patch.clone()),
            (None, Some(base)) => Object::Delta(DeltaObject {
                old: Arc::clone(base),
                new: Arc::new(self.image.clone()),
                digest,
                load_address: None,
            }),
            (None, None) => Object::image(Box::new(self.sent().clone()), digest),
        }
    }
}

/// The mistakes that the module of `scenario` makes.
pub(super) fn mischief(scenario: &Scenario) -> Option<Mischief> {
    let of_module = |fault: &Fault| match fault {
        Fault::Module(fault) => Some(*fault),
        _ => None,
    };
    let faults: Vec<ModuleFault> = scenario.faults.iter().filter_map(of_module).collect();
    Mischief::new(scenario.dialect, &faults)
}

/// The host on its line: a new one, or one with this flash.
pub(super) fn host_line(
    scenario: &Scenario,
    board: &'static Board,
    seed: Seed,
    flash: Option<StrictFlash>,
) -> Result<HostLine, SetupError> {
    watched_line(scenario, board, seed, flash, None)
}

fn watched_line(
    scenario: &Scenario,
    board: &'static Board,
    seed: Seed,
    flash: Option<StrictFlash>,
    watch: Option<&HostWatch>,
) -> Result<HostLine, SetupError> {
    let setup = HostSetup {
        flash,
        ..scenario.host_setup(board)?
    };
    let host = build_watched_host(setup, seed.split("host"), watch)?;
    let config = line_config(scenario);
    let to_host = LineModel {
        latency: Duration::from_micros(scenario.line.latency_us.into()),
        ..LineModel::at(config)
    };
    let timer = Duration::from_millis(scenario.line.ftdi_ms.into());
    let usb_timer = (scenario.line.ftdi_ms > 0).then_some(timer);
    let to_module = LineModel {
        usb_timer,
        ..to_host
    };
    let faults: Vec<LineFault> = scenario
        .faults
        .iter()
        .filter_map(|fault| match fault {
            Fault::Line(fault) => Some(*fault),
            _ => None,
        })
        .collect();
    let line = HostLine::new(host, to_host, to_module);
    Ok(line.with_faults(scenario.dialect, &faults, seed.split("link")))
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
