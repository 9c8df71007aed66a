//! `otarig sweep wire` and `sweep mixed`, and the lines that show a run again.

use rig_tests::{json_lines, run, stdout};

const SCENARIO: &str = r#"version = 1
title = "a small image in small pieces"
board = "nrf52840"
dialect = "rig"
image = { size = 2048, version = "1.1.0" }
module = { data_bytes = 256 }
expect = { class = "pass" }
"#;

/// A file with the scenario, with more lines at its top.
fn scenario(folder: &tempfile::TempDir, more: &str) -> String {
    let path = folder.path().join("small.toml");
    std::fs::write(&path, format!("{more}{SCENARIO}")).unwrap();
    path.display().to_string()
}

#[test]
fn a_sweep_of_the_line_counts_and_repeats_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = scenario(&folder, "");
    let args = ["sweep", "wire", &path, "--max-runs", "300", "--json"];
    let once = run(&args);
    assert_eq!(once.status.code(), Some(0), "{}", stdout(&once));
    assert_eq!(stdout(&once), stdout(&run(&args)));
    let lines = json_lines(&once.stdout);
    let verdict = lines.last().unwrap();
    assert_eq!(
        (&verdict["event"], &verdict["pass"]),
        (&"verdict".into(), &true.into())
    );
    assert!(verdict["operations"].as_u64().unwrap() > 2048);
    assert_eq!(verdict["executed"], verdict["runs"]);
    assert!(verdict["runs"].as_u64().unwrap() <= 300 && verdict["stride"].as_u64().unwrap() > 1);
    let count = |key: &str| verdict[key].as_u64().unwrap();
    assert_eq!(
        count("survived") + count("failed_honestly"),
        count("executed")
    );
    let zero = ["lies", "hangs", "mixes", "stuck"].map(count);
    assert_eq!(zero, [0; 4]);
    let text = stdout(&run(&args[..5]));
    assert!(text.contains("one of ") && text.contains("PASS"), "{text}");
    assert!(text.lines().skip(1).all(|line| line.len() <= 80), "{text}");
}

#[test]
fn what_a_mixed_sweep_finds_is_saved_and_shown_again() {
    let folder = tempfile::tempdir().unwrap();
    let more = "personality = \"planted-forgetful\"\nrepeat = 2\n";
    let path = scenario(&folder, more);
    let saved = folder.path().join("found");
    let saved = saved.display().to_string();
    let args = ["sweep", "mixed", &path, "--runs", "400", "--seed", "2"];
    let found = run(&[&args[..], &["--json", "--save", &saved]].concat());
    assert_eq!(found.status.code(), Some(1), "{}", stdout(&found));
    assert_eq!(
        stdout(&found),
        stdout(&run(&[&args[..], &["--json", "--save", &saved]].concat()))
    );
    let lines = json_lines(&found.stdout);
    let unsound = lines
        .iter()
        .find(|line| line["event"] == "unsound")
        .unwrap();
    let replay = unsound["replay"].as_str().unwrap();
    let words: Vec<&str> = replay.split_whitespace().collect();
    assert_eq!(words[..2], ["otarig", "run"]);
    let again = run(&words[1..]);
    assert_eq!(again.status.code(), Some(1), "{replay}");
    let text = stdout(&again)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(text.contains("lie: the verdict is a pass"), "{text}");
    let file = std::fs::read_to_string(words[2]).unwrap();
    assert!(file.matches("[[faults]]").count() <= 2, "{file}");
}

#[test]
fn what_a_sweep_of_the_line_finds_is_saved_and_shown_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.toml");
    let reset = "faults = [{ host_reset = { at_bytes = 500 } }]\n";
    let text = format!("personality = \"planted-forgetful\"\nrepeat = 2\n{reset}{SCENARIO}");
    let text = text.replace("2048", "600").replace("256", "100");
    std::fs::write(&path, text).unwrap();
    let saved = folder.path().join("found");
    let saved = saved.to_str().unwrap();
    let path = path.to_str().unwrap();
    let args = ["sweep", "wire", path, "--stride", "3", "--save", saved];
    let out = run(&[&args[..], &["--json"]].concat());
    assert_eq!(out.status.code(), Some(1), "{}", stdout(&out));
    let lines = json_lines(&out.stdout);
    let unsound = lines.iter().find(|line| line["event"] == "unsound");
    let replay = unsound.unwrap()["replay"].as_str().unwrap();
    let words: Vec<&str> = replay.split_whitespace().collect();
    assert!(words[2].starts_with(&format!("{saved}/wire-")), "{replay}");
    let again = run(&words[1..]);
    assert_eq!(again.status.code(), Some(1), "{replay}");
    assert!(stdout(&again).contains("lie: the verdict is a pass"));
}

#[test]
fn a_sweep_that_cannot_make_its_runs_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let idle = "{ reset_unconfirmed = { after_ms = 60000 } },".repeat(63);
    let path = scenario(&folder, &format!("faults = [{idle}]\n"));
    let out = run(&["sweep", "mixed", &path, "--runs", "20", "--json"]);
    assert_eq!(out.status.code(), Some(2), "{}", stdout(&out));
    let verdict = json_lines(&out.stdout).pop().unwrap();
    assert_eq!(verdict["pass"], false);
    let count = |key: &str| verdict[key].as_u64().unwrap();
    assert!(count("unmade") > 0);
    assert_eq!(count("executed") + count("unmade"), 20);
    let text = stdout(&run(&["sweep", "mixed", &path, "--runs", "20"]));
    assert!(
        text.contains("RIG ERROR") && text.contains("could not be made"),
        "{text}"
    );
    assert!(text.lines().skip(1).all(|line| line.len() <= 80), "{text}");
}

#[test]
fn a_fault_more_strikes_one_run() {
    let fault = "line = { to = \"host\", at = 5, what = \"drop-frame\" }";
    let args = ["run", "rig-nrf52840", "--fault", fault, "--json"];
    let out = run(&args);
    assert_eq!(out.status.code(), Some(0), "{}", stdout(&out));
    let lines = json_lines(&out.stdout);
    assert!(lines.iter().any(|line| line["event"] == "retransmit"));
    let notes = lines.last().unwrap()["notes"].to_string();
    assert!(notes.contains("--fault"), "{notes}");
    for (bad, part) in [
        (
            "line = { to = \"host\", what = \"drop-frame\" }",
            "either `at` or `per_million`",
        ),
        (
            "line = { to = \"host\", at = 1, what = \"melt\" }",
            "unknown variant",
        ),
        ("nothing", "column"),
        ("", "expected"),
    ] {
        let out = run(&["run", "rig-nrf52840", "--fault", bad]);
        assert_eq!(out.status.code(), Some(2), "{bad}");
        let text = stdout(&out)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert!(text.contains(part), "{bad}: {text}");
    }
}

#[test]
fn a_scenario_that_expects_no_pass_is_refused() {
    for what in ["wire", "mixed"] {
        let out = run(&["sweep", what, "rig-silent-host"]);
        assert_eq!(out.status.code(), Some(2), "{what}");
        assert!(stdout(&out).contains("pass"), "{}", stdout(&out));
    }
}
