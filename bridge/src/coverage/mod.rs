//! What the shipped scenarios reach: codes, and what every machine met in which state.
//!
//! Everything is seen from outside: the module by its events, the download by its own, the host by a
//! wrapper of its planner and by a layer that reads its line (`fixtures::watch`). Each machine has
//! a stated list of all that it can meet, so that what is missing means something.
//!
//! A code counts where an update of a scenario that ended as it expects ended in it. Hosts that are
//! made to say a certain number are left out: no code is reached by asking for it.

mod download;
mod module;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use fixtures::cores::{Stop, each_in_order};
use fixtures::personality::{Personality, personality};
use fixtures::scenario::{Scenario, parse, shipped};
use fixtures::watch::{self, Words};
use protocol_spec::codes::{HostErr, Kind, Status};

use crate::bench::{Told, run_watched};
use crate::conform::suite::name_matches;
use crate::event::Event;
use crate::verdict::Class;

pub use table::text;

/// Something that a machine met in a state.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Transition {
    /// Name of the machine.
    pub machine: &'static str,
    /// The state.
    pub state: Words,
    /// What it met there.
    pub on: &'static str,
}

/// What scenarios have reached.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// Scenarios that were run.
    pub scenarios: usize,
    /// Only some scenarios were wanted: what they leave out is nothing against them.
    pub selected: bool,
    /// Those that were left out, as somebody wanted no more.
    pub left_out: usize,
    /// Those that did not end as they expect; their codes do not count.
    pub unexpected: Vec<String>,
    /// Those that cannot be read, with the reason: a mistake on this side.
    pub unreadable: Vec<String>,
    /// Module codes and the scenarios that ended in them.
    pub codes: BTreeMap<u8, Vec<String>>,
    /// Host ERR bytes and the scenarios that ended in them.
    pub host_errs: BTreeMap<u8, Vec<String>>,
    /// Transitions.
    pub transitions: BTreeSet<Transition>,
}

impl Coverage {
    /// Assigned module codes that no scenario ended in.
    #[must_use]
    pub fn codes_missing(&self) -> Vec<u8> {
        let rows = Status::TABLE.iter();
        rows.filter(|row| row.kind == Kind::Assigned)
            .map(|row| row.number)
            .filter(|number| !self.codes.contains_key(number))
            .collect()
    }

    /// Transitions of the list that no scenario reached.
    #[must_use]
    pub fn transitions_missing(&self) -> BTreeSet<Transition> {
        &all() - &self.transitions
    }

    /// Transitions that were reached and stand in no list: a mistake of the list.
    #[must_use]
    pub fn transitions_unlisted(&self) -> BTreeSet<Transition> {
        &self.transitions - &all()
    }

    /// Pass when every scenario ended as it expects and all of them reach every assigned code.
    #[must_use]
    pub fn class(&self) -> Class {
        if self.left_out > 0 {
            Class::Aborted
        } else if !self.unreadable.is_empty() {
            Class::RigError
        } else if (self.selected || self.codes_missing().is_empty()) && self.unexpected.is_empty() {
            Class::Pass
        } else {
            Class::HostFailed
        }
    }

    /// Whether that is a pass.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.class() == Class::Pass
    }

    fn add(&mut self, name: &str, reached: Reached) {
        self.scenarios += 1;
        self.transitions.extend(reached.transitions);
        if !reached.expected {
            self.unexpected.push(name.to_owned());
            return;
        }
        for code in reached.codes {
            self.codes.entry(code.0).or_default().push(name.to_owned());
        }
        for err in reached.host_errs {
            let names = self.host_errs.entry(err.0).or_default();
            names.push(name.to_owned());
        }
    }
}

/// Every transition of every machine.
#[must_use]
pub fn all() -> BTreeSet<Transition> {
    let host = watch::all().into_iter().map(of_host);
    host.chain(module::all()).chain(download::all()).collect()
}

fn of_host(seen: watch::Transition) -> Transition {
    Transition {
        machine: seen.machine.name(),
        state: seen.state,
        on: seen.on,
    }
}

/// What one scenario has reached.
#[derive(Clone, Debug, Default)]
struct Reached {
    expected: bool,
    codes: BTreeSet<Status>,
    host_errs: BTreeSet<HostErr>,
    transitions: BTreeSet<Transition>,
}

/// Runs all shipped scenarios whose name has `part` in it (`*` stands for any text), on all cores or on so many `threads`; `tell`
/// hears after each how many are done, and of how many. After `stop` no more are begun.
#[must_use]
pub fn cover(
    part: &str,
    threads: Option<usize>,
    stop: &Stop,
    tell: &mut dyn FnMut(usize, usize),
) -> Coverage {
    let wanted = |name: &str| name.contains(part) || name_matches(part, name);
    let texts = shipped().iter().filter(|(name, _)| wanted(name));
    Coverage {
        selected: !part.is_empty(),
        ..cover_texts(texts.copied(), threads, stop, tell)
    }
}

/// The same with scenarios by name and text.
fn cover_texts<'t>(
    texts: impl Iterator<Item = (&'t str, &'t str)>,
    threads: Option<usize>,
    stop: &Stop,
    tell: &mut dyn FnMut(usize, usize),
) -> Coverage {
    let mut coverage = Coverage::default();
    let mut work: Vec<(&str, Scenario)> = Vec::new();
    for (name, text) in texts {
        match parse(text) {
            Ok(scenario) => work.push((name, scenario)),
            Err(error) => coverage.unreadable.push(format!("{name}: {error}")),
        }
    }
    let mut done = 0;
    each_in_order(
        &work,
        threads,
        stop,
        |(name, scenario)| (*name, reach(scenario)),
        &mut |(name, reached)| {
            coverage.add(name, reached);
            done += 1;
            tell(done, work.len());
        },
    );
    coverage.left_out = work.len() - done;
    coverage
}

fn reach(scenario: &Scenario) -> Reached {
    let watch = watch::Watch::default();
    let mut module = module::Seen::default();
    let mut reached = Reached::default();
    let end = run_watched(scenario, None, Some(&watch), &mut |told| match told {
        Told::Engine(stamped) => {
            reached.transitions.extend(module.saw(&stamped.event));
            if let Event::HostStatus(status) = &stamped.event {
                reached.host_errs.extend(status.host_err);
            }
        }
        Told::Download(_, event) => {
            reached.transitions.insert(download::saw(event));
        }
        Told::Run(..) | Told::Host(..) | Told::Struck(..) => {}
    });
    reached.expected = end.unmet.is_empty();
    let host = watch.seen().into_iter().map(of_host);
    reached.transitions.extend(host);
    if personality(&scenario.personality).is_some_and(Personality::forges_codes) {
        reached.host_errs.clear();
    } else {
        let codes = end.updates.iter().filter_map(|update| update.status);
        reached.codes = codes.collect();
        let errs = end.updates.iter().filter_map(|update| update.host_err);
        reached.host_errs.extend(errs);
    }
    reached
}
