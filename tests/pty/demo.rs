//! The demo, as a new user starts it: in real time, on a pty of its own.

use rig_tests::{json_lines, run, stdout};

#[test]
fn the_demo_passes_and_tells_it_in_json() {
    let out = run(&["demo", "--json"]);
    let lines = json_lines(&out.stdout);
    let verdict = lines.last().expect("a verdict");
    assert_eq!(out.status.code(), Some(0), "{verdict}");
    assert_eq!(verdict["event"], "verdict");
    assert_eq!(verdict["pass"], true);
    assert_eq!(verdict["content"], "digest");
    assert_eq!(verdict["confirmed"], "yes");
    assert_eq!(verdict["reported_version"], "1.1.0");
    assert_eq!(verdict["acked"], verdict["length"]);
    assert_eq!(lines[0]["command"], "demo");
    assert!(lines.iter().any(|line| line["event"] == "progress"));
}

#[test]
fn the_text_of_the_demo_is_plain_in_a_pipe() {
    let out = run(&["demo"]);
    assert_eq!(out.status.code(), Some(0));
    let text = stdout(&out);
    assert!(text.contains("\nPASS"), "{text}");
    assert!(text.contains("otarig update --port ./dut"), "{text}");
    for bytes in [&out.stdout, &out.stderr] {
        assert!(!bytes.contains(&0x1b), "{}", bytes.escape_ascii());
    }
}
