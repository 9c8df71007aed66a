//! `--json`: one object per line, a start line with the schema, the verdict last.

use rig_tests::{json_lines, run};

#[test]
fn every_command_begins_with_the_schema_and_ends_with_a_verdict() {
    for args in [
        &["explain", "24", "--json"][..],
        &["explain", "--json"],
        &["ports", "--json"],
        &["run", "--list", "--json"],
        &["run", "rig-refused", "--json"],
        &["host", "--list", "--json"],
        &["host", "--board", "nrf52840", "--map", "--json"],
    ] {
        let lines = json_lines(&run(args).stdout);
        assert_eq!(lines[0]["event"], "start", "{args:?}");
        assert_eq!(lines[0]["schema"], bridge::json::SCHEMA, "{args:?}");
        let last = lines.last().unwrap();
        assert_eq!(
            (&last["event"], &last["pass"]),
            (&"verdict".into(), &true.into()),
            "{args:?}"
        );
    }
}

#[test]
fn the_verdict_is_the_last_line_and_agrees_with_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let unmet = folder.path().join("unmet.toml");
    let text = "version = 1\ntitle = \"a good host that should fail\"\nboard = \"nrf52840\"\n\
                dialect = \"rig\"\nimage = { size = 5000, version = \"1.1\" }\n\
                expect = { class = \"host-failed\" }\n";
    std::fs::write(&unmet, text).unwrap();
    let missing = [
        "update",
        "--port",
        "/dev/none",
        "--dialect",
        "rig",
        "--version",
        "1",
    ];
    let mut missing = missing.to_vec();
    missing.extend(["--image", "/none", "--json"]);
    for (args, code, class) in [
        (&["run", "rig-nrf52840", "--json"][..], 0, "pass"),
        (
            &["run", unmet.to_str().unwrap(), "--json"],
            1,
            "host-failed",
        ),
        (&["run", "no-such-scenario", "--json"], 2, "rig-error"),
        (&["update", "--json"], 2, "rig-error"),
        (missing.as_slice(), 2, "rig-error"),
    ] {
        let out = run(args);
        let lines = json_lines(&out.stdout);
        let last = lines.last().unwrap();
        let text = String::from_utf8(out.stdout.clone()).unwrap();
        let first_keys = format!("{{\"event\":\"verdict\",\"pass\":{},\"status\":", code == 0);
        assert!(
            text.lines().last().unwrap().starts_with(&first_keys),
            "{args:?}"
        );
        assert_eq!(last["event"], "verdict", "{args:?}");
        assert_eq!(last["class"], class, "{args:?}");
        assert_eq!(last["pass"], code == 0, "{args:?}");
        assert_eq!(last["exit_code"], code, "{args:?}");
        assert_eq!(out.status.code(), Some(code), "{args:?}");
        let verdicts = lines
            .iter()
            .filter(|line| line["event"] == "verdict")
            .count();
        assert_eq!(verdicts, 1, "{args:?}");
    }
}

#[test]
fn the_events_of_an_update_are_there() {
    let lines = json_lines(&run(&["run", "rig-nrf52840", "--json"]).stdout);
    for event in [
        "job",
        "phase",
        "host",
        "frame",
        "progress",
        "restarted",
        "report",
        "host_note",
    ] {
        assert!(
            lines.iter().any(|line| line["event"] == event),
            "no {event}"
        );
    }
    let times: Vec<u64> = lines
        .iter()
        .filter(|line| line["event"] == "frame")
        .map(|line| line["t_us"].as_u64().unwrap())
        .collect();
    assert!(times.is_sorted() && times.len() > 10);
}

#[test]
fn hostile_version_texts_stay_escaped() {
    for scenario in ["rig-lies-version-control", "ayla-lies-version-control"] {
        for args in [&["run", scenario][..], &["run", scenario, "--json"]] {
            let out = run(args);
            let harmless = |byte: &u8| *byte == b'\n' || (b' '..=b'~').contains(byte);
            assert!(out.stdout.iter().all(harmless), "{args:?}");
        }
    }
}
