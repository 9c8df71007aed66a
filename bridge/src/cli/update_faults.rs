//! `otarig update --fault`: faults between the module and a real host.

use fixtures::rng::Seed;
use fixtures::scenario::{FAULTS_MAX, Fault, ScenarioError, parse_fault};

use super::sinks::Sinks;
use crate::bench::Told;
use crate::inject::{ArmError, Injector, When, WhenError};
use crate::job::{DialectKind, LineConfig};
use crate::transcript;
use crate::trouble::{Describe, Trouble};

/// Options that break the line or the protocol on purpose.
#[derive(clap::Args, Debug, Default)]
pub(super) struct FaultArgs {
    /// Break the line or the protocol on purpose; may be given again. A fault is written as between
    /// the braces in a scenario's list of faults: line = {...} or module = {...}. Before it may stand
    /// its moment and a colon: 'now', 'at frame N' (of those to the host), 'at offset N' (of the
    /// object) or 'in phase P'; its places are counted from then on, and 0 when left out. The verdict
    /// says what was injected.
    #[arg(long = "fault", value_name = "[WHEN:]TOML")]
    faults: Vec<String>,
    /// Seed of what is random in the faults.
    #[arg(
        long = "fault-seed",
        value_name = "N",
        default_value_t = 1,
        requires = "faults"
    )]
    seed: u64,
}

/// A fault that cannot be injected.
#[derive(Debug, thiserror::Error)]
enum FaultError {
    #[error("--fault '{text}': {error}")]
    When { text: String, error: WhenError },
    #[error("--fault '{text}': column {}: {}", .error.column, .error.message)]
    Toml { text: String, error: ScenarioError },
    #[error("--fault '{text}': {why}")]
    Place { text: String, why: &'static str },
    #[error("--fault '{text}': {error}")]
    Arm { text: String, error: ArmError },
    #[error("--fault is given {count} times, {FAULTS_MAX} at most")]
    TooMany { count: usize },
}

impl FaultArgs {
    /// Who injects the faults on a line of this rate; `None` when there are none.
    ///
    /// # Errors
    /// What is wrong with one of them; nothing has been opened or sent then.
    pub(super) fn injector(
        &self,
        dialect: DialectKind,
        rate: LineConfig,
    ) -> Result<Option<Injector>, Trouble> {
        if self.faults.is_empty() {
            return Ok(None);
        }
        let count = self.faults.len();
        if count > FAULTS_MAX {
            return Err(FaultError::TooMany { count }.into());
        }
        let mut injector = Injector::new(dialect, rate, Seed(self.seed).split("line"));
        for text in &self.faults {
            let (when, fault) = read(text)?;
            let armed = injector.arm(when, fault);
            armed.map_err(|error| FaultError::Arm {
                text: text.clone(),
                error,
            })?;
        }
        Ok(Some(injector))
    }
}

/// Tells what happens in an update with faults; the transcript has a line for each that strikes.
pub(super) fn tell(sinks: &mut Sinks, told: &Told<'_>) {
    match told {
        Told::Engine(stamped) => sinks.event(stamped),
        Told::Struck(at, struck) => {
            sinks.told(told);
            sinks.write_line(&transcript::line(*at, "fault", &struck.to_string()));
        }
        other => sinks.told(other),
    }
}

/// A fault, and its moment where one is named.
fn read(text: &str) -> Result<(Option<When>, Fault), FaultError> {
    let failed = || text.to_owned();
    let moment = text.split_once(':').filter(|(when, _)| !when.contains('='));
    let (when, toml) = match moment {
        None => (None, text),
        Some((when, toml)) => {
            let when = when.parse::<When>().map_err(|error| FaultError::When {
                text: failed(),
                error,
            })?;
            (Some(when), toml)
        }
    };
    let fault = parse_fault(toml).map_err(|error| FaultError::Toml {
        text: failed(),
        error,
    })?;
    match fault {
        Fault::Line(line) if when.is_none() => match line.conflict() {
            Some(why) => Err(FaultError::Place {
                text: failed(),
                why,
            }),
            None => Ok((when, fault)),
        },
        _ => Ok((when, fault)),
    }
}

impl Describe for FaultError {
    fn trouble(&self) -> Trouble {
        let (cause, next_step) = match self {
            Self::When { .. } => (
                "before a colon stands the moment at which a fault begins to count",
                "correct the moment, or leave it and the colon out",
            ),
            Self::Toml { .. } | Self::Place { .. } => (
                "a fault is written as in a scenario, such as line = { to = \"host\", at = 9, what \
                 = \"wrong-crc\" }",
                "correct it",
            ),
            Self::Arm {
                error: ArmError::OutOfReach,
                ..
            } => (
                "this program holds the line and plays the module; of a host behind a port it has \
                 neither the flash nor the power in its hands",
                "break an emulated host instead: otarig run SCENARIO --fault TOML",
            ),
            Self::Arm {
                error: ArmError::Image,
                ..
            } => (
                "the image is read from a file",
                "send a damaged file, or break an emulated host: otarig run SCENARIO --fault TOML",
            ),
            Self::Arm { .. } => (
                "a rate strikes all the time, a moment begins once",
                "leave the moment out, or name a place with at",
            ),
            Self::TooMany { .. } => (
                "no update can tell so many faults apart",
                "use per_million for faults at a rate",
            ),
        };
        let headline = "The fault cannot be injected";
        Trouble::new(headline, self.to_string(), cause, next_step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn injector(faults: &[&str]) -> Result<Option<Injector>, Trouble> {
        let args = FaultArgs {
            faults: faults.iter().map(|text| (*text).to_owned()).collect(),
            seed: 1,
        };
        args.injector(DialectKind::Rig, LineConfig::UNPACED)
    }

    fn refused(fault: &str) -> String {
        injector(&[fault]).expect_err(fault).what
    }

    #[test]
    fn faults_of_line_and_module_are_taken_with_and_without_a_moment() {
        assert!(injector(&[]).unwrap().is_none());
        let faults = [
            r#"line = { to = "host", at = 9, what = "wrong-crc" }"#,
            r#"line = { to = "module", per_million = 10, what = "drop-byte" }"#,
            r#"{ line = { to = "module", what = { jitter = { us = 300 } } } }"#,
            r#"in phase stream: line = { to = "module", what = "lost-ack" }"#,
            "at offset 4096:module={gap={at_bytes=0,len=16}}",
        ];
        assert!(injector(&faults).unwrap().is_some());
    }

    #[test]
    fn what_cannot_be_injected_is_told_with_its_reason() {
        for (fault, why) in [
            ("cut_after = { operations = 9 }", "are out of reach"),
            ("now: host_hangs = { at = \"boot\" }", "are out of reach"),
            ("corrupt_image = { at = 9 }", "damage it before"),
            (
                r#"now: line = { to = "host", per_million = 1, what = "drop-byte" }"#,
                "cannot begin at a moment",
            ),
            ("tomorrow: wear_out = { erases = 1 }", "a moment is `now`"),
            (
                r#"line = { to = "host", what = "drop-byte" }"#,
                "either `at` or",
            ),
            (
                r#"line = { to = "host", at = 1, what = "x" }"#,
                "unknown variant",
            ),
            ("", "there is none"),
            ("now:", "there is none"),
            (":::", "a moment is `now`"),
        ] {
            let told = refused(fault);
            assert!(told.contains(why), "{fault}: {told}");
        }
        let many = vec!["module={oversize={at_bytes=0}}"; FAULTS_MAX + 1];
        let told = injector(&many).expect_err("too many").what;
        assert!(told.contains("65 times"), "{told}");
    }
}
