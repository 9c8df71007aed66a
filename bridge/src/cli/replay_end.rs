//! How a replay ended, in words and in JSON.

use std::time::Duration;

use serde_json::{Value, json};

use crate::capture::replay::{Place, ReplayEnd};
use crate::drive::ReplayDriven;
use crate::report::class_word;
use crate::text::add_field;
use crate::verdict::Class;

/// Column where the texts of a field begin.
const INDENT: usize = 13;

/// The verdict of a replay.
pub(super) struct Ended {
    driven: ReplayDriven,
    silence: Duration,
}

/// A failure in words.
struct Words {
    headline: &'static str,
    what: String,
    cause: &'static str,
    next_step: &'static str,
}

impl Ended {
    pub(super) fn of(driven: ReplayDriven, silence: Duration) -> Self {
        Self { driven, silence }
    }

    /// The class: that of a host that failed stands for the other end, which is a module here.
    pub(super) fn class(&self) -> Class {
        let nothing_heard = self.driven.counts.heard == 0;
        match &self.driven.end {
            None => Class::Aborted,
            Some(ReplayEnd::Played) => Class::Pass,
            Some(ReplayEnd::Silence { .. }) if nothing_heard => Class::LinkError,
            Some(_) => Class::HostFailed,
        }
    }

    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let word = match self.class() {
            Class::HostFailed => "FAILED",
            class => class_word(class),
        };
        let words = self.words();
        add_field(&mut out, word, word.len() + 2, words.headline);
        let fields = [
            ("  what", &words.what[..]),
            ("  cause", words.cause),
            ("  next step", words.next_step),
        ];
        for (label, text) in fields {
            if !text.is_empty() {
                add_field(&mut out, label, INDENT, text);
            }
        }
        let counts = self.driven.counts;
        let mut text = format!("{} heard, {} said", counts.heard, counts.said);
        for (count, what) in [
            (counts.heard_again, "heard again"),
            (counts.said_again, "said again"),
            (counts.passed_over, "passed over"),
            (counts.stray, "runs of stray bytes"),
            (self.driven.unheard as u64, "not heard"),
        ] {
            if count > 0 {
                text += &format!(", {count} {what}");
            }
        }
        add_field(&mut out, "  frames", INDENT, &text);
        out
    }

    pub(super) fn json(&self) -> Value {
        let words = self.words();
        let counts = self.driven.counts;
        json!({
            "event": "verdict",
            "pass": self.class() == Class::Pass,
            "class": self.class().name(),
            "exit_code": self.class().exit_code(),
            "headline": words.headline,
            "what": words.what,
            "cause": words.cause,
            "next_step": words.next_step,
            "packet": self.expected().map(|place| place.packet),
            "heard": counts.heard,
            "heard_again": counts.heard_again,
            "said": counts.said,
            "said_again": counts.said_again,
            "passed_over": counts.passed_over,
            "stray": counts.stray,
            "unheard": self.driven.unheard,
        })
    }

    fn expected(&self) -> Option<&Place> {
        match self.driven.end.as_ref()? {
            ReplayEnd::Played => None,
            ReplayEnd::Otherwise { expected, .. }
            | ReplayEnd::Silence { expected }
            | ReplayEnd::Gone { expected } => expected.as_ref(),
        }
    }

    fn words(&self) -> Words {
        let expected = match self.expected() {
            Some(Place { packet, summary }) => {
                format!("expected is packet {packet} of the capture, {summary}")
            }
            None => "the capture is at its end".to_owned(),
        };
        match &self.driven.end {
            None => Words::plain("The replay was stopped by the user"),
            Some(ReplayEnd::Played) => Words::plain("All that the capture holds was played"),
            Some(ReplayEnd::Otherwise { came, .. }) => Words {
                headline: "The module does something else than in the capture",
                what: format!("{expected}; what came is {came}"),
                cause: "another image, version or option than the recorded one, or another module",
                next_step: "see the capture with otarig decode, and do the update that it holds",
            },
            Some(ReplayEnd::Silence { .. }) if self.class() == Class::LinkError => Words {
                headline: "No module came",
                what: format!("not one frame in {} s; {expected}", self.silence.as_secs()),
                cause: "no module was started on this port, or it speaks another dialect",
                next_step: "start the update on the port that is told above, or raise --wait",
            },
            Some(ReplayEnd::Silence { .. }) => Words {
                headline: "The module says no more, and the capture is not at its end",
                what: format!("nothing in {} s; {expected}", self.silence.as_secs()),
                cause: "the module waits for something else, or hangs",
                next_step: "read what the module says of it; raise --wait where it is slow",
            },
            Some(ReplayEnd::Gone { .. }) => Words {
                headline: "The module went away before the capture was at its end",
                what: format!("it closed its port; {expected}"),
                cause: "the module has given up, was stopped, or does one update of several",
                next_step: "read what the module says of it",
            },
        }
    }
}

impl Words {
    fn plain(headline: &'static str) -> Self {
        Self {
            headline,
            what: String::new(),
            cause: "",
            next_step: "",
        }
    }
}
