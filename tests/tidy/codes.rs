//! Code numbers stand in their tables; scenarios stand in their registry.

use protocol_spec::codes::{HostErr, Status};

use crate::tree::{Finding, Tree};
use crate::{finds, keeps};

/// Where a code number may be written: the tables, and tests of frozen bytes.
const NUMBERS_IN: [&str; 2] = ["protocol-spec/src/codes/", "tests/conformance/"];

/// Where the shipped scenarios are listed.
const REGISTRY: &str = "fixtures/src/scenario/shipped.rs";

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
            "fixtures/src/scenario/shipped.rs",
            "shipped!(\"a\"),\nshipped!(\"c\"),\n",
        ),
    ];
    let want = [
        "fixtures/scenarios/b.toml:1",
        "fixtures/scenarios/readme.txt:1",
        "fixtures/src/scenario/shipped.rs:2",
    ];
    finds(scenarios, &planted, &want);
}

fn scenarios(tree: &Tree) -> Vec<Finding> {
    let Some(registry) = tree.get(REGISTRY) else {
        return vec![Finding::of_path(
            REGISTRY,
            "the registry of scenarios is not there",
        )];
    };
    let mut found = Vec::new();
    for file in tree.files() {
        let Some(name) = file.path.strip_prefix("fixtures/scenarios/") else {
            continue;
        };
        match name.strip_suffix(".toml") {
            None => found.push(Finding::new(file, 1, "only scenarios (*.toml) lie here")),
            Some(name) if !registry.text.contains(&format!("shipped!(\"{name}\")")) => {
                found.push(Finding::new(
                    file,
                    1,
                    format!("{REGISTRY} does not ship it"),
                ));
            }
            Some(_) => {}
        }
    }
    for (line, text) in registry.lines() {
        let named = text
            .split("shipped!(\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let path = named.map(|name| format!("fixtures/scenarios/{name}.toml"));
        let gone = path.filter(|path| tree.get(path).is_none());
        found.extend(gone.map(|path| Finding::new(registry, line, format!("{path} is not there"))));
    }
    found
}
