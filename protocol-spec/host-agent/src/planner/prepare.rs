//! A staged patch, checked whole before the module is told that it is good.
//!
//! Head, file, operations, base and every source are checked while the old image runs and the slot is
//! untouched. Then the marks behind the file are made ready, and the first of them says so.

use super::apply::piece;
use super::{CoreEvent, Planner};
use crate::effect::{Effect, Outcome, PatchFacts, Section, Side, Store};
use crate::fault::Fault;
use crate::flash::READ_LEN_MAX;
use crate::marks::PatchMarks;
use crate::patch::PatchFault;

/// A step of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum PrepareStep {
    /// The head.
    Open,
    /// The CRC of the file.
    Sum(u32),
    /// Maps and operations: whether they can be read.
    Survey,
    /// The digest of the image that runs.
    Base(u32),
    /// Go to a section.
    Seek(u32),
    /// Check its operations.
    Check(u32),
    /// Erase a unit behind the file, for marks.
    Erase(u32),
    /// See that the room of the marks is erased.
    Blank(u32),
    /// Look at the first mark: an earlier attempt may have set it.
    ReadMark,
    /// Set it.
    Mark,
}

impl Planner {
    pub(super) fn prepare_effect(&self, step: PrepareStep) -> Effect {
        let facts = self.patch.unwrap_or_default();
        match step {
            PrepareStep::Open => Effect::OpenPatch,
            PrepareStep::Sum(offset) => {
                let (len, last) = piece(facts.file_len, offset, READ_LEN_MAX);
                Effect::SumPatch { offset, len, last }
            }
            PrepareStep::Survey => Effect::SurveyPatch,
            PrepareStep::Base(offset) => {
                let (len, last) = piece(facts.old_len, offset, READ_LEN_MAX);
                Effect::HashImage {
                    side: Side::Old,
                    offset,
                    len,
                    last,
                }
            }
            PrepareStep::Seek(index) => Effect::SeekSection { index },
            PrepareStep::Check(_) => Effect::CheckSection,
            PrepareStep::Erase(unit) => Effect::EraseStaging {
                store: Store::Staging,
                unit,
            },
            PrepareStep::Blank(offset) => {
                let (len, _) = piece(self.marks_end(), offset, READ_LEN_MAX);
                Effect::VerifyErased { offset, len }
            }
            PrepareStep::ReadMark => Effect::ReadPatchMarks {
                from: 0,
                count: 1,
                base: 0,
            },
            PrepareStep::Mark => Effect::PatchMark {
                mark: 0,
                on_record: false,
            },
        }
    }

    pub(super) fn settle_prepare(&mut self, step: PrepareStep, last: Outcome) {
        let facts = self.patch.unwrap_or_default();
        let next = match (step, last) {
            (PrepareStep::Open, Outcome::Patch(facts)) => {
                self.patch = Some(facts);
                self.fits(&facts).map(|()| Some(PrepareStep::Sum(0)))
            }
            (PrepareStep::Sum(offset), _) => match piece(facts.file_len, offset, READ_LEN_MAX) {
                (_, true) => Ok(Some(PrepareStep::Survey)),
                (len, false) => Ok(Some(PrepareStep::Sum(offset.saturating_add(len)))),
            },
            (PrepareStep::Survey, Outcome::Read(false)) => Ok(Some(PrepareStep::Survey)),
            (PrepareStep::Survey, Outcome::Read(true)) => self.base_is_possible(&facts),
            (PrepareStep::Base(offset), _) => match piece(facts.old_len, offset, READ_LEN_MAX) {
                (_, true) => Ok(Some(self.section_or_marks(0))),
                (len, false) => Ok(Some(PrepareStep::Base(offset.saturating_add(len)))),
            },
            (PrepareStep::Seek(index), Outcome::Section(Some(Section { index: found, .. })))
                if index == found =>
            {
                Ok(Some(PrepareStep::Check(index)))
            }
            (PrepareStep::Seek(_), _) => Err(PatchFault::SectionLength),
            (PrepareStep::Check(index), Outcome::Read(false)) => {
                Ok(Some(PrepareStep::Check(index)))
            }
            (PrepareStep::Check(index), Outcome::Read(true)) => {
                Ok(Some(self.section_or_marks(index.saturating_add(1))))
            }
            (PrepareStep::Erase(unit), _) => Ok(Some(self.erase_or_verify(unit.saturating_add(1)))),
            (PrepareStep::Blank(offset), _) => {
                match piece(self.marks_end(), offset, READ_LEN_MAX) {
                    (_, true) => Ok(Some(PrepareStep::ReadMark)),
                    (len, false) => Ok(Some(PrepareStep::Blank(offset.saturating_add(len)))),
                }
            }
            (PrepareStep::ReadMark, Outcome::PatchMarks(marks)) => {
                Ok((marks.set == 0).then_some(PrepareStep::Mark))
            }
            (PrepareStep::Mark, _) => Ok(None),
            (
                PrepareStep::Open
                | PrepareStep::Survey
                | PrepareStep::Check(_)
                | PrepareStep::ReadMark,
                _,
            ) => {
                return self.abandon(Fault::State);
            }
        };
        match next {
            Ok(next) => self.prepare_next(next),
            Err(fault) => self.abandon(fault.into()),
        }
    }

    fn prepare_next(&mut self, next: Option<PrepareStep>) {
        let Some(transfer) = &mut self.transfer else {
            return;
        };
        transfer.prepared(next);
        if next.is_none() {
            self.tell = Some(CoreEvent::Finished(Ok(())));
        }
    }

    /// The limits of this host.
    pub(super) fn fits(&self, facts: &PatchFacts) -> Result<(), PatchFault> {
        let shape = &self.shape;
        if facts.old_len > shape.slot_len || facts.new_len > shape.slot_len {
            Err(PatchFault::SlotLength)
        } else if facts.block_len == 0 || !facts.block_len.is_multiple_of(shape.slot_unit) {
            Err(PatchFault::BlockLength)
        } else if facts.block_len > shape.scratch_len {
            Err(PatchFault::ScratchLength)
        } else {
            Ok(())
        }
    }

    /// What comes after the file itself: room for the marks, then the image that runs.
    fn base_is_possible(&self, facts: &PatchFacts) -> Result<Option<PrepareStep>, PatchFault> {
        let running_len = self.record.and_then(|record| record.running_len);
        if self.marks_end() > self.shape.staging_len {
            Err(PatchFault::NoMarks)
        } else if running_len != Some(facts.old_len) {
            Err(PatchFault::Base)
        } else {
            Ok(Some(PrepareStep::Base(0)))
        }
    }

    fn section_or_marks(&self, index: u32) -> PrepareStep {
        let facts = self.patch.unwrap_or_default();
        if index < facts.sections {
            PrepareStep::Seek(index)
        } else {
            self.erase_or_verify(self.shape.units_of(Store::Staging, facts.file_len))
        }
    }

    fn erase_or_verify(&self, unit: u32) -> PrepareStep {
        if unit < self.shape.units_of(Store::Staging, self.marks_end()) {
            PrepareStep::Erase(unit)
        } else {
            PrepareStep::Blank(self.patch_mark_map().second())
        }
    }

    fn marks_end(&self) -> u32 {
        let marks = self.patch.unwrap_or_default().marks();
        self.patch_mark_map().end(marks)
    }

    fn patch_mark_map(&self) -> PatchMarks {
        let file_len = self.patch.map_or(0, |patch| patch.file_len);
        PatchMarks::of(&self.shape, file_len)
    }
}
