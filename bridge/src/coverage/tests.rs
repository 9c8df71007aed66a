//! What is counted, and that it does not depend on how it is run.

use super::*;

fn covered(part: &str) -> Coverage {
    cover(part, None, &Stop::default(), &mut |_, _| {})
}

#[test]
fn what_is_reached_stands_in_the_lists() {
    let coverage = covered("rig-patch-nrf");
    assert_eq!(coverage.scenarios, 1);
    assert_eq!(coverage.transitions_unlisted(), BTreeSet::new());
    assert!(coverage.transitions.len() > 60, "{coverage:?}");
}

#[test]
fn a_code_counts_under_the_name_of_its_scenario_unless_the_host_was_made_to_say_it() {
    let refused = covered("refused");
    assert_eq!(refused.scenarios, 2);
    assert_eq!(refused.codes, BTreeMap::new());
    let number = Status::TYPE.0;
    let names = covered("for-the-module").codes.remove(&number);
    assert_eq!(names, Some(vec!["ayla-download-for-the-module".to_owned()]));
}

/// What is missing is nothing to these.
fn class(texts: &[(&str, &str)]) -> (Class, Coverage) {
    let mut coverage = cover_texts(
        texts.iter().copied(),
        Some(1),
        &Stop::default(),
        &mut |_, _| {},
    );
    let all = Status::TABLE.iter().map(|row| (row.number, Vec::new()));
    coverage.codes.extend(all);
    (coverage.class(), coverage)
}

#[test]
fn a_scenario_that_ends_otherwise_or_cannot_be_read_is_no_pass() {
    let (name, good) = shipped()[0];
    assert_eq!(class(&[(name, good)]).0, Class::Pass);

    let line = good.lines().find(|line| line.starts_with("class = "));
    let other = match line.unwrap() {
        line if line.contains("aborted") => good.replace(line, "class = \"pass\""),
        line => good.replace(line, "class = \"aborted\""),
    };
    let (ended, coverage) = class(&[("other", &other)]);
    assert_eq!((ended, coverage.passed()), (Class::HostFailed, false));
    assert_eq!(coverage.unexpected, ["other"]);

    let (ended, coverage) = class(&[(name, good), ("no", "version = \"x\"")]);
    assert_eq!((ended, coverage.passed()), (Class::RigError, false));
    assert!(coverage.unreadable[0].starts_with("no: "), "{coverage:?}");
    let table = text(&coverage);
    assert!(table.contains("cannot be read"), "{table}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let one = cover("download", Some(1), &Stop::default(), &mut |_, _| {});
    assert_eq!(
        one,
        cover("download", Some(4), &Stop::default(), &mut |_, _| {})
    );
    assert!(!one.codes_missing().is_empty());
    assert!(one.passed(), "more than those of a download are not wanted");
    let all = Coverage {
        selected: false,
        ..one
    };
    assert_eq!(all.class(), Class::HostFailed);
}

#[test]
fn what_was_stopped_is_aborted_whatever_was_reached() {
    let stop = Stop::default();
    stop.set();
    let mut coverage = cover("download", Some(1), &stop, &mut |_, _| {});
    assert_eq!(coverage.scenarios, 0);
    assert!(coverage.left_out > 1, "{coverage:?}");
    let all = Status::TABLE.iter().map(|row| (row.number, Vec::new()));
    coverage.codes.extend(all);
    coverage.unreadable.push("one".to_owned());
    assert_eq!(coverage.class(), Class::Aborted);
}

#[test]
fn the_table_fits_the_screen_and_says_what_is_missing() {
    let text = text(&covered("rig-download"));
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert!(text.contains("MISSING"), "{text}");
}
