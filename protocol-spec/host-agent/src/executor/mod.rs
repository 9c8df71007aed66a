//! Carries out one effect: at most one flash operation, or one read of at most 4096 bytes.

mod content;
mod draft;
mod journal;
mod patch;
mod patch_marks;
mod staging;
mod swap;

use protocol_spec::digest::Digest;
use protocol_spec::text::Version;

use self::content::Content;
use self::journal::Journal;
use self::patch::PatchWork;
use self::staging::Window;
use crate::config::Decode;
use crate::core_event::{CoreEvent, Object};
use crate::effect::{Effect, Outcome, RecordArea};
use crate::fault::{Fault, Place};
use crate::flash::{Flash, FlashError, PROGRAM_BYTES_MAX, PROGRAM_LEN_MAX};
use crate::image_format::ImageChecks;
use crate::layout::Layout;
use crate::planner::{Cost, Shape};
use crate::policy::Policy;
use crate::record::{Phase, Record};

/// Flash, and what the effects leave in RAM.
#[derive(Clone)]
pub(crate) struct Executor<F, M = [u8; 0]> {
    flash: F,
    layout: Layout,
    shape: Shape,
    journal: Journal,
    window: Window,
    content: Content,
    decode: Decode<M>,
    patch: PatchWork,
    /// The last offer; becomes `content.offered` when it is weighed.
    asked: Option<(Object, ImageChecks)>,
}

/// What an effect led to.
type Done = Result<Option<CoreEvent>, Fault>;

impl<F: Flash, M: AsRef<[u8]> + AsMut<[u8]>> Executor<F, M> {
    pub(crate) fn new(flash: F, layout: Layout, decode: Decode<M>) -> Self {
        let shape = Shape::of(&layout, flash.geometry()).unwrap_or_default();
        let journal = Journal::new(&shape);
        let (window, content) = (Window::default(), Content::default());
        Self {
            flash,
            layout,
            shape,
            journal,
            window,
            content,
            decode,
            patch: PatchWork::default(),
            asked: None,
        }
    }

    /// Does `effect`; `area` is that of the record in force.
    pub(crate) fn execute<P: Policy>(
        &mut self,
        effect: Effect,
        area: Option<RecordArea>,
    ) -> (Outcome, Option<CoreEvent>) {
        match self.answer(effect, area) {
            Ok(Some(outcome)) => (outcome, None),
            Ok(None) => match self.act::<P>(effect, area) {
                Ok(event) => (Outcome::Done, event),
                Err(fault) => (Outcome::Failed(fault), None),
            },
            Err(fault) => (Outcome::Failed(fault), None),
        }
    }

    /// Does an effect that asks for facts; `None` for any other.
    fn answer(
        &mut self,
        effect: Effect,
        current: Option<RecordArea>,
    ) -> Result<Option<Outcome>, Fault> {
        Ok(Some(match effect {
            Effect::LoadRecord { area } => Outcome::Record(self.load_record(area)?),
            Effect::ReadMarks { area, from, count } => {
                Outcome::Marks(self.read_marks(area, from, count)?)
            }
            Effect::ReadTried { area } => Outcome::Tried(self.read_tried(area)?),
            Effect::WeighOffer => Outcome::Offer(self.weigh_offer(current)?),
            Effect::OpenPatch => Outcome::Patch(self.open_patch(current)?),
            Effect::SurveyPatch => Outcome::Read(self.survey_patch()?),
            Effect::CheckSection => Outcome::Read(self.check_section()?),
            Effect::SeekSection { index } => Outcome::Section(self.seek_section(index)?),
            Effect::ReadPatchMarks { from, count, base } => {
                Outcome::PatchMarks(self.read_patch_marks(current, from, count, base)?)
            }
            _ => return Ok(None),
        }))
    }

    /// Does an effect that is done or fails.
    fn act<P: Policy>(&mut self, effect: Effect, current: Option<RecordArea>) -> Done {
        match effect {
            Effect::Mark { area, mark } => self.mark(area, mark),
            Effect::Draft(draft) => self.draft(draft, current),
            Effect::EraseRecord { area, unit } => self.erase_record(area, unit),
            Effect::ProgramRecord { area, offset } => self.program_record(area, offset),
            Effect::VerifyRecord { area, offset } => self.verify_record(area, offset),
            Effect::EraseBlock { leg, block, offset } => self.erase_block(leg, block, offset),
            Effect::CopyBlock {
                leg,
                block,
                offset,
                len,
            } => self.copy_block(leg, block, offset, len),
            Effect::VerifyBlock {
                leg,
                block,
                offset,
                len,
            } => self.verify_block(leg, block, offset, len),
            Effect::Enter { tried } => Ok(Some(CoreEvent::Entered { tried })),
            Effect::EraseStaging { store, unit } => self.erase_staging(store, unit),
            Effect::ProgramStaging { store, offset, len } => {
                self.program_staging(store, offset, len)
            }
            Effect::HashStaging { store, offset, len } => self.hash_staging(store, offset, len),
            Effect::CheckContent => self.check_content::<P>(),
            Effect::HashRunning { offset, len, last } => self.hash_running(offset, len, last),
            Effect::Tell(event) => {
                self.told(event);
                Ok(Some(event))
            }
            effect => self.act_on_patch(effect, current),
        }
    }

    fn act_on_patch(&mut self, effect: Effect, current: Option<RecordArea>) -> Done {
        match effect {
            Effect::SumPatch { offset, len, last } => self.sum_patch(offset, len, last),
            Effect::HashImage {
                side,
                offset,
                len,
                last,
            } => self.hash_image(current, side, offset, len, last),
            Effect::RewindPatch => self.rewind_patch(),
            Effect::BeginSection => self.begin_section(),
            Effect::DecodeBlock { offset, len } => self.decode_block(offset, len),
            Effect::SumBlock {
                side,
                offset,
                len,
                last,
            } => self.sum_block(side, offset, len, last),
            Effect::PatchMark { mark, on_record } => self.patch_mark(current, mark, on_record),
            Effect::VerifyErased { offset, len } => self.verify_erased(offset, len),
            _ => Ok(None),
        }
    }

    /// Opens or closes the door for the bytes of an object.
    fn told(&mut self, event: CoreEvent) {
        match event {
            CoreEvent::Accepted { offset } => {
                let length = self.content.offered().map_or(0, |object| object.length);
                self.window = Window::open(offset, length, self.shape.piece_len);
            }
            CoreEvent::Failed(_) | CoreEvent::Refused(_) | CoreEvent::Finished(Err(_)) => {
                self.window = Window::default();
            }
            _ => {}
        }
    }

    pub(crate) fn ask(&mut self, object: &Object, checks: ImageChecks) {
        self.close();
        self.asked = Some((*object, checks));
    }

    pub(crate) fn close(&mut self) {
        self.window = Window::default();
    }

    pub(crate) fn room(&self) -> usize {
        self.window.room()
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> usize {
        self.window.write(bytes)
    }

    pub(crate) const fn written(&self) -> u32 {
        self.window.written()
    }

    pub(crate) const fn stored(&self) -> u32 {
        self.window.stored()
    }

    pub(crate) const fn running_digest(&self) -> Option<Digest> {
        self.content.running_digest()
    }

    pub(crate) fn staged_version(&self) -> Option<Version> {
        self.content.staged_version()
    }

    /// The record in `area`, as it was last loaded.
    pub(crate) fn record(&self, area: Option<RecordArea>) -> Option<&Record> {
        self.journal.record(area?)
    }

    /// What the next boot costs at most, by the record in `area`.
    pub(crate) fn boot_cost(&self, area: Option<RecordArea>) -> Cost {
        let Some(record) = self.record(area) else {
            return Cost::default();
        };
        let len = |object: Option<Object>| object.map_or(0, |object| object.length);
        let (running, other) = (len(record.running), len(record.other));
        match (record.phase, self.patch.facts()) {
            (Phase::Apply, Some(patch)) => self.shape.apply_cost(&patch.into()),
            (Phase::Install, _) => self.shape.install_cost(other),
            _ => self.shape.boot_cost(running.max(other)),
        }
    }

    pub(crate) const fn flash(&self) -> &F {
        &self.flash
    }

    pub(crate) const fn flash_mut(&mut self) -> &mut F {
        &mut self.flash
    }

    pub(crate) fn into_parts(self) -> (F, M) {
        (self.flash, self.decode.ram)
    }

    /// Programs `bytes`, padded with the erased value to whole program units.
    pub(crate) fn program_padded(&mut self, address: u32, bytes: &[u8]) -> Result<(), FlashError> {
        let mut padded = [self.flash.geometry().erased; PROGRAM_BYTES_MAX];
        let whole = bytes
            .len()
            .next_multiple_of(self.shape.program_unit.max(1) as usize);
        let start = padded
            .get_mut(..bytes.len())
            .ok_or(FlashError::OutOfRange)?;
        start.copy_from_slice(bytes);
        self.flash
            .program(address, padded.get(..whole).ok_or(FlashError::OutOfRange)?)
    }

    /// The next record, whatever the last one was.
    pub(crate) const fn set_draft(&mut self, record: Record) {
        self.journal.set_draft(record);
    }

    fn program(&mut self, address: u32, bytes: &[u8], place: Place) -> Result<(), Fault> {
        self.program_padded(address, bytes)
            .map_err(|error| Fault::of(error, place))
    }

    fn erase(&mut self, address: u32, place: Place) -> Result<(), Fault> {
        self.flash
            .erase(address)
            .map_err(|error| Fault::of(error, place))
    }

    fn read(&mut self, address: u32, buf: &mut [u8], place: Place) -> Result<(), Fault> {
        self.flash
            .read(address, buf)
            .map_err(|error| Fault::of(error, place))
    }

    /// Reads `len` bytes in small pieces and hands each to `take`.
    fn read_each(
        &mut self,
        address: u32,
        len: u32,
        place: Place,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), Fault> {
        let mut buf = [0; PROGRAM_BYTES_MAX];
        let mut at = 0;
        while at < len {
            let piece = (len - at).min(PROGRAM_LEN_MAX);
            let buf = buf.get_mut(..piece as usize).unwrap_or_default();
            self.read(address.saturating_add(at), buf, place)?;
            take(buf);
            at += piece;
        }
        Ok(())
    }
}
