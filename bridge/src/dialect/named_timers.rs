//! Every settable wait of both dialects by name: the command line sets them, SPEC.md lists them.

use core::time::Duration;

use super::ayla::AylaConfig;
use super::rig::RigConfig;
use crate::job::{DialectConfig, DialectKind};

/// A wait that can be set by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NamedTimer {
    /// Lower case, words joined by hyphens.
    pub name: &'static str,
    /// What is waited for.
    pub purpose: &'static str,
    /// Its value when nobody sets it.
    pub default: Duration,
}

/// The timers of a dialect, in the order in which an update meets them.
#[must_use]
pub fn named_timers(dialect: DialectKind) -> Vec<NamedTimer> {
    match dialect {
        DialectKind::Ayla => rows(AYLA, &mut AylaConfig::default()),
        DialectKind::Rig => rows(RIG, &mut RigConfig::default()),
    }
}

/// Sets the timer `name`; returns whether the dialect has one of that name.
pub fn set_timer(config: &mut DialectConfig, name: &str, value: Duration) -> bool {
    match config {
        DialectConfig::Ayla(config) => set(AYLA, config, name, value),
        DialectConfig::Rig(config) => set(RIG, config, name, value),
    }
}

/// Name, purpose, and where the value lies.
type Row<C> = (&'static str, &'static str, fn(&mut C) -> &mut Duration);

fn rows<C>(table: &[Row<C>], config: &mut C) -> Vec<NamedTimer> {
    let row = |(name, purpose, value): &Row<C>| NamedTimer {
        name,
        purpose,
        default: *value(config),
    };
    table.iter().map(row).collect()
}

fn set<C>(table: &[Row<C>], config: &mut C, name: &str, value: Duration) -> bool {
    let row = table.iter().find(|(known, _, _)| *known == name);
    row.map(|(_, _, place)| *place(config) = value).is_some()
}

const AYLA: &[Row<AylaConfig>] = &[
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
    (
        "stall",
        "ACK of the next block, or of the CONFIRM of the report",
        |config| &mut config.stall,
    ),
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
    (
        "late-status",
        "status that may follow the report",
        |config| &mut config.late_status,
    ),
    ("settle", "time to write the confirmation", |config| {
        &mut config.settle
    }),
];

const RIG: &[Row<RigConfig>] = &[
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
    ("request-max", "a request, busy hints or not", |config| {
        &mut config.request_max
    }),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields that print as a time.
    fn durations(debug: &str) -> usize {
        let is_time = |value: &str| {
            let number = value.trim_end_matches(['m', 's', 'µ', 'n']);
            number.len() < value.len() && number.parse::<f64>().is_ok()
        };
        let fields = debug.split(['{', '}', ',']);
        let values = fields.filter_map(|field| field.split_once(": "));
        values.filter(|(_, value)| is_time(value.trim())).count()
    }

    #[test]
    fn every_time_of_a_configuration_has_a_name() {
        let ayla = format!("{:?}", AylaConfig::default());
        assert_eq!(durations(&ayla), AYLA.len(), "{ayla}");
        let rig = format!("{:?}", RigConfig::default());
        assert_eq!(durations(&rig), RIG.len(), "{rig}");
    }

    #[test]
    fn each_name_sets_a_wait_of_its_own() {
        let defaults = [
            DialectConfig::Ayla(AylaConfig::default()),
            DialectConfig::Rig(RigConfig::default()),
        ];
        for default in defaults {
            let mut seen = Vec::new();
            for timer in named_timers(default.kind()) {
                let mut config = default.clone();
                assert!(set_timer(
                    &mut config,
                    timer.name,
                    Duration::from_secs(77_777)
                ));
                let text = format!("{config:?}");
                assert!(!seen.contains(&text), "{} is not alone", timer.name);
                seen.push(text);
            }
        }
    }
}
