//! A new device: an image in the primary slot, and the record that says so.

use protocol_spec::digest::Digest;
use protocol_spec::rig::message::ObjectKind;
use protocol_spec::text::Version;
use sha2::{Digest as _, Sha256};

use super::{Fault, Object, Place};
use crate::config::Decode;
use crate::effect::{Effect, Mark, Outcome, SealPart};
use crate::executor::Executor;
use crate::flash::{Flash, FlashError, Geometry};
use crate::layout::{Layout, LayoutError};
use crate::marks::MarkMap;
use crate::planner::Shape;
use crate::policy::Production;
use crate::record::Record;

/// Why a device could not be provisioned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProvisionError {
    /// The layout does not fit the flash.
    Layout(LayoutError),
    /// The image is empty or longer than the slot.
    Length(u32),
    /// Flash failed.
    Flash(Fault),
}

impl core::fmt::Display for ProvisionError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Layout(error) => error.fmt(f),
            Self::Length(len) => write!(f, "an image of {len} bytes does not fit the slot"),
            Self::Flash(fault) => write!(f, "flash failed: {fault:?}"),
        }
    }
}

impl core::error::Error for ProvisionError {}

/// The confirmed record of a new device that runs `image`.
#[must_use]
pub fn initial_record(image: &[u8], version: Version) -> Record {
    Record::first(Object {
        kind: ObjectKind::Image,
        length: u32::try_from(image.len()).unwrap_or(u32::MAX),
        digest: Some(Digest(Sha256::digest(image).into())),
        version,
    })
}

/// Makes a new device of any flash: erases all areas of `layout`, puts `image` into the primary
/// slot and writes the sealed record of it.
///
/// # Errors
/// Why it is not done; the flash is then in no defined state.
pub fn provision<F: Flash>(
    flash: &mut F,
    layout: &Layout,
    image: &[u8],
    version: Version,
) -> Result<(), ProvisionError> {
    let geometry = *flash.geometry();
    let shape = Shape::of(layout, &geometry).map_err(ProvisionError::Layout)?;
    let record = initial_record(image, version);
    let length = record.running.map_or(0, |running| running.length);
    if length == 0 || length > shape.slot_len {
        return Err(ProvisionError::Length(length));
    }
    erase_all(flash, layout, &geometry)
        .and_then(|()| put_image(flash, layout, &shape, image))
        .map_err(|error| ProvisionError::Flash(Fault::of(error, Place::Slot)))?;
    write_record(flash, layout, &shape, record).map_err(ProvisionError::Flash)
}

fn erase_all<F: Flash>(
    flash: &mut F,
    layout: &Layout,
    geometry: &Geometry,
) -> Result<(), FlashError> {
    for (_, area) in layout.areas() {
        for (start, _) in geometry.units(area.start..area.end()) {
            flash.erase(start)?;
        }
    }
    Ok(())
}

fn put_image<F: Flash>(
    flash: &mut F,
    layout: &Layout,
    shape: &Shape,
    image: &[u8],
) -> Result<(), FlashError> {
    let mut executor = Executor::new(flash, *layout, Decode::NONE);
    let mut address = layout.primary.start;
    for piece in image.chunks(shape.piece_len.max(1) as usize) {
        executor.program_padded(address, piece)?;
        address = address.saturating_add(shape.piece_len);
    }
    Ok(())
}

fn write_record<F: Flash>(
    flash: &mut F,
    layout: &Layout,
    shape: &Shape,
    record: Record,
) -> Result<(), Fault> {
    let mut executor = Executor::new(flash, *layout, Decode::NONE);
    executor.set_draft(record);
    let mut carry_out = |effect| match executor.execute::<Production>(effect, None).0 {
        Outcome::Failed(fault) => Err(fault),
        _ => Ok(()),
    };
    let mut offset = 0;
    while offset < MarkMap::of(shape).void() {
        carry_out(Effect::ProgramRecord { area: 0, offset })?;
        offset += shape.piece_len;
    }
    carry_out(Effect::VerifyRecord { area: 0, offset: 0 })?;
    carry_out(Effect::Mark {
        area: 0,
        mark: Mark::Seal(SealPart::Set),
    })?;
    carry_out(Effect::Mark {
        area: 0,
        mark: Mark::Seal(SealPart::Firm),
    })
}
