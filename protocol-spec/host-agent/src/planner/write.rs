//! A new record: erase, program, verify, seal, in the area that is not in force.

use super::{Planner, Standing, Task};
use crate::core_event::CoreEvent;
use crate::effect::{
    Draft, Effect, Mark, Outcome, RecordArea, RecordFacts, SealPart, Store, VoidPart,
};
use crate::fault::{Fault, Place, Refusal};
use crate::flash::READ_LEN_MAX;
use crate::marks::MarkMap;
use crate::planner::ready::Op;
use crate::policy::Policy;
use crate::record::Phase;

/// A step of writing a record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct WriteStep {
    draft: Draft,
    /// What to tell when the record is written, or cannot be.
    tell: Option<CoreEvent>,
    part: WritePart,
    /// It failed once.
    again: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum WritePart {
    Draft,
    Erase(u32),
    Program(u32),
    Verify(u32),
    Seal(SealPart),
    Load,
    /// The seal failed: make sure that it never counts.
    Void(VoidPart, Fault),
}

impl Planner {
    /// Starts to write the record `draft`; `tell` is told afterwards, whatever comes of it.
    pub(super) fn write(&mut self, draft: Draft, tell: Option<CoreEvent>) {
        let part = WritePart::Draft;
        self.task = Task::Write(WriteStep {
            draft,
            tell,
            part,
            again: false,
        });
    }

    pub(super) fn write_effect(&self, step: WriteStep) -> Effect {
        let area = self.next_area();
        match step.part {
            WritePart::Draft => Effect::Draft(step.draft),
            WritePart::Erase(unit) => Effect::EraseRecord { area, unit },
            WritePart::Program(offset) => Effect::ProgramRecord { area, offset },
            WritePart::Verify(offset) => Effect::VerifyRecord { area, offset },
            WritePart::Seal(part) => Effect::Mark {
                area,
                mark: Mark::Seal(part),
            },
            WritePart::Load => Effect::LoadRecord { area },
            WritePart::Void(part, _) => Effect::Mark {
                area,
                mark: Mark::Void(part),
            },
        }
    }

    pub(super) fn settle_write<P: Policy>(&mut self, step: WriteStep, last: Outcome) {
        match (step.part, last) {
            (WritePart::Load, Outcome::Record(facts)) if self.is_next(&facts) => {
                self.record = Some(facts);
                self.fresh = true;
                self.marks = facts.base;
                self.written::<P>(step);
            }
            (WritePart::Load, _) => self.write_failed::<P>(step, Fault::Program(Place::Record)),
            (WritePart::Void(VoidPart::Set, fault), _) => {
                self.go_on_writing(step, WritePart::Void(VoidPart::Firm, fault));
            }
            (WritePart::Void(_, fault), _) => self.voided::<P>(step, fault),
            (_, Outcome::Failed(fault)) => self.write_failed::<P>(step, fault),
            (part, _) => self.go_on_writing(step, self.after_part(part)),
        }
    }

    fn go_on_writing(&mut self, step: WriteStep, part: WritePart) {
        self.task = Task::Write(WriteStep { part, ..step });
    }

    fn after_part(&self, part: WritePart) -> WritePart {
        let marks = MarkMap::of(&self.shape);
        match part {
            WritePart::Draft => WritePart::Erase(0),
            WritePart::Erase(unit) if unit + 1 < self.shape.record_units => {
                WritePart::Erase(unit + 1)
            }
            WritePart::Erase(_) => WritePart::Program(0),
            WritePart::Program(offset) if offset + self.shape.piece_len < marks.void() => {
                WritePart::Program(offset + self.shape.piece_len)
            }
            WritePart::Program(_) => WritePart::Verify(0),
            WritePart::Verify(offset) if offset + READ_LEN_MAX < marks.end() => {
                WritePart::Verify(offset + READ_LEN_MAX)
            }
            WritePart::Verify(_) => WritePart::Seal(SealPart::Set),
            WritePart::Seal(SealPart::Set) => WritePart::Seal(SealPart::Firm),
            WritePart::Seal(_) | WritePart::Load | WritePart::Void(..) => WritePart::Load,
        }
    }

    fn write_failed<P: Policy>(&mut self, step: WriteStep, fault: Fault) {
        match step.part {
            WritePart::Seal(_) | WritePart::Load => {
                self.go_on_writing(step, WritePart::Void(VoidPart::Set, fault));
            }
            _ if step.again => self.not_written::<P>(step, fault),
            _ => self.write_again(step),
        }
    }

    /// The record has a void mark. A renewed one says nothing that is not so, and may as well count.
    fn voided<P: Policy>(&mut self, step: WriteStep, fault: Fault) {
        if matches!(step.draft, Draft::Renew { .. }) && !step.again {
            self.write_again(step);
        } else {
            self.not_written::<P>(step, fault);
        }
    }

    fn write_again(&mut self, step: WriteStep) {
        let again = WriteStep {
            again: true,
            ..step
        };
        self.go_on_writing(again, WritePart::Erase(0));
    }

    fn written<P: Policy>(&mut self, step: WriteStep) {
        self.task = Task::Ready(Op::None);
        self.tell = step.tell;
        let booting = self.standing == Standing::Booting;
        match step.draft {
            Draft::Renew { .. } if booting => self.renewed::<P>(),
            Draft::Receive {
                store: Store::Staging,
                ..
            }
            | Draft::Renew { .. } => self.begin_transfer(),
            Draft::Receive {
                store: Store::Slot, ..
            } => {
                self.standing = Standing::Stopped(self.stopped_code());
                self.begin_transfer();
            }
            Draft::CountTry { tried, .. } => {
                self.tried = tried;
                self.enter(true);
            }
            Draft::Applied => self.marks_known::<P>(),
            Draft::Order | Draft::TryAgain => {
                self.standing = Standing::Ordered;
                self.transfer = None;
                self.tell = Some(CoreEvent::BootStored);
            }
            Draft::Confirm => {
                self.standing = Standing::Entered { tried: false };
                self.tell = Some(CoreEvent::Confirmed);
            }
            Draft::Revert => self.begin_swap(),
            Draft::FellBack => self.enter(false),
            Draft::Abandon(_) if booting => self.enter(false),
            Draft::Abandon(fault) => self.still_stopped(fault),
            Draft::Stop(fault) => self.halt(fault.status()),
        }
    }

    /// Goes on with what the boot step began.
    fn renewed<P: Policy>(&mut self) {
        if self.phase() == Phase::Apply {
            self.go_on_applying();
        } else {
            self.decide::<P>();
        }
    }

    /// A stopped host answers with the code of its last failure.
    fn still_stopped(&mut self, fault: Fault) {
        if let Standing::Stopped(code) = &mut self.standing {
            *code = fault.status();
        }
    }

    fn not_written<P: Policy>(&mut self, step: WriteStep, fault: Fault) {
        self.task = Task::Ready(Op::None);
        let booting = self.standing == Standing::Booting;
        match step.draft {
            // Another cut could tear a mark that is torn already; to stop for that would be worse.
            Draft::Renew { .. } if booting && !self.fresh => {
                self.fresh = true;
                self.tell = Some(CoreEvent::Retried(fault));
                self.renewed::<P>();
            }
            Draft::Renew { .. } | Draft::Revert | Draft::Applied if booting => {
                self.halt(fault.status());
            }
            Draft::Receive { .. }
            | Draft::Renew { .. }
            | Draft::Order
            | Draft::TryAgain
            | Draft::Applied
            | Draft::Revert => {
                self.transfer = None;
                self.tell = Some(CoreEvent::Refused(Refusal::Flash(fault)));
            }
            Draft::CountTry { .. } => self.halt(fault.status()),
            Draft::Confirm => self.tell = Some(CoreEvent::ConfirmFailed(fault)),
            Draft::FellBack => {
                self.tell = Some(CoreEvent::Failed(fault));
                self.enter(false);
            }
            Draft::Abandon(_) => {
                self.tell = step.tell;
                if booting {
                    self.enter(false);
                }
            }
            Draft::Stop(cause) => self.halt(cause.status()),
        }
    }

    const fn next_area(&self) -> RecordArea {
        match self.record {
            Some(RecordFacts { area: 0, .. }) => 1,
            _ => 0,
        }
    }

    fn is_next(&self, facts: &RecordFacts) -> bool {
        facts.counts()
            && self
                .record
                .is_none_or(|record| facts.sequence > record.sequence)
    }
}
