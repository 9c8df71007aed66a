//! Scripts on emulated hosts, in virtual time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fixtures::board::Board;
use fixtures::host::{HostImage, HostSetup, build_host};
use fixtures::personality::{REFERENCE, personality};
use fixtures::rng::Seed;
use fixtures::scenario::{Dialect, FormatName, LayoutName};
use fixtures::script::{Claims, Script, Vars};
use host_agent::config::AgentConfig;
use protocol_spec::ayla::feature::Feature;
use protocol_spec::text::Version;
use protocol_spec::tick::Tick;

use super::objects::{Recipe, dialect_kind, make_objects};
use super::runner::{PowerOrder, Runner, Stage};
use super::{Outcome, ScriptResult, Transcript};
use crate::host_line::HostLine;
use crate::link::wire::LineModel;
use crate::verdict::Class;

/// How long a host waits for a link ACK that claims the published timer.
const LINK_ACK: Duration = Duration::from_secs(5);
/// Most steps of the bench in one script.
const STEPS_MAX: u32 = 5_000_000;
/// Steps of the host between two looks at the script.
const HOST_STEPS: u32 = 64;

/// An emulated host that scripts are played against.
#[derive(Clone, Debug)]
pub struct BenchHost {
    /// The board.
    pub board: &'static Board,
    /// What it speaks.
    pub dialect: Dialect,
    /// How it lays out an update.
    pub layout: LayoutName,
    /// What its images carry.
    pub format: FormatName,
    /// Name of its personality.
    pub personality: String,
    /// Seed of everything random.
    pub seed: u64,
}

impl BenchHost {
    /// The reference host of a board.
    #[must_use]
    pub fn new(board: &'static Board, dialect: Dialect, layout: LayoutName) -> Self {
        Self {
            board,
            dialect,
            layout,
            format: FormatName::Raw,
            personality: REFERENCE.to_owned(),
            seed: 1,
        }
    }

    /// What such a host claims.
    #[must_use]
    pub fn claims(&self) -> Claims {
        let mut claims = Claims::plain(self.dialect, self.layout)
            .with("power-control")
            .with("made-images")
            .with("fresh-host");
        if self.format == FormatName::AylaHead {
            claims.claims.retain(|name| name != "raw-images");
            claims = claims.with("ayla-head");
        }
        let config = self.config();
        if self.dialect == Dialect::Rig {
            claims = claims.with("resume");
            if self.layout == LayoutName::InPlace && config.decode_ram > 0 {
                claims = claims.with("patches");
            }
        } else {
            if config.features.has(Feature::CONFIRM) {
                claims = claims.with("confirm");
            }
            if config.link_ack == LINK_ACK {
                claims = claims.with("link-timer");
            }
        }
        claims.limits = self.limits();
        claims
    }

    /// What the host is configured with, as far as it is claimed.
    fn config(&self) -> AgentConfig {
        let layout = *self.board.layout(self.layout);
        let mut config = AgentConfig::new(self.dialect.of_agent(), layout);
        config.window = self.board.window;
        config.data_max = self.board.data_max;
        config.decode_ram = self.board.decode_ram_used();
        if let Some(personality) = personality(&self.personality) {
            personality.configure(&mut config);
        }
        config
    }

    fn limits(&self) -> BTreeMap<String, u32> {
        let (layout, config) = (self.board.layout(self.layout), self.config());
        let unit = self.board.geometry.regions.iter().find(|region| {
            let end = region.start + region.unit * region.count;
            (region.start..end).contains(&layout.secondary.start)
        });
        let limits = [
            ("image_max", layout.primary.len),
            ("staging", layout.secondary.len),
            ("unit", unit.map_or(0, |region| region.unit)),
            ("window", config.window),
            ("data_max", config.data_max.into()),
            ("decode_ram", config.decode_ram),
        ];
        limits
            .into_iter()
            .map(|(name, limit)| (name.to_owned(), limit))
            .collect()
    }

    fn line(&self, script: &Script) -> Result<HostLine, String> {
        let mut setup = HostSetup::new(self.board, self.dialect);
        setup.layout = self.layout;
        setup.personality.clone_from(&self.personality);
        setup.ayla_head = (self.format == FormatName::AylaHead).then_some(self.board.ayla);
        setup.decode_ram = script.host.decode_ram;
        setup.staging_len = script.host.staging;
        setup.scratch_len = script.host.scratch;
        if let Some(old) = &script.host.old {
            let objects = make_objects(script, &self.recipe()).map_err(|it| it.to_string())?;
            setup.image = objects.get("old").map(|object| HostImage {
                bytes: object.bytes.to_vec(),
                version: Version::from_bytes(old.version.as_bytes()).unwrap_or_default(),
            });
        }
        let host = build_host(setup, Seed(self.seed).split("host"));
        let host = host.map_err(|error| error.to_string())?;
        let model = LineModel::at(dialect_kind(self.dialect).default_line().rate());
        Ok(HostLine::new(host, model, model))
    }

    fn recipe(&self) -> Recipe {
        Recipe {
            board: self.board,
            layout: self.layout,
            format: self.format,
            number: 1,
            decode_ram: Some(self.config().decode_ram),
        }
    }
}

/// Plays one script against a new host.
#[must_use]
pub fn run_script(script: &Arc<Script>, host: &BenchHost) -> ScriptResult {
    let made = make_objects(script, &host.recipe()).map_err(|error| error.to_string());
    let parts = made.and_then(|objects| Ok((objects, host.line(script)?)));
    let (objects, line) = match parts {
        Ok(parts) => parts,
        Err(what) => {
            let outcome = Outcome::new(Class::RigError, 0, what);
            return result(script, outcome, Tick::ZERO, Transcript::default());
        }
    };
    let [seed, ..] = Seed(host.seed)
        .split("module")
        .rng()
        .next_u64()
        .to_le_bytes();
    let stage = Stage {
        line: dialect_kind(host.dialect).default_line().rate(),
        seed: u32::from(seed),
        objects,
        limits: host.limits(),
        known: Vars::new(),
    };
    let mut runner = Runner::new(Arc::clone(script), stage);
    let outcome = drive(&mut runner, line);
    let elapsed = runner.elapsed();
    result(script, outcome, elapsed, runner.into_transcript())
}

fn result(
    script: &Script,
    outcome: Outcome,
    elapsed: Tick,
    transcript: Transcript,
) -> ScriptResult {
    ScriptResult {
        name: script.name.clone(),
        title: script.title.clone(),
        outcome,
        elapsed,
        transcript,
    }
}

fn drive(runner: &mut Runner, mut line: HostLine) -> Outcome {
    let mut bytes = Vec::new();
    // The host starts first: what is said to a line that nobody listens on is lost.
    let mut now = Tick::ZERO + Duration::from_millis(50);
    for _ in 0..STEPS_MAX {
        line.advance(now, HOST_STEPS);
        while line.poll_note().is_some() {}
        bytes.clear();
        if line.pop(now, &mut bytes) > 0 {
            runner.handle_input(now, &bytes);
        }
        if runner.poll_timeout().is_some_and(|due| due <= now) {
            runner.handle_timeout(now);
        }
        while let Some(order) = runner.poll_power() {
            line.switch_power(now, order == PowerOrder::On);
        }
        loop {
            bytes.clear();
            if runner.poll_transmit(now, &mut bytes) == 0 {
                break;
            }
            line.push(now, &bytes);
        }
        if let Some(outcome) = runner.outcome() {
            return outcome.clone();
        }
        let due = [runner.poll_timeout(), line.next()]
            .into_iter()
            .flatten()
            .min();
        match due {
            Some(due) => now = due.max(now),
            None => break,
        }
    }
    Outcome::new(Class::RigError, 0, "the bench is stuck".to_owned())
}
