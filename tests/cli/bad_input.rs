//! Each bad input: one clear error with what failed, what it means, what to do; never a panic.

use std::path::Path;

use rig_tests::{run, stdout};

/// Runs an update of a file and returns exit code and text.
fn update(image: &Path, more: &[&str]) -> (i32, String) {
    let image = image.to_str().unwrap();
    let mut args = vec![
        "update",
        "--port",
        "127.0.0.1:1",
        "--dialect",
        "rig",
        "--version",
        "1",
        "--image",
    ];
    args.push(image);
    args.extend(more);
    let out = run(&args);
    assert!(
        out.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    (out.status.code().unwrap(), stdout(&out))
}

fn assert_clear(text: &str, words: &str) {
    assert!(text.contains(words), "{words} is not in:\n{text}");
    for field in ["  what ", "  cause ", "  next step "] {
        assert!(text.contains(field), "{field}is not in:\n{text}");
    }
    assert!(
        text.lines()
            .all(|line| line.chars().count() <= 80 || !line.trim().contains(' '))
    );
}

#[test]
fn every_bad_image_is_named_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let cut_hex = b":020000040800F2\n:0400000001020304F2\n".as_slice();
    let port = ["--port", "127.0.0.1:1"];
    for (image, words) in [
        (
            folder.path().join("none.bin"),
            "The image file is not there",
        ),
        (folder.path().to_owned(), "The image file cannot be read"),
        (file("empty.bin", &[]), "The image file is empty"),
        (file("cut.hex", cut_hex), "end of file: no end record"),
        (
            file("bad.hex", b":0400000001020304F3\n:00000001FF\n"),
            "line 1: invalid checksum",
        ),
        (
            file("wrong.elf", &[0; 100]),
            "The image file is not what it is called",
        ),
        (
            file("cut.elf", b"\x7fELF\x01\x01\x01"),
            "The image file is not good elf",
        ),
        (
            file("cut.uf2", b"UF2\nWQ\x5d\x9e"),
            "The image file is not good uf2",
        ),
        (
            file("bad.s19", b"S1071000010203040\n"),
            "The image file is not",
        ),
    ] {
        let out = run(&[
            "update",
            port[0],
            port[1],
            "--dialect",
            "rig",
            "--version",
            "1",
            "--image",
            image.to_str().unwrap(),
        ]);
        assert_eq!(out.status.code(), Some(2), "{}", stdout(&out));
        assert_clear(&stdout(&out), words);
    }
}

#[test]
fn every_bad_patch_is_named_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (old, new, good) = (path("old.bin"), path("new.bin"), path("good.otp"));
    let mut image = vec![7; 9000];
    std::fs::write(&old, &image).unwrap();
    image[5000] = 1;
    std::fs::write(&new, &image).unwrap();
    let made = run(&["patch", "make", &old, &new, "-o", &good]);
    assert_eq!(made.status.code(), Some(0), "{}", stdout(&made));
    let patch = std::fs::read(&good).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        std::fs::write(path(name), bytes).unwrap();
        path(name)
    };
    let mut damaged = patch.clone();
    damaged[60] ^= 1;
    let longer = [&patch[..], b"x"].concat();
    for (patch, words) in [
        (path("none.otp"), "The patch file is not there"),
        (path(""), "The patch file cannot be read"),
        (file("empty.otp", &[]), "The patch file cannot be read"),
        (new.clone(), "The file is no patch"),
        (
            file("head.otp", &patch[..50]),
            "The patch file is cut short",
        ),
        (
            file("cut.otp", &patch[..patch.len() - 1]),
            "The patch file is cut short",
        ),
        (file("longer.otp", &longer), "The patch file is too long"),
        (file("damaged.otp", &damaged), "The patch file is damaged"),
    ] {
        let args = [
            "update",
            "--port",
            "127.0.0.1:1",
            "--dialect",
            "rig",
            "--version",
            "1",
        ];
        let out = run(&[&args[..], &["--patch", &patch]].concat());
        assert_eq!(out.status.code(), Some(2), "{}", stdout(&out));
        assert!(out.stderr.is_empty());
        assert_clear(&stdout(&out), words);
    }
}

#[test]
fn a_patch_needs_the_right_company() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (old, new, patch) = (path("old.bin"), path("new.bin"), path("p.otp"));
    std::fs::write(&old, vec![7; 9000]).unwrap();
    std::fs::write(&new, vec![8; 9000]).unwrap();
    let make = ["patch", "make", &old, &new, "-o", &patch];
    assert_eq!(run(&make).status.code(), Some(0));
    let update = |more: &[&str]| {
        let args = [&["update", "--port", "127.0.0.1:1"], more].concat();
        let out = run(&args);
        assert_eq!(out.status.code(), Some(2), "{}", stdout(&out));
        format!("{}{}", stdout(&out), String::from_utf8_lossy(&out.stderr))
    };
    let ayla = update(&["--dialect", "ayla", "--patch", &patch]);
    assert_clear(&ayla, "A patch cannot be sent in ayla");
    let unnamed = update(&["--dialect", "rig", "--patch", &patch]);
    assert_clear(&unnamed, "The patch does not say which version it makes");
    let rig = ["--dialect", "rig", "--version", "1"];
    let two = update(&[&rig[..], &["--patch", &patch, "--image", &new]].concat());
    assert!(two.contains("cannot be used with"), "{two}");
    let from = update(&[&rig[..], &["--from", &old]].concat());
    assert!(from.contains("--image"), "{from}");
    let no_patch = update(&[&rig[..], &["--image", &patch]].concat());
    assert_clear(&no_patch, "The image file is a patch");
    let no_base = update(&[&rig[..], &["--image", &new, "--from", &patch]].concat());
    assert_clear(&no_base, "The image file is a patch");
    let other = update(&[&rig[..], &["--patch", &patch, "--from", &new]].concat());
    assert_clear(&other, "The patch does not work on the old image");
    assert!(other.contains("21 CRC"), "{other}");
    let none = update(&rig);
    assert!(none.contains("--image"), "{none}");
    let missing = path("none.bin");
    let gone = update(&[&rig[..], &["--image", &new, "--from", &missing]].concat());
    assert_clear(&gone, "The image file is not there");
    assert!(gone.contains("correct --from"), "{gone}");
}

#[test]
fn every_bad_port_is_named_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("a.bin");
    std::fs::write(&image, [1; 100]).unwrap();
    for (port, words) in [
        ("/dev/ttyNONE7", "The port is not there"),
        ("ffff:fffe", "The port is not there"),
        ("127.0.0.1:1", "The TCP port cannot be reached"),
        (image.to_str().unwrap(), "That is not a serial port"),
    ] {
        let (code, text) = {
            let out = run(&[
                "update",
                "--port",
                port,
                "--dialect",
                "rig",
                "--version",
                "1",
                "--image",
                image.to_str().unwrap(),
            ]);
            (out.status.code().unwrap(), stdout(&out))
        };
        assert_eq!(code, 2, "{text}");
        assert_clear(&text, words);
    }
}

#[test]
fn bad_options_are_usage_errors() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("a.bin");
    std::fs::write(&image, [1; 100]).unwrap();
    let (code, text) = update(&image, &["--timeout", "nonsense=3"]);
    assert_eq!(code, 2);
    assert_clear(&text, "There is no such timer");
    for args in [
        &["update"][..],
        &["update", "--baud", "x"],
        &["no-such-command"],
        &["host", "--board", "stm32f405"],
        &[
            "host",
            "--board",
            "stm32f405",
            "--dialect",
            "rig",
            "--time-scale",
            "x",
        ],
        &["run"],
    ] {
        let out = run(args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert!(!out.stderr.is_empty(), "{args:?}");
    }
    for (args, words) in [
        (
            &["host", "--board", "stm32", "--dialect", "rig"][..],
            "nrf52840",
        ),
        (
            &["run", "no-such-scenario"],
            "neither a file nor a shipped scenario",
        ),
        (&["explain", "no-such-code"], "neither a number nor a name"),
        (
            &[
                "host",
                "--board",
                "stm32f405",
                "--dialect",
                "rig",
                "--personality",
                "x",
            ],
            "--list",
        ),
    ] {
        let out = run(args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert_clear(&stdout(&out), words);
    }
}

#[test]
fn a_scenario_with_an_unknown_key_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("typo.toml");
    std::fs::write(&path, "version = 1\ntitel = \"x\"\n").unwrap();
    let out = run(&["run", path.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    let text = stdout(&out).replace("\n             ", "");
    assert!(text.contains("typo.toml:2:1"), "{text}");
}

#[test]
fn the_state_of_another_board_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("dut.bin");
    let state = state.to_str().unwrap();
    let args = |board| {
        [
            "host",
            "--board",
            board,
            "--dialect",
            "rig",
            "--state",
            state,
        ]
    };
    let mut host = rig_tests::Running::start(&args("nrf51822"));
    host.wait_event("port");
    let busy = run(&args("nrf51822"));
    assert_eq!(busy.status.code(), Some(2));
    assert_clear(&stdout(&busy), "The state file is in use");
    host.kill();
    let other = run(&args("stm32f405"));
    assert_eq!(other.status.code(), Some(2));
    assert_clear(&stdout(&other), "The state file is another host's");
}
