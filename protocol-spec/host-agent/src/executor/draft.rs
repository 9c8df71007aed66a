//! The next record, made from the one in force.

use protocol_spec::codes::Status;
use protocol_spec::rig::message::ObjectKind;

use crate::core_event::Object;
use crate::effect::{Draft, Store};
use crate::planner::Shape;
use crate::record::{Phase, Record};

/// The record that `draft` asks for; `None` when what it needs is not there.
pub(super) fn next_record(
    draft: Draft,
    shape: &Shape,
    last: Option<&Record>,
    offered: Option<Object>,
    verified: Option<Object>,
) -> Option<Record> {
    let last = last.copied().unwrap_or(NOTHING);
    let next = Record {
        sequence: last.sequence.saturating_add(1),
        base: 0,
        tried: 0,
        ..last
    };
    Some(match draft {
        Draft::Receive { store, code } => received(next, store, code, offered?),
        Draft::Renew { base, tried } | Draft::CountTry { base, tried } => Record {
            base,
            tried,
            ..next
        },
        Draft::Order => ordered(next, shape, verified?),
        Draft::Applied => installed(next, shape, verified?),
        Draft::TryAgain => Record {
            tried: shape.tries().saturating_sub(1),
            ..installed(next, shape, last.other?)
        },
        Draft::Confirm => Record {
            phase: Phase::Confirmed,
            running: last.other,
            other: last.running.filter(|_| !shape.in_place),
            ..next
        },
        Draft::Revert => Record {
            phase: Phase::Revert,
            code: Status::BOOT,
            ..next
        },
        Draft::FellBack => Record {
            phase: Phase::Confirmed,
            ..next
        },
        Draft::Abandon(fault) => Record {
            phase: if last.running.is_some() {
                Phase::Confirmed
            } else {
                Phase::Stopped
            },
            code: fault.status(),
            other: last.other.filter(Object::is_patch),
            ..next
        },
        Draft::Stop(fault) => Record {
            phase: Phase::Stopped,
            code: fault.status(),
            running: None,
            other: last.other.filter(|_| shape.in_place),
            ..next
        },
    })
}

/// A transfer begins. A host that nothing runs on goes on to say why: `code`, unless a record says
/// so already.
fn received(next: Record, store: Store, code: Status, offered: Object) -> Record {
    let kept = store == Store::Staging && !mixed(next.phase);
    let running = next.running.filter(|_| kept);
    Record {
        phase: Phase::of_transfer(store),
        code: match running {
            Some(_) => Status::DONE,
            None if next.code.is_done() => code,
            None => next.code,
        },
        running,
        other: Some(offered),
        ..next
    }
}

/// The object that was verified is ordered: what the boot step does with it.
const fn ordered(next: Record, shape: &Shape, verified: Object) -> Record {
    let phase = match (shape.in_place, verified.kind) {
        (false, _) => Phase::Swap,
        (true, ObjectKind::Patch) => Phase::Apply,
        (true, ObjectKind::Image) if matches!(next.phase, Phase::Overwrite) => {
            return installed(next, shape, verified);
        }
        (true, ObjectKind::Image) => Phase::Install,
    };
    Record {
        phase,
        code: Status::DONE,
        other: Some(verified),
        ..next
    }
}

/// The slot of an in-place host holds the new image.
const fn installed(next: Record, shape: &Shape, image: Object) -> Record {
    Record {
        phase: Phase::Install,
        code: Status::DONE,
        base: shape.units_of(Store::Slot, image.length),
        running: None,
        other: Some(image),
        ..next
    }
}

/// In the middle of an update that cannot go on, no image is whole.
const fn mixed(phase: Phase) -> bool {
    !matches!(phase, Phase::Confirmed | Phase::Receiving | Phase::Stopped)
}

/// What stands for the last record when there is none.
const NOTHING: Record = Record {
    sequence: 0,
    phase: Phase::Stopped,
    code: Status::DONE,
    tried: 0,
    base: 0,
    running: None,
    other: None,
};
