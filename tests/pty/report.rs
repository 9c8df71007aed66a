//! What an update leaves behind in a report folder, against what it said.

use serde_json::Value;

use rig_tests::{json_lines, run};

use super::Place;

const FRAME_ENDS: [(&str, &str); 2] = [
    ("to_host", "module -> host"),
    ("to_module", "host -> module"),
];

#[test]
fn the_report_of_a_pass_holds_what_was_said() {
    let place = Place::new();
    place.image(&["--format", "raw", "--size", "20000", "--version", "2.0"]);
    let _host = place.host(&[
        "--board",
        "nrf52840",
        "--dialect",
        "rig",
        "--time-scale",
        "0",
    ]);
    let folder = place.path("unit 7");
    let mut args = place.update("rig", "2.0");
    args.extend(["--json", "--report", &folder].map(str::to_owned));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let out = run(&args);
    let said = json_lines(&out.stdout);
    let verdict = said.last().expect("a verdict");
    assert_eq!(out.status.code(), Some(0), "{verdict}");
    assert_eq!(verdict["pass"], true);

    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).expect(name);
    let written: Value = serde_json::from_str(&read("verdict.json")).expect("JSON");
    assert_eq!(&written, verdict);
    let transcript = read("transcript.txt");
    assert_eq!(dialogue_written(&transcript), dialogue_said(&said));
    let last = transcript.lines().last().expect("a line");
    let headline = verdict["headline"].as_str().expect("a headline");
    assert!(
        last.contains("verdict  ") && last.ends_with(headline),
        "{last}"
    );
}

/// Who said what, by the frames on standard output.
fn dialogue_said(lines: &[Value]) -> Vec<String> {
    let frames = lines.iter().filter(|line| line["event"] == "frame");
    let said = |frame: &Value| {
        let end = FRAME_ENDS
            .iter()
            .find(|(end, _)| frame["direction"] == *end);
        let (_, speakers) = end.expect("a direction");
        format!("{speakers} {}", frame["summary"].as_str().expect("words"))
    };
    frames.map(said).collect()
}

/// Who said what, by the lines of a transcript.
fn dialogue_written(transcript: &str) -> Vec<String> {
    let said = |line: &str| {
        let (_, who) = FRAME_ENDS.iter().find(|(_, who)| line.contains(*who))?;
        let words = line.split_once(*who)?.1.trim_start();
        Some(format!("{who} {words}"))
    };
    transcript.lines().filter_map(said).collect()
}
