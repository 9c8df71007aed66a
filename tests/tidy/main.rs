//! The rules of this repository, as tests.
//!
//! A rule is a function from [`Tree`] (every file of the repository, read once) to findings; a
//! finding names file, line and reason. Each rule has two tests: the repository keeps it, and a
//! planted breach of it is found, so that no rule passes because it looks at nothing.

mod codes;
mod crates;
mod docs;
mod layers;
mod layout;
mod mask;
mod names;
mod source;
mod tree;

use tree::{Finding, Tree};

/// Fails with every finding of `rule`, one a line.
fn keeps(rule: fn(&Tree) -> Vec<Finding>) {
    let findings = rule(Tree::repository());
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(
        lines.is_empty(),
        "{} found:\n{}",
        lines.len(),
        lines.join("\n")
    );
}

/// Passes if `rule` finds exactly `want`, as `file:line`, in the planted files.
#[cfg(test)]
fn finds(rule: fn(&Tree) -> Vec<Finding>, planted: &[(&str, &str)], want: &[&str]) {
    let findings = rule(&Tree::planted(planted));
    let got: Vec<String> = findings.iter().map(Finding::place).collect();
    assert_eq!(got, want, "{findings:?}");
}
