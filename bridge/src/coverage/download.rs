//! What a download can meet.

use fixtures::watch::Words;

use super::Transition;
use crate::download::fault::NoConnection;
use crate::download::{FetchEvent, TryFault};

/// The machine.
const DOWNLOAD: &str = "download";

/// All that can be met, by what was waited for; the ends stand with the module's phases.
const ALL: [(&str, &[&str]); 3] = [
    ("ready", &["first try", "another try"]),
    (
        "asked",
        &[
            "unknown name",
            "no connection",
            "no TLS",
            "no reply in time",
            "broken",
            "other range",
            "HTTP status",
            "redirected",
            "no ranges",
        ],
    ),
    (
        "body",
        &[
            "stalled",
            "short",
            "surplus",
            "range whole",
            "checked",
            "unchecked",
        ],
    ),
];

pub(super) fn all() -> impl Iterator<Item = Transition> {
    ALL.iter()
        .flat_map(|(state, events)| events.iter().map(|on| transition(state, on)))
}

pub(super) fn saw(event: &FetchEvent) -> Transition {
    let (state, on) = match event {
        FetchEvent::Asked { attempt: 1, .. } => ("ready", "first try"),
        FetchEvent::Asked { .. } => ("ready", "another try"),
        FetchEvent::TryFailed { why, .. } => of_try(*why),
        FetchEvent::Redirected { .. } => ("asked", "redirected"),
        FetchEvent::Unranged => ("asked", "no ranges"),
        FetchEvent::Got { .. } => ("body", "range whole"),
        FetchEvent::Whole {
            checked: Some(_), ..
        } => ("body", "checked"),
        FetchEvent::Whole { checked: None, .. } => ("body", "unchecked"),
    };
    transition(state, on)
}

fn of_try(why: TryFault) -> (&'static str, &'static str) {
    match why {
        TryFault::NoConnection(NoConnection::Name) => ("asked", "unknown name"),
        TryFault::NoConnection(NoConnection::Refused) => ("asked", "no connection"),
        TryFault::NoConnection(NoConnection::Tls) => ("asked", "no TLS"),
        TryFault::NoReply => ("asked", "no reply in time"),
        TryFault::Broken => ("asked", "broken"),
        TryFault::OtherRange => ("asked", "other range"),
        TryFault::Status(_) => ("asked", "HTTP status"),
        TryFault::Stalled => ("body", "stalled"),
        TryFault::Short => ("body", "short"),
        TryFault::Surplus => ("body", "surplus"),
    }
}

fn transition(state: &'static str, on: &'static str) -> Transition {
    Transition {
        machine: DOWNLOAD,
        state: Words(state, ""),
        on,
    }
}
