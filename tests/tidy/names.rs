//! One word per thing, and nothing of this machine or of anybody's secrets in the text.

use crate::tree::{File, Finding, Tree};
use crate::{finds, keeps};

/// Words that identifiers avoid, and the word of this project.
const SYNONYMS: [(&str, &str); 7] = [
    ("master", "module"),
    ("slave", "host"),
    ("rollback", "revert"),
    ("fingerprint", "digest"),
    ("brownout", "power_cut"),
    ("blacklist", "what is refused"),
    ("whitelist", "what is accepted"),
];

/// Files where an interface of the operating system has such a word in its own names.
const SYNONYMS_GIVEN: [&str; 1] = ["bridge/src/link/pty.rs"];

/// Starts of paths that exist on one machine only.
const MACHINE_PATHS: [&str; 5] = [
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/Us", "ers/"),
    concat!("C:", "\\Users"),
];

/// Marks of a key or token.
const SECRETS: [&str; 7] = [
    concat!("PRIVATE", " KEY-----"),
    concat!("AK", "IA"),
    concat!("gh", "p_"),
    concat!("git", "hub_pat_"),
    concat!("xo", "xb-"),
    concat!("sk", "-ant-"),
    concat!("Author", "ization: Bearer"),
];

#[test]
fn one_word_per_thing() {
    keeps(synonyms);
    let text = "fn f(slave_port: u8) {}\n// the master copy, in words\nlet webmaster = 1;\n";
    finds(synonyms, &[("a/b.rs", text)], &["a/b.rs:1"]);
}

fn synonyms(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let ours = |file: &&File| !SYNONYMS_GIVEN.contains(&file.path.as_str());
    for file in tree.rust().filter(ours) {
        for (line, text) in file.code_lines() {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric());
            for word in words.map(str::to_lowercase) {
                let entry = SYNONYMS.iter().find(|(banned, _)| *banned == word);
                found.extend(entry.map(|(banned, ours)| {
                    Finding::new(file, line, format!("`{banned}`: the word here is {ours}"))
                }));
            }
        }
    }
    found
}

#[test]
fn no_path_of_one_machine() {
    keeps(machine_paths);
    let text = concat!("ok\ncd /ho", "me/someone\n");
    finds(machine_paths, &[("README.md", text)], &["README.md:2"]);
}

fn machine_paths(tree: &Tree) -> Vec<Finding> {
    containing(tree, &MACHINE_PATHS, "a path of one machine")
}

#[test]
fn no_secret() {
    keeps(secrets);
    let text = concat!("-----BEGIN PRIVATE", " KEY-----\n");
    finds(secrets, &[("a/key.pem", text)], &["a/key.pem:1"]);
}

fn secrets(tree: &Tree) -> Vec<Finding> {
    containing(
        tree,
        &SECRETS,
        "looks like a secret: take it out and change it",
    )
}

/// A finding for every line of text that holds one of `pieces`.
fn containing(tree: &Tree, pieces: &[&str], why: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files().filter(|file| file.path != "Cargo.lock") {
        let held = file
            .lines()
            .filter(|(_, text)| pieces.iter().any(|piece| text.contains(piece)));
        found.extend(held.map(|(line, _)| Finding::new(file, line, why)));
    }
    found
}
