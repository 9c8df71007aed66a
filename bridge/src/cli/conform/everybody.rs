//! `otarig conform --all-personalities`: who is accused, caught or missed.

use std::sync::Arc;

use fixtures::board::Board;
use fixtures::cores::Stop;
use fixtures::personality::{Verdict as Kind, personalities};
use fixtures::script::Script;
use serde_json::json;

use super::super::output::Output;
use super::show::{ending, with_counts};
use crate::conform::everybody::{
    Check, Counts, Finding, FlashCheck, Judged, ScriptCheck, judge_all,
};
use crate::json::verdict_line;
use crate::text::add_field;
use crate::verdict::{Class, Verdict};

/// Column in which findings begin: a digest fits beside it.
const INDENT: usize = 40;

/// What every personality is put through, the cheap checks first.
fn checks(board: &'static Board, scripts: Vec<Arc<Script>>) -> Vec<Box<dyn Check>> {
    vec![
        Box::new(ScriptCheck { board, scripts }),
        Box::new(FlashCheck),
    ]
}

/// Puts every personality through the checks, or the first of them until `stop`; returns the exit code.
pub(super) fn run(
    board: &'static Board,
    scripts: Vec<Arc<Script>>,
    stop: &Stop,
    output: &Output,
) -> u8 {
    let mut counts = Counts::default();
    let checks = checks(board, scripts);
    judge_all(&checks, stop, &mut |judged| {
        counts.count(&judged);
        show(output, &judged);
    });
    end(output, counts)
}

fn show(output: &Output, judged: &Judged) {
    let name = judged.personality.name;
    let good = judged.personality.verdict == Kind::Good;
    let verdict = verdict_word(judged);
    let findings: Vec<&Finding> = judged.error.iter().chain(&judged.findings).collect();
    let by: Vec<&str> = findings.iter().map(|it| it.by.as_str()).collect();
    let first = findings.first().map(|it| it.what.as_str());
    output.json(|| {
        json!({
            "event": "personality_result",
            "name": name,
            "kind": kind(good),
            "verdict": verdict.to_lowercase(),
            "by": by,
            "what": first,
            "documented": documented(judged),
        })
    });
    let mut text = String::new();
    let head = format!("{name:<22} {:<7} {verdict:<8}", kind(good));
    let more = by.len().saturating_sub(3);
    let shown: Vec<&str> = by.iter().take(3).copied().collect();
    let mut words = shown.join(", ");
    if more > 0 {
        words.push_str(&format!(" and {more} more"));
    }
    add_field(&mut text, head.trim_end(), INDENT, &words);
    if let Some(first) = first {
        add_field(&mut text, "", INDENT, first);
    }
    if verdict == "MISSED" {
        let known = format!("documented: {}", judged.personality.by);
        add_field(&mut text, "", INDENT, &known);
    }
    output.text(&text);
}

fn verdict_word(judged: &Judged) -> &'static str {
    if judged.error.is_some() {
        return "ERROR";
    }
    match (judged.personality.verdict, judged.is_right()) {
        (Kind::Good, true) => "passed",
        (Kind::Good, false) => "ACCUSED",
        (Kind::Broken, true) => "caught",
        (Kind::Broken, false) => "MISSED",
    }
}

/// What the fault of a broken one is known by.
fn documented(judged: &Judged) -> Option<&'static str> {
    let broken = judged.personality.verdict == Kind::Broken;
    broken.then_some(judged.personality.by)
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
        errors,
    } = counts;
    let judged = good + broken;
    let left_out = personalities().len() - judged;
    let class = match left_out {
        0 => counts.class(),
        _ => Class::Aborted,
    };
    let after = match left_out {
        0 => String::new(),
        more => format!("after {judged} of {} personalities: ", judged + more),
    };
    let mut head = format!(
        "{after}{good} good, {accused} of them accused; {broken} broken, {caught} caught, {missed} missed"
    );
    if errors > 0 {
        head.push_str(&format!("; {errors} could not be judged"));
    }
    let mut verdict = Verdict::rig_error(head.clone(), String::new(), String::new());
    verdict.class = class;
    let (cause, next_step) = match class {
        Class::Pass => ("", ""),
        Class::RigError => (
            "a script, its objects or the bench are not right; that says nothing about a host",
            "correct what the lines with ERROR name",
        ),
        Class::Aborted => ("you stopped it", "start it again"),
        _ => (
            "a check is wrong, or none finds what is documented of a broken host",
            "play the scripts against that personality by name",
        ),
    };
    cause.clone_into(&mut verdict.cause);
    next_step.clone_into(&mut verdict.next_step);
    output.json(|| {
        with_counts(
            verdict_line(&verdict),
            &[
                ("good", good),
                ("accused", accused),
                ("broken", broken),
                ("caught", caught),
                ("missed", missed),
                ("errors", errors),
                ("left_out", left_out),
            ],
        )
    });
    output.text(&ending(class, &head));
    output.exit(class)
}
