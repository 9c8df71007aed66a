//! What Rust source says about itself: headers, size, and nothing left behind.

use crate::tree::{File, Finding, Tree};
use crate::{finds, keeps};

/// Most lines of a file that is no test, its own tests not counted.
const LINES_MAX: usize = 400;

/// Files that may be longer, and why.
const LONG_FILES: [(&str, &str); 0] = [];

/// Pieces of code that mean "not done" or "do not look here", and what to do instead.
const LEFT_BEHIND: [(&str, &str); 8] = [
    ("#[allow", "fix it, or #[expect(lint, reason = \"...\")]"),
    ("#![allow", "fix it, or #![expect(lint, reason = \"...\")]"),
    ("todo!", "finish it or leave it out"),
    ("unimplemented!", "finish it or leave it out"),
    ("dbg!", "take it out"),
    ("#[ignore", "a test that does not run proves nothing"),
    ("unsafe ", "safe Rust only"),
    ("unsafe{", "safe Rust only"),
];

/// The files that may read clock, files or environment: drivers, programs and test drivers.
const DRIVERS: [&str; 18] = [
    "bridge/src/cli/",
    "bridge/src/drive/",
    "bridge/src/formats/file.rs",
    "bridge/src/formats/tests.rs",
    "bridge/src/link/",
    "bridge/src/main.rs",
    "bridge/src/scenario_file.rs",
    "bridge/src/state_file.rs",
    "rig-gui/benches/",
    "rig-gui/src/files/listing.rs",
    "rig-gui/src/main.rs",
    "rig-gui/src/settings_file.rs",
    "rig-gui/src/wire/disk.rs",
    "rig-gui/src/worker/inspect.rs",
    "rig-gui/src/worker/run.rs",
    "rig-gui/src/worker/sweep/teller.rs",
    "rig-gui/tests/",
    "tests/",
];

#[test]
fn every_module_says_what_it_is_for() {
    keeps(headers);
    finds(
        headers,
        &[("a/b.rs", "use x;\n"), ("a/c.rs", "//! Fine.\n")],
        &["a/b.rs:1"],
    );
}

fn headers(tree: &Tree) -> Vec<Finding> {
    let bare = |file: &&File| !file.text.starts_with("//!");
    let why = "begins with a `//!` line that says what the file is for";
    tree.rust()
        .filter(bare)
        .map(|file| Finding::new(file, 1, why))
        .collect()
}

#[test]
fn nothing_is_left_behind() {
    keeps(left_behind);
    let text = "fn f() {\n    todo!()\n}\n#[allow(dead_code)]\nconst S: &str = \"todo!\";\n";
    finds(left_behind, &[("a/b.rs", text)], &["a/b.rs:2", "a/b.rs:4"]);
    finds(left_behind, &[("a/b.rs", "unsafe { f() }")], &["a/b.rs:1"]);
}

fn left_behind(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.rust() {
        for (line, text) in file.code_lines() {
            for (piece, instead) in LEFT_BEHIND {
                if text.contains(piece) {
                    found.push(Finding::new(
                        file,
                        line,
                        format!("`{}`: {instead}", piece.trim()),
                    ));
                }
            }
        }
    }
    found
}

#[test]
fn no_note_to_self_stays() {
    keeps(notes);
    let note = concat!("// FIX", "ME: later\n// XX", "X\n// TO", "DO y\n");
    finds(
        notes,
        &[("a/b.rs", note)],
        &["a/b.rs:1", "a/b.rs:2", "a/b.rs:3"],
    );
}

fn notes(tree: &Tree) -> Vec<Finding> {
    let notes = [
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("TO", "DO"),
        concat!("HA", "CK"),
    ];
    let mut found = Vec::new();
    for file in tree.files().filter(|file| file.path != "Cargo.lock") {
        let noted = file.lines().filter(|(_, text)| {
            let quoted = |word: &str| text.contains(&format!("\"{word}\""));
            text.split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| notes.contains(&word) && !quoted(word))
        });
        found.extend(noted.map(|(line, _)| Finding::new(file, line, "do it, or open an issue")));
    }
    found
}

#[test]
fn files_stay_readable_in_one_sitting() {
    keeps(long_files);
    let long = "//! x\n".repeat(LINES_MAX + 1);
    let tests = format!("//! x\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
    finds(
        long_files,
        &[("a/b.rs", &long), ("a/c.rs", &tests)],
        &["a/b.rs:401"],
    );
}

fn long_files(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.rust().filter(|file| !file.is_test()) {
        let lines = file.tests_from() - 1;
        let excused = LONG_FILES.iter().any(|(path, _)| *path == file.path);
        if lines > LINES_MAX && !excused {
            let why = format!("{lines} lines, at most {LINES_MAX}: split it by subject");
            found.push(Finding::new(file, LINES_MAX + 1, why));
        } else if lines <= LINES_MAX && excused {
            found.push(Finding::new(
                file,
                1,
                "short enough again: take it from LONG_FILES",
            ));
        }
    }
    found
}

#[test]
fn only_drivers_touch_the_world() {
    keeps(drivers);
    let expect = "#[expect(clippy::disallowed_methods, reason = \"x\")]\nfn f() {}\n";
    let planted = [
        ("bridge/src/engine/a.rs", expect),
        ("bridge/src/link/a.rs", expect),
    ];
    finds(drivers, &planted, &["bridge/src/engine/a.rs:1"]);
}

fn drivers(tree: &Tree) -> Vec<Finding> {
    let driver = |file: &&File| DRIVERS.iter().any(|start| file.path.starts_with(start));
    let mut found = Vec::new();
    for file in tree.rust().filter(|file| !driver(file)) {
        let lines = file.code_lines();
        let touching = lines.filter(|(_, text)| text.contains("clippy::disallowed_"));
        let why = "clock, files and environment belong to the drivers (list DRIVERS)";
        found.extend(touching.map(|(line, _)| Finding::new(file, line, why)));
    }
    found
}
