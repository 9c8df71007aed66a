//! Shipped scenarios as dialogues: the accepted transcripts, and that a second run gives the same
//! bytes.
//!
//! After a wanted change: `INSTA_UPDATE=always cargo test -p rig-tests --test transcripts`, then
//! read the difference as prose before accepting it.

use bridge::bench::run;
use fixtures::scenario::{Scenario, parse, shipped, shipped_text};

/// Scenarios whose whole dialogue is kept.
const KEPT: [&str; 20] = [
    "ayla-head-stm32f303",
    "ayla-head-corrupt",
    "ayla-reset-restart",
    "ayla-same-version",
    "ayla-too-large",
    "ayla-refused",
    "ayla-silent-host",
    "ayla-fall-back",
    "ayla-lies-version-control",
    "rig-nrf52840",
    "rig-reset-resume",
    "rig-power-cut-resume",
    "rig-fall-back",
    "rig-wrong-digest",
    "rig-garbage",
    "rig-unknown-code",
    "rig-download-resume",
    "rig-patch-nrf52840",
    "rig-patch-power-cut",
    "rig-patch-recovers",
];

fn scenario(name: &str) -> Scenario {
    let text = shipped_text(name).unwrap_or_else(|| panic!("{name} is not shipped"));
    parse(text).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

#[test]
fn transcripts_are_the_accepted_ones() {
    for name in KEPT {
        let outcome = run(&scenario(name), None);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, outcome.transcript);
        });
    }
}

#[test]
fn the_same_scenario_and_seed_give_the_same_bytes() {
    for (name, _) in shipped() {
        let scenario = scenario(name);
        let first = run(&scenario, Some(17));
        assert_eq!(first, run(&scenario, Some(17)), "{name}");
    }
}

#[test]
fn every_shipped_scenario_ends_as_it_expects() {
    for (name, _) in shipped() {
        let outcome = run(&scenario(name), None);
        let unmet = outcome.unmet.join("\n");
        assert!(unmet.is_empty(), "{name}: {unmet}\n{}", outcome.transcript);
    }
}

#[test]
fn transcripts_have_fixed_columns_and_no_odd_bytes() {
    for (name, _) in shipped() {
        let transcript = run(&scenario(name), None).transcript;
        for line in transcript.lines() {
            assert!(
                line.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
                "{name}: {line:?}"
            );
            assert_eq!(line.get(12..14), Some("  "), "{name}: {line}");
        }
    }
}
