//! `otarig coverage`: the table, the JSON, and the exit code.

use protocol_spec::codes::{Kind, Status};
use rig_tests::{json_lines, run, stdout};

#[test]
fn all_scenarios_reach_every_assigned_code() {
    let out = run(&["coverage", "--json"]);
    let verdict = json_lines(&out.stdout).pop().unwrap();
    assert_eq!(out.status.code(), Some(0), "{verdict}");
    let assigned: Vec<u8> = Status::TABLE
        .iter()
        .filter(|row| row.kind == Kind::Assigned)
        .map(|row| row.number)
        .collect();
    assert_eq!(verdict["codes_reached"], serde_json::json!(assigned));
    assert_eq!(verdict["codes_missing"], serde_json::json!([]));
    assert_eq!(verdict["unexpected"], serde_json::json!([]));
    assert!(verdict["transitions"].as_u64() > Some(200), "{verdict}");
    assert!(verdict["transitions_missing"].is_u64(), "{verdict}");
}

#[test]
fn some_scenarios_need_not_reach_everything() {
    let out = run(&["coverage", "--only", "rig-download"]);
    assert_eq!(out.status.code(), Some(0));
    let text = stdout(&out);
    assert!(text.contains("MISSING") && text.contains("PASS"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert_eq!(text, stdout(&run(&["coverage", "--only", "rig-download"])));
}

#[test]
fn a_name_that_no_scenario_has_is_refused() {
    let out = run(&["coverage", "--only", "rig-downlaod", "--json"]);
    let verdict = json_lines(&out.stdout).pop().unwrap();
    assert_eq!(out.status.code(), Some(2), "{verdict}");
    assert_eq!(verdict["headline"], "No scenario is selected");
}
