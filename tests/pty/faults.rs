//! Faults of line and protocol on a real port, injected by the program that updates.

use rig_tests::{json_lines, run, stdout};
use serde_json::Value;

use super::{Place, start};

fn hosted(place: &Place, dialect: &str) -> rig_tests::Running {
    place.image(&["--format", "raw", "--size", "20000", "--version", "2.0"]);
    let board = ["--board", "nrf52840", "--dialect", dialect];
    place.host(&[&board[..], &["--time-scale", "0"]].concat())
}

fn update(place: &Place, dialect: &str, more: &[&str]) -> Vec<String> {
    let mut args = place.update(dialect, "2.0");
    args.extend(more.iter().map(|word| (*word).to_owned()));
    args
}

#[test]
fn a_wrong_crc_on_a_port_is_sent_again_and_told_everywhere() {
    let place = Place::new();
    let _host = hosted(&place, "rig");
    let (capture, report) = (place.path("c.pcapng"), place.path("report"));
    let fault = "at frame 4: line = { to = \"host\", what = \"wrong-crc\" }";
    let never = "line = { to = \"module\", at = 90000, what = \"drop-frame\" }";
    let faults = ["--fault", fault, "--fault", never];
    let files = ["--capture", &capture, "--report", &report];
    let mut updating = start(&update(&place, "rig", &[faults, files].concat()));
    let struck = updating.wait_event("struck");
    let words = "spoil the content of frame 4 to the host";
    assert_eq!(struck["text"], words);
    let (code, verdict) = updating.end();
    assert_eq!((code, &verdict["class"]), (0, &"pass".into()), "{verdict}");
    assert_eq!(
        (&verdict["faults_armed"], &verdict["faults_struck"]),
        (&2.into(), &1.into())
    );
    assert!(verdict["retransmits"].as_u64() > Some(0), "{verdict}");
    let notes = verdict["notes"].as_array().expect("notes");
    let told = |end: &str| {
        notes
            .iter()
            .any(|note| note.as_str().is_some_and(|it| it.ends_with(end)))
    };
    assert!(told(words) && told("what = \"drop-frame\" }"), "{notes:?}");

    let transcript = std::fs::read_to_string(format!("{report}/transcript.txt")).expect("written");
    assert!(
        transcript.contains(&format!("  fault             {words}")),
        "{transcript}"
    );
    let last = transcript.lines().last().expect("a verdict");
    assert!(
        last.ends_with("(2 faults injected on purpose, 1 struck)"),
        "{last}"
    );
    let packets = json_lines(&run(&["decode", &capture, "--json"]).stdout);
    let holds = |line: &Value| {
        line["comments"]
            .to_string()
            .contains(&format!("fault: {words}"))
    };
    assert_eq!(packets.iter().filter(|line| holds(line)).count(), 1);
}

#[test]
fn an_acknowledgement_that_is_lost_costs_a_repetition() {
    let place = Place::new();
    let _host = hosted(&place, "ayla");
    let fault = "at offset 8000: line = { to = \"module\", what = \"lost-ack\" }";
    let (code, verdict) = start(&update(&place, "ayla", &["--fault", fault])).end();
    assert_eq!(code, 0, "{verdict}");
    assert_eq!(
        (&verdict["faults_armed"], &verdict["faults_struck"]),
        (&1.into(), &1.into())
    );
    assert!(verdict["retransmits"].as_u64() > Some(0), "{verdict}");
}

#[test]
fn a_mistake_of_the_module_ends_in_the_code_of_the_host() {
    let place = Place::new();
    let _host = hosted(&place, "rig");
    let fault = "module = { wrong_size = { add = 100 } }";
    let args = update(&place, "rig", &["--fault", fault]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let out = run(&args);
    let text = stdout(&out);
    assert_eq!(out.status.code(), Some(1), "{text}");
    assert!(text.starts_with("HOST FAILED"), "{text}");
    let said = text.lines().nth(1).unwrap_or_default();
    assert!(
        text.contains("  faults     1 fault injected on purpose, 1 struck\n"),
        "{said}"
    );
    assert!(text.contains("  code       "), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
}
