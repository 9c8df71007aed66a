//! Arguments that a shell, a script or a slip can produce: each ends in one clear error.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Output, Stdio};

use fixtures::scenario::shipped;
use rig_tests::{otarig, run, stdout};

fn run_os(args: &[&OsStr]) -> Output {
    let mut command = Command::new(otarig());
    command.args(args).stdin(Stdio::null());
    command.output().unwrap()
}

fn words(out: &Output) -> String {
    let mut text = String::from_utf8_lossy(&out.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&out.stderr));
    text
}

#[test]
fn an_argument_that_is_no_text_is_a_usage_error() {
    let odd = OsStr::from_bytes(b"\xff\xfe");
    for args in [["explain".as_ref(), odd], ["run".as_ref(), odd]] {
        let out = run_os(&args);
        assert_eq!(out.status.code(), Some(2), "{}", words(&out));
        assert!(!words(&out).contains("panicked"), "{}", words(&out));
    }
}

#[test]
fn a_pipe_in_place_of_a_file_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let pipe = pipe.to_str().unwrap();
    let port = ["--port", "/dev/null", "--dialect", "rig", "--version", "1"];
    let update = [&["update", "--image", pipe][..], &port].concat();
    let board = ["host", "--board", "nrf52840", "--dialect", "rig"];
    let host = [&board[..], &["--version", "1", "--image", pipe]].concat();
    for args in [&update[..], &host[..], &["run", pipe]] {
        let out = run(args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert!(
            words(&out).contains("this is not a file"),
            "{}",
            words(&out)
        );
    }
}

#[test]
fn a_run_never_writes_over_what_it_reads() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("my.toml");
    let (_, text) = shipped().first().unwrap();
    fs::write(&scenario, text).unwrap();
    let link = folder.path().join("link.toml");
    fs::hard_link(&scenario, &link).unwrap();
    let name = scenario.to_str().unwrap();
    for transcript in [name, link.to_str().unwrap()] {
        let out = run(&["run", name, "--transcript", transcript]);
        assert_eq!(out.status.code(), Some(2), "{}", words(&out));
        assert!(words(&out).contains("reads that file"), "{}", words(&out));
    }
    let image = ["--image", name, "--transcript", name, "--version", "1"];
    let out = run(&[
        &["update", "--port", "/dev/null", "--dialect", "rig"][..],
        &image,
    ]
    .concat());
    assert_eq!(out.status.code(), Some(2), "{}", words(&out));
    assert_eq!(fs::read_to_string(&scenario).unwrap(), *text);
}

#[test]
fn what_was_typed_does_not_act_on_the_terminal() {
    let odd = "a\u{1b}[31mb";
    let port = ["--dialect", "rig", "--version", "1", "--port"];
    let update = |image, name| [&["update", "--image", image][..], &port, &[name]].concat();
    for args in [
        update(odd, "/dev/null"),
        update("/dev/null", odd),
        vec!["run", odd],
        vec!["explain", odd],
        vec!["update", "--dialect", odd],
        vec![odd],
    ] {
        let out = run(&args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert!(!words(&out).contains('\u{1b}'), "{args:?}: {}", words(&out));
    }
}

#[test]
fn decode_ram_is_for_a_host_that_is_updated_in_place() {
    let host = ["host", "--board", "nrf52840", "--dialect", "rig"];
    for layout in [&[][..], &["--layout", "two-slot"], &["--map"]] {
        let out = run(&[&host, layout, &["--decode-ram", "4096"]].concat());
        assert_eq!(out.status.code(), Some(2), "{}", words(&out));
        assert!(words(&out).contains("--layout in-place"), "{}", words(&out));
    }
}

#[test]
fn a_verdict_that_nobody_can_read_is_no_pass() {
    for args in [
        &["run", "rig-nrf51822"][..],
        &["run", "rig-nrf51822", "--json"],
        &["explain"],
    ] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut command = Command::new(otarig());
        command.args(args).stdout(full).stderr(Stdio::piped());
        let out = command.output().unwrap();
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert!(words(&out).contains("cannot be written"), "{}", words(&out));
    }
}

#[test]
fn the_list_of_scenarios_has_one_a_line() {
    let text = stdout(&run(&["run", "--list"]));
    let names: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let wanted: Vec<_> = shipped().iter().map(|(name, _)| *name).collect();
    assert_eq!(names, wanted);
}

#[test]
fn a_number_out_of_range_is_told_with_its_range() {
    let host = [
        "host",
        "--board",
        "nrf52840",
        "--dialect",
        "rig",
        "--decode-ram",
    ];
    let update = ["update", "--port", "p", "--dialect", "rig", "--patch", "p"];
    let update = [&update[..], &["--data-bytes"]].concat();
    for (args, range) in [(&host[..], "0 to 131072"), (&update, "1 to 4096")] {
        for wrong in ["131073", "-1", "x"] {
            let out = run(&[args, &[wrong]].concat());
            assert_eq!(out.status.code(), Some(2), "{}", words(&out));
            let wanted = format!("a number of bytes from {range}");
            assert!(words(&out).contains(&wanted), "{}", words(&out));
        }
    }
}
