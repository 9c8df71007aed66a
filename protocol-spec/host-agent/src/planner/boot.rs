//! From power-on to the image that is entered.

use super::swap::SwapStep;
use super::{Planner, Standing, Task};
use crate::core_event::CoreEvent;
use crate::effect::{
    Draft, Effect, Mark, MarkFacts, Outcome, RecordArea, RecordFacts, SealPart, VoidPart,
};
use crate::fault::{Fault, Place, Refusal};
use crate::planner::ready::Op;
use crate::policy::{BootChoice, BootFacts, Policy};
use crate::record::Phase;
use protocol_spec::codes::Status;

/// A step of the boot.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum BootStep {
    /// Read a record; `first` is that of area 0. A bad one is read once more.
    Load {
        area: RecordArea,
        first: Option<RecordFacts>,
        again: bool,
    },
    /// Make sure that the seal in force stays set.
    FirmSeal { part: SealPart, rival: bool },
    /// Make sure that the record next to the one in force never counts.
    VoidRival(VoidPart),
    /// Count the marks.
    ReadMarks,
    /// Find out whether the new image was entered before.
    ReadTried,
    /// Note that the new image is entered.
    Try { again: bool },
    /// Enter.
    Enter { tried: bool },
}

impl BootStep {
    pub(super) const FIRST: Self = Self::Load {
        area: 0,
        first: None,
        again: false,
    };
}

impl Planner {
    pub(super) fn boot_effect(&self, step: BootStep) -> Effect {
        let area = self.area();
        match step {
            BootStep::Load { area, .. } => Effect::LoadRecord { area },
            BootStep::FirmSeal { part, .. } => Effect::Mark {
                area,
                mark: Mark::Seal(part),
            },
            BootStep::VoidRival(part) => Effect::Mark {
                area: 1 - area,
                mark: Mark::Void(part),
            },
            BootStep::ReadMarks => {
                let from = self.marks;
                Effect::ReadMarks {
                    area,
                    from,
                    count: self.marks_total().saturating_sub(from),
                }
            }
            BootStep::ReadTried => Effect::ReadTried { area },
            BootStep::Try { .. } => Effect::Mark {
                area,
                mark: Mark::Tried(self.tried),
            },
            BootStep::Enter { tried } => Effect::Enter { tried },
        }
    }

    pub(super) fn settle_boot<P: Policy>(&mut self, step: BootStep, last: Outcome) {
        match (step, last) {
            (BootStep::Load { area, first, again }, Outcome::Record(facts)) => {
                self.loaded::<P>(area, first, again, facts);
            }
            (
                BootStep::Load {
                    area,
                    first,
                    again: false,
                },
                Outcome::Failed(_),
            ) => {
                self.task = Task::Boot(BootStep::Load {
                    area,
                    first,
                    again: true,
                });
            }
            (BootStep::Try { again: false }, Outcome::Failed(_)) => {
                self.task = Task::Boot(BootStep::Try { again: true });
            }
            (BootStep::Try { .. }, Outcome::Failed(_)) => self.not_tried::<P>(),
            (BootStep::Load { area, first, .. }, Outcome::Failed(_)) => {
                self.area_known::<P>(first, RecordFacts::unread(area));
            }
            (BootStep::VoidRival(_), Outcome::Failed(_)) => self.count_marks::<P>(),
            (_, Outcome::Failed(fault)) => self.boot_failed(fault),
            (BootStep::Load { .. }, _) => self.halt(Fault::NoRecord.status()),
            (
                BootStep::FirmSeal {
                    part: SealPart::FirmAgain,
                    rival: true,
                },
                _,
            ) => {
                self.task = Task::Boot(BootStep::VoidRival(VoidPart::Set));
            }
            (
                BootStep::FirmSeal {
                    part: SealPart::FirmAgain,
                    ..
                },
                _,
            ) => self.count_marks::<P>(),
            (BootStep::FirmSeal { rival, .. }, _) => {
                self.task = Task::Boot(BootStep::FirmSeal {
                    part: SealPart::FirmAgain,
                    rival,
                });
            }
            (BootStep::VoidRival(VoidPart::Firm), _) => self.count_marks::<P>(),
            (BootStep::VoidRival(_), _) => {
                self.task = Task::Boot(BootStep::VoidRival(VoidPart::Firm));
            }
            (step, last) => self.settle_marks::<P>(step, last),
        }
    }

    /// The boot once the record is known: what its marks say, and entering.
    fn settle_marks<P: Policy>(&mut self, step: BootStep, last: Outcome) {
        match (step, last) {
            (BootStep::ReadMarks, Outcome::Marks(facts)) => self.counted::<P>(facts),
            (BootStep::ReadMarks, _) => self.marks_known::<P>(),
            (BootStep::ReadTried, Outcome::Tried(tried)) => {
                let on_record = self.record.map_or(0, |record| record.tried);
                self.tried = tried.max(on_record);
                self.decide::<P>();
            }
            (BootStep::ReadTried, _) => self.decide::<P>(),
            (BootStep::Try { .. }, _) => {
                self.tried = self.tried.saturating_add(1);
                self.enter(true);
            }
            _ => self.task = Task::Ready(Op::None),
        }
    }

    pub(super) fn enter(&mut self, tried: bool) {
        self.standing = Standing::Entered { tried };
        self.task = Task::Boot(BootStep::Enter { tried });
    }

    /// Does what the policy says, now that record and marks are known.
    pub(super) fn decide<P: Policy>(&mut self) {
        let tried = self.tried >= self.shape.tries();
        match P::boot_choice(&self.boot_facts(tried)) {
            BootChoice::Enter if self.may_be_overtaken() => self.halt_unread(),
            BootChoice::Enter => self.enter(false),
            // What its marks say takes more to find out.
            BootChoice::Swap if self.phase() == Phase::Apply => self.begin_apply(),
            BootChoice::Swap | BootChoice::Try if !self.fresh => self.renew(),
            BootChoice::Swap => self.begin_swap(),
            BootChoice::Try => self.task = Task::Boot(BootStep::Try { again: false }),
            BootChoice::Revert => self.write(Draft::Revert, None),
            BootChoice::FallBack => self.write(Draft::FellBack, None),
            BootChoice::Stop if tried => self.write(Draft::Stop(Fault::NotConfirmed), None),
            BootChoice::Stop => self.halt(self.stopped_code()),
        }
    }

    /// Why nothing is entered, by the record in force.
    pub(super) fn stopped_code(&self) -> Status {
        let code = self.record.map(|record| record.code);
        let unknown = match self.phase() {
            Phase::Overwrite => Fault::State,
            _ => Fault::NoRecord,
        };
        code.filter(|code| !code.is_done())
            .unwrap_or(unknown.status())
    }

    fn boot_facts(&self, tried: bool) -> BootFacts {
        BootFacts {
            phase: self.phase(),
            swapped: self.marks >= self.marks_total(),
            tried,
            has_running: self.has_running(),
        }
    }

    /// The mark cannot be set, and without it a later boot could enter the image again and again.
    /// With nothing to go back to, a new record counts the try.
    fn not_tried<P: Policy>(&mut self) {
        match P::boot_choice(&self.boot_facts(true)) {
            BootChoice::Revert => self.write(Draft::Revert, None),
            _ => {
                let (base, tried) = (self.marks, self.tried.saturating_add(1));
                self.write(Draft::CountTry { base, tried }, None);
            }
        }
    }

    pub(super) fn begin_swap(&mut self) {
        let step = if self.phase() == Phase::Install {
            SwapStep::fill(&self.shape, self.marks, self.other_len())
        } else {
            SwapStep::swap(&self.shape, self.marks, self.swap_lens())
        };
        self.task = Task::Swap(step);
    }

    pub(super) fn has_running(&self) -> bool {
        self.record
            .is_some_and(|record| record.running_len.is_some())
    }

    fn loaded<P: Policy>(
        &mut self,
        area: RecordArea,
        first: Option<RecordFacts>,
        again: bool,
        facts: RecordFacts,
    ) {
        if !facts.good && !facts.blank && !again {
            self.task = Task::Boot(BootStep::Load {
                area,
                first,
                again: true,
            });
            return;
        }
        self.area_known::<P>(first, facts);
    }

    /// Takes what is known of one area; both decide.
    fn area_known<P: Policy>(&mut self, first: Option<RecordFacts>, facts: RecordFacts) {
        match first {
            None => {
                let first = Some(facts);
                self.task = Task::Boot(BootStep::Load {
                    area: 1,
                    first,
                    again: false,
                });
            }
            Some(first) => self.govern::<P>(first, facts),
        }
    }

    /// Takes the sealed record with the highest number, and settles what could count later.
    fn govern<P: Policy>(&mut self, first: RecordFacts, second: RecordFacts) {
        let second_wins = second.counts() && (!first.counts() || second.sequence > first.sequence);
        let (best, rival) = if second_wins {
            (second, first)
        } else {
            (first, second)
        };
        self.half_read = !(first.read && second.read);
        if !best.counts() {
            return if self.half_read {
                self.halt_unread();
            } else {
                self.halt(Fault::NoRecord.status());
            };
        }
        self.record = Some(best);
        let settled = matches!(
            best.phase,
            Phase::Confirmed | Phase::Receiving | Phase::Stopped
        );
        if !settled && self.half_read {
            return self.halt_unread();
        }
        let rival = rival.good && rival.sequence > best.sequence && !rival.void.firm;
        if !best.seal.firm {
            self.task = Task::Boot(BootStep::FirmSeal {
                part: SealPart::SetAgain,
                rival,
            });
        } else if rival {
            self.task = Task::Boot(BootStep::VoidRival(VoidPart::Set));
        } else {
            self.count_marks::<P>();
        }
    }

    /// Whether an order that cannot be read may have followed the transfer on record, so that the
    /// primary slot is no longer what the record says. It takes a filled staging area.
    fn may_be_overtaken(&self) -> bool {
        self.half_read && self.phase() == Phase::Receiving && self.marks >= self.marks_total()
    }

    /// Enters nothing and takes nothing: the area that cannot be read may hold the only record that
    /// is true, and a later boot may read it.
    fn halt_unread(&mut self) {
        let fault = Fault::Read(Place::Record);
        self.unusable = Some(Refusal::Flash(fault));
        self.halt(fault.status());
    }

    fn count_marks<P: Policy>(&mut self) {
        if self.phase() == Phase::Apply {
            return self.decide::<P>();
        }
        self.marks = self.record.map_or(0, |record| record.base);
        if self.marks < self.marks_total() {
            self.task = Task::Boot(BootStep::ReadMarks);
        } else {
            self.marks_known::<P>();
        }
    }

    fn counted<P: Policy>(&mut self, facts: MarkFacts) {
        self.marks = self.marks.saturating_add(facts.set);
        if facts.set == facts.read && self.marks < self.marks_total() {
            self.task = Task::Boot(BootStep::ReadMarks);
        } else {
            self.marks_known::<P>();
        }
    }

    pub(super) fn marks_known<P: Policy>(&mut self) {
        let tries = matches!(self.phase(), Phase::Swap | Phase::Install);
        if tries && self.marks >= self.marks_total() {
            self.task = Task::Boot(BootStep::ReadTried);
        } else {
            self.decide::<P>();
        }
    }

    /// Enters the confirmed image when no update depends on what failed; otherwise waits for the
    /// next boot.
    fn boot_failed(&mut self, fault: Fault) {
        self.tell = Some(CoreEvent::Failed(fault));
        let settled =
            self.phase() == Phase::Confirmed || self.phase() == Phase::Receiving && !self.half_read;
        if settled && self.has_running() {
            self.enter(false);
        } else {
            self.halt(fault.status());
        }
    }
}
