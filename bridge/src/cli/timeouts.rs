//! `--timeout NAME=SECONDS`: every named wait of both dialects.

use std::time::Duration;

use crate::dialect::{NamedTimer, named_timers, set_timer};
use crate::job::{DialectConfig, DialectKind};
use crate::text::add_field;
use crate::trouble::{Describe, Trouble};

/// `NAME=SECONDS` from the command line.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Timeout {
    name: String,
    value: Duration,
}

/// A timer that the dialect does not have.
#[derive(Debug, thiserror::Error)]
#[error("--timeout {name}: the {dialect} dialect has no such timer")]
pub(super) struct UnknownTimer {
    name: String,
    dialect: DialectKind,
    known: Vec<&'static str>,
}

/// Longest time that a timer takes, seconds.
const SECONDS_MAX: f64 = 86_400.0;

impl std::str::FromStr for Timeout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, seconds) = text.split_once('=').ok_or("NAME=SECONDS is wanted")?;
        let seconds: f64 = seconds
            .parse()
            .map_err(|_| "the seconds are not a number")?;
        if !(0.001..=SECONDS_MAX).contains(&seconds) {
            return Err(format!("0.001 to {SECONDS_MAX} seconds are possible"));
        }
        Ok(Self {
            name: name.to_owned(),
            value: Duration::from_secs_f64(seconds),
        })
    }
}

/// Sets timers of a dialect.
pub(super) fn set(config: &mut DialectConfig, timeouts: &[Timeout]) -> Result<(), UnknownTimer> {
    let dialect = config.kind();
    for Timeout { name, value } in timeouts {
        if !set_timer(config, name, *value) {
            let known = named_timers(dialect)
                .iter()
                .map(|timer| timer.name)
                .collect();
            return Err(UnknownTimer {
                name: name.clone(),
                dialect,
                known,
            });
        }
    }
    Ok(())
}

/// All timers with their defaults, for the help text.
pub(super) fn help() -> String {
    let mut out = String::from("Timers for --timeout NAME=SECONDS, dialect ayla:\n");
    add_table(&mut out, DialectKind::Ayla);
    out.push_str("\nDialect rig:\n");
    add_table(&mut out, DialectKind::Rig);
    out
}

fn add_table(out: &mut String, dialect: DialectKind) {
    for NamedTimer {
        name,
        purpose,
        default,
    } in named_timers(dialect)
    {
        let label = format!("  {name:<17} {:>6}", default.as_secs_f64());
        add_field(out, &label, 27, purpose);
    }
}

impl Describe for UnknownTimer {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "There is no such timer",
            self.to_string(),
            "each dialect has its own named timers",
            &format!("use one of {}", self.known.join(", ")),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::rig::RigConfig;

    #[test]
    fn unknown_names_and_odd_values_are_refused() {
        let timeout = "no-such=1".parse().unwrap();
        assert!(set(&mut DialectConfig::Rig(RigConfig::default()), &[timeout]).is_err());
        for text in [
            "offer",
            "offer=",
            "offer=x",
            "offer=0",
            "offer=-1",
            "offer=1e9",
            "offer=NaN",
        ] {
            assert!(text.parse::<Timeout>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_help_fits_the_screen() {
        assert!(
            help()
                .lines()
                .all(|line| line.len() <= crate::text::COLUMNS)
        );
    }
}
