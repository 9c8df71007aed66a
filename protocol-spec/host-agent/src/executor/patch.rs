//! The staged patch: its sums, its sections, and the bytes of each new block.

use protocol_spec::crc::{CRC16, CRC32};
use protocol_spec::digest::Digest;
use protocol_spec::patch::head::CRC;
use protocol_spec::rig::message::ObjectKind;
use sha2::{Digest as _, Sha256};

use super::{Done, Executor};
use crate::core_event::Object;
use crate::effect::{PatchFacts, RecordArea, Section, Side};
use crate::fault::{Fault, Place};
use crate::flash::{Flash, PROGRAM_BYTES_MAX};
use crate::layout::Area;
use crate::patch::{Applier, Facts, PatchFault, View};

/// First value of a CRC-16 of the sections.
const CRC16_START: u16 = CRC16.algorithm.init;
/// Bytes that tell an erased place from a head.
const PROBE_BYTES: usize = 16;

/// The patch at work, and the sums over flash.
#[derive(Clone, Default)]
pub(super) struct PatchWork {
    applier: Option<Applier>,
    file_sum: u32,
    image_sum: Sha256,
    block_sum: u16,
    /// Of the bytes as they were decoded, before they went to the scratch.
    decoded_sum: u16,
}

impl PatchWork {
    /// What the head of the patch says that was opened last.
    pub(super) fn facts(&self) -> Option<&Facts> {
        self.applier.as_ref().map(Applier::facts)
    }

    fn applier(&self) -> Result<&Applier, Fault> {
        self.applier.as_ref().ok_or(Fault::State)
    }

    fn section(&self) -> Result<crate::patch::Section, Fault> {
        self.applier()?.section().copied().ok_or(Fault::State)
    }
}

/// What the applier sees of flash.
struct FlashView<'a, F> {
    flash: &'a mut F,
    file: Area,
    slot: Area,
    scratch: Area,
}

impl<F: Flash> FlashView<'_, F> {
    fn read(&mut self, area: Area, offset: u32, out: &mut [u8], place: Place) -> Result<(), Fault> {
        let len = u32::try_from(out.len()).unwrap_or(u32::MAX);
        let end = offset.checked_add(len).filter(|end| *end <= area.len);
        end.ok_or(PatchFault::SourceRange)?;
        self.flash
            .read(area.start.saturating_add(offset), out)
            .map_err(|error| Fault::of(error, place))
    }
}

impl<F: Flash> View for FlashView<'_, F> {
    fn patch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        self.read(self.file, offset, out, Place::Slot)
    }

    fn slot(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        self.read(self.slot, offset, out, Place::Slot)
    }

    fn scratch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        self.read(self.scratch, offset, out, Place::Scratch)
    }
}

impl<F: Flash, M: AsRef<[u8]> + AsMut<[u8]>> Executor<F, M> {
    pub(super) fn open_patch(&mut self, current: Option<RecordArea>) -> Result<PatchFacts, Fault> {
        let record = self.record(current).ok_or(Fault::State)?;
        let file = record.other.filter(Object::is_patch);
        let file_len = file.map_or(0, |file| file.length);
        self.patch.applier = None;
        let opened = self.open_file(file_len).map_err(|fault| match fault {
            Fault::Read(_) => PatchFault::HeadShort.into(),
            fault => fault,
        });
        let applier = opened?;
        let facts = PatchFacts::from(applier.facts());
        self.patch.applier = Some(applier);
        Ok(facts)
    }

    fn open_file(&mut self, file_len: u32) -> Result<Applier, Fault> {
        let erased = self.flash.geometry().erased;
        let (mut view, ram, board) = self.view(file_len);
        let mut probe = [0; PROBE_BYTES];
        let probe = probe
            .get_mut(..PROBE_BYTES.min(file_len as usize))
            .unwrap_or_default();
        view.patch(0, probe)?;
        if probe.iter().all(|byte| *byte == erased) {
            return Err(PatchFault::NoFile.into());
        }
        Applier::head(&mut view, file_len, board, ram)
    }

    pub(super) fn survey_patch(&mut self) -> Result<bool, Fault> {
        self.with_applier(|applier, view, ram| applier.survey(view, ram))
    }

    pub(super) fn rewind_patch(&mut self) -> Done {
        self.with_applier(|applier, _, _| {
            applier.rewind();
            Ok(None)
        })
    }

    pub(super) fn sum_patch(&mut self, offset: u32, len: u32, last: bool) -> Done {
        let wanted = self.patch.applier()?.facts().crc;
        let mut sum = if offset == 0 { 0 } else { self.patch.file_sum };
        let start = self.layout.secondary.start.saturating_add(offset);
        let mut at = offset as usize;
        let mut piece = [0; PROGRAM_BYTES_MAX];
        self.read_each(start, len, Place::Slot, |bytes| {
            let piece = piece.get_mut(..bytes.len()).unwrap_or_default();
            piece.copy_from_slice(bytes);
            for (index, byte) in (at..).zip(piece.iter_mut()) {
                if CRC.contains(&index) {
                    *byte = 0;
                }
            }
            at += piece.len();
            sum = more_crc32(sum, piece);
        })?;
        self.patch.file_sum = sum;
        if last && sum != wanted {
            return Err(PatchFault::FileCrc.into());
        }
        Ok(None)
    }

    pub(super) fn hash_image(
        &mut self,
        current: Option<RecordArea>,
        side: Side,
        offset: u32,
        len: u32,
        last: bool,
    ) -> Done {
        if offset == 0 {
            self.patch.image_sum = Sha256::new();
        }
        let address = self.layout.primary.start.saturating_add(offset);
        let mut sum = self.patch.image_sum.clone();
        self.read_each(address, len, Place::Slot, |bytes| sum.update(bytes))?;
        self.patch.image_sum = sum.clone();
        if last {
            let digest = Digest(sum.finalize().into());
            self.image_hashed(current, side, digest)?;
        }
        Ok(None)
    }

    fn image_hashed(
        &mut self,
        current: Option<RecordArea>,
        side: Side,
        digest: Digest,
    ) -> Result<(), Fault> {
        let facts = *self.patch.applier()?.facts();
        let (wanted, fault) = match side {
            Side::Old => (facts.old_digest, PatchFault::Base),
            Side::New => (facts.new_digest, PatchFault::ImageAfter),
        };
        if !digest.0.starts_with(&wanted) {
            return Err(fault.into());
        }
        if side == Side::New {
            let file = self.record(current).and_then(|record| record.other);
            let image = Object {
                kind: ObjectKind::Image,
                length: facts.new_len,
                digest: Some(digest),
                version: file.ok_or(Fault::State)?.version,
            };
            self.content.set_verified(image);
        }
        Ok(())
    }

    /// Goes to section `index`, or a step towards it.
    pub(super) fn seek_section(&mut self, index: u32) -> Result<Option<Section>, Fault> {
        let here = self.patch.applier()?.section().map(|section| section.index);
        if here != Some(index) {
            self.with_applier(|applier, view, ram| {
                if here.is_some_and(|here| here > index) {
                    applier.rewind();
                }
                applier.approach(view, ram)
            })?;
        }
        let section = self.patch.applier()?.section();
        Ok(section.map(|section| Section {
            index: section.index,
            block: section.block,
        }))
    }

    pub(super) fn check_section(&mut self) -> Result<bool, Fault> {
        self.with_applier(|applier, view, ram| applier.check_some(view, ram))
    }

    pub(super) fn begin_section(&mut self) -> Done {
        self.patch.decoded_sum = CRC16_START;
        self.with_applier(|applier, view, ram| applier.begin(view, ram))?;
        Ok(None)
    }

    pub(super) fn decode_block(&mut self, offset: u32, len: u32) -> Done {
        let mut piece = [0; PROGRAM_BYTES_MAX];
        let piece = piece.get_mut(..len as usize).ok_or(Fault::State)?;
        self.with_applier(|applier, view, ram| applier.decode(view, ram, piece))?;
        self.patch.decoded_sum = more_crc16(self.patch.decoded_sum, piece);
        let address = self.layout.scratch.start.saturating_add(offset);
        self.program(address, piece, Place::Scratch).map(|()| None)
    }

    pub(super) fn sum_block(&mut self, side: Side, offset: u32, len: u32, last: bool) -> Done {
        let section = self.patch.section()?;
        let (start, place) = match side {
            Side::Old => {
                let before = section.block.saturating_mul(self.patch_block_len());
                (
                    self.layout.primary.start.saturating_add(before),
                    Place::Slot,
                )
            }
            Side::New => (self.layout.scratch.start, Place::Scratch),
        };
        let mut sum = if offset == 0 {
            CRC16_START
        } else {
            self.patch.block_sum
        };
        self.read_each(start.saturating_add(offset), len, place, |bytes| {
            sum = more_crc16(sum, bytes);
        })?;
        self.patch.block_sum = sum;
        match side {
            Side::Old if last && sum != section.before => Err(PatchFault::BlockBefore.into()),
            Side::New if last && sum != section.after => {
                // Decoded right, so it is the scratch that does not hold.
                Err(if self.patch.decoded_sum == section.after {
                    Fault::Program(Place::Scratch)
                } else {
                    PatchFault::BlockAfter.into()
                })
            }
            _ => Ok(None),
        }
    }

    /// Bytes of a block of the patch; 0 without a patch.
    pub(super) fn patch_block_len(&self) -> u32 {
        let applier = self.patch.applier.as_ref();
        applier.map_or(0, |applier| applier.facts().block_len)
    }

    fn with_applier<T>(
        &mut self,
        run: impl FnOnce(&mut Applier, &mut FlashView<'_, F>, &mut [u8]) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut applier = self.patch.applier.take().ok_or(Fault::State)?;
        let file_len = applier.facts().file_len;
        let (mut view, ram, _) = self.view(file_len);
        let result = run(&mut applier, &mut view, ram);
        self.patch.applier = Some(applier);
        result
    }

    fn view(&mut self, file_len: u32) -> (FlashView<'_, F>, &mut [u8], &[u8]) {
        let view = FlashView {
            flash: &mut self.flash,
            file: Area {
                start: self.layout.secondary.start,
                len: file_len.min(self.layout.secondary.len),
            },
            slot: self.layout.primary,
            scratch: self.layout.scratch,
        };
        let ram = self.decode.ram.as_mut();
        let len = ram.len().min(self.decode.ram_len as usize);
        (
            view,
            ram.get_mut(..len).unwrap_or_default(),
            &self.decode.board,
        )
    }
}

/// CRC-32 of more bytes after those of `sum`; that of no bytes is 0.
fn more_crc32(sum: u32, bytes: &[u8]) -> u32 {
    let mut digest = CRC32.digest_with_initial((!sum).reverse_bits());
    digest.update(bytes);
    digest.finalize()
}

fn more_crc16(sum: u16, bytes: &[u8]) -> u16 {
    let mut digest = CRC16.digest_with_initial(sum);
    digest.update(bytes);
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_in_pieces_are_those_of_the_whole() {
        let bytes: std::vec::Vec<u8> = (0..200).collect();
        let (mut long, mut short) = (0, CRC16_START);
        for piece in bytes.chunks(33) {
            (long, short) = (more_crc32(long, piece), more_crc16(short, piece));
        }
        assert_eq!(
            (long, short),
            (CRC32.checksum(&bytes), CRC16.checksum(&bytes))
        );
    }
}
