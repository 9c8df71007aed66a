//! The next record, made from the one in force.

use protocol_spec::codes::Status;

use crate::core_event::Object;
use crate::effect::Draft;
use crate::record::{Phase, Record};

/// The record that `draft` asks for; `None` when what it needs is not there.
pub(super) fn next_record(
    draft: Draft,
    last: Option<&Record>,
    offered: Option<Object>,
    verified: Option<Object>,
) -> Option<Record> {
    let last = last.copied().unwrap_or(NOTHING);
    let next = Record {
        sequence: last.sequence.saturating_add(1),
        base: 0,
        ..last
    };
    Some(match draft {
        Draft::Receive => Record {
            phase: Phase::Receiving,
            code: Status::DONE,
            running: last.running.filter(|_| !mixed(last.phase)),
            other: Some(offered?),
            ..next
        },
        Draft::Renew { base } => Record { base, ..next },
        Draft::Order => Record {
            phase: Phase::Swap,
            code: Status::DONE,
            other: Some(verified?),
            ..next
        },
        Draft::Confirm => Record {
            phase: Phase::Confirmed,
            code: Status::DONE,
            running: last.other,
            other: last.running,
            ..next
        },
        Draft::Revert => Record {
            phase: Phase::Revert,
            code: Status::BOOT,
            ..next
        },
        Draft::FellBack => Record {
            phase: Phase::Confirmed,
            code: Status::BOOT,
            ..next
        },
        Draft::Abandon(fault) => {
            let phase = if last.running.is_some() {
                Phase::Confirmed
            } else {
                Phase::Stopped
            };
            Record {
                phase,
                code: fault.status(),
                other: None,
                ..next
            }
        }
        Draft::Stop(fault) => {
            let code = fault.status();
            Record {
                phase: Phase::Stopped,
                code,
                running: None,
                other: None,
                ..next
            }
        }
    })
}

/// In the middle of a swap that cannot go on, no image is whole.
const fn mixed(phase: Phase) -> bool {
    matches!(phase, Phase::Swap | Phase::Revert)
}

/// What stands for the last record when there is none.
const NOTHING: Record = Record {
    sequence: 0,
    phase: Phase::Stopped,
    code: Status::DONE,
    base: 0,
    running: None,
    other: None,
};
