//! What a run of a scenario has come to, for people.

use fixtures::scenario::Scenario;

use super::Conclusion;
use crate::verdict::{Injected, Verdict};

impl Conclusion {
    /// The verdict about `scenario`, with what it was about, how its updates ended, and what was injected.
    #[must_use]
    pub fn verdict_of(&self, scenario: &Scenario) -> Verdict {
        let mut verdict = self.verdict.clone();
        verdict.notes.splice(0..0, story(scenario, self));
        verdict.notes.extend(never_struck(scenario, self));
        verdict.injected = injected(scenario, self);
        verdict
    }
}

/// What the scenario is about, and how its updates ended where that is not the verdict itself.
fn story(scenario: &Scenario, end: &Conclusion) -> Vec<String> {
    let of = end.updates.len();
    let one = |(number, verdict): (usize, &Verdict)| {
        let class = verdict.class;
        format!(
            "update {} of {of}: {class}, {}",
            number + 1,
            verdict.headline
        )
    };
    let told = of > 1 || end.updates.iter().any(|verdict| !verdict.passed());
    let updates = end.updates.iter().enumerate().filter(|_| told).map(one);
    std::iter::once(format!("scenario: {}", scenario.title))
        .chain(updates)
        .collect()
}

/// How many faults the scenario has, and how many of them have struck.
fn injected(scenario: &Scenario, end: &Conclusion) -> Option<Injected> {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let armed = scenario.faults.len();
    let struck = armed.saturating_sub(end.unstruck.len());
    (armed > 0).then(|| Injected {
        armed: number(armed),
        struck: number(struck),
    })
}

/// The faults that the run was over before.
fn never_struck(scenario: &Scenario, end: &Conclusion) -> Vec<String> {
    let of = scenario.faults.len();
    let one = |index: &usize| {
        let fault = scenario.faults.get(*index)?;
        let number = index + 1;
        Some(format!("fault {number} of {of}, {fault}, never struck"))
    };
    end.unstruck.iter().filter_map(one).collect()
}
