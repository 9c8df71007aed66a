//! What the module can meet in each phase of an update.

use fixtures::watch::Words;

use super::Transition;
use crate::event::{Direction, Event, Phase, RetransmitReason};
use crate::verdict::Class;

/// The machine.
const MODULE: &str = "module";

/// All that can be met, phase by phase.
const ALL: [(Phase, &[&str]); 8] = [
    (Phase::Download, &["rig-error", "link-error"]),
    (
        Phase::Hello,
        &[
            "frame out",
            "frame in",
            "bad frame",
            "timeout",
            "host",
            "earlier code",
            "report",
            "patch",
            "pass",
            "host-failed",
            "link-error",
        ],
    ),
    (
        Phase::Offer,
        &[
            "frame out",
            "frame in",
            "bad frame",
            "timeout",
            "earlier code",
            "code",
            "done",
            "busy",
            "report",
            "patch",
            "pass",
            "host-failed",
            "link-error",
        ],
    ),
    (
        Phase::Erase,
        &[
            "frame out",
            "frame in",
            "bad frame",
            "timeout",
            "code",
            "busy",
            "done",
            "report",
            "pass",
            "host-failed",
            "link-error",
        ],
    ),
    (
        Phase::Stream,
        &[
            "frame out",
            "frame in",
            "bad frame",
            "timeout",
            "gap",
            "credit",
            "code",
            "busy",
            "resumed",
            "report",
            "restart",
            "host-failed",
            "link-error",
        ],
    ),
    (
        Phase::Verify,
        &[
            "frame out",
            "frame in",
            "bad frame",
            "timeout",
            "code",
            "done",
            "busy",
            "report",
            "restart",
            "host-failed",
            "link-error",
        ],
    ),
    (
        Phase::Boot,
        &[
            "frame out",
            "frame in",
            "bad frame",
            "timeout",
            "code",
            "earlier code",
            "busy",
            "block",
            "report",
            "restart",
            "done",
            "host-failed",
            "link-error",
        ],
    ),
    (
        Phase::Report,
        &[
            "frame out",
            "frame in",
            "bad frame",
            "timeout",
            "code",
            "done",
            "earlier code",
            "busy",
            "block",
            "report",
            "restart",
            "pass",
            "host-failed",
            "link-error",
        ],
    ),
];

pub(super) fn all() -> impl Iterator<Item = Transition> {
    ALL.iter()
        .flat_map(|(phase, events)| events.iter().map(|on| transition(*phase, on)))
}

/// A module that is listened to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    phase: Phase,
}

impl Seen {
    pub(super) fn saw(&mut self, event: &Event) -> Option<Transition> {
        if let Event::Phase(phase) = event {
            self.phase = *phase;
        }
        name(event).map(|on| transition(self.phase, on))
    }
}

/// What was met; `None` where the module speaks of itself.
fn name(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::Host(_) => "host",
        Event::Patch(_) => "patch",
        Event::Frame(frame) => match frame.direction {
            Direction::ToHost => "frame out",
            Direction::ToModule => "frame in",
        },
        Event::Resumed { .. } => "resumed",
        Event::Retransmit(again) => match again.reason {
            RetransmitReason::Gap => "gap",
            RetransmitReason::Timeout => "timeout",
            RetransmitReason::Credit => "credit",
        },
        Event::BadFrame(_) => "bad frame",
        Event::HostStatus(status) if status.earlier => "earlier code",
        Event::HostStatus(status) if status.status.is_done() => "done",
        Event::HostStatus(_) => "code",
        Event::Busy { .. } => "busy",
        Event::Block(_) => "block",
        Event::Restarted => "restart",
        Event::Report(_) => "report",
        Event::Verdict(verdict) => match verdict.class {
            // Nobody stops a scenario by hand, and none is passed over.
            Class::Aborted | Class::Skipped => return None,
            class => class.name(),
        },
        Event::Started(_) | Event::Phase(_) | Event::Progress(_) | Event::Note(_) => return None,
    })
}

fn transition(phase: Phase, on: &'static str) -> Transition {
    Transition {
        machine: MODULE,
        state: Words(phase.name(), ""),
        on,
    }
}
