//! `otarig coverage`: the table, the JSON, and the exit code when a code is missing.

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
fn a_code_that_is_missing_is_no_pass() {
    let out = run(&["coverage", "--only", "rig-download"]);
    assert_eq!(out.status.code(), Some(1));
    let text = stdout(&out);
    assert!(text.contains("MISSING") && text.contains("FAIL"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert_eq!(text, stdout(&run(&["coverage", "--only", "rig-download"])));
}
