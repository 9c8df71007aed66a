//! A sweep that is being put together.

use bridge::replay_line::path;
use fixtures::sweep::Tears;

/// What goes wrong in the runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Kind {
    /// The power, at every flash operation.
    Power,
    /// Every byte and every frame of the line.
    #[default]
    Wire,
    /// Faults of every kind, drawn.
    Mixed,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Power, Self::Wire, Self::Mixed];

    /// The name, as the command line has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Wire => "wire",
            Self::Mixed => "mixed",
        }
    }

    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Power => "Power cuts",
            Self::Wire => "Wire faults",
            Self::Mixed => "Mixed",
        }
    }

    /// What is done, in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Power => {
                "The power goes inside and after every flash operation. The host runs on its flash \
                 alone, without a line; faults of the scenario are left out."
            }
            Self::Wire => "Every byte and every frame of the line is struck, one in each run.",
            Self::Mixed => {
                "One to four faults in each run, drawn from the seed: line, power, flash, resets, \
                 mistakes of the module. The first runs that are found are shrunk to the fewest faults."
            }
        }
    }
}

/// A number of a sweep.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    /// Every so many bytes and frames are struck.
    Stride,
    /// Most runs.
    RunsMax,
    /// Runs.
    Runs,
    /// Seed of all that is random.
    Seed,
}

impl Field {
    /// The name, over the field and in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stride => "Strike only every Nth byte and frame",
            Self::RunsMax => "Most runs",
            Self::Runs => "Runs",
            Self::Seed => "Seed",
        }
    }

    /// What stands in the field while it is empty.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Stride | Self::Runs => "1",
            Self::RunsMax => "no bound",
            Self::Seed => "the scenario's own",
        }
    }

    /// The least number.
    const fn least(self) -> u64 {
        match self {
            Self::Stride | Self::Runs => 1,
            Self::RunsMax => 16,
            Self::Seed => 0,
        }
    }

    /// The number in `text`; `None` where it is empty and may be.
    fn read(self, text: &str) -> Result<Option<u64>, String> {
        let may_be_empty = matches!(self, Self::RunsMax | Self::Seed);
        if text.trim().is_empty() && may_be_empty {
            return Ok(None);
        }
        let least = self.least();
        let wrong = || {
            let or_none = if may_be_empty { ", or nothing" } else { "" };
            format!("{}: a number from {least} on{or_none}.", self.name())
        };
        let number = text.trim().parse().map_err(|_| wrong())?;
        (number >= least).then_some(Some(number)).ok_or_else(wrong)
    }

    fn number(self, text: &str) -> Result<u64, String> {
        Ok(self.read(text)?.unwrap_or_else(|| self.least()))
    }
}

/// What was chosen and typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// What goes wrong.
    pub kind: Kind,
    /// Power cuts in one run, at most: 1 or 2.
    pub depth: u32,
    /// How an operation is torn.
    pub tears: Tears,
    /// As typed.
    pub stride: String,
    /// As typed.
    pub runs_max: String,
    /// As typed.
    pub runs: String,
    /// As typed.
    pub seed: String,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            kind: Kind::default(),
            depth: 1,
            tears: Tears::default(),
            stride: "1".to_owned(),
            runs_max: "5000".to_owned(),
            runs: "1000".to_owned(),
            seed: String::new(),
        }
    }
}

impl Draft {
    /// The numbers of this kind of sweep.
    #[must_use]
    pub const fn fields(&self) -> &'static [Field] {
        match self.kind {
            Kind::Power => &[],
            Kind::Wire => &[Field::RunsMax, Field::Stride, Field::Seed],
            Kind::Mixed => &[Field::Runs, Field::Seed],
        }
    }

    /// What was typed into a field.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        match field {
            Field::Stride => &self.stride,
            Field::RunsMax => &self.runs_max,
            Field::Runs => &self.runs,
            Field::Seed => &self.seed,
        }
    }

    /// Takes what was typed into a field.
    pub fn set_text(&mut self, field: Field, text: String) {
        *match field {
            Field::Stride => &mut self.stride,
            Field::RunsMax => &mut self.runs_max,
            Field::Runs => &mut self.runs,
            Field::Seed => &mut self.seed,
        } = text;
    }

    /// The sweep.
    ///
    /// # Errors
    /// What is wrong with a number, in words.
    pub fn plan(&self) -> Result<Plan, String> {
        let seed = || Field::Seed.read(&self.seed);
        Ok(match self.kind {
            Kind::Power => Plan::Power {
                depth: self.depth.clamp(1, 2),
                tears: self.tears,
            },
            Kind::Wire => Plan::Wire {
                stride: Field::Stride.number(&self.stride)?,
                runs_max: Field::RunsMax.read(&self.runs_max)?,
                seed: seed()?,
            },
            Kind::Mixed => Plan::Mixed {
                runs: Field::Runs.number(&self.runs)?,
                seed: seed()?,
            },
        })
    }
}

/// How a sweep is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Plan {
    /// Power cuts.
    Power {
        /// Cuts in one run, at most: 1 or 2.
        depth: u32,
        /// How an operation is torn.
        tears: Tears,
    },
    /// Faults of the line.
    Wire {
        /// Every so many bytes and frames are struck.
        stride: u64,
        /// Most runs.
        runs_max: Option<u64>,
        /// Seed, in place of the scenario's own.
        seed: Option<u64>,
    },
    /// Faults of every kind.
    Mixed {
        /// Runs.
        runs: u64,
        /// Seed, in place of the scenario's own.
        seed: Option<u64>,
    },
}

impl Plan {
    /// The command line that sweeps the scenario called `name` so.
    #[must_use]
    pub fn words(&self, name: &str) -> String {
        let option = |name: &str, value: Option<u64>| match value {
            Some(value) => format!(" --{name} {value}"),
            None => String::new(),
        };
        let name = path(name);
        match *self {
            Self::Power { depth, tears } => {
                let depth = option("depth", (depth > 1).then_some(u64::from(depth)));
                let tear = match tears {
                    Tears::None => " --tear none",
                    Tears::Prefix => "",
                    Tears::All => " --tear all",
                };
                format!("otarig sweep power {name}{depth}{tear}")
            }
            Self::Wire {
                stride,
                runs_max,
                seed,
            } => {
                let stride = option("stride", (stride > 1).then_some(stride));
                let (seed, runs_max) = (option("seed", seed), option("max-runs", runs_max));
                format!("otarig sweep wire {name}{seed}{stride}{runs_max}")
            }
            Self::Mixed { runs, seed } => {
                let (seed, runs) = (option("seed", seed), option("runs", Some(runs)));
                format!("otarig sweep mixed {name}{seed}{runs}")
            }
        }
    }
}
