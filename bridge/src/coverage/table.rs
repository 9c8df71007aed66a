//! Coverage as people read it, at 80 columns.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use protocol_spec::codes::{HostErr, Status};

use super::{Coverage, Transition, all};
use crate::text::add_field;

/// Column where the texts of a row begin.
const INDENT: usize = 26;

/// The codes with their scenarios, then what was met of each machine, and what was not.
#[must_use]
pub fn text(coverage: &Coverage) -> String {
    let mut out = String::new();
    add_codes(&mut out, coverage);
    add_host_errs(&mut out, coverage);
    add_machines(&mut out, coverage);
    for name in &coverage.unexpected {
        add_field(&mut out, "not as expected", INDENT, name);
    }
    for what in &coverage.unreadable {
        add_field(&mut out, "cannot be read", INDENT, what);
    }
    out
}

fn add_codes(out: &mut String, coverage: &Coverage) {
    let missing = coverage.codes_missing();
    let reached = coverage.codes.len();
    let _ = writeln!(
        out,
        "module codes: {reached} reached, {} missing",
        missing.len()
    );
    for (number, names) in &coverage.codes {
        add_names(out, &Status(*number).to_string(), names);
    }
    for number in missing {
        add_field(out, &format!("  {}", Status(number)), INDENT, "MISSING");
    }
}

fn add_host_errs(out: &mut String, coverage: &Coverage) {
    let _ = writeln!(out, "host ERR bytes: {} reached", coverage.host_errs.len());
    for (number, names) in &coverage.host_errs {
        add_names(out, &HostErr(*number).to_string(), names);
    }
}

/// The first scenario that comes to a code, and how many more do.
fn add_names(out: &mut String, code: &str, names: &[String]) {
    let first = names.first().map(String::as_str).unwrap_or_default();
    let more = match names.len() {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    add_field(out, &format!("  {code}"), INDENT, &format!("{first}{more}"));
}

fn add_machines(out: &mut String, coverage: &Coverage) {
    let (missing, all) = (coverage.transitions_missing(), all());
    let _ = writeln!(
        out,
        "transitions: {} reached, {} missing",
        all.len() - missing.len(),
        missing.len()
    );
    let machines: BTreeSet<&str> = all.iter().map(|transition| transition.machine).collect();
    for machine in machines {
        let of =
            |set: &BTreeSet<Transition>| set.iter().filter(|pair| pair.machine == machine).count();
        let (total, gone) = (of(&all), of(&missing));
        let text = format!("{} of {total} reached", total - gone);
        add_field(out, &format!("  {machine}"), INDENT, &text);
        add_pairs(out, "not ", &missing, machine);
        add_pairs(out, "unlisted ", &coverage.transitions_unlisted(), machine);
    }
}

/// State by state, what is in the set.
fn add_pairs(out: &mut String, word: &str, set: &BTreeSet<Transition>, machine: &str) {
    let mut states: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for pair in set.iter().filter(|pair| pair.machine == machine) {
        states
            .entry(pair.state.to_string())
            .or_default()
            .push(pair.on);
    }
    for (state, events) in states {
        let text = format!("{word}{}", events.join(", "));
        add_field(out, &format!("    {state}"), INDENT, &text);
    }
}
