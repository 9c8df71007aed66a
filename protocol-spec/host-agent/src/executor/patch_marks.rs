//! The marks of a patch, behind its file in staging.

use super::{Done, Executor};
use crate::effect::{Mark, PatchMarkFacts, RecordArea};
use crate::fault::{Fault, Place};
use crate::flash::{Flash, PROGRAM_BYTES_MAX, READ_LEN_MAX};
use crate::marks::PatchMarks;

/// The mark of the record area that stands for one behind the file.
const FIRST: Mark = Mark::Progress(0);

/// How often a mark is read at most.
pub(super) const MARK_READS: u32 = 3;

/// Where the marks of a patch are to be looked for.
struct PlacedMarks {
    behind: PatchMarks,
    area: RecordArea,
    base: u32,
}

impl<F: Flash, M: AsRef<[u8]> + AsMut<[u8]>> Executor<F, M> {
    /// Reads mark 0, then the marks of whole blocks.
    pub(super) fn read_patch_marks(
        &mut self,
        current: Option<RecordArea>,
        from: u32,
        count: u32,
        base: u32,
    ) -> Result<PatchMarkFacts, Fault> {
        let marks = PlacedMarks {
            behind: self.patch_marks(current)?,
            area: current.unwrap_or(0),
            base,
        };
        let end = from.saturating_add(count);
        let most = READ_LEN_MAX / (MARK_READS * self.shape.program_unit).max(1);
        let mut facts = PatchMarkFacts::default();
        let mut at = from;
        while at < end && (facts.read == 0 || facts.read.saturating_add(2) <= most) {
            let first = self.read_patch_mark(&marks, at, &mut facts)?;
            if at == 0 {
                at = 1;
                continue;
            }
            let second = self.read_patch_mark(&marks, at.saturating_add(1), &mut facts)?;
            facts.copies += u32::from(first && !second);
            at = at.saturating_add(2);
        }
        Ok(facts)
    }

    /// Adds the next mark to `facts`; whether it is set.
    fn read_patch_mark(
        &mut self,
        marks: &PlacedMarks,
        mark: u32,
        facts: &mut PatchMarkFacts,
    ) -> Result<bool, Fault> {
        let set = mark < marks.base || self.is_programmed(marks, mark)?;
        let gap = facts.set < facts.read;
        if set && gap {
            facts.stray = true;
        } else if set {
            facts.set += 1;
        }
        facts.read += 1;
        Ok(set)
    }

    /// Programs a mark and reads it back.
    pub(super) fn patch_mark(
        &mut self,
        current: Option<RecordArea>,
        mark: u32,
        on_record: bool,
    ) -> Done {
        if on_record {
            return self.mark(current.ok_or(Fault::State)?, FIRST);
        }
        let offset = self.patch_marks(current)?.offset(mark);
        self.program_mark(self.layout.secondary.start.saturating_add(offset))
    }

    pub(super) fn verify_erased(&mut self, offset: u32, len: u32) -> Done {
        let erased = self.flash.geometry().erased;
        let address = self.layout.secondary.start.saturating_add(offset);
        let mut blank = true;
        self.read_each(address, len, Place::Record, |bytes| {
            blank &= bytes.iter().all(|byte| *byte == erased);
        })?;
        if blank {
            Ok(None)
        } else {
            Err(Fault::Program(Place::Record))
        }
    }

    fn is_programmed(&mut self, marks: &PlacedMarks, mark: u32) -> Result<bool, Fault> {
        if mark > 0 && mark == marks.base {
            return self.programmed(marks.area, FIRST);
        }
        let offset = marks.behind.offset(mark);
        let inside = offset.saturating_add(self.shape.program_unit) <= self.layout.secondary.len;
        let address = self.layout.secondary.start.saturating_add(offset);
        Ok(inside && self.reads_programmed(address)?)
    }

    fn patch_marks(&self, current: Option<RecordArea>) -> Result<PatchMarks, Fault> {
        let record = self.record(current).ok_or(Fault::State)?;
        let file = record.other.filter(crate::core_event::Object::is_patch);
        let file = file.ok_or(Fault::State)?;
        Ok(PatchMarks::of(&self.shape, file.length))
    }

    /// Programs the unit of a mark and reads it back.
    pub(super) fn program_mark(&mut self, address: u32) -> Done {
        let unit = [!self.flash.geometry().erased; PROGRAM_BYTES_MAX];
        let unit = unit
            .get(..self.shape.program_unit as usize)
            .unwrap_or_default();
        self.program(address, unit, Place::Record)?;
        let mut back = [0; PROGRAM_BYTES_MAX];
        let back = back.get_mut(..unit.len()).unwrap_or_default();
        self.read(address, back, Place::Record)?;
        if back == unit {
            Ok(None)
        } else {
            Err(Fault::Program(Place::Record))
        }
    }

    /// Whether the unit of a mark reads anything but erased: twice alike, or in two of three times. A
    /// part that misreads once and does not say so must not make a mix of two images.
    pub(super) fn reads_programmed(&mut self, address: u32) -> Result<bool, Fault> {
        let (one, other) = (self.reads_once(address)?, self.reads_once(address)?);
        if one == other {
            Ok(one)
        } else {
            self.reads_once(address)
        }
    }

    fn reads_once(&mut self, address: u32) -> Result<bool, Fault> {
        let mut unit = [0; PROGRAM_BYTES_MAX];
        let unit = unit
            .get_mut(..self.shape.program_unit as usize)
            .unwrap_or_default();
        self.read(address, unit, Place::Record)?;
        let erased = self.flash.geometry().erased;
        Ok(unit.iter().any(|byte| *byte != erased))
    }
}
