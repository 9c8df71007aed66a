//! Ctrl-C while many runs are made: what was done until then is told, and is no pass.

use rig_tests::{Running, json_lines, run, stdout};

/// A small image that is updated by a host of `personality`.
fn scenario(folder: &tempfile::TempDir, personality: &str, size: u32) -> String {
    let path = folder.path().join("small.toml");
    let text = format!(
        "version = 1\npersonality = \"{personality}\"\nrepeat = 2\ntitle = \"t\"\n\
         board = \"nrf51822\"\ndialect = \"rig\"\nmodule = {{ data_bytes = 100 }}\n\
         image = {{ size = {size}, version = \"1.1.0\" }}\nexpect = {{ class = \"pass\" }}\n"
    );
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Starts what has no end soon, stops it at once, and returns its verdict.
fn stopped(args: &[&str]) -> serde_json::Value {
    let mut running = Running::start(args);
    running.wait_event("start");
    running.interrupt();
    let (code, verdict) = running.end();
    assert_eq!(code, 4, "{verdict}");
    let end = (&verdict["event"], &verdict["class"], &verdict["pass"]);
    let aborted = (&"verdict".into(), &"aborted".into(), &false.into());
    assert_eq!(end, aborted, "{verdict}");
    verdict
}

#[test]
fn a_sweep_that_is_stopped_ends_in_a_verdict_with_its_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = scenario(&folder, "reference", 30_000);
    let verdict = stopped(&["sweep", "mixed", &path, "--runs", "1000000000"]);
    let count = |key: &str| verdict[key].as_u64().unwrap();
    assert_eq!(count("executed") + count("left_out"), 1_000_000_000);
    let verdict = stopped(&["sweep", "wire", &path]);
    assert!(verdict["left_out"].as_u64() > Some(0), "{verdict}");
    let endless = ["--depth", "2", "--tear", "all", "--no-memo"];
    let verdict = stopped(&[&["sweep", "power", &path], &endless[..]].concat());
    assert_eq!(verdict["runs"], verdict["executed"]);
    assert!(verdict["operations"].as_u64() > Some(0), "{verdict}");
}

#[test]
fn scenarios_and_personalities_that_are_stopped_are_counted() {
    let verdict = stopped(&["coverage"]);
    assert!(verdict["left_out"].as_u64() > Some(0), "{verdict}");
    let verdict = stopped(&["conform", "--all-personalities", "--only", "rig-hello-*"]);
    assert!(verdict["left_out"].as_u64() > Some(0), "{verdict}");
}

#[test]
fn a_suite_that_is_stopped_writes_what_was_played() {
    let folder = tempfile::tempdir().unwrap();
    let junit = folder.path().join("junit.xml");
    let mut running = Running::start(&["conform", "--junit", junit.to_str().unwrap()]);
    let first = running.wait_event("script_result");
    running.interrupt();
    let last = running.wait_for("a stopped script", |line| line["class"] == "aborted");
    assert_eq!(last["event"], "script_result");
    let (code, verdict) = running.end();
    assert_eq!((code, &verdict["class"]), (4, &"aborted".into()));
    let xml = std::fs::read_to_string(junit).unwrap();
    let name = first["name"].as_str().unwrap();
    assert!(xml.contains(&format!("name=\"{name}\"")), "{xml}");
    assert!(xml.contains("<error type=\"aborted\""), "{xml}");
    let cases = xml.matches("<testcase ").count() as u64;
    assert_eq!(verdict["scripts"].as_u64(), Some(cases));
    assert!(xml.ends_with("</testsuites>\n"), "{xml}");
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_before_anything_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = scenario(&folder, "reference", 600);
    let file = folder.path().join("file");
    std::fs::write(&file, "mine\n").unwrap();
    let file = file.to_str().unwrap();
    let below = format!("{file}/found");
    for (what, dir) in [("power", file), ("wire", &below), ("mixed", "/proc/no/x")] {
        let out = run(&["sweep", what, &path, "--save", dir, "--json"]);
        assert_eq!(out.status.code(), Some(2), "{}", stdout(&out));
        let lines = json_lines(&out.stdout);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(lines[1]["class"], "rig-error");
        assert!(
            lines[1]["what"].as_str().unwrap().contains(dir),
            "{lines:?}"
        );
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), "mine\n");
    let empty = folder.path().join("new/found");
    let out = run(&["sweep", "power", &path, "--save", empty.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(0), "{}", stdout(&out));
    assert_eq!(std::fs::read_dir(empty).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_saved_is_told_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = scenario(&folder, "early-mark", 2000);
    let saved = folder.path().join("found");
    std::fs::create_dir(&saved).unwrap();
    for number in 1..=1000 {
        let more = if number == 1 {
            String::new()
        } else {
            format!("-{number}")
        };
        std::fs::write(saved.join(format!("power-1{more}.toml")), "mine\n").unwrap();
    }
    let args = ["sweep", "power", &path, "--save", saved.to_str().unwrap()];
    let out = run(&[&args[..], &["--json"]].concat());
    assert_eq!(out.status.code(), Some(1), "{}", stdout(&out));
    let lines = json_lines(&out.stdout);
    let note = lines
        .iter()
        .position(|line| line["event"] == "note")
        .unwrap();
    assert!(lines[note]["text"].as_str().unwrap().contains("not saved"));
    let replay = lines[note + 1]["replay"].as_str().unwrap();
    assert!(
        replay.contains("small.toml") && replay.contains("--cut"),
        "{replay}"
    );
    let second = lines[note + 2]["replay"].as_str().unwrap();
    assert!(second.contains("power-2.toml"), "{second}");
    let verdict = lines.last().unwrap();
    assert!(verdict["bricks"].as_u64() > Some(0), "{verdict}");
    let bricks = lines.iter().filter(|line| line["event"] == "brick").count();
    assert_eq!(verdict["told"].as_u64(), Some(bricks as u64));
    let text = stdout(&run(&args));
    let told = format!("told: {bricks} of {} bricks", verdict["bricks"]);
    assert!(text.contains(&told), "{text}");
}
