//! What a sweep has come to, in words: for the command line and for the panel.

use fixtures::sweep::Report;

use super::Tally;
use crate::text::grouped;
use crate::verdict::Class;

/// A count of a sweep.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CountRow {
    /// Its name.
    pub name: &'static str,
    /// The count.
    pub count: u64,
    /// What is counted.
    pub text: &'static str,
}

const fn row(name: &'static str, count: u64, text: &'static str) -> CountRow {
    CountRow { name, count, text }
}

impl Tally {
    /// The counts, in the order in which they are told.
    #[must_use]
    pub const fn rows(&self) -> [CountRow; 7] {
        [
            row(
                "survived",
                self.survived,
                "the update passed, and the host runs the image",
            ),
            row(
                "failed honestly",
                self.failed_honestly,
                "it did not, and the verdict says so",
            ),
            row(
                "lies",
                self.lies,
                "a pass, and the host does not run the image",
            ),
            row("hangs", self.hangs, "the update had no end of its own"),
            row("mixes", self.mixes, "the host entered neither image"),
            row("stuck", self.stuck, "the host took no image afterwards"),
            row(
                "unseen",
                self.unseen,
                "struck before a confirm that nobody can see",
            ),
        ]
    }

    /// How the sweep ended, behind the word of its class.
    #[must_use]
    pub fn ending(&self) -> String {
        match self.class() {
            Class::Pass => "nothing that must hold was broken".to_owned(),
            Class::HostFailed => format!("{} runs are unsound", grouped(self.bad())),
            Class::Aborted => self.aborted(),
            _ => format!(
                "{} runs could not be made: their faults do not go with those of the scenario; \
                 sweep one with fewer faults",
                grouped(self.unmade)
            ),
        }
    }

    fn aborted(&self) -> String {
        let made = self.executed + self.unmade;
        let (done, of) = (grouped(made), grouped(made + self.left_out));
        match self.bad() {
            0 => format!("after {done} of {of} runs"),
            bad => format!(
                "after {done} of {of} runs; {} of them are unsound",
                grouped(bad)
            ),
        }
    }
}

/// The counts of a sweep of power cuts, in the order in which they are told.
#[must_use]
pub const fn power_rows(report: &Report) -> [CountRow; 5] {
    [
        row(
            "operations",
            report.operations,
            "erases and programs of the update without a cut",
        ),
        row("runs", report.runs, "combinations of cuts that are covered"),
        row(
            "executed",
            report.executed,
            "from a cut to a state whose outcome is known",
        ),
        row("states", report.states, "that were told apart"),
        row(
            "bricks",
            report.bricks,
            "runs that do not end in the new image",
        ),
    ]
}

/// The class of a sweep of power cuts.
#[must_use]
pub const fn power_class(report: &Report) -> Class {
    match (report.failures.len(), report.bricks) {
        _ if report.stopped => Class::Aborted,
        (0, 0) => Class::Pass,
        _ => Class::HostFailed,
    }
}

/// How a sweep of power cuts ended, behind the word of its class.
#[must_use]
pub fn power_ending(report: &Report) -> String {
    let (executed, bricks) = (grouped(report.executed), grouped(report.bricks));
    match (power_class(report), report.bricks) {
        (Class::Pass, _) => "every run ends in the new image".to_owned(),
        (Class::Aborted, 0) => format!("after {executed} runs, before the last one"),
        (Class::Aborted, _) => {
            format!("after {executed} runs; {bricks} do not end in the new image")
        }
        _ => format!("{bricks} runs do not end in the new image"),
    }
}
