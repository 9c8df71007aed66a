//! `otarig conform` as people and CI jobs see it.

use rig_tests::{json_lines, run, stdout};

#[test]
fn every_script_is_listed_in_one_line_of_json() {
    let out = run(&["conform", "--list", "--json"]);
    let lines = json_lines(&out.stdout);
    let scripts: Vec<_> = lines
        .iter()
        .filter(|line| line["event"] == "script")
        .collect();
    assert!(scripts.len() >= 150, "{}", scripts.len());
    assert!(
        scripts
            .iter()
            .all(|line| line["title"].as_str().is_some_and(|it| !it.is_empty()))
    );
    assert_eq!(out.status.code(), Some(0));
}

#[test]
fn the_verdict_counts_and_decides_the_exit_code() {
    let out = run(&["conform", "--only", "rig-hello-v*", "--json"]);
    let lines = json_lines(&out.stdout);
    let last = lines.last().expect("a verdict");
    assert_eq!(
        (&last["event"], &last["pass"]),
        (&"verdict".into(), &true.into())
    );
    assert_eq!((&last["scripts"], &last["passed"]), (&6.into(), &6.into()));
    assert_eq!(out.status.code(), Some(0));

    let out = run(&[
        "conform",
        "--personality",
        "keeps-old",
        "--only",
        "rig-boot-reports",
        "--json",
    ]);
    let lines = json_lines(&out.stdout);
    let failed = lines.iter().find(|line| line["event"] == "script_result");
    let failed = failed.expect("a result");
    assert_eq!(failed["class"], "host-failed");
    assert!(
        failed["replay"]
            .as_str()
            .is_some_and(|it| it.ends_with("--only rig-boot-reports"))
    );
    assert_eq!(
        lines.last().map(|line| line["failed"].clone()),
        Some(1.into())
    );
    assert_eq!(out.status.code(), Some(1));
}

#[test]
fn text_fits_eighty_columns() {
    for args in [
        &["conform", "--list"][..],
        &["conform", "--only", "rig-h*", "--personality", "silent"],
        &["conform", "--help"],
    ] {
        for line in stdout(&run(args)).lines() {
            assert!(line.chars().count() <= 80, "{args:?}: {line}");
        }
    }
}

#[test]
fn names_and_files_that_are_wrong_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let caps = folder.path().join("caps.toml");
    std::fs::write(
        &caps,
        "version = 1\ndialect = \"rig\"\nclaims = [\"wings\"]\n",
    )
    .unwrap();
    let scripts = folder.path().join("s.toml");
    let text = "version = 1\ndialect = \"rig\"\n[[script]]\nname = \"a\"\ntitle = \"t\"\n\
                steps = [{ send = \"helo\" }]\n";
    std::fs::write(&scripts, text).unwrap();
    let (caps, scripts) = (caps.to_str().unwrap(), scripts.to_str().unwrap());
    for (args, word) in [
        (
            vec!["conform", "--personality", "nobody"],
            "otarig host --list",
        ),
        (vec!["conform", "--board", "nothing"], "stm32f303"),
        (vec!["conform", "--only", "x*"], "otarig conform --list"),
        (vec!["conform", "--caps", caps], "wings"),
        (vec!["conform", "--scripts", scripts], "s.toml:6:19:"),
        (vec!["conform", "--port", "/no/such/port"], "--dialect"),
        (
            vec!["conform", "review", "/no/such/folder"],
            "/no/such/folder",
        ),
    ] {
        let out = run(&args);
        let text = stdout(&out).replace("\n             ", " ");
        assert!(text.contains(word), "{args:?}: {text}");
        assert_eq!(out.status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn junit_has_a_case_for_each_script() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("junit.xml");
    let name = file.to_str().unwrap();
    let args = [
        "conform",
        "--only",
        "*-hello-*",
        "--dialect",
        "rig",
        "--junit",
        name,
    ];
    assert_eq!(run(&args).status.code(), Some(0));
    let xml = std::fs::read_to_string(&file).unwrap();
    let cases = xml.matches("<testcase ").count();
    assert!(xml.contains(&format!("tests=\"{cases}\"")), "{xml}");
    assert!(xml.contains("<skipped message=\"the host speaks rig\"/>"));
    assert!(xml.trim_end().ends_with("</testsuites>"));
}

#[test]
fn transcripts_are_accepted_compared_and_reviewed() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let play = |more: &[&str]| {
        let mut args = vec!["conform", "--only", "rig-hello-facts", "--snapshots", dir];
        args.extend(more);
        run(&args).status.code()
    };
    assert_eq!(play(&[]), Some(1), "nothing was accepted yet");
    assert_eq!(
        run(&["conform", "review", dir]).status.code(),
        Some(1),
        "one waits"
    );
    assert_eq!(
        run(&["conform", "review", dir, "--accept-all"])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(play(&[]), Some(0));

    let other = ["--board", "stm32l476"];
    assert_eq!(play(&other), Some(1), "another board says other things");
    let out = run(&["conform", "review", dir, "--json"]);
    let lines = json_lines(&out.stdout);
    let field = |line: &serde_json::Value| line["field"] == "board" && line["found"] == "stm32l476";
    assert!(lines.iter().any(field), "{lines:?}");
    assert_eq!(
        run(&["conform", "review", dir, "--reject-all"])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(play(&[]), Some(0), "what was accepted is still there");
    assert_eq!(play(&[&other[..], &["--accept"]].concat()), Some(0));
    assert_eq!(play(&other), Some(0));
}
