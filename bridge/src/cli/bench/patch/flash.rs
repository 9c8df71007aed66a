//! A whole update of one pair on an emulated flash, to count what it costs.

use fixtures::board::Timing;
use fixtures::flash::StrictFlash;
use host_agent::config::{BoardName, Decode};
use host_agent::flash::{Flash as _, Geometry, Region};
use host_agent::image_format::{ImageChecks, ImageFormat};
use host_agent::layout::{Area, Layout};
use host_agent::planner::Planner;
use host_agent::policy::Production;
use host_agent::update_core::{CoreEvent, EraseWhen, Object, UpdateCore, provision};
use protocol_spec::codes::Status;
use protocol_spec::digest::Digest;
use protocol_spec::rig::message::{LayoutKind, ObjectKind};
use protocol_spec::text::Version;
use sha2::{Digest as _, Sha256};

use crate::patch::staging_needed;

/// Erase unit of the flash, unless blocks are not made of whole ones.
const ERASE_UNIT: u32 = 4096;
/// Program unit of the flash, bytes.
const PROGRAM_UNIT: u16 = 4;
/// Bytes of a record area: record and marks of the largest staging area.
const RECORD_LEN: u32 = 64 << 10;

/// What an update costs in flash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct FlashCost {
    /// Most erases of one erase unit of the slot.
    pub(super) erases_max: u32,
    /// Erase units of the slot that were erased and lie in no block that changes.
    pub(super) erased_unchanged: u32,
    /// Blocks that went through the scratch.
    pub(super) scratch: u32,
}

/// An update that did not end with the new image.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("on flash: {0}")]
pub(super) struct FlashError(String);

/// What is updated, and with what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Update<'a> {
    pub(super) old: &'a [u8],
    pub(super) new: &'a [u8],
    pub(super) patch: &'a [u8],
    pub(super) block_len: u32,
    /// Blocks that change.
    pub(super) changed: &'a [u32],
}

type Core<'a> = UpdateCore<&'a mut StrictFlash, Production, Planner, &'a mut [u8]>;

impl Update<'_> {
    /// Stages the patch, boots, applies it and compares; `ram` is lent to the decoder.
    pub(super) fn run(&self, ram: &mut [u8]) -> Result<FlashCost, FlashError> {
        let map = Map::of(self);
        let mut flash = StrictFlash::with(map.geometry, Timing::NONE, None);
        provision(&mut flash, &map.layout, self.old, Version::default())
            .map_err(|error| FlashError(error.to_string()))?;
        let before = flash.wear().to_vec();
        self.stage(&mut map.core(&mut flash, ram))?;
        let scratch = apply(&mut map.core(&mut flash, ram))?;
        let slot = map.layout.primary.start;
        let found = flash.peek(slot, u32::try_from(self.new.len()).unwrap_or(0));
        if found.as_deref() != Some(self.new) {
            return Err(FlashError("the slot holds another image".to_owned()));
        }
        let wear: Vec<u32> = flash
            .wear()
            .iter()
            .zip(&before)
            .map(|(now, then)| now - then)
            .collect();
        Ok(self.cost(&map, &wear, scratch))
    }

    fn stage(&self, core: &mut Core<'_>) -> Result<(), FlashError> {
        let object = Object {
            kind: ObjectKind::Patch,
            length: u32::try_from(self.patch.len()).unwrap_or(u32::MAX),
            digest: Some(Digest(Sha256::digest(self.patch).into())),
            version: Version::default(),
        };
        until(core, |event| matches!(event, CoreEvent::Entered { .. }))?;
        core.offer(
            &object,
            ImageChecks {
                format: ImageFormat::Raw,
                image_max: u32::MAX,
            },
            EraseWhen::Ahead,
        );
        until(core, |event| matches!(event, CoreEvent::Accepted { .. }))?;
        let mut rest = self.patch;
        while !rest.is_empty() {
            let taken = core.write(rest);
            rest = rest.get(taken..).unwrap_or_default();
            if !core.pending() && taken == 0 {
                return Err(FlashError("the host takes no more bytes".to_owned()));
            }
            failed(core.step())?;
        }
        core.finish();
        until(core, |event| matches!(event, CoreEvent::Finished(Ok(()))))?;
        core.boot();
        until(core, |event| *event == CoreEvent::BootStored)
    }

    fn cost(&self, map: &Map, wear: &[u32], scratch: u32) -> FlashCost {
        let first = (map.layout.primary.start / map.unit) as usize;
        let units = (map.layout.primary.len / map.unit) as usize;
        let slot = wear.get(first..first + units).unwrap_or_default();
        let per_block = (self.block_len / map.unit).max(1) as usize;
        let changes = |unit: usize| {
            let block = u32::try_from(unit / per_block).unwrap_or(u32::MAX);
            self.changed.contains(&block)
        };
        let unchanged = slot
            .iter()
            .enumerate()
            .filter(|(unit, erases)| **erases > 0 && !changes(*unit));
        FlashCost {
            erases_max: slot.iter().copied().max().unwrap_or(0),
            erased_unchanged: u32::try_from(unchanged.count()).unwrap_or(u32::MAX),
            scratch,
        }
    }
}

/// Boots and applies; returns how many blocks went through the scratch.
fn apply(core: &mut Core<'_>) -> Result<u32, FlashError> {
    let mut scratch = 0;
    until(core, |event| {
        if let CoreEvent::Block {
            state: Status::COPIED,
            code: Status::DONE,
            ..
        } = event
        {
            scratch += 1;
        }
        matches!(event, CoreEvent::Entered { .. })
    })?;
    Ok(scratch)
}

/// Steps until an event is the one that is waited for.
fn until(
    core: &mut Core<'_>,
    mut wanted: impl FnMut(&CoreEvent) -> bool,
) -> Result<(), FlashError> {
    while core.pending() {
        if let Some(event) = failed(core.step())?
            && wanted(&event)
        {
            return Ok(());
        }
    }
    Err(FlashError("the host came to rest too early".to_owned()))
}

fn failed(event: Option<CoreEvent>) -> Result<Option<CoreEvent>, FlashError> {
    let status = match event {
        Some(CoreEvent::Refused(refusal)) => refusal.status(),
        Some(CoreEvent::Finished(Err(fault)) | CoreEvent::Failed(fault)) => fault.status(),
        Some(CoreEvent::Stopped(status)) => status,
        Some(CoreEvent::Block { code, .. }) if code != Status::DONE => code,
        other => return Ok(other),
    };
    Err(FlashError(format!("the host says {status}")))
}

/// A flash that is just large enough.
struct Map {
    geometry: Geometry,
    layout: Layout,
    unit: u32,
}

impl Map {
    fn of(update: &Update<'_>) -> Self {
        let block = update.block_len.max(1);
        let unit = if block.is_multiple_of(ERASE_UNIT) {
            ERASE_UNIT
        } else {
            block
        };
        let longest = u32::try_from(update.old.len().max(update.new.len())).unwrap_or(u32::MAX);
        let sections = u32::try_from(update.changed.len()).unwrap_or(u32::MAX);
        let file_len = u32::try_from(update.patch.len()).unwrap_or(u32::MAX);
        let staging = staging_needed(file_len, sections, PROGRAM_UNIT.into());
        let mut end = 0_u32;
        let mut area = |len: u64| {
            let start = end;
            let len = u32::try_from(len.next_multiple_of(unit.into())).unwrap_or(u32::MAX);
            end = end.saturating_add(len);
            Area { start, len }
        };
        let layout = Layout {
            kind: LayoutKind::InPlace,
            records: [area(RECORD_LEN.into()), area(RECORD_LEN.into())],
            primary: area(u64::from(longest).next_multiple_of(block.into())),
            secondary: area(staging),
            scratch: area(block.into()),
        };
        let region = Region {
            start: 0,
            unit,
            count: end / unit,
        };
        Self {
            geometry: Geometry {
                regions: [
                    region,
                    Region::default(),
                    Region::default(),
                    Region::default(),
                ],
                program_unit: PROGRAM_UNIT,
                erased: 0xff,
                erase_ms_max: 0,
                program_us_max: 0,
            },
            layout,
            unit,
        }
    }

    fn core<'a>(&self, flash: &'a mut StrictFlash, ram: &'a mut [u8]) -> Core<'a> {
        let planner = Planner::new(&self.layout, flash.geometry());
        let decode = Decode::new(BoardName::new(), ram);
        UpdateCore::with_decode(flash, self.layout, planner, decode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::{Options, inspect, make};

    fn images() -> (Vec<u8>, Vec<u8>) {
        let old: Vec<u8> = (0..=250).cycle().take(40_000).collect();
        let mut new = old.clone();
        new[9_000] ^= 1;
        new[30_000] ^= 1;
        (old, new)
    }

    fn run(block_len: u32, wanted: &[u8], changed: &[u32]) -> Result<FlashCost, FlashError> {
        let (old, new) = images();
        let options = Options {
            block_len,
            ..Options::default()
        };
        let patch = make(&old, &new, &options).unwrap().file;
        assert_eq!(inspect(&patch).unwrap().blocks.len(), 2);
        let update = Update {
            old: &old,
            new: wanted,
            patch: &patch,
            block_len,
            changed,
        };
        update.run(&mut [0; 8192])
    }

    #[test]
    fn each_changed_block_is_erased_once_and_no_other() {
        let (_, new) = images();
        for (block_len, changed) in [(4096, [2, 7]), (8192, [1, 3]), (1000, [9, 30])] {
            let cost = run(block_len, &new, &changed).unwrap();
            let wanted = FlashCost {
                erases_max: 1,
                erased_unchanged: 0,
                scratch: 2,
            };
            assert_eq!(cost, wanted, "blocks of {block_len}");
        }
    }

    #[test]
    fn an_erase_too_many_and_another_image_are_noticed() {
        let (old, new) = images();
        assert_eq!(run(4096, &new, &[2]).unwrap().erased_unchanged, 1);
        assert!(run(4096, &old, &[2, 7]).is_err());
    }
}
