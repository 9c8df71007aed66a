//! `--timeout NAME=SECONDS`: every named wait of both dialects.

use std::time::Duration;

use crate::dialect::ayla::AylaConfig;
use crate::dialect::rig::RigConfig;
use crate::job::{DialectConfig, DialectKind};
use crate::text::add_field;
use crate::trouble::{Describe, Trouble};

/// A timer by name: what it is for, and where its value lies.
type Named<C> = (&'static str, &'static str, fn(&mut C) -> &mut Duration);

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
    timeouts.iter().try_for_each(|timeout| match config {
        DialectConfig::Ayla(config) => set_one(AYLA, config, timeout, DialectKind::Ayla),
        DialectConfig::Rig(config) => set_one(RIG, config, timeout, DialectKind::Rig),
    })
}

fn set_one<C>(
    table: &[Named<C>],
    config: &mut C,
    timeout: &Timeout,
    dialect: DialectKind,
) -> Result<(), UnknownTimer> {
    let Some((_, _, value)) = table.iter().find(|(name, _, _)| *name == timeout.name) else {
        let known = table.iter().map(|(name, _, _)| *name).collect();
        return Err(UnknownTimer {
            name: timeout.name.clone(),
            dialect,
            known,
        });
    };
    *value(config) = timeout.value;
    Ok(())
}

/// All timers with their defaults, for the help text.
pub(super) fn help() -> String {
    let mut out = String::from("Timers for --timeout NAME=SECONDS, dialect ayla:\n");
    add_table(&mut out, AYLA, &mut AylaConfig::default());
    out.push_str("\nDialect rig:\n");
    add_table(&mut out, RIG, &mut RigConfig::default());
    out
}

fn add_table<C>(out: &mut String, table: &[Named<C>], config: &mut C) {
    for (name, purpose, value) in table {
        let label = format!("  {name:<17} {:>6}", value(config).as_secs_f64());
        add_field(out, &label, 27, purpose);
    }
}

const AYLA: &[Named<AylaConfig>] = &[
    (
        "link-ack",
        "a frame that is not acknowledged goes out again",
        |config| &mut config.link_ack,
    ),
    (
        "hello-repeat",
        "an unheard feature request goes out again",
        |config| &mut config.hello_repeat,
    ),
    (
        "hello-answer",
        "a heard feature request is asked anew",
        |config| &mut config.hello_answer,
    ),
    (
        "hello-give-up",
        "the host must have answered by then",
        |config| &mut config.hello_give_up,
    ),
    ("quiet", "silence before the offer", |config| {
        &mut config.quiet
    }),
    (
        "quiet-max",
        "the offer goes out even without silence",
        |config| &mut config.quiet_max,
    ),
    ("offer", "answer to the offer, erase included", |config| {
        &mut config.offer
    }),
    ("status", "status after the last block", |config| {
        &mut config.status
    }),
    ("status-probe", "status after one more question", |config| {
        &mut config.status_probe
    }),
    (
        "boot-delay",
        "from the boot order to the first question",
        |config| &mut config.boot_delay,
    ),
    ("restart", "restart after the boot order", |config| {
        &mut config.restart
    }),
    ("report", "version report after the restart", |config| {
        &mut config.report
    }),
    ("settle", "time to write the confirmation", |config| {
        &mut config.settle
    }),
];

const RIG: &[Named<RigConfig>] = &[
    (
        "hello-repeat",
        "an unanswered hello goes out again",
        |config| &mut config.hello_repeat,
    ),
    (
        "hello-give-up",
        "the host must have answered by then",
        |config| &mut config.hello_give_up,
    ),
    (
        "request-repeat",
        "an unanswered request goes out again",
        |config| &mut config.request_repeat,
    ),
    (
        "request-give-up",
        "a request must be answered by then",
        |config| &mut config.request_give_up,
    ),
    (
        "retransmit-min",
        "least wait for an acknowledgement",
        |config| &mut config.retransmit_min,
    ),
    (
        "retransmit-max",
        "most wait between two repetitions",
        |config| &mut config.retransmit_max,
    ),
    (
        "latency-assumed",
        "latency before one was measured",
        |config| &mut config.latency_assumed,
    ),
    ("credit-probe", "first question for more credit", |config| {
        &mut config.credit_probe
    }),
    ("stall", "no progress at all in the stream", |config| {
        &mut config.stall
    }),
    ("busy-max", "longest busy hint that is believed", |config| {
        &mut config.busy_max
    }),
    (
        "boot-delay",
        "from the boot order to the first hello",
        |config| &mut config.boot_delay,
    ),
    (
        "restart",
        "restart when the host states no limit",
        |config| &mut config.restart,
    ),
    (
        "restart-margin",
        "added to the host's own limit",
        |config| &mut config.restart_margin,
    ),
    (
        "restart-max",
        "longest restart limit that is believed",
        |config| &mut config.restart_max,
    ),
    ("report", "report after the restart", |config| {
        &mut config.report
    }),
    ("confirm", "confirmation after the report", |config| {
        &mut config.confirm
    }),
    (
        "ahead-min",
        "how far frames run ahead of the line",
        |config| &mut config.ahead_min,
    ),
];

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

    #[test]
    fn every_timer_can_be_set_by_its_name() {
        let mut config = DialectConfig::Ayla(AylaConfig::default());
        for (name, _, _) in AYLA {
            set(&mut config, &[format!("{name}=1").parse().unwrap()]).unwrap();
        }
        let DialectConfig::Ayla(mut config) = config else {
            panic!("the dialect changed")
        };
        assert!(
            AYLA.iter()
                .all(|(_, _, value)| *value(&mut config) == Duration::from_secs(1))
        );
    }

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
