//! Files that are not what they should be, in each place where a file is named.

use std::process::Command;

use super::{Folder, assert_told, text, words};

/// Each command with one of its inputs left open, and another good one.
const INPUTS: [(&str, &[&str]); 6] = [
    ("image", &["make", "?", "new.bin", "-o", "out.otp"]),
    ("image", &["make", "old.bin", "?", "-o", "out.otp"]),
    ("image", &["apply", "?", "p.otp", "-o", "out.bin"]),
    ("patch", &["apply", "old.bin", "?", "-o", "out.bin"]),
    ("image", &["check", "p.otp", "--against", "?"]),
    ("patch", &["inspect", "?"]),
];

fn with(args: &[&'static str], input: &'static str) -> Vec<&'static str> {
    args.iter()
        .map(|arg| if *arg == "?" { input } else { arg })
        .collect()
}

#[test]
fn what_cannot_be_read_is_named_in_every_place() {
    let folder = Folder::with_patch();
    folder.write("empty.bin", &[]);
    let made = Command::new("mkfifo")
        .arg(folder.path("a.pipe"))
        .status()
        .unwrap();
    assert!(made.success());
    std::fs::create_dir(folder.path("a.dir")).unwrap();
    let before = folder.names();
    for (_, args) in INPUTS {
        for (input, wanted) in [
            ("none.bin", "no such file"),
            ("a.pipe", "this is not a file"),
            ("a.dir", "this is not a file"),
            ("empty.bin", "empty.bin is empty"),
        ] {
            assert_told(&folder.patch(&with(args, input)), 2, wanted);
        }
    }
    assert_eq!(folder.names(), before, "something was written");
}

#[test]
fn an_image_in_place_of_a_patch_says_so() {
    let folder = Folder::with_patch();
    let inspected = folder.patch(&["inspect", "old.bin"]);
    assert_told(&inspected, 2, "The file is no patch");
    for args in [
        &["check", "old.bin", "--against", "old.bin"][..],
        &["apply", "old.bin", "new.bin", "-o", "out.bin"],
    ] {
        let out = folder.patch(args);
        assert_told(&out, 2, "code 23 PHEAD");
        let text = words(&out);
        assert!(text.contains("The file is no patch"), "{text}");
        assert!(text.contains("'otarig patch make' wrote"), "{text}");
    }
    assert!(!folder.path("out.bin").exists());
}

#[test]
fn a_patch_in_place_of_an_image_says_so() {
    let folder = Folder::with_patch();
    let before = folder.names();
    for (kind, args) in INPUTS {
        if kind == "image" {
            let out = folder.patch(&with(args, "p.otp"));
            assert_told(&out, 2, "The image file is a patch");
        }
    }
    let shown = folder.patch(&["inspect", "p.otp", "--old", "p.otp"]);
    assert_told(&shown, 2, "The image file is a patch");
    assert_eq!(folder.names(), before, "something was written");
}

#[test]
fn the_wrong_base_has_its_code() {
    let folder = Folder::with_patch();
    for args in [
        &["check", "p.otp", "--against", "new.bin"][..],
        &["apply", "new.bin", "p.otp", "-o", "out.bin"],
    ] {
        assert_told(&folder.patch(args), 1, "code 21 CRC");
    }
    assert!(!folder.path("out.bin").exists());
}

#[test]
fn no_input_is_ever_replaced() {
    let folder = Folder::with_patch();
    std::fs::hard_link(folder.path("old.bin"), folder.path("link.bin")).unwrap();
    std::os::unix::fs::symlink(folder.path("new.bin"), folder.path("sym.bin")).unwrap();
    let before: Vec<Vec<u8>> = ["old.bin", "new.bin", "p.otp"]
        .map(|name| folder.read(name))
        .into();
    for output in ["old.bin", "new.bin", "link.bin", "sym.bin"] {
        let out = folder.patch(&["make", "old.bin", "new.bin", "-o", output]);
        assert_told(&out, 2, "this command reads that file");
    }
    for output in ["old.bin", "p.otp", "link.bin"] {
        let out = folder.patch(&["apply", "old.bin", "p.otp", "-o", output]);
        assert_told(&out, 2, "this command reads that file");
    }
    let after: Vec<Vec<u8>> = ["old.bin", "new.bin", "p.otp"]
        .map(|name| folder.read(name))
        .into();
    assert!(before == after);
}

#[test]
fn what_cannot_be_written_is_named_and_leaves_nothing() {
    let folder = Folder::with_patch();
    let made = Command::new("mkfifo")
        .arg(folder.path("a.pipe"))
        .status()
        .unwrap();
    assert!(made.success());
    std::os::unix::fs::symlink(folder.path("a.pipe"), folder.path("sym.pipe")).unwrap();
    let before = folder.names();
    std::os::unix::fs::symlink(folder.path("nowhere"), folder.path("loose.lnk")).unwrap();
    let before = [before, vec!["loose.lnk".to_owned()]].concat();
    let missing = text(&folder.path("none")) + "/x.otp";
    for (output, wanted) in [
        ("sym.pipe", "this is not a plain file"),
        ("a.pipe", "this is not a plain file"),
        ("/", "this is a folder"),
        ("loose.lnk", "this is a link that leads nowhere"),
        ("-", "standard output cannot be written to"),
        (missing.as_str(), "No such file"),
    ] {
        let out = folder.patch(&["make", "old.bin", "new.bin", "-o", output]);
        assert_told(&out, 2, wanted);
        let out = folder.patch(&["apply", "old.bin", "p.otp", "-o", output]);
        assert_told(&out, 2, wanted);
    }
    let mut before = before;
    before.sort();
    assert_eq!(folder.names(), before);
}

#[test]
fn a_result_that_is_named_after_another_format_is_told() {
    let folder = Folder::with_patch();
    let out = folder.patch(&["apply", "old.bin", "p.otp", "-o", "out.hex"]);
    assert_eq!(out.status.code(), Some(0));
    assert!(
        words(&out).contains("the name promises hex"),
        "{}",
        words(&out)
    );
    let out = folder.patch(&["apply", "old.bin", "p.otp", "-o", "out.bin"]);
    assert!(!words(&out).contains("promises"), "{}", words(&out));
}

#[test]
fn an_older_result_is_replaced_and_a_link_is_followed() {
    let folder = Folder::with_patch();
    let new = folder.read("new.bin");
    folder.write("out.bin", b"older");
    std::os::unix::fs::symlink(folder.path("out.bin"), folder.path("sym.bin")).unwrap();
    let out = folder.patch(&["apply", "old.bin", "p.otp", "-o", "sym.bin"]);
    assert_eq!(out.status.code(), Some(0));
    assert!(folder.read("out.bin") == new);
    assert!(folder.path("sym.bin").is_symlink());
}
