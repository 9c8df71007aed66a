//! `otarig sweep power` and the lines that show a run again.

use rig_tests::{json_lines, run, stdout};

const SCENARIO: &str = r#"
title = "a small image"
board = "nrf51822"
dialect = "rig"
image = { size = 2000, version = "1.1.0" }
expect = { class = "pass" }
"#;

/// A file with the scenario, of this personality.
fn scenario(folder: &tempfile::TempDir, personality: &str) -> String {
    let path = folder.path().join("small.toml");
    let text = format!("version = 1\npersonality = \"{personality}\"{SCENARIO}");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_good_host_survives_every_cut_and_no_memory_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = scenario(&folder, "reference");
    let counts = |more: &[&str]| {
        let args = ["sweep", "power", &path, "--tear", "all", "--json"];
        let out = run(&[&args[..], more].concat());
        assert_eq!(out.status.code(), Some(0), "{}", stdout(&out));
        let verdict = json_lines(&out.stdout).pop().unwrap();
        assert_eq!(verdict["pass"], true);
        ["operations", "runs", "bricks", "executed", "states"]
            .map(|key| verdict[key].as_u64().unwrap())
    };
    let [operations, runs, bricks, executed, states] = counts(&[]);
    assert_eq!((runs, bricks), (8 * operations + 1, 0));
    assert!(executed < runs && states > executed);
    assert_eq!(counts(&["--no-memo"]), [operations, runs, 0, runs, 0]);
    assert!(counts(&["--depth", "2"])[1] > 10 * runs);
}

#[test]
fn a_run_that_fails_is_saved_and_its_line_shows_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = scenario(&folder, "early-mark");
    let saved = folder.path().join("found");
    let saved = saved.to_str().unwrap();
    let out = run(&["sweep", "power", &path, "--json"]);
    assert_eq!(out.status.code(), Some(1), "{}", stdout(&out));
    let lines = json_lines(&out.stdout);
    let brick = lines.iter().find(|line| line["event"] == "brick").unwrap();
    let replay = brick["replay"].as_str().unwrap();
    let args: Vec<&str> = replay.split(' ').skip(1).collect();
    let again = run(&args);
    assert_eq!(again.status.code(), Some(1), "{}", stdout(&again));
    assert!(stdout(&again).contains(brick["what"].as_str().unwrap()));
    assert!(lines.last().unwrap()["bricks"].as_u64().unwrap() > 0);
    run(&["sweep", "power", &path, "--save", saved]);
    let file = format!("{saved}/power-1.toml");
    let again = run(&["run", &file]);
    assert_eq!(again.status.code(), Some(1), "{}", stdout(&again));
    assert!(stdout(&again).contains("HOST FAILED"));
}

#[test]
fn what_cannot_be_swept_or_cut_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = scenario(&folder, "lies-version");
    for (args, why) in [
        (&["sweep", "power", "rig-refused"][..], "host-failed"),
        (&["sweep", "power", &path], "differs from a good host"),
        (&["sweep", "power", &path, "--depth", "3"], "1..=2"),
        (&["run", "rig-nrf51822", "--cut", "0:after"], "no power cut"),
        (&["run", "rig-nrf51822", "--cut", "9:half"], "no power cut"),
        (
            &["run", "rig-nrf51822", "--cut", "99999:after"],
            "never came",
        ),
    ] {
        let out = run(args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        let text = stdout(&out) + &String::from_utf8_lossy(&out.stderr);
        assert!(text.contains(why), "{args:?}: {text}");
    }
}
