//! Each code of the patcher, and the scenario that brings it about by its real cause.

use fixtures::Scenario;
use fixtures::scenario::{parse, shipped_text};
use protocol_spec::Status;
use protocol_spec::codes::Kind;

use crate::spec::table;

/// Code and scenario.
const SCENARIOS: [(u8, &str); 31] = [
    (0, "rig-patch-nrf52840"),
    (1, "rig-patch-new-checksum"),
    (3, "rig-patch-small-ram"),
    (16, "rig-patch-data-behind"),
    (17, "rig-patch-source-outside"),
    (18, "rig-patch-no-status"),
    (19, "rig-patch-operation"),
    (20, "rig-patch-stopped-host"),
    (21, "rig-patch-wrong-base"),
    (22, "rig-patch-two-copies"),
    (23, "rig-patch-wrong-board"),
    (24, "rig-patch-file-crc"),
    (32, "rig-patch-slot-erase"),
    (33, "rig-patch-slot-program"),
    (34, "rig-patch-no-scratch"),
    (35, "rig-patch-source-gone"),
    (36, "rig-patch-source-split"),
    (37, "rig-patch-segment-length"),
    (38, "rig-patch-scratch-erase"),
    (39, "rig-patch-scratch-program"),
    (40, "rig-patch-staging-read"),
    (41, "rig-patch-unprepared"),
    (48, "rig-patch-no-file"),
    (49, "rig-patch-short-head"),
    (51, "rig-patch-no-marks"),
    (52, "rig-patch-odd-marks"),
    (53, "rig-patch-slot-read"),
    (54, "rig-patch-map"),
    (55, "rig-patch-again"),
    (57, "rig-patch-open"),
    (58, "rig-patch-never-confirmed"),
];

fn scenario(name: &str) -> Scenario {
    let text = shipped_text(name).unwrap_or_else(|| panic!("{name} is not shipped"));
    parse(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub(crate) fn code_table() -> String {
    let rows = SCENARIOS.map(|(code, name)| {
        let title = scenario(name).title;
        let (what, _) = title.rsplit_once(": ").unwrap_or((&title, ""));
        let code = Status(code).to_string();
        [code, format!("`{name}`"), what.to_owned()]
    });
    table(["code", "scenario", "what happens"], rows.into_iter())
}

#[test]
fn every_code_of_the_patcher_has_a_scenario_that_expects_it() {
    for (code, name) in SCENARIOS {
        let scenario = scenario(name);
        assert_eq!(scenario.expect.code, Some(code), "{name}");
        assert!(scenario.patch.is_some(), "{name} sends no patch");
    }
    let codes = SCENARIOS.map(|(code, _)| code);
    for code in 0..=u8::MAX {
        let row = Status(code).row();
        let raised = row.is_some_and(|row| {
            row.kind == Kind::Assigned && row.raised_by.contains("patch applier")
        });
        assert!(!raised || codes.contains(&code), "{code} has no scenario");
    }
}
