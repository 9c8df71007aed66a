//! Which crate may depend on which: protocol-spec <- host-agent <- fixtures <- bridge <- rig-gui.

use crate::tree::{File, Finding, Tree};
use crate::{finds, keeps};

/// The crates from the wire up. Each may use those before it, in no table of its manifest others.
const ORDER: [(&str, &str); 6] = [
    ("protocol-spec", "protocol-spec/Cargo.toml"),
    ("host-agent", "protocol-spec/host-agent/Cargo.toml"),
    ("fixtures", "fixtures/Cargo.toml"),
    ("bridge", "bridge/Cargo.toml"),
    ("rig-gui", "rig-gui/Cargo.toml"),
    ("rig-tests", "tests/Cargo.toml"),
];

#[test]
fn dependencies_point_one_way() {
    keeps(direction);
    let backwards = "[package]\nname = \"fixtures\"\n[dev-dependencies]\nbridge.workspace = true\n";
    finds(
        direction,
        &[("fixtures/Cargo.toml", backwards)],
        &["fixtures/Cargo.toml:4"],
    );
    let table = "[package]\n[dependencies.rig-gui]\npath = \"../rig-gui\"\n";
    finds(
        direction,
        &[("bridge/Cargo.toml", table)],
        &["bridge/Cargo.toml:2"],
    );
}

fn direction(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (rank, (name, path)) in ORDER.iter().enumerate() {
        let Some(manifest) = tree.get(path) else {
            continue;
        };
        for (line, dependency) in dependencies(manifest) {
            let above = ORDER
                .iter()
                .skip(rank)
                .any(|(other, _)| *other == dependency);
            if above {
                let why = format!("{name} must not know {dependency}: dependencies point one way");
                found.push(Finding::new(manifest, line, why));
            }
        }
    }
    found
}

/// Every name in every dependency table of a manifest, with its line.
fn dependencies(manifest: &File) -> Vec<(usize, String)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (number, line) in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_end_matches(']');
            inside = header.ends_with("dependencies");
            let single = header.rsplit_once("dependencies.").map(|(_, name)| name);
            found.extend(single.map(|name| (number, name.to_owned())));
        } else if inside && !line.starts_with('#') {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            found.push((number, name.to_owned()));
        }
    }
    found.retain(|(_, name)| !name.is_empty());
    found
}

#[test]
fn every_crate_is_a_member_and_takes_the_shared_settings() {
    keeps(shared_settings);
    let own = "[package]\nname = \"x\"\nedition = \"2021\"\n";
    let want = [
        "rig-gui/Cargo.toml:1",
        "rig-gui/Cargo.toml:1",
        "rig-gui/Cargo.toml:1",
    ];
    finds(shared_settings, &[("rig-gui/Cargo.toml", own)], &want);
}

fn shared_settings(tree: &Tree) -> Vec<Finding> {
    let shared = [
        "edition.workspace = true",
        "rust-version.workspace = true",
        "[lints]",
    ];
    let mut found = Vec::new();
    for (name, path) in ORDER {
        let Some(manifest) = tree.get(path) else {
            continue;
        };
        // The tests' own crate is tests from end to end: the lints that fence outside data and
        // panics have no business there; clippy's defaults still hold.
        let wanted = shared.iter().take(if name == "rig-tests" { 2 } else { 3 });
        for setting in wanted.filter(|setting| !manifest.text.contains(**setting)) {
            found.push(Finding::new(manifest, 1, format!("must say `{setting}`")));
        }
    }
    found
}
