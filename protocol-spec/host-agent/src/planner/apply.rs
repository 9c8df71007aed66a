//! A patch, applied in place: each block that changes is decoded to the scratch and written back.
//!
//! Each block takes two legs, and each leg ends with a mark behind the patch in staging. A leg can
//! be done again after a power cut: until the first mark of a block counts its old bytes stand in
//! the slot, and from then on its new ones in the scratch.

mod legs;
mod scan;

use self::scan::MarkScan;
use super::{Planner, Task};
use crate::core_event::CoreEvent;
use crate::effect::{Draft, Effect, Leg, Outcome, PatchFacts, Section, Side};
use crate::fault::Fault;
use crate::flash::READ_LEN_MAX;
use crate::patch::PatchFault;
use crate::planner::swap::COMPARE_LEN_MAX;
use protocol_spec::codes::Status;

/// Marks that are looked at before the head: prepared, and both of the first block.
const PROBED: u32 = 3;

/// A step of applying a patch.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct ApplyStep {
    part: ApplyPart,
    /// The block of the section, once it is known.
    block: Option<u32>,
    /// It failed once.
    again: bool,
}

/// A part of it; offsets are in the block, or in the image.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum ApplyPart {
    /// Find out whether anything may have been written, whatever the head says.
    Probe,
    Open,
    Survey,
    Scan(MarkScan),
    /// After a failure, the way to the section begins anew.
    Rewind,
    Seek,
    Before(u32),
    EraseScratch(u32),
    Begin,
    Decode(u32),
    After(u32),
    EraseSlot(u32),
    Copy(u32),
    Verify(u32),
    Mark,
    /// The digest of the whole new image.
    Final(u32),
}

impl ApplyStep {
    const fn first(part: ApplyPart) -> Self {
        Self {
            part,
            block: None,
            again: false,
        }
    }
}

impl Planner {
    pub(super) fn begin_apply(&mut self) {
        self.marks = self.patch_base();
        self.task = Task::Apply(ApplyStep::first(ApplyPart::Probe));
    }

    /// Goes on after the last mark: with a leg, or with the digest of the whole.
    pub(super) fn go_on_applying(&mut self) {
        let part = if self.marks >= self.patch_marks() {
            ApplyPart::Final(0)
        } else {
            ApplyPart::Seek
        };
        self.task = Task::Apply(ApplyStep::first(part));
    }

    /// Marks of the patch that was opened.
    pub(super) fn patch_marks(&self) -> u32 {
        self.patch.map_or(0, |patch| patch.marks())
    }

    /// Marks that the record itself says are set.
    fn patch_base(&self) -> u32 {
        self.record.map_or(0, |record| record.base)
    }

    pub(super) fn apply_effect(&self, step: ApplyStep) -> Effect {
        let base = self.patch_base();
        match step.part {
            ApplyPart::Probe => Effect::ReadPatchMarks {
                from: 0,
                count: PROBED,
                base,
            },
            ApplyPart::Open => Effect::OpenPatch,
            ApplyPart::Survey => Effect::SurveyPatch,
            ApplyPart::Rewind => Effect::RewindPatch,
            ApplyPart::Scan(scan) => Effect::ReadPatchMarks {
                from: scan.read(),
                count: self.patch_marks().saturating_sub(scan.read()),
                base,
            },
            ApplyPart::Seek => Effect::SeekSection {
                index: self.section(),
            },
            ApplyPart::Mark => self.patch_mark(self.marks),
            ApplyPart::Final(offset) => {
                let (len, last) = piece(self.patch_facts().new_len, offset, READ_LEN_MAX);
                Effect::HashImage {
                    side: Side::New,
                    offset,
                    len,
                    last,
                }
            }
            part => self.leg_effect(part, step.block.unwrap_or(0)),
        }
    }

    /// The first mark behind those that the record counts may be torn, and one of the record's own
    /// stands for it; those behind it were never begun.
    fn patch_mark(&self, mark: u32) -> Effect {
        let on_record = mark > 0 && mark == self.patch_base();
        Effect::PatchMark { mark, on_record }
    }

    pub(super) fn settle_apply(&mut self, step: ApplyStep, last: Outcome) {
        match (step.part, last) {
            // The step itself is done, and a mark that may read either way must not decide.
            (ApplyPart::Mark, Outcome::Failed(_)) => {
                self.marks = self.marks.saturating_add(1);
                self.renew();
            }
            (_, Outcome::Failed(fault)) => self.apply_failed(step, fault),
            (ApplyPart::Probe, Outcome::PatchMarks(facts)) => {
                let scan = MarkScan::default().with(&facts);
                self.marks = scan.at_most_done();
                self.task = Task::Apply(ApplyStep::first(ApplyPart::Open));
            }
            (ApplyPart::Open, Outcome::Patch(facts)) => {
                self.patch = Some(facts);
                // It did when it was checked; but a head that has changed since must not make
                // erases reach beyond scratch or slot.
                match self.fits(&facts) {
                    Ok(()) => self.go_on_with(step, ApplyPart::Survey),
                    Err(fault) => self.apply_failed(step, fault.into()),
                }
            }
            (ApplyPart::Survey, Outcome::Read(false)) => self.go_on_with(step, ApplyPart::Survey),
            (ApplyPart::Survey, Outcome::Read(true)) => {
                let scan = ApplyPart::Scan(MarkScan::default());
                self.task = Task::Apply(ApplyStep::first(scan));
            }
            (ApplyPart::Scan(scan), Outcome::PatchMarks(facts)) => {
                self.scanned(step, scan.with(&facts));
            }
            (ApplyPart::Rewind, _) => self.go_on_with(step, ApplyPart::Seek),
            (ApplyPart::Seek, Outcome::Section(section)) => self.sought(step, section),
            (ApplyPart::Mark, _) => self.marked(step),
            (ApplyPart::Final(offset), _) => self.image_summed(step, offset),
            (part, _) => match self.after_leg_part(part, step.block.unwrap_or(0)) {
                Some(part) => self.go_on_with(step, part),
                None => self.apply_failed(step, Fault::State),
            },
        }
    }

    fn go_on_with(&mut self, step: ApplyStep, part: ApplyPart) {
        self.task = Task::Apply(ApplyStep { part, ..step });
    }

    /// Takes what the marks say, and goes on behind the last that is set.
    fn scanned(&mut self, step: ApplyStep, scan: MarkScan) {
        if scan.read() < self.patch_marks() {
            return self.go_on_with(step, ApplyPart::Scan(scan));
        }
        if let Err(fault) = scan.verdict() {
            self.marks = scan.at_most_done();
            return self.apply_failed(step, fault);
        }
        self.marks = scan.set();
        if self.fresh || self.marks >= self.patch_marks() {
            self.go_on_applying();
        } else {
            self.renew();
        }
    }

    fn sought(&mut self, step: ApplyStep, section: Option<Section>) {
        match section {
            Some(section) if section.index == self.section() => {
                let block = Some(section.block);
                let part = self.first_of_leg();
                self.task = Task::Apply(ApplyStep {
                    part,
                    block,
                    ..step
                });
                if self.leg() == Leg::Decode && step.block.is_none() {
                    self.tell_block(block, Status::START, Status::DONE);
                }
            }
            Some(section) if section.index < self.section() => {
                self.go_on_with(step, ApplyPart::Seek);
            }
            _ => self.apply_failed(step, PatchFault::SectionLength.into()),
        }
    }

    fn marked(&mut self, step: ApplyStep) {
        let state = match self.leg() {
            Leg::Decode => Status::COPIED,
            _ => Status::DONE,
        };
        if self.marks > 0 {
            self.tell_block(step.block, state, Status::DONE);
        }
        self.marks = self.marks.saturating_add(1);
        self.go_on_applying();
    }

    fn image_summed(&mut self, step: ApplyStep, offset: u32) {
        let (len, last) = piece(self.patch_facts().new_len, offset, READ_LEN_MAX);
        if last {
            self.write(Draft::Applied, None);
        } else {
            self.go_on_with(step, ApplyPart::Final(offset.saturating_add(len)));
        }
    }

    /// A step that failed is done again, once. Then an image that is still whole goes on running,
    /// and otherwise nothing does.
    fn apply_failed(&mut self, step: ApplyStep, fault: Fault) {
        if !step.again && may_pass(fault) {
            self.tell = Some(CoreEvent::Retried(fault));
            let part = self.restart_of(step.part);
            return self.task = Task::Apply(ApplyStep {
                part,
                again: true,
                ..step
            });
        }
        if let (ApplyPart::Probe | ApplyPart::Scan(_), Fault::Read(_)) = (step.part, fault) {
            // A later boot may read what this one cannot.
            return self.halt(fault.status());
        }
        let state = match self.leg() {
            Leg::Decode => Status::START,
            _ => Status::COPIED,
        };
        self.tell_block(step.block, state, fault.status());
        if self.slot_is_whole() {
            self.write(Draft::Abandon(fault), Some(CoreEvent::Failed(fault)));
        } else {
            self.write(Draft::Stop(fault), None);
        }
    }

    fn restart_of(&self, part: ApplyPart) -> ApplyPart {
        match part {
            ApplyPart::Probe | ApplyPart::Open => part,
            ApplyPart::Survey => ApplyPart::Open,
            ApplyPart::Scan(_) => ApplyPart::Scan(MarkScan::default()),
            ApplyPart::Final(_) => ApplyPart::Final(0),
            // Decoding began, or stands nowhere.
            ApplyPart::Begin | ApplyPart::Decode(_) | ApplyPart::After(_) => ApplyPart::Rewind,
            ApplyPart::Rewind | ApplyPart::Seek => ApplyPart::Rewind,
            _ => self.first_of_leg(),
        }
    }

    /// Whether no block can have been written back, so that the old image is untouched.
    const fn slot_is_whole(&self) -> bool {
        self.marks < 2
    }

    fn tell_block(&mut self, block: Option<u32>, state: Status, code: Status) {
        self.tell = block.map(|block| CoreEvent::Block { block, state, code });
    }

    /// Index of the section at work.
    const fn section(&self) -> u32 {
        self.marks.saturating_sub(1) / 2
    }

    fn patch_facts(&self) -> PatchFacts {
        self.patch.unwrap_or_default()
    }
}

/// Whether a failure may have its cause in one misread or one bad operation.
const fn may_pass(fault: Fault) -> bool {
    match fault {
        Fault::Erase(_) | Fault::Program(_) | Fault::Read(_) => true,
        Fault::Unprepared | Fault::TwoCopies | Fault::MarkOrder => true,
        Fault::Patch(fault) => matches!(
            fault,
            PatchFault::NoFile
                | PatchFault::HeadShort
                | PatchFault::BlockBefore
                | PatchFault::BlockAfter
                | PatchFault::ImageAfter
        ),
        _ => false,
    }
}

/// Bytes from `offset` on that one step takes of `len`, and whether they are the last.
pub(super) fn piece(len: u32, offset: u32, most: u32) -> (u32, bool) {
    let rest = len.saturating_sub(offset);
    (rest.min(most), rest <= most)
}
