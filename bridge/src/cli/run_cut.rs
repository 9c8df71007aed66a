//! `otarig run` with power cuts: the host without its session, on flash alone.

use fixtures::scenario::Scenario;
use fixtures::sweep::{Cut, Replay};
use serde_json::json;

use super::output::Output;
use super::sweep::power::replay;
use crate::sweep::power::bed;
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// Runs the update of `scenario` with its power cuts; returns the exit code.
pub(super) fn run(output: &Output, name: &str, scenario: &Scenario, seed: u64) -> u8 {
    let bed = match bed(scenario) {
        Ok(bed) => bed,
        Err(error) => return output.trouble(&error),
    };
    let title = &scenario.title;
    output.json(|| json!({ "event": "scenario", "name": name, "title": title, "seed": seed }));
    let run = bed.replay(&scenario.cuts);
    for line in &run.lines {
        output.text(&format!("{line}\n"));
        output.json(|| json!({ "event": "note", "text": line }));
    }
    if let Some(cut) = run.never {
        let operations = run.operations;
        return output.trouble(&Never { cut, operations });
    }
    verdict(output, &run, &replay(name, seed, &scenario.cuts))
}

/// A cut that never came.
#[derive(Debug, thiserror::Error)]
#[error("the power cut {cut} never came: the run has {operations} flash operations")]
struct Never {
    cut: Cut,
    operations: u64,
}

impl Describe for Never {
    fn trouble(&self) -> Trouble {
        Trouble::new(
            "A power cut is missing from the run",
            self.to_string(),
            "operations are counted from the start of the run, those of every boot",
            "name an operation that the run has",
        )
    }
}

fn verdict(output: &Output, run: &Replay, replay: &str) -> u8 {
    let class = match run.wrong {
        None => Class::Pass,
        Some(_) => Class::HostFailed,
    };
    output.json(|| {
        json!({
            "event": "verdict",
            "pass": run.wrong.is_none(),
            "class": class.name(),
            "exit_code": class.exit_code(),
            "what": run.wrong,
            "operations": run.operations,
            "boots": run.boots,
            "replay": replay,
        })
    });
    output.text(&match &run.wrong {
        None => format!("PASS  the new image runs after {} boots\n", run.boots),
        Some(why) => format!("HOST FAILED  {why}\n"),
    });
    output.text(&format!("  replay: {replay}\n"));
    output.exit(class)
}
