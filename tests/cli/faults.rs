//! Faults of `otarig run` that strike nothing: refused where they never can, else told.

use rig_tests::{json_lines, run, stdout};

fn with_faults(faults: &[&str], more: &[&str]) -> std::process::Output {
    let faults = faults.iter().flat_map(|fault| ["--fault", *fault]);
    let args: Vec<&str> = ["run", "rig-nrf51822"].into_iter().chain(faults).collect();
    run(&[&args[..], more].concat())
}

/// The text without its line ends.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_can_strike_nothing_is_refused() {
    for (fault, why) in [
        (
            "cut_after={operations=9223372036854775808}",
            "column 23: invalid value: integer `9223372036854775808`, expected 0 to \
             9223372036854775807 operations",
        ),
        ("cut_after={operations=-1}", "integer `-1`, expected 0 to"),
        (
            "fill_flash={area=\"slot\",at=4000000000,len=4000000000,value=1}",
            "fill_flash of slot at 4000000000: 4000000000 bytes there go beyond the area of \
             114688 bytes",
        ),
        (
            "fill_flash={area=\"slot\",at=114687,len=2,value=1}",
            "beyond the area",
        ),
        (
            "fill_flash={area=\"slot\",at=0,len=0,value=1}",
            "integer `0`, expected 1 to",
        ),
        (
            "fill_flash={area=\"marks\",at=0,len=4,value=1}",
            "this two-slot host has no marks",
        ),
        (
            "break_flash={area=\"marks\",operation=\"erase\"}",
            "this two-slot host has no marks",
        ),
        (
            "module={gap={at_bytes=30000,len=5}}",
            "module gap at 30000 lies beyond the image of 30000 bytes",
        ),
        (
            "host_reset={at_bytes=99999999}",
            "host_reset at 99999999 lies beyond the image",
        ),
    ] {
        let out = with_faults(&[fault], &[]);
        let text = stdout(&out);
        assert_eq!(out.status.code(), Some(2), "{fault}: {text}");
        assert!(flat(&text).contains(why), "{fault}: {text}");
    }
}

#[test]
fn what_only_did_not_come_is_told() {
    let far = r#"line={to="host",at=4000000000,what="drop-byte"}"#;
    let near = r#"line={to="host",at=40,what="drop-byte"}"#;
    for (faults, told) in [
        (
            &[near, far][..],
            &["fault 2 of 2, line to host at 4000000000, never struck"][..],
        ),
        (
            &["cut_after={operations=9223372036854775807}"],
            &["fault 1 of 1, cut_after 9223372036854775807 flash operations, never struck"],
        ),
        (
            &[
                r#"break_flash={area="scratch",operation="read",after=1000000}"#,
                near,
                r#"break_flash={area="slot",operation="erase",times=1}"#,
                "host_hangs={at=\"offer\"}",
            ],
            &[
                "fault 1 of 4, break_flash of scratch at read, never struck",
                "fault 3 of 4, break_flash of slot at erase, never struck",
            ],
        ),
        (&["host_reset={at_bytes=512}", near], &[]),
        (&["wear_out={erases=0}"], &[]),
        (
            &[
                "module={wrong_size={add=1}}",
                "module={gap={at_bytes=512,len=5}}",
            ],
            &[],
        ),
        (
            &[
                r#"fill_flash={area="scratch",at=0,len=4,value=0}"#,
                r#"break_flash={area="slot",operation="erase",since="start"}"#,
            ],
            &[],
        ),
        (
            &[
                "cut_after={operations=900000}",
                "cut_after={operations=5}",
                r#"line={to="host",what={jitter={us=5}}}"#,
            ],
            &["fault 1 of 3, cut_after 900000 flash operations, never struck"],
        ),
        (
            &[
                "reset_unconfirmed={after_ms=4000000000}",
                "wear_out={erases=9999}",
            ],
            &[
                "fault 1 of 2, reset_unconfirmed after 4000000000 ms, never struck",
                "fault 2 of 2, wear_out after 9999 erases, never struck",
            ],
        ),
    ] {
        let (text, json) = (with_faults(faults, &[]), with_faults(faults, &["--json"]));
        let verdict = json_lines(&json.stdout).pop().unwrap();
        let notes = verdict["notes"].as_array().unwrap();
        let notes = notes.iter().filter_map(|note| note.as_str());
        let notes: Vec<&str> = notes
            .filter(|note| note.ends_with("never struck"))
            .collect();
        assert_eq!(notes, told, "{faults:?}: {verdict}");
        let shown = flat(&stdout(&text));
        assert!(told.iter().all(|note| shown.contains(note)), "{shown}");
        assert_eq!(text.status.code(), json.status.code());
    }
    assert_eq!(with_faults(&[far], &[]).status.code(), Some(0));
}

#[test]
fn a_line_of_the_text_fits_80_columns_unless_it_is_a_command() {
    for args in [
        &["run", "rig-nrf51822", "--seed", "18446744073709551615"][..],
        &["run", "rig-lies-version", "--cut", "5:after"],
        &["host", "--list"],
        &["image", "make", "--help"],
    ] {
        let text = stdout(&run(args));
        let wide = |line: &&str| line.chars().count() > 80 && !line.starts_with("    otarig ");
        assert_eq!(text.lines().find(wide), None, "{args:?}");
    }
}

#[test]
fn what_a_port_puts_out_of_reach_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("new.bin");
    std::fs::write(&image, [1; 100]).unwrap();
    let image = image.to_str().unwrap();
    for (fault, why) in [
        ("cut_after = { operations = 9 }", "are out of reach"),
        (
            "in phase boot: wear_out = { erases = 1 }",
            "are out of reach",
        ),
        (
            "in phase lunch: wear_out = { erases = 1 }",
            "a moment is `now`",
        ),
        (
            "line = { to = \"host\", what = \"drop-byte\" }",
            "either `at` or",
        ),
        ("line = { to = \"host\", at = 1 }", "missing field"),
    ] {
        let words = ["--image", image, "--version", "1", "--fault", fault];
        let port = ["update", "--port", "/dev/null", "--dialect", "rig"];
        let out = run(&[&port[..], &words].concat());
        let text = stdout(&out);
        assert_eq!(out.status.code(), Some(2), "{fault}: {text}");
        assert!(flat(&text).contains(why), "{fault}: {text}");
        assert!(text.contains("  next step"), "{text}");
    }
}

#[test]
fn the_verdict_of_a_run_says_how_many_faults_there_were() {
    let near = r#"line={to="host",at=40,what="drop-byte"}"#;
    let far = r#"line={to="host",at=4000000000,what="drop-byte"}"#;
    for (faults, armed, struck) in [(&[near, far][..], 2, 1), (&[], 0, 0)] {
        let out = with_faults(faults, &["--json"]);
        let verdict = json_lines(&out.stdout).pop().unwrap();
        assert_eq!(verdict["faults_armed"], armed, "{verdict}");
        assert_eq!(verdict["faults_struck"], struck, "{verdict}");
        let text = stdout(&with_faults(faults, &[]));
        let told = text.contains("  faults     2 faults injected on purpose, 1 struck");
        assert_eq!(told, armed > 0, "{text}");
    }
}
