//! `otarig conform review`: transcripts that differ from the accepted ones.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use serde_json::json;

use super::super::output::{Output, verdict_of};
use super::files;
use super::show::{ending, with_counts};
use crate::conform::snapshot::{Difference, differences};
use crate::json::verdict_line;
use crate::text::add_field;
use crate::trouble::Trouble;
use crate::verdict::{Class, Verdict};

/// Show each transcript that differs from the accepted one, field by field, and accept or reject
/// it.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Folder of the transcripts, as in --snapshots.
    dir: PathBuf,
    /// Accept every one without asking.
    #[arg(long, conflicts_with = "reject_all")]
    accept_all: bool,
    /// Reject every one without asking.
    #[arg(long)]
    reject_all: bool,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

/// What is done with a transcript.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decision {
    Accept,
    Reject,
    Later,
}

#[derive(Default)]
struct Counts {
    accepted: usize,
    rejected: usize,
    pending: usize,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("conform review", self.json);
        match self.review(&output) {
            Ok(counts) => end(&output, &counts),
            Err(trouble) => output.verdict(&verdict_of(trouble)),
        }
    }

    fn review(&self, output: &Output) -> Result<Counts, Trouble> {
        let mut counts = Counts::default();
        for (name, kept, new) in files::waiting(&self.dir)? {
            let (old_text, new_text) = (files::read_snapshot(&kept)?, files::read_snapshot(&new)?);
            let found = differences(&old_text, &new_text, &[]);
            show(output, &name, old_text.is_empty(), &found);
            let decision = self.decide(output);
            match decision {
                Decision::Accept => {
                    files::accept(&kept, &new)?;
                    counts.accepted += 1;
                }
                Decision::Reject => {
                    files::remove(&new)?;
                    counts.rejected += 1;
                }
                Decision::Later => counts.pending += 1,
            }
            let word = decision.word();
            output.json(|| json!({ "event": "reviewed", "name": name, "decision": word }));
            output.text(&format!("  {word}\n"));
        }
        Ok(counts)
    }

    fn decide(&self, output: &Output) -> Decision {
        if self.accept_all {
            return Decision::Accept;
        }
        if self.reject_all {
            return Decision::Reject;
        }
        if self.json || !io::stdin().is_terminal() {
            return Decision::Later;
        }
        output.text("  accept, reject, or later? [a/r/l] ");
        let mut line = String::new();
        // An end of input is no decision.
        let _ = io::stdin().lock().read_line(&mut line);
        match line.trim() {
            "a" | "accept" => Decision::Accept,
            "r" | "reject" => Decision::Reject,
            _ => Decision::Later,
        }
    }
}

impl Decision {
    fn word(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Reject => "rejected",
            Self::Later => "pending",
        }
    }
}

fn show(output: &Output, name: &str, first: bool, found: &[Difference]) {
    let mut text = format!("{name}\n");
    if first {
        text.push_str("  no transcript of it was accepted before\n");
    }
    for difference in found.iter().filter(|_| !first) {
        output.json(|| {
            json!({
                "event": "difference",
                "name": name,
                "line": difference.line,
                "field": difference.field,
                "accepted": difference.accepted,
                "found": difference.found,
            })
        });
        add_field(&mut text, "  differs", 11, &difference.to_string());
    }
    output.text(&text);
}

fn end(output: &Output, counts: &Counts) -> u8 {
    let Counts {
        accepted,
        rejected,
        pending,
    } = *counts;
    let class = if pending == 0 {
        Class::Pass
    } else {
        Class::HostFailed
    };
    let head = format!("{accepted} accepted, {rejected} rejected, {pending} pending");
    let mut verdict = Verdict::rig_error(head.clone(), String::new(), String::new());
    verdict.class = class;
    if pending > 0 {
        "transcripts differ from the accepted ones".clone_into(&mut verdict.cause);
        "run it on a terminal, or with --accept-all or --reject-all"
            .clone_into(&mut verdict.next_step);
    }
    output.json(|| {
        with_counts(
            verdict_line(&verdict),
            &[
                ("accepted", accepted),
                ("rejected", rejected),
                ("pending", pending),
            ],
        )
    });
    output.text(&ending(class, &head));
    output.exit(class)
}
