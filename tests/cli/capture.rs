//! `--capture` and `otarig decode`.

use std::fs;

use rig_tests::{json_lines, run, stdout};

/// A capture of a run, in its folder.
fn captured(scenario: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.pcapng");
    let file = file.to_str().unwrap().to_owned();
    let out = run(&["run", scenario, "--capture", &file]);
    assert_eq!(out.status.code(), Some(0), "{}", stdout(&out));
    (folder, file)
}

#[test]
fn a_capture_is_decoded_frame_by_frame() {
    for scenario in ["rig-nrf52840", "ayla-nrf52840"] {
        let (_folder, file) = captured(scenario);
        let out = run(&["decode", &file, "--json"]);
        assert_eq!(out.status.code(), Some(0));
        let lines = json_lines(&out.stdout);
        let (verdict, packets) = lines.split_last().unwrap();
        let packets = &packets[1..];
        assert_eq!(verdict["packets"], packets.len());
        assert_eq!(verdict["frames"], packets.len());
        assert_eq!(
            (&verdict["stray"], &verdict["foreign"]),
            (&0.into(), &0.into())
        );
        let answered = packets.iter().filter(|it| it["answers"].is_u64()).count();
        assert!(answered > 10, "{answered}");
        let text = stdout(&run(&["decode", &file]));
        assert!(text.contains("verdict pass"), "{text}");
    }
}

#[test]
fn the_same_run_gives_the_same_capture() {
    for scenario in ["rig-nrf52840", "rig-line-noise", "ayla-reset-restart"] {
        let (_one, file) = captured(scenario);
        let (_other, again) = captured(scenario);
        assert!(
            fs::read(file).unwrap() == fs::read(again).unwrap(),
            "{scenario}"
        );
    }
}

/// Every comment of a capture, by `otarig decode`.
fn comments(file: &str) -> Vec<String> {
    let lines = json_lines(&run(&["decode", file, "--json"]).stdout);
    let of = |line: &serde_json::Value| {
        let comments = line["comments"].as_array().cloned().unwrap_or_default();
        comments
            .into_iter()
            .filter_map(|it| it.as_str().map(str::to_owned))
    };
    lines.iter().flat_map(of).collect()
}

#[test]
fn faults_that_strike_are_comments() {
    for (scenario, wanted) in [
        (
            "rig-line-flip",
            "fault: flip bits 04 of byte 5000 to the host",
        ),
        ("rig-module-gap", "fault: module gap at 8000"),
        ("ayla-reset-restart", "fault: host_reset at 10000"),
    ] {
        let (_folder, file) = captured(scenario);
        let comments = comments(&file);
        let told = comments.iter().filter(|it| it.starts_with("fault: "));
        assert_eq!(told.collect::<Vec<_>>(), [wanted], "{scenario}");
        let lines = json_lines(&run(&["run", scenario, "--json"]).stdout);
        let struck = lines.iter().filter(|it| it["event"] == "struck");
        let struck: Vec<_> = struck
            .map(|it| format!("fault: {}", it["text"].as_str().unwrap()))
            .collect();
        assert_eq!(struck, [wanted], "{scenario}");
    }
}

#[test]
fn a_run_with_power_cuts_has_nothing_to_capture() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("none.pcapng");
    let file = file.to_str().unwrap();
    let args = [
        "run",
        "rig-nrf51822",
        "--cut",
        "17:prefix",
        "--capture",
        file,
    ];
    let out = run(&args);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        stdout(&out).contains("with power cuts has no"),
        "{}",
        stdout(&out)
    );
    assert!(!std::path::Path::new(file).exists());
}

#[test]
fn a_capture_that_cannot_be_played_is_told() {
    let (folder, file) = captured("rig-nrf52840");
    let whole = fs::read(&file).unwrap();
    let other = folder.path().join("other");
    let other = other.to_str().unwrap();
    for (bytes, what) in [
        (&whole[..whole.len() - 7], "in the middle of a block"),
        (b"no capture at all, but a text", "does not begin as"),
        (&whole[..92], "no frame from the module"),
    ] {
        fs::write(other, bytes).unwrap();
        let out = run(&["replay", other]);
        let text = stdout(&out).replace("\n             ", " ");
        assert!(text.contains(what), "{text}");
        assert_eq!(out.status.code(), Some(2));
    }
    let out = run(&["replay", "/no/such/file", "--json"]);
    assert_eq!(out.status.code(), Some(2));
    assert_eq!(
        json_lines(&out.stdout).last().unwrap()["class"],
        "rig-error"
    );
}

#[test]
fn a_replay_to_which_no_module_comes_ends() {
    let (_folder, file) = captured("rig-nrf52840");
    let out = run(&["replay", &file, "--wait", "1", "--json"]);
    let lines = json_lines(&out.stdout);
    let verdict = lines.last().unwrap();
    assert_eq!(out.status.code(), Some(3), "{verdict}");
    assert_eq!(
        (&verdict["class"], &verdict["heard"]),
        (&"link-error".into(), &0.into())
    );
}

#[test]
fn a_file_that_is_no_capture_or_ends_too_early_is_told() {
    let (folder, file) = captured("rig-nrf52840");
    let whole = fs::read(&file).unwrap();
    let other = folder.path().join("other");
    let other = other.to_str().unwrap();
    for (bytes, what) in [
        (&whole[..whole.len() - 7], "in the middle of a block"),
        (b"no capture at all, but a text", "does not begin as"),
        (b"", "does not begin as"),
    ] {
        fs::write(other, bytes).unwrap();
        let out = run(&["decode", other]);
        let text = stdout(&out).replace("\n             ", " ");
        assert!(text.contains(what), "{text}");
        assert_eq!(out.status.code(), Some(2));
    }
    assert_eq!(run(&["decode", "/no/such/file"]).status.code(), Some(2));
}

#[test]
fn a_capture_is_never_written_over_what_the_run_reads_or_writes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("both");
    let file = file.to_str().unwrap();
    let out = run(&[
        "run",
        "rig-nrf52840",
        "--capture",
        file,
        "--transcript",
        file,
    ]);
    assert_eq!(out.status.code(), Some(2));
}
