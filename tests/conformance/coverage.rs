//! The shipped scenarios reach every assigned code, and meet nothing that stands in no list.

use std::collections::BTreeSet;

use bridge::coverage::{all, cover};

#[test]
fn every_assigned_code_is_reached_by_its_real_cause_and_every_transition_is_listed() {
    let coverage = cover("", 2, &|_, _| {});
    assert_eq!(coverage.unexpected, Vec::<String>::new());
    assert_eq!(coverage.codes_missing(), Vec::<u8>::new());
    assert_eq!(coverage.transitions_unlisted(), BTreeSet::new());
    // Most of what can be met is met: a watch that sees nothing would not.
    let (reached, of) = (coverage.transitions.len(), all().len());
    assert!(reached * 2 > of, "{reached} of {of} transitions");
}
