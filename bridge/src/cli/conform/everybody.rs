//! `otarig conform --all-personalities`: who is accused, caught or missed.

use std::sync::Arc;

use fixtures::board::Board;
use fixtures::personality::Verdict as Kind;
use fixtures::script::Script;
use serde_json::json;

use super::super::output::Output;
use super::show::{ending, with_counts};
use crate::conform::everybody::{Check, Counts, FlashCheck, Judged, ScriptCheck, judge_all};
use crate::json::verdict_line;
use crate::text::add_field;
use crate::verdict::{Class, Verdict};

/// What every personality is put through, the cheap checks first.
fn checks(board: &'static Board, scripts: Vec<Arc<Script>>) -> Vec<Box<dyn Check>> {
    vec![
        Box::new(ScriptCheck { board, scripts }),
        Box::new(FlashCheck),
    ]
}

/// Puts every personality through the checks; returns the exit code.
pub(super) fn run(board: &'static Board, scripts: Vec<Arc<Script>>, output: &Output) -> u8 {
    let mut counts = Counts::default();
    let checks = checks(board, scripts);
    judge_all(&checks, &mut |judged| {
        counts.count(&judged);
        show(output, &judged);
    });
    end(output, counts)
}

fn show(output: &Output, judged: &Judged) {
    let name = judged.personality.name;
    let good = judged.personality.verdict == Kind::Good;
    let verdict = match (good, judged.findings.is_empty()) {
        (true, true) => "passed",
        (true, false) => "ACCUSED",
        (false, false) => "caught",
        (false, true) => "MISSED",
    };
    let by: Vec<&str> = judged.findings.iter().map(|it| it.by.as_str()).collect();
    let first = judged.findings.first().map(|it| it.what.as_str());
    output.json(|| {
        json!({
            "event": "personality_result",
            "name": name,
            "kind": kind(good),
            "verdict": verdict.to_lowercase(),
            "by": by,
            "what": first,
        })
    });
    let mut text = String::new();
    let head = format!("{name:<26} {:<7} {verdict:<8}", kind(good));
    let more = by.len().saturating_sub(3);
    let shown: Vec<&str> = by.iter().take(3).copied().collect();
    let mut words = shown.join(", ");
    if more > 0 {
        words.push_str(&format!(" and {more} more"));
    }
    add_field(&mut text, head.trim_end(), 44, &words);
    if let Some(first) = first {
        add_field(&mut text, "", 44, first);
    }
    output.text(&text);
}

fn kind(good: bool) -> &'static str {
    if good { "good" } else { "broken" }
}

fn end(output: &Output, counts: Counts) -> u8 {
    let Counts {
        good,
        accused,
        broken,
        caught,
        missed,
    } = counts;
    let class = if accused == 0 && missed == 0 {
        Class::Pass
    } else {
        Class::HostFailed
    };
    let head = format!(
        "{good} good, {accused} of them accused; {broken} broken, {caught} caught, {missed} missed"
    );
    let mut verdict = Verdict::rig_error(head.clone(), String::new(), String::new());
    verdict.class = class;
    if class != Class::Pass {
        "a check is wrong, or none looks at what is broken".clone_into(&mut verdict.cause);
        "play the scripts against that personality by name".clone_into(&mut verdict.next_step);
    }
    output.json(|| {
        with_counts(
            verdict_line(&verdict),
            &[
                ("good", good),
                ("accused", accused),
                ("broken", broken),
                ("caught", caught),
                ("missed", missed),
            ],
        )
    });
    output.text(&ending(class, &head));
    output.exit(class)
}
