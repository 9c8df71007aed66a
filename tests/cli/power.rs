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

/// The text in one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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
    assert!(flat(&stdout(&again)).contains(brick["what"].as_str().unwrap()));
    assert!(lines.last().unwrap()["bricks"].as_u64().unwrap() > 0);
    run(&["sweep", "power", &path, "--save", saved]);
    let file = format!("{saved}/power-1.toml");
    let again = run(&["run", &file]);
    assert_eq!(again.status.code(), Some(1), "{}", stdout(&again));
    assert!(stdout(&again).contains("HOST FAILED"));
}

#[test]
fn a_run_with_cuts_is_written_down_and_judged_by_what_it_expects() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.toml");
    let path = path.to_str().unwrap();
    let transcript = folder.path().join("cut.txt");
    let transcript = transcript.to_str().unwrap();
    for (personality, class, code, last) in [
        ("reference", "pass", 0, "PASS  the new image runs"),
        (
            "reference",
            "host-failed",
            1,
            "HOST FAILED  host-failed is expected",
        ),
        ("early-mark", "host-failed", 0, "PASS  the scenario ended"),
        ("early-mark", "pass", 1, "HOST FAILED  the host entered"),
    ] {
        let text = format!(
            "version = 1\npersonality = \"{personality}\"\ncuts = [\"87:after\"]{}",
            SCENARIO.replace("\"pass\"", &format!("\"{class}\""))
        );
        std::fs::write(path, text).unwrap();
        std::fs::write(transcript, "an older run\n").unwrap();
        let out = run(&["run", path, "--transcript", transcript, "--json"]);
        let verdict = json_lines(&out.stdout).pop().unwrap();
        assert_eq!(out.status.code(), Some(code), "{verdict}");
        assert_eq!(verdict["pass"], code == 0, "{verdict}");
        let written = std::fs::read_to_string(transcript).unwrap();
        assert!(written.contains("  power cut: 87:after\n"), "{written}");
        let end = written.lines().last().unwrap();
        assert!(end.starts_with(last), "{personality}: {end}");
        let text = stdout(&run(&["run", path]));
        assert!(flat(&text).contains(&flat(end)), "{text}");
        let wide = |line: &&str| line.len() > 80 && !line.starts_with("    otarig ");
        assert_eq!(text.lines().find(wide), None);
        assert!(text.contains("  power cut: 87:after\n"), "{text}");
        let code = if class == "pass" {
            "cuts of its own"
        } else {
            "host-failed"
        };
        for sweep in ["power", "wire", "mixed"] {
            let out = run(&["sweep", sweep, path]);
            assert_eq!(out.status.code(), Some(2), "{sweep}");
            assert!(stdout(&out).contains(code), "{}", stdout(&out));
        }
    }
}

#[test]
fn faults_beside_power_cuts_are_not_left_out_without_a_word() {
    let args = ["run", "rig-power-cut-resume", "--cut", "50:after"];
    let out = run(&args);
    assert_eq!(out.status.code(), Some(0), "{}", stdout(&out));
    let note = "faults of the scenario, left out with power cuts: 1";
    assert!(stdout(&out).contains(note), "{}", stdout(&out));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("both.toml");
    let top = "version = 1\ncuts = [\"3:after\"]\nfaults = [{ wear_out = { erases = 9 } }]";
    std::fs::write(&path, format!("{top}{SCENARIO}")).unwrap();
    let out = run(&["run", path.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        stdout(&out).contains("no faults beside"),
        "{}",
        stdout(&out)
    );
}

#[test]
fn one_of_two_cuts_that_is_enough_is_saved_alone_and_nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = scenario(&folder, "loses-revert");
    let saved = folder.path().join("what was found");
    let first = saved.join("power-1.toml");
    std::fs::create_dir(&saved).unwrap();
    std::fs::write(&first, "mine\n").unwrap();
    let saved = saved.to_str().unwrap();
    let args = ["sweep", "power", &path, "--depth", "2", "--save", saved];
    let out = run(&args);
    assert_eq!(out.status.code(), Some(1), "{}", stdout(&out));
    assert_eq!(std::fs::read_to_string(&first).unwrap(), "mine\n");
    let line = format!("otarig run '{saved}/power-1-2.toml' --seed 1");
    assert!(stdout(&out).contains(&line), "{}", stdout(&out));
    let files = || std::fs::read_dir(saved).unwrap().count();
    let once = files();
    assert_eq!(stdout(&out), stdout(&run(&args)));
    assert_eq!(files(), once);
    let mut cuts = Vec::new();
    for file in std::fs::read_dir(saved).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        cuts.extend(
            text.lines()
                .find(|it| it.starts_with("cuts"))
                .map(str::to_owned),
        );
    }
    assert_eq!(cuts.len(), once - 1);
    assert!(
        cuts.iter().all(|cuts| cuts.matches(':').count() == 1),
        "{cuts:?}"
    );
    cuts.sort();
    cuts.dedup();
    assert_eq!(cuts.len(), once - 1);
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
