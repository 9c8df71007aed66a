//! What a failure means: class, code, and one sentence each for what, why and what now.

use core::time::Duration;

use protocol_spec::codes::{HostErr, Row, Status};

use crate::engine::context::Context;
use crate::job::DialectKind;
use crate::text::grouped;
use crate::verdict::Class;

/// What a failure means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Meaning {
    pub(crate) class: Class,
    pub(crate) status: Option<Status>,
    pub(crate) host_err: Option<HostErr>,
    pub(crate) headline: String,
    pub(crate) what: String,
    pub(crate) cause: String,
    pub(crate) next_step: String,
}

impl Meaning {
    pub(super) fn host(status: Status, headline: impl Into<String>) -> Self {
        Self {
            class: Class::HostFailed,
            status: Some(status),
            host_err: None,
            headline: headline.into(),
            what: String::new(),
            cause: String::new(),
            next_step: String::new(),
        }
    }

    pub(super) fn uncoded(class: Class, headline: impl Into<String>) -> Self {
        Self {
            class,
            status: None,
            ..Self::host(Status::DONE, headline)
        }
    }

    pub(super) fn what(self, what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            ..self
        }
    }

    pub(super) fn cause(self, cause: impl Into<String>) -> Self {
        Self {
            cause: cause.into(),
            ..self
        }
    }

    pub(super) fn next(self, next_step: impl Into<String>) -> Self {
        Self {
            next_step: next_step.into(),
            ..self
        }
    }
}

pub(super) fn seconds(span: Duration) -> String {
    let text = format!("{:.1}", span.as_secs_f64());
    format!("{} s", text.strip_suffix(".0").unwrap_or(&text))
}

/// How far the stream had come, for a sentence.
pub(super) fn reach(run: &Context) -> String {
    let [acked, length] = [run.progress.acked, run.length].map(|len| grouped(len.into()));
    match run.dialect {
        DialectKind::Ayla => format!("{acked} of {length} bytes were acknowledged on the link"),
        DialectKind::Rig => format!("{acked} of {length} bytes were acknowledged"),
    }
}

/// What repeating the update does in this dialect.
pub(super) fn again(run: &Context) -> &'static str {
    match run.dialect {
        DialectKind::Ayla => "repeat the update: it starts over",
        DialectKind::Rig => "repeat the update: it resumes where the host says",
    }
}

pub(super) fn with_row(meaning: Meaning, row: Option<&Row>) -> Meaning {
    match row {
        Some(row) => meaning.cause(row.cause).next(row.remedy),
        None => meaning
            .cause("The host is newer than this program, or the byte is not a code at all.")
            .next("Look the number up in the host's own source; a transcript (--transcript FILE) shows the frame."),
    }
}

/// A code as a host has said it.
pub(super) fn said(status: Status, host_err: Option<HostErr>) -> String {
    match host_err {
        Some(err) => format!("ERR {err} (module code {status})"),
        None => format!("code {status}"),
    }
}
