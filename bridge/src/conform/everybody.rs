//! Every personality under every check: the good ones pass, the broken ones are caught.

use std::sync::Arc;

use fixtures::board::Board;
use fixtures::personality::{Personality, Shows, Verdict, personalities};
use fixtures::scenario::LayoutName;
use fixtures::script::Script;

use super::suite::{BenchPlan, in_order};
use fixtures::sweep::{Accusation, accuse};

/// Findings about a broken host after which a check need not go on.
const FINDINGS_ENOUGH: usize = 3;

/// Something that a host can fail.
pub trait Check: Sync {
    /// Whether faults that show there are what it looks for.
    fn looks_for(&self, shows: Shows) -> bool;

    /// What is wrong with a personality; nothing when it passes. A check may stop at `enough`.
    fn run(&self, personality: &'static Personality, enough: usize) -> Vec<Finding>;
}

/// Something that is wrong with a host.
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
    /// What the checks found.
    pub findings: Vec<Finding>,
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
    /// Broken ones that a check failed.
    pub caught: usize,
    /// Broken ones that no check failed.
    pub missed: usize,
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

    fn run(&self, personality: &'static Personality, enough: usize) -> Vec<Finding> {
        let mut findings = Vec::new();
        for layout in [LayoutName::TwoSlot, LayoutName::InPlace] {
            let plan = BenchPlan {
                layout: Some(layout),
                ..BenchPlan::new(self.board, personality.name)
            };
            for script in &self.scripts {
                let result = plan.run_one(script);
                if result.failed() {
                    findings.push(Finding {
                        by: result.name,
                        what: result.outcome.what,
                    });
                }
                if findings.len() >= enough {
                    return findings;
                }
            }
        }
        findings
    }
}

/// Small updates without a line: every power cut, and every failure of flash.
#[derive(Debug)]
pub struct FlashCheck;

impl Check for FlashCheck {
    fn looks_for(&self, shows: Shows) -> bool {
        shows != Shows::Line
    }

    fn run(&self, personality: &'static Personality, _enough: usize) -> Vec<Finding> {
        let found = match accuse(personality) {
            Ok(found) => found,
            Err(error) => {
                let what = error.to_string();
                return vec![Finding {
                    by: "small updates".to_owned(),
                    what,
                }];
            }
        };
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
        found.map(finding).into_iter().collect()
    }
}

impl Judged {
    /// Whether the checks say of it what it is.
    #[must_use]
    pub fn is_right(&self) -> bool {
        (self.personality.verdict == Verdict::Good) == self.findings.is_empty()
    }
}

impl Counts {
    /// Counts one personality.
    pub fn count(&mut self, judged: &Judged) {
        let clean = judged.findings.is_empty();
        match judged.personality.verdict {
            Verdict::Good => {
                self.good += 1;
                self.accused += usize::from(!clean);
            }
            Verdict::Broken => {
                self.broken += 1;
                self.caught += usize::from(!clean);
                self.missed += usize::from(clean);
            }
        }
    }
}

/// Puts every personality through the checks, on all cores; what becomes of them goes to `sink` in
/// their order. A broken one is put through those that look for its fault.
pub fn judge_all(checks: &[Box<dyn Check>], sink: &mut dyn FnMut(Judged)) {
    let all = personalities();
    in_order(
        all.len(),
        |at| {
            let personality = all.get(at)?;
            Some(judge(checks, personality))
        },
        &mut |judged: Option<Judged>| judged.into_iter().for_each(&mut *sink),
    );
}

fn judge(checks: &[Box<dyn Check>], personality: &'static Personality) -> Judged {
    let broken = personality.verdict == Verdict::Broken;
    let enough = if broken { FINDINGS_ENOUGH } else { usize::MAX };
    let mut findings = Vec::new();
    for check in checks {
        // A broken one must be caught where its fault is said to show.
        if personality.shows.is_none_or(|shows| check.looks_for(shows)) {
            findings.extend(check.run(personality, enough));
        }
    }
    Judged {
        personality,
        findings,
    }
}
