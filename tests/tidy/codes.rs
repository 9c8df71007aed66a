//! Code numbers stand in their tables; scenarios stand in their registry.

use protocol_spec::codes::{HostErr, Status};

use crate::tree::{Finding, Tree};
use crate::{finds, keeps};

/// Where a code number may be written: the tables, and tests of frozen bytes.
const NUMBERS_IN: [&str; 2] = ["protocol-spec/src/codes/", "tests/conformance/"];

#[test]
fn code_numbers_stand_in_the_tables() {
    keeps(numbers);
    let text = "const A: Status = Status(17);\n// Status(17) in words\nlet b = HostErr( 0x0e );\n";
    finds(numbers, &[("a/b.rs", text)], &["a/b.rs:1", "a/b.rs:3"]);
    finds(numbers, &[("protocol-spec/src/codes/a.rs", text)], &[]);
    let in_tests = "#[cfg(test)]\nmod tests {\n    Status(200);\n    Status(17);\n}\n";
    finds(numbers, &[("a/b.rs", in_tests)], &["a/b.rs:4"]);
}

fn numbers(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.rust() {
        if NUMBERS_IN.iter().any(|start| file.path.starts_with(start)) {
            continue;
        }
        let tests = file.tests_from();
        for (line, text) in file.code_lines() {
            let tested = line >= tests;
            let known = |n: u8| !tested || Status(n).row().is_some();
            let bad = number_after(text, "Status(").is_some_and(known);
            let known = |n: u8| !tested || HostErr(n).row().is_some();
            if bad || number_after(text, "HostErr(").is_some_and(known) {
                found.push(Finding::new(
                    file,
                    line,
                    "say the code's name: its number is in the table",
                ));
            }
        }
    }
    found
}

/// The number literal that follows `opening` in a line of code.
fn number_after(line: &str, opening: &str) -> Option<u8> {
    let (before, after) = line.split_once(opening)?;
    if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let literal = after.split(')').next()?.trim().replace('_', "");
    let literal = literal.trim_end_matches("u8");
    match literal.strip_prefix("0x") {
        Some(hex) => u8::from_str_radix(hex, 16).ok(),
        None => literal.parse().ok(),
    }
}

#[test]
fn every_scenario_file_is_shipped() {
    keeps(scenarios);
    let planted = [
        ("fixtures/scenarios/a.toml", ""),
        ("fixtures/scenarios/b.toml", ""),
        ("fixtures/scenarios/readme.txt", ""),
        (
            "fixtures/src/scenario.rs",
            "x!(\"../scenarios/a.toml\"), x!(\"../scenarios/c.toml\")",
        ),
    ];
    let want = [
        "fixtures/scenarios/b.toml:1",
        "fixtures/scenarios/readme.txt:1",
        "fixtures/src/scenario.rs:1",
    ];
    finds(scenarios, &planted, &want);
}

fn scenarios(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let source = |name: &str| {
        tree.rust()
            .find(|f| f.path.starts_with("fixtures/src/") && f.text.contains(name))
    };
    for file in tree.files() {
        let Some(name) = file.path.strip_prefix("fixtures/scenarios/") else {
            continue;
        };
        if !name.ends_with(".toml") {
            found.push(Finding::new(file, 1, "only scenarios (*.toml) lie here"));
        } else if source(&format!("scenarios/{name}\"")).is_none() {
            found.push(Finding::new(
                file,
                1,
                "no registry in fixtures/src ships it",
            ));
        }
    }
    for file in tree
        .rust()
        .filter(|file| file.path.starts_with("fixtures/src/"))
    {
        for (line, text) in file.lines() {
            let named = text
                .split('"')
                .filter_map(|part| part.split_once("scenarios/"));
            let gone = named.filter(|(_, name)| {
                name.ends_with(".toml") && tree.get(&format!("fixtures/scenarios/{name}")).is_none()
            });
            found.extend(
                gone.map(|(_, name)| Finding::new(file, line, format!("{name} is not there"))),
            );
        }
    }
    found
}
