//! The commands that show a run again, taken from the text as people paste them.

use std::path::Path;
use std::process::{Command, Output};

use rig_tests::{otarig, stdout};

const SCENARIO: &str = r#"version = 1
title = "a small image"
board = "nrf52840"
dialect = "rig"
image = { size = 2048, version = "1.1.0" }
expect = { class = "pass" }
"#;

/// Runs `otarig` in `folder`, on a terminal of 40 columns if it asks.
fn run_in(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(otarig());
    command.args(args).current_dir(folder).env("COLUMNS", "40");
    command.output().unwrap()
}

/// What the shell makes of a command in `folder`.
fn paste(folder: &Path, command: &str) -> Output {
    let mut path = otarig().parent().unwrap().as_os_str().to_owned();
    if let Some(more) = std::env::var_os("PATH") {
        path.push(":");
        path.push(more);
    }
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder);
    shell.env("PATH", path).output().unwrap()
}

/// The line behind the one that says `replay`.
fn command_of(text: &str) -> &str {
    let mut lines = text.lines().skip_while(|line| *line != "  replay");
    let command = lines.nth(1).unwrap_or_else(|| panic!("no replay: {text}"));
    assert!(command.starts_with("    otarig "), "{command}");
    command
}

/// Pastes what a run says and compares the whole text.
fn shows_itself_again(folder: &Path, args: &[&str]) {
    let first = run_in(folder, args);
    let text = stdout(&first);
    let again = paste(folder, command_of(&text));
    assert_eq!(stdout(&again), text, "{args:?}: {again:?}");
    assert_eq!(again.status.code(), first.status.code());
}

#[test]
fn a_run_with_faults_is_pasted_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let (seed, erase) = (
        u64::MAX.to_string(),
        r#"break_flash={area="scratch",operation="erase",since="start"}"#,
    );
    let lost = r#"line={to="host",at=4,what="drop-frame"}"#;
    for faults in [&[erase][..], &[lost, "host_reset={at_bytes=512}", erase]] {
        let mut args = vec!["run", "rig-nrf51822", "--seed", &seed];
        for fault in faults {
            args.extend(["--fault", fault]);
        }
        shows_itself_again(folder.path(), &args);
    }
}

#[test]
fn a_name_is_pasted_whatever_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "my runs.toml",
        "it's.toml",
        "-x.toml",
        "--json",
        "a \"b\" $HOME `c` \\.toml",
        "*",
    ] {
        std::fs::write(folder.path().join(name), SCENARIO).unwrap();
        shows_itself_again(folder.path(), &["run", "--", name]);
        shows_itself_again(folder.path(), &["run", "--cut", "5:after", "--", name]);
    }
}

#[test]
fn a_script_that_failed_is_pasted() {
    let folder = tempfile::tempdir().unwrap();
    let args = [
        "conform",
        "--personality",
        "keeps-old",
        "--snapshots=--of mine",
        "--only",
        "ayla-boot-reports",
        "--image-format",
        "ayla-head",
        "--baud",
        "57600",
    ];
    let first = run_in(folder.path(), &args);
    let text = stdout(&first);
    assert_eq!(first.status.code(), Some(1), "{first:?}");
    let again = paste(folder.path(), command_of(&text));
    assert_eq!((again.status.code(), stdout(&again)), (Some(1), text));
}
