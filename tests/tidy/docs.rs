//! The README leads where it says it leads.

use crate::tree::{File, Finding, Tree};
use crate::{finds, keeps};

/// The two commands that set everything up, as the README must give them.
const COMMANDS: [&str; 2] = ["cargo run --release -- demo", "./tests/run"];

/// Most lines of the README: five minutes.
const README_LINES_MAX: usize = 150;

#[test]
fn the_readme_leads_with_the_two_commands() {
    keeps(commands);
    finds(commands, &[], &["README.md:1"]);
    finds(
        commands,
        &[("README.md", "# x\n```\ncargo run --release -- demo\n```\n")],
        &["README.md:1"],
    );
}

fn commands(tree: &Tree) -> Vec<Finding> {
    let Some(readme) = tree.get("README.md") else {
        return vec![Finding::of_path("README.md", "must be there")];
    };
    let mut found = Vec::new();
    let first = readme.text.split("```").nth(1).unwrap_or_default();
    for command in COMMANDS {
        if !first
            .lines()
            .any(|line| line.split('#').next().unwrap_or_default().trim() == command)
        {
            found.push(Finding::new(
                readme,
                1,
                format!("`{command}` stands in the first code block"),
            ));
        }
    }
    if readme.text.lines().count() > README_LINES_MAX {
        let why = format!("at most {README_LINES_MAX} lines");
        found.push(Finding::new(readme, README_LINES_MAX + 1, why));
    }
    found
}

#[test]
fn pages_link_to_what_is_there() {
    keeps(links);
    let planted = [
        (
            "a/x.md",
            "see [y](y.md)\nand [z](../b/z.md#top), [w](https://example.org)",
        ),
        ("a/y.md", ""),
    ];
    finds(links, &planted, &["a/x.md:2"]);
}

fn links(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for page in tree.files().filter(|file| file.path.ends_with(".md")) {
        for (line, text) in page.lines() {
            let targets = text
                .split("](")
                .skip(1)
                .filter_map(|rest| rest.split(')').next());
            for target in targets.filter(|target| !target.contains("://")) {
                let path = target.split('#').next().unwrap_or_default();
                if !path.is_empty() && !exists(tree, page, path) {
                    found.push(Finding::new(page, line, format!("{target} is not there")));
                }
            }
        }
    }
    found
}

/// Is there a file or folder at `path`, seen from `page`?
fn exists(tree: &Tree, page: &File, path: &str) -> bool {
    let mut parts: Vec<&str> = page.path.split('/').collect();
    parts.pop();
    for part in path.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    let full = parts.join("/");
    tree.files()
        .any(|file| file.path == full || file.path.starts_with(&format!("{full}/")))
}

/// Functions and files that the README's walk names, as `` `name()` `` and `` `path.rs` ``.
#[test]
fn the_readme_names_real_functions() {
    keeps(real_names);
    let planted = [
        (
            "README.md",
            "1. `run()` in `a/b.rs` calls `Deck::gone()`.\n2. `a/c.rs`\n",
        ),
        ("a/b.rs", "fn run() {}"),
    ];
    finds(real_names, &planted, &["README.md:1", "README.md:2"]);
}

fn real_names(tree: &Tree) -> Vec<Finding> {
    let Some(readme) = tree.get("README.md") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (line, text) in readme.lines() {
        for quoted in text.split('`').skip(1).step_by(2) {
            if let Some(name) = quoted.strip_suffix("()") {
                let name = name.rsplit("::").next().unwrap_or_default();
                let defined = tree.rust().any(|file| {
                    file.code.contains(&format!("fn {name}("))
                        || file.code.contains(&format!("fn {name}<"))
                });
                if !defined {
                    found.push(Finding::new(readme, line, format!("no function {name}")));
                }
            } else if quoted.ends_with(".rs") && !exists(tree, readme, quoted) {
                found.push(Finding::new(readme, line, format!("no file {quoted}")));
            }
        }
    }
    found
}
