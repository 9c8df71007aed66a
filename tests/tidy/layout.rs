//! What lies where: the top level, the two scripts, the locked sources.

use crate::tree::{File, Finding, Tree};
use crate::{finds, keeps};

/// All that the top level may hold beside dotfiles.
const TOP_LEVEL: [&str; 10] = [
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "bridge",
    "fixtures",
    "protocol-spec",
    "rig-gui",
    "tests",
];

/// The one place that locked packages come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// File names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 7] = [
    "utils", "util", "helpers", "common", "types", "manager", "misc",
];

#[test]
fn the_top_level_holds_only_what_the_design_lists() {
    keeps(top_level);
    finds(
        top_level,
        &[("notes/a.md", ""), (".gitignore", ""), ("bridge/x", "")],
        &["notes/a.md:1"],
    );
}

fn top_level(tree: &Tree) -> Vec<Finding> {
    let stray = |file: &&File| {
        let first = file.path.split('/').next().unwrap_or_default();
        file.tracked && !first.starts_with('.') && !TOP_LEVEL.contains(&first)
    };
    let why = "the top level holds the six crates, their manifest, the licences and README.md only";
    tree.files()
        .filter(stray)
        .map(|file| Finding::new(file, 1, why))
        .collect()
}

#[test]
fn both_scripts_can_be_run() {
    keeps(scripts);
    let call = "exec \"$(dirname \"$0\")/../tests/run\"\n";
    let planted = [(".ci/run", "cargo test"), ("tests/run", call)];
    finds(
        scripts,
        &planted,
        &[".ci/run:1", "tests/run:1", ".ci/run:1"],
    );
    finds(scripts, &[(".ci/run", call)], &[".ci/run:1", "tests/run:1"]);
}

fn scripts(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for path in [".ci/run", "tests/run"] {
        if !tree.get(path).is_some_and(|file| file.executable) {
            found.push(Finding::of_path(path, "must be there and executable"));
        }
    }
    if let Some(ci) = tree.get(".ci/run") {
        let commands = ci
            .lines()
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let other = commands.filter(|(_, line)| !line.contains("tests/run"));
        found.extend(other.map(|(line, _)| Finding::new(ci, line, "only calls tests/run")));
    }
    found
}

#[test]
fn locked_packages_come_from_one_registry() {
    keeps(lock_sources);
    let lock = "[[package]]\nsource = \"git+https://example.org/x\"\n";
    finds(lock_sources, &[("Cargo.lock", lock)], &["Cargo.lock:2"]);
    finds(lock_sources, &[], &["Cargo.lock:1"]);
}

fn lock_sources(tree: &Tree) -> Vec<Finding> {
    let Some(lock) = tree.get("Cargo.lock") else {
        return vec![Finding::of_path(
            "Cargo.lock",
            "a clean clone builds what was tested: keep it",
        )];
    };
    let sources = lock
        .lines()
        .filter(|(_, line)| line.starts_with("source = "));
    let strange = sources.filter(|(_, line)| !line.contains(REGISTRY));
    let why = "packages come from the public registry";
    strange
        .map(|(line, _)| Finding::new(lock, line, why))
        .collect()
}

#[test]
fn files_have_telling_names() {
    keeps(file_names);
    let planted = [
        ("bridge/src/utils.rs", ""),
        ("bridge/src/aB.rs", ""),
        ("bridge/src/ok_1.rs", ""),
    ];
    finds(
        file_names,
        &planted,
        &["bridge/src/utils.rs:1", "bridge/src/aB.rs:1"],
    );
}

fn file_names(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.rust() {
        let name = file
            .path
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs");
        let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !name.chars().all(snake) {
            found.push(Finding::new(file, 1, "file names are snake_case"));
        }
        if EMPTY_NAMES.contains(&name) {
            found.push(Finding::new(file, 1, "name the file after its subject"));
        }
    }
    found
}
