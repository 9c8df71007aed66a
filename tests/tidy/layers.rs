//! What a layer may name inside a crate: the engine knows no port, the model no window.

use crate::tree::{File, Finding, Tree};
use crate::{finds, keeps};

/// Files (by the start of their path), what they must not name, and why.
const FENCES: [(&[&str], &[&str], &str); 7] = [
    (
        &["protocol-spec/src/", "protocol-spec/host-agent/src/"],
        &["std::", "alloc::"],
        "runs on a microcontroller: no std and no alloc",
    ),
    (
        &["protocol-spec/src/"],
        &["host_agent::", "fixtures::", "bridge::", "rig_gui::"],
        "the wire knows nobody who uses it",
    ),
    (
        &["protocol-spec/host-agent/src/"],
        &["fixtures::", "bridge::", "rig_gui::"],
        "the host knows no bench",
    ),
    (
        &["fixtures/src/"],
        &["bridge::", "rig_gui::", "tokio", "serialport"],
        "boards and scenarios know no module, no port and no runtime",
    ),
    (
        &[
            "bridge/src/engine/",
            "bridge/src/dialect/",
            "bridge/src/event.rs",
            "bridge/src/verdict.rs",
        ],
        &[
            "tokio",
            "serialport",
            "std::fs",
            "std::net",
            "crate::link",
            "crate::drive",
            "crate::cli",
        ],
        "the engine has five doors and no other: time and bytes are arguments",
    ),
    (
        &["rig-gui/src/model", "rig-gui/src/run_view"],
        &["egui", "eframe", "std::thread", "std::fs", "tokio"],
        "the model is plain data",
    ),
    (
        &["rig-gui/src/views/", "rig-gui/src/theme.rs"],
        &[
            "eframe",
            "std::thread",
            "std::fs",
            "std::sync::mpsc",
            "tokio",
            "crate::worker",
        ],
        "drawing reads the model, returns commands and waits for nothing",
    ),
];

#[test]
fn layers_name_only_what_lies_below_them() {
    keeps(fences);
    let planted = [
        (
            "protocol-spec/src/a.rs",
            "use std::vec;\n// std:: in words is fine\n",
        ),
        ("bridge/src/engine/mod.rs", "fn f() {}\nuse tokio::io;\n"),
        ("rig-gui/src/model.rs", "use egui::Ui;\n"),
    ];
    let want = [
        "protocol-spec/src/a.rs:1",
        "bridge/src/engine/mod.rs:2",
        "rig-gui/src/model.rs:1",
    ];
    finds(fences, &planted, &want);
}

fn fences(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (files, words, why) in FENCES {
        let inside = |file: &&File| files.iter().any(|start| file.path.starts_with(start));
        for file in tree.rust().filter(inside) {
            let tests = file.tests_from();
            let lines = file.code_lines().filter(|(line, _)| *line < tests);
            for (line, text) in lines {
                for word in words.iter().filter(|word| names(text, word)) {
                    found.push(Finding::new(file, line, format!("names `{word}`: {why}")));
                }
            }
        }
    }
    found
}

/// Does a line of code name `path` as a path's first part?
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + path.len()..].chars().next();
        let joined = |c: char| c.is_alphanumeric() || c == '_';
        let starts = !before.is_some_and(|c| joined(c) || c == ':' || c == '.');
        starts && (path.ends_with(':') || !after.is_some_and(joined))
    })
}

#[test]
fn colours_are_made_in_the_theme_only() {
    keeps(colours);
    let planted = [
        ("rig-gui/src/theme.rs", "Color32::from_rgb(1, 2, 3)"),
        ("rig-gui/src/views/x_ui.rs", "\nColor32::from_rgb(1, 2, 3)"),
        ("rig-gui/src/views/y_ui.rs", "Color32::RED"),
    ];
    finds(
        colours,
        &planted,
        &["rig-gui/src/views/x_ui.rs:2", "rig-gui/src/views/y_ui.rs:1"],
    );
}

fn colours(tree: &Tree) -> Vec<Finding> {
    let panel =
        |file: &&File| file.path.starts_with("rig-gui/src/") && !file.path.ends_with("/theme.rs");
    let mut found = Vec::new();
    for file in tree.rust().filter(panel) {
        let made = file.code_lines().filter(|(_, line)| {
            line.contains("Color32::") && !line.contains("Color32::TRANSPARENT")
        });
        let why = "colours come from theme.rs, which knows light from dark";
        found.extend(made.map(|(line, _)| Finding::new(file, line, why)));
    }
    found
}
