//! Pipes stay clean, files hold what the screen said, lists can be read by scripts.

use rig_tests::{json_lines, run, stdout};

const ESCAPE: u8 = 0x1b;

#[test]
fn no_control_code_reaches_a_pipe() {
    for args in [
        &["--help"][..],
        &["update", "--help"],
        &["explain"],
        &["explain", "24"],
        &["run", "rig-nrf52840"],
        &["run", "rig-refused"],
        &["host", "--list"],
        &["host", "--board", "stm32f405", "--map"],
        &["no-such-command"],
    ] {
        let out = run(args);
        assert!(!out.stdout.contains(&ESCAPE), "{args:?}");
        assert!(!out.stderr.contains(&ESCAPE), "{args:?}");
    }
}

#[test]
fn texts_fit_eighty_columns() {
    for args in [
        &["--help"][..],
        &["update", "--help"],
        &["host", "--help"],
        &["run", "--help"],
        &["run", "--list"],
        &["run", "rig-nrf52840"],
        &["run", "rig-lies-version-control"],
        &["host", "--list"],
        &["host", "--board", "nor128m", "--map"],
    ] {
        let text = stdout(&run(args));
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{args:?}: {line}");
        }
    }
}

#[test]
fn the_transcript_file_ends_with_the_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.txt");
    let out = run(&[
        "run",
        "rig-nrf52840",
        "--transcript",
        path.to_str().unwrap(),
    ]);
    assert_eq!(out.status.code(), Some(0));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.lines().last().unwrap().ends_with("ended as expected"),
        "{text}"
    );
    assert!(
        text.lines()
            .any(|line| line.contains("verdict           pass")),
        "{text}"
    );
}

#[test]
fn a_failed_run_says_how_to_replay_it() {
    let text = stdout(&run(&["run", "rig-lies-version", "--seed", "7"]));
    assert!(
        text.ends_with("  replay\n    otarig run rig-lies-version --seed 7\n"),
        "{text}"
    );
}

#[test]
fn a_report_folder_holds_the_verdict_even_when_nothing_could_start() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("unit 7");
    let out = run(&[
        "update",
        "--port",
        "127.0.0.1:1",
        "--dialect",
        "rig",
        "--version",
        "1",
        "--image",
        "/none",
        "--report",
        report.to_str().unwrap(),
        "--json",
    ]);
    let text = std::fs::read(report.join("verdict.json")).unwrap();
    let verdict: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(Some(&verdict), json_lines(&out.stdout).last());
    let transcript = std::fs::read_to_string(report.join("transcript.txt")).unwrap();
    assert!(transcript.contains("rig-error"), "{transcript}");
}

#[test]
fn lists_have_the_name_first() {
    let text = stdout(&run(&["host", "--list"]));
    assert!(text.starts_with("reference "), "{text}");
    for line in text.lines() {
        let kind = line.split_whitespace().nth(1);
        assert!(matches!(kind, Some("good" | "broken")), "{line}");
        assert!(line.len() <= 80, "{line}");
    }
}

#[test]
fn a_map_shows_every_area_of_its_layout() {
    let map = |layout: &str| {
        let options = ["--board", "stm32f405", "--layout", layout, "--map"];
        let out = run(&[&["host"], &options[..]].concat());
        assert_eq!(out.status.code(), Some(0));
        let text = stdout(&out);
        let first = text.lines().filter_map(|line| line.split(' ').next());
        first.map(str::to_owned).collect::<Vec<_>>()
    };
    for (layout, areas) in [
        ("two-slot", ["primary", "secondary"]),
        ("in-place", ["slot", "staging"]),
    ] {
        let shown = map(layout);
        for area in [areas[0], areas[1], "record", "scratch"] {
            assert!(shown.iter().any(|name| name == area), "{layout}: {shown:?}");
        }
    }
}

#[test]
fn an_image_is_made_the_same_twice() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str| {
        let path = folder.path().join(name);
        let out = run(&[
            "image",
            "make",
            "--format",
            "ayla-head",
            "--target",
            "stm32f3",
            "--size",
            "9000",
            "--version",
            "demo 1.1",
            "--seed",
            "5",
            "-o",
            path.to_str().unwrap(),
        ]);
        assert_eq!(out.status.code(), Some(0), "{}", stdout(&out));
        std::fs::read(path).unwrap()
    };
    let image = make("a.bin");
    assert_eq!(image.len(), 9000);
    assert_eq!(image, make("b.bin"));
}
