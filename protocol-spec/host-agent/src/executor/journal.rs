//! The record areas: records, seals and marks.

use protocol_spec::codes::Status;

use super::draft::next_record;
use super::patch_marks::MARK_READS;
use super::{Done, Executor};
use crate::effect::{
    Draft, Mark, MarkFacts, MarkRead, RecordArea, RecordFacts, SealPart, VoidPart,
};
use crate::fault::{Fault, Place};
use crate::flash::{Flash, READ_LEN_MAX};
use crate::layout::Area;
use crate::marks::MarkMap;
use crate::planner::Shape;
use crate::record::{Phase, RECORD_BYTES, Record};

/// The records as they were last read, and the one to write next.
#[derive(Clone)]
pub(super) struct Journal {
    marks: MarkMap,
    records: [Option<Record>; 2],
    draft: Option<Record>,
}

impl Journal {
    pub(super) const fn new(shape: &Shape) -> Self {
        Self {
            marks: MarkMap::of(shape),
            records: [None; 2],
            draft: None,
        }
    }

    pub(super) const fn set_draft(&mut self, record: Record) {
        self.draft = Some(record);
    }

    pub(super) fn record(&self, area: RecordArea) -> Option<&Record> {
        self.records.get(usize::from(area))?.as_ref()
    }
}

impl<F: Flash, M: AsRef<[u8]> + AsMut<[u8]>> Executor<F, M> {
    pub(super) fn load_record(&mut self, area: RecordArea) -> Result<RecordFacts, Fault> {
        let mut bytes = [0; RECORD_BYTES];
        self.read(self.record_area(area).start, &mut bytes, Place::Record)?;
        let record = Record::decode(&bytes);
        if let Some(slot) = self.journal.records.get_mut(usize::from(area)) {
            *slot = record;
        }
        let erased = self.flash.geometry().erased;
        let void = self.read_void(area)?;
        let seal = self.read_seal(area)?;
        let record = record.as_ref();
        Ok(RecordFacts {
            area,
            read: true,
            blank: bytes.iter().all(|byte| *byte == erased),
            good: record.is_some(),
            void,
            seal,
            sequence: record.map_or(0, |record| record.sequence),
            phase: record.map_or(Phase::Stopped, |record| record.phase),
            code: record.map_or(Status::DONE, |record| record.code),
            tried: record.map_or(0, |record| record.tried),
            base: record.map_or(0, |record| record.base),
            running_len: record
                .and_then(|record| record.running)
                .map(|image| image.length),
            other_len: record
                .and_then(|record| record.other)
                .map(|object| object.length),
        })
    }

    pub(super) fn read_marks(
        &mut self,
        area: RecordArea,
        from: u32,
        count: u32,
    ) -> Result<MarkFacts, Fault> {
        let most = READ_LEN_MAX / (MARK_READS * self.shape.program_unit).max(1);
        let mut facts = MarkFacts::default();
        while facts.read < count.min(most.max(1)) {
            let mark = Mark::Progress(from.saturating_add(facts.read));
            facts.read += 1;
            if !self.programmed(area, mark)? {
                break;
            }
            facts.set += 1;
        }
        Ok(facts)
    }

    /// How often the new image was entered, by the last mark that is set.
    pub(super) fn read_tried(&mut self, area: RecordArea) -> Result<u8, Fault> {
        let mut tried = 0;
        for index in 0..self.shape.tries() {
            if self.programmed(area, Mark::Tried(index))? {
                tried = index + 1;
            }
        }
        Ok(tried)
    }

    /// Programs a mark and reads it back.
    pub(super) fn mark(&mut self, area: RecordArea, mark: Mark) -> Done {
        let address = self.mark_address(area, mark);
        self.program_mark(address)
    }

    /// Makes the next record from the one in force.
    pub(super) fn draft(&mut self, draft: Draft, current: Option<RecordArea>) -> Done {
        let (offered, verified) = (self.content.offered().copied(), self.content.verified());
        let next = next_record(draft, &self.shape, self.record(current), offered, verified);
        self.journal.draft = Some(next.ok_or(Fault::State)?);
        Ok(None)
    }

    pub(super) fn erase_record(&mut self, area: RecordArea, unit: u32) -> Done {
        let area = self.record_area(area);
        let unit_len = area.len.checked_div(self.shape.record_units).unwrap_or(0);
        let address = area.start.saturating_add(unit.saturating_mul(unit_len));
        self.erase(address, Place::Record).map(|()| None)
    }

    pub(super) fn program_record(&mut self, area: RecordArea, offset: u32) -> Done {
        let bytes = self.drafted()?;
        let rest = bytes.get(offset as usize..).ok_or(Fault::State)?;
        let piece = rest
            .get(..rest.len().min(self.shape.piece_len as usize))
            .unwrap_or_default();
        let address = self.record_area(area).start.saturating_add(offset);
        self.program(address, piece, Place::Record).map(|()| None)
    }

    /// Compares a piece of the area with the draft; behind it, all must be erased.
    pub(super) fn verify_record(&mut self, area: RecordArea, offset: u32) -> Done {
        let bytes = self.drafted()?;
        let erased = self.flash.geometry().erased;
        let len = self
            .journal
            .marks
            .end()
            .saturating_sub(offset)
            .min(READ_LEN_MAX);
        let mut wanted = bytes.iter().skip(offset as usize);
        let mut equal = true;
        let address = self.record_area(area).start.saturating_add(offset);
        self.read_each(address, len, Place::Record, |read| {
            equal &= read
                .iter()
                .all(|byte| byte == wanted.next().unwrap_or(&erased));
        })?;
        if equal {
            Ok(None)
        } else {
            Err(Fault::Program(Place::Record))
        }
    }

    fn drafted(&self) -> Result<[u8; RECORD_BYTES], Fault> {
        self.journal
            .draft
            .map(|record| record.encode())
            .ok_or(Fault::State)
    }

    fn read_void(&mut self, area: RecordArea) -> Result<MarkRead, Fault> {
        let set = self.programmed(area, Mark::Void(VoidPart::Set))?;
        let firm = self.programmed(area, Mark::Void(VoidPart::Firm))?;
        Ok(MarkRead { set, firm })
    }

    fn read_seal(&mut self, area: RecordArea) -> Result<MarkRead, Fault> {
        let mut read = |part| self.programmed(area, Mark::Seal(part));
        let (set, firm) = (read(SealPart::Set)?, read(SealPart::Firm)?);
        let again = (read(SealPart::SetAgain)?, read(SealPart::FirmAgain)?);
        Ok(MarkRead {
            set: set || again.0,
            firm: firm || again.1,
        })
    }

    /// Whether a mark reads anything but erased.
    pub(super) fn programmed(&mut self, area: RecordArea, mark: Mark) -> Result<bool, Fault> {
        let address = self.mark_address(area, mark);
        self.reads_programmed(address)
    }

    fn mark_address(&self, area: RecordArea, mark: Mark) -> u32 {
        let offset = self.journal.marks.offset(mark);
        self.record_area(area).start.saturating_add(offset)
    }

    const fn record_area(&self, area: RecordArea) -> Area {
        let [first, second] = self.layout.records;
        if area == 0 { first } else { second }
    }
}
