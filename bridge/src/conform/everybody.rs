//! Every personality under every check: the good ones pass, the broken ones are caught for the fault
//! that is documented of them.

use std::sync::Arc;

use fixtures::board::Board;
use fixtures::cores::{Stop, each_in_order};
use fixtures::personality::{Personality, Shows, Verdict, personalities};
use fixtures::scenario::LayoutName;
use fixtures::script::Script;
use fixtures::sweep::{Accusation, accuse};

use super::suite::{BenchPlan, name_matches};
use super::{Outcome, ScriptResult};
use crate::verdict::Class;

/// Findings about a broken host, none of them the documented one, after which a check need not go on.
const FINDINGS_ENOUGH: usize = 3;

/// Something that a host can fail.
pub trait Check: Sync {
    /// Whether faults that show there are what it looks for.
    fn looks_for(&self, shows: Shows) -> bool;

    /// What is wrong with a personality; nothing when it passes. A check may stop at what the fault of
    /// a broken one is known by.
    ///
    /// # Errors
    /// What kept the check from being made: nothing about the host.
    fn run(&self, personality: &'static Personality) -> Result<Vec<Finding>, Finding>;
}

/// Something that is wrong with a host, or with a check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What found it: the name of a script, of a scenario ...
    pub by: String,
    /// What is wrong, one sentence.
    pub what: String,
}

/// What became of one personality.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The personality.
    pub personality: &'static Personality,
    /// What the checks found; of a broken one that which its fault is known by comes first.
    pub findings: Vec<Finding>,
    /// Why it could not be judged.
    pub error: Option<Finding>,
}

/// What was counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Good personalities.
    pub good: usize,
    /// Good ones that a check failed.
    pub accused: usize,
    /// Broken personalities.
    pub broken: usize,
    /// Broken ones that a check failed for their documented fault.
    pub caught: usize,
    /// Broken ones that no check failed for it.
    pub missed: usize,
    /// Personalities that could not be judged.
    pub errors: usize,
}

/// The conformance scripts, on each layout that they may be played on.
#[derive(Debug)]
pub struct ScriptCheck {
    /// The board.
    pub board: &'static Board,
    /// The scripts.
    pub scripts: Vec<Arc<Script>>,
}

impl Check for ScriptCheck {
    fn looks_for(&self, shows: Shows) -> bool {
        shows == Shows::Line
    }

    fn run(&self, personality: &'static Personality) -> Result<Vec<Finding>, Finding> {
        let names = personality.by.split(": ").next().unwrap_or_default();
        let (known, others): (Vec<_>, Vec<_>) = self
            .scripts
            .iter()
            .partition(|script| name_matches(names, &script.name));
        let mut findings = Vec::new();
        let broken = personality.verdict == Verdict::Broken;
        for (scripts, enough) in [(known, usize::MAX), (others, FINDINGS_ENOUGH)] {
            for layout in [LayoutName::TwoSlot, LayoutName::InPlace] {
                for script in &scripts {
                    findings.extend(self.play(personality, layout, script)?);
                    let found = findings
                        .last()
                        .is_some_and(|it| it.is_documented(personality));
                    if broken && (found || findings.len() >= enough) {
                        return Ok(findings);
                    }
                }
            }
        }
        Ok(findings)
    }
}

impl ScriptCheck {
    fn play(
        &self,
        personality: &Personality,
        layout: LayoutName,
        script: &Arc<Script>,
    ) -> Result<Option<Finding>, Finding> {
        let plan = BenchPlan {
            layout: Some(layout),
            ..BenchPlan::new(self.board, personality.name)
        };
        fault(personality, plan.run_one(script))
    }
}

/// What a result says against the host.
///
/// # Errors
/// What it says against the script or the rig: an error of the rig is no fault of any host, and a dead
/// line is one only of a host that is mute.
pub fn fault(personality: &Personality, result: ScriptResult) -> Result<Option<Finding>, Finding> {
    let Outcome { class, what, .. } = result.outcome;
    let finding = Finding {
        by: result.name,
        what,
    };
    match class {
        Class::Pass | Class::Skipped => Ok(None),
        Class::HostFailed => Ok(Some(finding)),
        Class::LinkError if personality.is_mute() => Ok(Some(finding)),
        Class::LinkError | Class::RigError | Class::Aborted => Err(Finding {
            what: format!("{class}: {}", finding.what),
            ..finding
        }),
    }
}

/// Small updates without a line: every power cut, and every failure of flash.
#[derive(Debug)]
pub struct FlashCheck;

impl Check for FlashCheck {
    fn looks_for(&self, shows: Shows) -> bool {
        shows != Shows::Line
    }

    fn run(&self, personality: &'static Personality) -> Result<Vec<Finding>, Finding> {
        let found = accuse(personality).map_err(|error| Finding {
            by: "small updates".to_owned(),
            what: error.to_string(),
        })?;
        let as_documented = |by| personality.shows.is_none_or(|shows| shows == by);
        let finding = |Accusation { by, what }| Finding {
            by: match by {
                Shows::Line => "update without a fault",
                Shows::PowerCut => "power cut",
                Shows::FlashFailure => "failing flash",
            }
            .to_owned(),
            what,
        };
        let found = found.filter(|found| as_documented(found.by));
        Ok(found.map(finding).into_iter().collect())
    }
}

impl Finding {
    /// Whether the fault that is documented of `personality` is known by it.
    #[must_use]
    pub fn is_documented(&self, personality: &Personality) -> bool {
        name_matches(personality.by, &format!("{}: {}", self.by, self.what))
    }
}

impl Judged {
    /// Whether a broken one was caught for its documented fault.
    #[must_use]
    pub fn is_caught(&self) -> bool {
        let broken = self.personality.verdict == Verdict::Broken;
        let mut findings = self.findings.iter();
        broken && findings.any(|it| it.is_documented(self.personality))
    }

    /// Whether the checks say of it what it is.
    #[must_use]
    pub fn is_right(&self) -> bool {
        let right = match self.personality.verdict {
            Verdict::Good => self.findings.is_empty(),
            Verdict::Broken => self.is_caught(),
        };
        right && self.error.is_none()
    }
}

impl Counts {
    /// Counts one personality.
    pub fn count(&mut self, judged: &Judged) {
        let sure = judged.error.is_none();
        self.errors += usize::from(!sure);
        match judged.personality.verdict {
            Verdict::Good => {
                self.good += 1;
                self.accused += usize::from(sure && !judged.findings.is_empty());
            }
            Verdict::Broken => {
                self.broken += 1;
                self.caught += usize::from(sure && judged.is_caught());
                self.missed += usize::from(sure && !judged.is_caught());
            }
        }
    }

    /// The class that a run with these counts ends in.
    #[must_use]
    pub fn class(&self) -> Class {
        match *self {
            Self { errors: 1.., .. } => Class::RigError,
            Self {
                accused: 0,
                missed: 0,
                ..
            } => Class::Pass,
            _ => Class::HostFailed,
        }
    }
}

/// Puts every personality through the checks, on all cores; what becomes of them goes to `sink` in
/// their order. A broken one is put through those that look for its fault. After `stop` no more are
/// begun.
pub fn judge_all(checks: &[Box<dyn Check>], stop: &Stop, sink: &mut dyn FnMut(Judged)) {
    each_in_order(
        personalities(),
        None,
        stop,
        |personality| judge(checks, personality),
        sink,
    );
}

fn judge(checks: &[Box<dyn Check>], personality: &'static Personality) -> Judged {
    let mut judged = Judged {
        personality,
        findings: Vec::new(),
        error: None,
    };
    for check in checks {
        // A broken one must be caught where its fault is said to show.
        if personality.shows.is_none_or(|shows| check.looks_for(shows)) {
            match check.run(personality) {
                Ok(found) => judged.findings.extend(found),
                Err(error) => judged.error = Some(error),
            }
        }
    }
    judged
        .findings
        .sort_by_key(|it| !it.is_documented(personality));
    judged
}

#[cfg(test)]
mod tests {
    use fixtures::board::board;
    use fixtures::personality::{REFERENCE, personality};
    use fixtures::script::parse;

    use super::*;

    /// A check that always ends so.
    struct Always(Result<Vec<Finding>, Finding>);

    impl Check for Always {
        fn looks_for(&self, _: Shows) -> bool {
            true
        }

        fn run(&self, _: &'static Personality) -> Result<Vec<Finding>, Finding> {
            self.0.clone()
        }
    }

    fn finding(by: &str, what: &str) -> Finding {
        Finding {
            by: by.to_owned(),
            what: what.to_owned(),
        }
    }

    fn counted(name: &str, ends: Result<Vec<Finding>, Finding>) -> (bool, Counts) {
        let judged = judge(&[Box::new(Always(ends))], personality(name).unwrap());
        let mut counts = Counts::default();
        counts.count(&judged);
        (judged.is_right(), counts)
    }

    fn scripts(steps: &str) -> ScriptCheck {
        let text = format!(
            "version = 1\ndialect = \"rig\"\n[[script]]\nname = \"a\"\ntitle = \"t\"\n\
             steps = [{steps}]\n"
        );
        ScriptCheck {
            board: board("nrf52840").unwrap(),
            scripts: parse(&text).unwrap().into_iter().map(Arc::new).collect(),
        }
    }

    #[test]
    fn an_error_of_the_rig_catches_and_accuses_nobody() {
        for name in [REFERENCE, "keeps-old", "silent"] {
            let (right, counts) = counted(name, Err(finding("a", "rig-error: no")));
            assert!(!right, "{name}");
            let all = (counts.errors, counts.accused, counts.caught, counts.missed);
            assert_eq!(all, (1, 0, 0, 0), "{name}");
            assert_eq!(counts.class(), Class::RigError, "{name}");
        }
    }

    #[test]
    fn a_wrong_script_is_an_error_whatever_the_host() {
        let wrong = scripts("{ send = \"finish\", transfer = 70000 }");
        for name in [REFERENCE, "keeps-old"] {
            let error = wrong.run(personality(name).unwrap()).unwrap_err();
            assert!(error.what.starts_with("rig-error: "), "{error:?}");
        }
    }

    #[test]
    fn a_dead_line_is_a_fault_only_of_a_mute_host() {
        let heard_nothing = scripts("{ expect = \"report\", within_ms = 10 }");
        for (name, mute) in [("silent", true), ("keeps-old", false), (REFERENCE, false)] {
            let found = heard_nothing.run(personality(name).unwrap());
            assert_eq!(found.is_ok(), mute, "{name}: {found:?}");
        }
    }

    #[test]
    fn a_broken_host_is_caught_by_its_documented_fault_alone() {
        let other = finding("another-script", "it did something else");
        let (right, counts) = counted("lies-version", Ok(vec![other]));
        assert!(!right);
        assert_eq!((counts.caught, counts.missed), (0, 1));
        assert_eq!(counts.class(), Class::HostFailed);
    }
}
