//! What is swept: a scenario, or the emulated host of the setup made into one.

use bridge::replay_line::quoted;
use bridge::scenario_file;
use bridge::trouble::Trouble;
use fixtures::scenario::{
    Class, Expect, FORMAT_VERSION, FormatName, LayoutName, LineSpec, ModuleSpec, Runs, Scenario,
    ScenarioImage, parse,
};

use crate::model::{ImageChoice, Setup, Target};

/// Name of the file that a made scenario is in, in command lines.
const MADE: &str = "setup.toml";

/// The update of a sweep.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A scenario, by name or path.
    Named(String),
    /// The emulated host of the setup.
    Made(Box<Scenario>),
}

impl Subject {
    /// What a sweep of this setup is over.
    ///
    /// # Errors
    /// Why there is nothing to sweep, in words.
    pub fn of(setup: &Setup) -> Result<Self, String> {
        match setup.target {
            Target::Port => Err(
                "A sweep starts from the same host a thousand times, which nobody \
                                 can do behind a port. Choose a scenario."
                    .to_owned(),
            ),
            Target::Emulated if setup.image != ImageChoice::Made => Err(
                "A sweep makes its image itself. Choose the image of this project, or a scenario."
                    .to_owned(),
            ),
            target => match setup.obstacle() {
                Some(why) => Err(why.to_owned()),
                None if target == Target::Scenario => {
                    Ok(Self::Named(setup.scenario.trim().to_owned()))
                }
                None => Ok(Self::Made(Box::new(made(setup)))),
            },
        }
    }

    /// The name of the scenario, or of the file that it is in.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Made(_) => MADE,
        }
    }

    /// A command line about the scenario, with one before it that makes its file where it has none.
    #[must_use]
    pub fn line(&self, line: &str) -> String {
        let Self::Made(scenario) = self else {
            return line.to_owned();
        };
        let text = scenario.render().unwrap_or_default();
        let lines = text.lines().filter(|line| !line.is_empty());
        let words: String = lines.map(|line| format!(" {}", quoted(line))).collect();
        format!("printf '%s\\n'{words} > {MADE} && {line}")
    }

    /// The scenario.
    ///
    /// # Errors
    /// When it cannot be read, or the setup does not make one.
    pub fn open(&self) -> Result<Scenario, Trouble> {
        let scenario = match self {
            Self::Named(name) => return Ok(scenario_file::open(name)?),
            Self::Made(scenario) => scenario,
        };
        let text = scenario.render().unwrap_or_default();
        parse(&text).map_err(|error| {
            Trouble::new(
                "The setup cannot be swept",
                error.message,
                "A sweep takes what a scenario can hold.",
                "Change the setup on the first screen, or choose a scenario.",
            )
        })
    }
}

/// The update of the setup as a scenario.
fn made(setup: &Setup) -> Scenario {
    let head = setup.made_with_head();
    Scenario {
        version: FORMAT_VERSION,
        title: format!("emulated {}, as set up in the panel", setup.board),
        board: setup.board.clone(),
        layout: LayoutName::TwoSlot,
        decode_ram: None,
        staging: None,
        scratch: None,
        dialect: setup.dialect.into(),
        personality: fixtures::personality::REFERENCE.to_owned(),
        seed: 1,
        repeat: 1,
        time_limit_s: 3600,
        image: ScenarioImage {
            format: if head {
                FormatName::AylaHead
            } else {
                FormatName::Raw
            },
            target: None,
            size: setup.made_bytes(),
            version: setup.version.clone(),
            seed: 1,
            edits: None,
        },
        old_image: None,
        patch: None,
        download: None,
        line: LineSpec {
            baud: setup.baud.parse().ok().filter(|_| setup.states_rate()),
            ..LineSpec::default()
        },
        module: ModuleSpec::default(),
        faults: Vec::new(),
        cuts: Vec::new(),
        expect_before: None,
        expect: Expect {
            class: Class::Pass,
            code: None,
            host_err: None,
            reported: None,
            resumed: None,
            runs: Some(Runs::New),
            sound: None,
        },
    }
}
