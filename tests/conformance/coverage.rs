//! The shipped scenarios reach every assigned code, and meet nothing that stands in no list.

use std::collections::BTreeSet;

use bridge::coverage::{Coverage, cover};
use fixtures::cores::Stop;

/// The transitions that no shipped scenario reaches, one a line, sorted.
const UNREACHED: &str = include_str!("unreached.txt");

#[test]
fn every_assigned_code_is_reached_by_its_real_cause_and_every_transition_is_listed() {
    let coverage = cover("", None, &Stop::default(), &mut |_, _| {});
    assert_eq!(coverage.unreadable, Vec::<String>::new());
    assert_eq!(coverage.unexpected, Vec::<String>::new());
    assert_eq!(coverage.codes_missing(), Vec::<u8>::new());
    assert_eq!(coverage.transitions_unlisted(), BTreeSet::new());
    let (missing, listed) = (missing(&coverage), listed());
    let lost: Vec<_> = missing.difference(&listed).collect();
    let gained: Vec<_> = listed.difference(&missing).collect();
    assert!(
        lost.is_empty() && gained.is_empty(),
        "not reached any more: {lost:#?}\nreached now, take it out of unreached.txt: {gained:#?}"
    );
}

fn missing(coverage: &Coverage) -> BTreeSet<String> {
    let missing = coverage.transitions_missing();
    let line = missing.iter();
    line.map(|it| format!("{}: {}: {}", it.machine, it.state, it.on))
        .collect()
}

fn listed() -> BTreeSet<String> {
    UNREACHED.lines().map(str::to_owned).collect()
}
