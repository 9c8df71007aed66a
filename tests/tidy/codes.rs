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

/// Words in a text that a code number may follow.
const CODE_WORDS: [&str; 4] = ["code", "err", "status", "errcode"];

#[test]
fn texts_take_code_numbers_from_the_tables() {
    keeps(numbers_in_texts);
    let text = "fn f() {\n    g(\"ends in code 17\");\n    g(\"host ERR 0e, exit code 2\");\n    \
                g(\"code {code}, status unknown\"); // code 17\n    g(\"the exit code 2\");\n}\n";
    finds(
        numbers_in_texts,
        &[("a/b.rs", text)],
        &["a/b.rs:2", "a/b.rs:3"],
    );
    let below = format!("#[cfg(test)]\nmod tests;\n{text}");
    finds(
        numbers_in_texts,
        &[("a/b.rs", &below)],
        &["a/b.rs:4", "a/b.rs:5"],
    );
    finds(numbers_in_texts, &[("tests/a/b.rs", text)], &[]);
    finds(
        numbers_in_texts,
        &[("protocol-spec/src/codes/a.rs", text)],
        &[],
    );
}

fn numbers_in_texts(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.rust() {
        if NUMBERS_IN.iter().any(|start| file.path.starts_with(start)) {
            continue;
        }
        let tests = file.tests_from();
        let named = file
            .literal_lines()
            .filter(|(line, text)| *line < tests && names_a_number(text));
        let why = "print the code itself: it brings its number and its name from the table";
        found.extend(named.map(|(line, _)| Finding::new(file, line, why)));
    }
    found
}

/// Whether a text names a code by its number: `code 17`, `ERR 0e`. Exit codes have no table.
fn names_a_number(text: &str) -> bool {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let number = |word: &str| {
        let hex = word.strip_prefix("0x").unwrap_or(word);
        word.starts_with(|c: char| c.is_ascii_digit()) && u8::from_str_radix(hex, 16).is_ok()
    };
    (1..words.len()).any(|at| {
        let exit = at > 1 && words[at - 2] == "exit";
        number(&words[at]) && CODE_WORDS.contains(&words[at - 1].as_str()) && !exit
    })
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
