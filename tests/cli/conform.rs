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

#[test]
fn a_script_with_a_number_out_of_range_is_told_by_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let scripts = folder.path().join("s.toml");
    let text = "version = 1\ndialect = \"rig\"\n[[script]]\nname = \"a\"\ntitle = \"t\"\nsteps = [\n\
                { send = \"data\", of = \"new\", count = 9223372036854775807 },\n]\n";
    std::fs::write(&scripts, text).unwrap();
    let out = run(&["conform", "--scripts", scripts.to_str().unwrap()]);
    let told: String = stdout(&out).split_whitespace().collect();
    assert!(told.contains("s.toml:7:thefieldcountdoesnothold"), "{told}");
    assert_eq!(out.status.code(), Some(2));
}

#[test]
fn accept_alone_says_where_it_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let play = |args: &[&str]| {
        let all = [&["conform", "--only", "rig-hello-facts"], args].concat();
        let out = std::process::Command::new(rig_tests::otarig())
            .args(all)
            .current_dir(folder.path())
            .output();
        out.unwrap()
    };
    let out = play(&["--accept", "--json"]);
    let lines = json_lines(&out.stdout);
    let accepted = lines.iter().find(|line| line["event"] == "accepted");
    let accepted = accepted.expect("what was written");
    assert_eq!(accepted["dir"], "conform-snapshots");
    assert_eq!(accepted["written"], 1);
    let kept = folder.path().join("conform-snapshots/rig-hello-facts.txt");
    assert!(kept.is_file());
    let out = play(&["--snapshots", "conform-snapshots", "--accept"]);
    assert!(stdout(&out).contains("accepted  0 transcripts"), "{out:?}");
    assert_eq!(out.status.code(), Some(0));
    assert_eq!(play(&[]).status.code(), Some(0), "nothing is compared");
}

#[test]
fn the_replay_line_has_every_option_that_matters() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("of mine");
    let dir = dir.to_str().unwrap();
    let out = run(&[
        "conform",
        "--only",
        "ayla-boot-reports",
        "--personality",
        "keeps-old",
        "--image-format",
        "ayla-head",
        "--snapshots",
        dir,
        "--baud",
        "57600",
        "--parity",
        "even",
        "--flow",
        "rtscts",
        "--json",
    ]);
    let lines = json_lines(&out.stdout);
    let result = lines.iter().find(|line| line["event"] == "script_result");
    let replay = result.unwrap()["replay"].as_str().unwrap_or_default();
    assert_eq!(
        replay,
        format!(
            "otarig conform --personality keeps-old --image-format ayla-head --snapshots '{dir}' \
             --baud 57600 --parity even --flow rtscts --only ayla-boot-reports"
        )
    );
}

#[test]
fn options_that_all_personalities_would_pass_over_are_refused() {
    for option in [
        &["--caps", "x.toml"][..],
        &["--layout", "in-place"],
        &["--dialect", "rig"],
        &["--image-format", "raw"],
        &["--seed", "2"],
        &["--transcripts"],
        &["--accept"],
        &["--baud", "9600"],
    ] {
        let out = run(&[&["conform", "--all-personalities"], option].concat());
        assert_eq!(out.status.code(), Some(2), "{option:?}");
    }
}

#[test]
fn a_port_without_claims_is_refused_before_it_is_opened() {
    let out = run(&["conform", "--port", "/no/such/port", "--dialect", "rig"]);
    let text = stdout(&out).replace("\n             ", " ");
    assert!(text.contains("every script is skipped"), "{text}");
    assert!(text.contains("--caps"), "{text}");
    assert_eq!(out.status.code(), Some(2));
}

#[test]
fn a_port_speaks_what_its_claims_say() {
    let folder = tempfile::tempdir().unwrap();
    let caps = folder.path().join("caps.toml");
    std::fs::write(&caps, "version = 1\ndialect = \"rig\"\n").unwrap();
    let caps = caps.to_str().unwrap();
    let out = run(&[
        "conform",
        "--port",
        "/no/such/port",
        "--dialect",
        "ayla",
        "--caps",
        caps,
    ]);
    let text = stdout(&out);
    assert!(text.contains("both dialects"), "{text}");
    assert_eq!(out.status.code(), Some(2));
    let out = run(&["conform", "--port", "/no/such/port", "--seed", "2"]);
    assert_eq!(out.status.code(), Some(2));
}

#[test]
fn claims_that_no_port_can_hold_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let caps = folder.path().join("caps.toml");
    let text = "version = 1\ndialect = \"rig\"\nclaims = [\"power-control\", \"made-images\", \
                \"two-slot\", \"raw-images\"]\n";
    std::fs::write(&caps, text).unwrap();
    let args = ["conform", "--port", "/no/such/port", "--caps"];
    let out = run(&[&args[..], &[caps.to_str().unwrap()]].concat());
    let text = stdout(&out);
    assert!(
        text.contains("the claim power-control is passed over"),
        "{text}"
    );
    assert!(!text.contains("the claim made-images"), "{text}");
}
