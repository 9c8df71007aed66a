//! Results of scripts as people and programs read them.

use std::sync::Arc;

use fixtures::scenario::Dialect;
use fixtures::script::Script;
use serde_json::{Value, json};

use super::super::output::Output;
use super::class_of;
use crate::conform::ScriptResult;
use crate::conform::suite::Totals;
use crate::json::verdict_line;
use crate::text::{add_command, add_field};
use crate::verdict::{Class, Verdict};

/// Column in which the names of scripts begin.
const NAME_COLUMN: usize = 24;

/// A suite that is being shown.
pub(super) struct Show<'o> {
    pub(super) output: &'o Output,
    /// Whether what was said in a script that fails is printed.
    pub(super) transcripts: bool,
    /// The file that the scripts are of, where one was named.
    pub(super) file: Option<String>,
    /// The command that plays a script again, without its name.
    replay: String,
    totals: Totals,
}

impl<'o> Show<'o> {
    pub(super) fn new(output: &'o Output, replay: String) -> Self {
        Self {
            output,
            transcripts: false,
            file: None,
            replay,
            totals: Totals::default(),
        }
    }

    /// One line for each script.
    pub(super) fn list(&self, scripts: &[Arc<Script>]) -> u8 {
        for script in scripts {
            self.output.json(|| listed(script));
            let mut text = String::new();
            add_field(&mut text, &script.name, 40, &script.title);
            self.output.text(&text);
        }
        self.output.done("the scripts are told")
    }

    /// One result.
    pub(super) fn result(&mut self, result: &ScriptResult) {
        self.totals.count(result);
        let replay = format!("{} --only {}", self.replay, result.name);
        self.output.json(|| told(result, &replay));
        let class = result.outcome.class;
        let time = match class {
            Class::Skipped => String::new(),
            _ => format!("{:.3}", seconds(result)),
        };
        let mut text = String::new();
        let head = format!("{class:<12}{time:>10}");
        add_field(&mut text, &head, NAME_COLUMN, &result.name);
        if !result.outcome.what.is_empty() {
            let line = result.outcome.line;
            let at = match &self.file {
                _ if line == 0 => String::new(),
                Some(file) => format!("{file}:{line}: "),
                None => format!("line {line}: "),
            };
            let what = format!("{at}{}", result.outcome.what);
            add_field(&mut text, "", NAME_COLUMN, &what);
        }
        if result.failed() {
            add_command(&mut text, "  replay", &replay);
            if self.transcripts {
                text.push_str(&result.transcript.to_string());
            }
        }
        self.output.text(&text);
    }

    /// The end of the suite of so many scripts; returns the exit code.
    pub(super) fn end(&self, results: &[ScriptResult], of: usize) -> u8 {
        let class = class_of(results);
        let Totals {
            scripts,
            passed,
            failed,
            skipped,
        } = self.totals;
        let after = match class {
            Class::Aborted => format!("after {scripts} of {of}"),
            _ => scripts.to_string(),
        };
        let head = format!("{after} scripts: {passed} passed, {failed} failed, {skipped} skipped");
        let verdict = verdict(class, &head, results);
        self.output.json(|| {
            with_counts(
                verdict_line(&verdict),
                &[
                    ("scripts", scripts),
                    ("passed", passed),
                    ("failed", failed),
                    ("skipped", skipped),
                ],
            )
        });
        self.output.text(&ending(class, &head));
        self.output.exit(class)
    }
}

/// The last line of a suite.
pub(super) fn ending(class: Class, head: &str) -> String {
    let word = match class {
        Class::Pass => "PASS",
        Class::HostFailed => "HOST FAILED",
        Class::RigError => "ERROR",
        Class::LinkError => "LINK ERROR",
        Class::Aborted => "ABORTED",
        Class::Skipped => "SKIPPED",
    };
    let mut text = String::new();
    add_field(&mut text, word, word.len() + 2, head);
    text
}

/// A verdict line with numbers in addition.
pub(super) fn with_counts(mut line: Value, counts: &[(&str, usize)]) -> Value {
    line["phase"] = Value::Null;
    for (name, count) in counts {
        line[*name] = json!(count);
    }
    line
}

/// The verdict about many scripts, in the words of the first that failed.
fn verdict(class: Class, head: &str, results: &[ScriptResult]) -> Verdict {
    let (cause, next_step) = match class {
        Class::Pass | Class::Skipped => ("", ""),
        Class::HostFailed => (
            "the host does something else than its dialect and its claims say",
            "replay the first script that failed with --transcripts",
        ),
        Class::LinkError => (
            "nothing that makes sense was heard",
            "check the port, the line's rate and the dialect, then the host's power",
        ),
        Class::RigError => (
            "a script, its objects or the line are not right",
            "read the line of the script that failed first",
        ),
        Class::Aborted => ("you stopped it", "start it again"),
    };
    let first = results.iter().find(|result| result.outcome.class == class);
    let mut verdict = Verdict::rig_error(head.to_owned(), cause.to_owned(), next_step.to_owned());
    verdict.class = class;
    if let Some(first) = first.filter(|result| result.failed()) {
        verdict.what = format!("{}: {}", first.name, first.outcome.what);
    }
    verdict
}

fn listed(script: &Script) -> Value {
    json!({
        "event": "script",
        "name": script.name,
        "title": script.title,
        "dialect": dialect(script.dialect),
        "requires": script.requires,
    })
}

fn told(result: &ScriptResult, replay: &str) -> Value {
    let mut line = json!({
        "event": "script_result",
        "name": result.name,
        "class": result.outcome.class.name(),
        "line": result.outcome.line,
        "what": result.outcome.what,
        "elapsed_us": result.elapsed.as_nanos() / 1000,
    });
    if result.failed() {
        line["replay"] = json!(replay);
    }
    line
}

fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Ayla => "ayla",
        Dialect::Rig => "rig",
    }
}

fn seconds(result: &ScriptResult) -> f64 {
    std::time::Duration::from_nanos(result.elapsed.as_nanos()).as_secs_f64()
}
