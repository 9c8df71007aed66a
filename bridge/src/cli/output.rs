//! Standard output: text for people, or one JSON object per line.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::json;
use crate::report::verdict_text;
use crate::text::printable;
use crate::trouble::{Describe, Trouble};
use crate::verdict::{Class, Verdict};

/// Where a command's results go.
#[derive(Debug)]
pub(super) struct Output {
    json: bool,
    color: bool,
    /// Something was not written, and not because the reader went away.
    lost: AtomicBool,
}

impl Output {
    /// The output of `command`; in JSON its first line goes out at once.
    pub(super) fn new(command: &str, json: bool) -> Self {
        let output = Self {
            json,
            color: !json && wants_color(),
            lost: AtomicBool::new(false),
        };
        output.json(|| json::start_line(command));
        output
    }

    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Prints an object where the output is JSON.
    pub(super) fn json(&self, value: impl FnOnce() -> Value) {
        if self.json {
            self.print(&format!("{}\n", value()));
        }
    }

    /// Prints text where the output is text; `text` ends its lines itself.
    pub(super) fn text(&self, text: &str) {
        if !self.json {
            self.print(&printable(text));
        }
    }

    /// Prints the verdict; returns the exit code that goes with it.
    pub(super) fn verdict(&self, verdict: &Verdict) -> u8 {
        self.json(|| json::verdict_line(verdict));
        if !self.json {
            self.print(&self.colored(verdict));
        }
        self.exit(verdict.class)
    }

    /// Ends a command that did its work without a host; in JSON `headline` says what was done.
    pub(super) fn done(&self, headline: &str) -> u8 {
        self.json(|| json::done_line(headline));
        self.exit(Class::Pass)
    }

    /// The exit code of a command that ends as `class`; a result that could not be written proves
    /// nothing.
    pub(super) fn exit(&self, class: Class) -> u8 {
        self.exit_or(class.exit_code(), &class)
    }

    /// The exit code of a command that measures and ends with `code`.
    pub(super) fn exit_with(&self, code: u8) -> u8 {
        self.exit_or(code, &"the result")
    }

    fn exit_or(&self, code: u8, result: &dyn Display) -> u8 {
        if !self.lost.load(Ordering::Relaxed) {
            return code;
        }
        // Nobody is left to tell if that fails too.
        let _ = writeln!(
            io::stderr(),
            "ERROR  standard output cannot be written; {result} is lost"
        );
        Class::RigError.exit_code()
    }

    /// Prints what went wrong on this side; returns the exit code that goes with it.
    pub(super) fn trouble(&self, error: &dyn Describe) -> u8 {
        self.verdict(&verdict_of(error.trouble()))
    }

    fn print(&self, text: &str) {
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        // Whoever closed the pipe does not want to read it; the exit code still says what happened.
        if written.is_err_and(|error| error.kind() != io::ErrorKind::BrokenPipe) {
            self.lost.store(true, Ordering::Relaxed);
        }
    }

    fn colored(&self, verdict: &Verdict) -> String {
        let text = verdict_text(verdict);
        if !self.color {
            return text;
        }
        let color = if verdict.passed() { "32" } else { "31" };
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        format!("\x1b[1;{color}m{first}\x1b[0m\n{rest}")
    }
}

/// The verdict that says what went wrong on this side.
pub(super) fn verdict_of(trouble: Trouble) -> Verdict {
    let mut verdict = Verdict::rig_error(trouble.headline, trouble.cause, trouble.next_step);
    verdict.what = trouble.what;
    verdict
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that asks NO_COLOR"
)]
fn wants_color() -> bool {
    let refused = std::env::var("NO_COLOR").is_ok_and(|value| !value.is_empty());
    !refused && io::stdout().is_terminal()
}
