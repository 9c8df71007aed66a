//! One pair, measured: the patch is made, decoded by the hosts' applier, and compared.

use host_agent::patch::Applier;
use protocol_spec::patch::Profile;

use super::flash::{FlashCost, FlashError, Update};
use super::knowledge::{Knowledge, Library};
use super::pairs::{Pair, PairsError};
use crate::cli::bench::watch::Watch;
use crate::cli::patch::files::Image;
use crate::patch::{self, ApplyError, MakeError, Options};

/// What the bench makes patches for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) block_len: u32,
    pub(super) profile: Profile,
}

/// The figures of one pair.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct PairFigures {
    pub(super) name: String,
    pub(super) new_len: u64,
    pub(super) patch: u64,
    /// Bytes of the patch for the large profile, where the small one is measured.
    pub(super) large_patch: Option<u64>,
    /// Bytes of the new image in LZMA.
    pub(super) full: u64,
    /// Class C: the smallest patch of any tool.
    pub(super) best: Option<u64>,
    /// Class A: the patch of the tool that is in place and resumes.
    pub(super) in_place: Option<u64>,
    pub(super) cortex_m: bool,
    pub(super) blocks: u32,
    pub(super) changed: u32,
    pub(super) load_address: Option<u32>,
    pub(super) make_ms: f64,
    pub(super) apply_ms: f64,
    /// Bytes of RAM that the decoder used: its own, and those that it touched of what it was lent.
    pub(super) ram: u64,
    pub(super) flash: FlashCost,
    /// Patches with other tables, where they are measured.
    pub(super) knowledge: Option<Knowledge>,
}

/// A pair without figures.
#[derive(Debug, thiserror::Error)]
pub(super) enum MeasureError {
    #[error(transparent)]
    Pairs(#[from] PairsError),
    #[error("{0}")]
    Make(#[from] MakeError),
    #[error("the patch cannot be applied: {0}")]
    Apply(#[from] ApplyError),
    #[error("the decoded image is not the new one")]
    Other,
    #[error("{0}")]
    Flash(#[from] FlashError),
    #[error("the new image cannot be compressed")]
    Full,
    #[error("it cannot be learned from, so it is not known which pairs are related to it")]
    Lesson,
}

impl MeasureError {
    /// Whether the fault is in the files or the options that were given, not in what is measured.
    pub(super) const fn is_of_input(&self) -> bool {
        matches!(self, Self::Pairs(_) | Self::Make(MakeError::Head(_)))
    }
}

/// Makes, decodes and compares; with tables of `library` too, where there is one.
pub(super) fn measure(
    pair: &Pair,
    setting: Setting,
    library: Option<&mut Library>,
) -> Result<PairFigures, MeasureError> {
    let (old, new) = pair.images()?;
    let options = options(setting, &old, &new);
    let watch = Watch::start();
    let made = patch::make(&old.bytes, &new.bytes, &options)?;
    let make_ms = watch.milliseconds();
    let ram_len = options.profile.decode_ram() as usize;
    let watch = Watch::start();
    let applied = patch::apply(&old.bytes, &made.file, "", ram_len)?;
    let apply_ms = watch.milliseconds();
    if applied != new.bytes {
        return Err(MeasureError::Other);
    }
    let knowledge = library.map(|library| library.measure(pair, (&old, &new), &options));
    let reference = &pair.reference;
    let computed = || patch::compressed_len(&new.bytes);
    Ok(PairFigures {
        name: pair.name.clone(),
        new_len: new.bytes.len() as u64,
        patch: made.file.len() as u64,
        large_patch: large_patch(&old, &new, &options)?,
        full: reference.full.or_else(computed).ok_or(MeasureError::Full)?,
        best: reference.best,
        in_place: reference.in_place,
        cortex_m: reference.is_cortex_m(),
        blocks: made.blocks,
        changed: made.changed,
        load_address: made.load_address,
        make_ms,
        apply_ms,
        ram: ram(&old.bytes, &made.file, ram_len)?,
        flash: on_flash(&old.bytes, &new.bytes, &made.file, &options)?,
        knowledge: knowledge.transpose()?,
    })
}

fn options(setting: Setting, old: &Image, new: &Image) -> Options {
    Options {
        block_len: setting.block_len,
        profile: setting.profile,
        load_address: new.address.or(old.address),
        ..Options::default()
    }
}

/// The patch of the large profile, to compare that of the small one with.
fn large_patch(old: &Image, new: &Image, options: &Options) -> Result<Option<u64>, MakeError> {
    if options.profile == Profile::Large {
        return Ok(None);
    }
    let options = Options {
        profile: Profile::Large,
        ..options.clone()
    };
    let made = patch::make(&old.bytes, &new.bytes, &options)?;
    Ok(Some(made.file.len() as u64))
}

/// Bytes that the decoder uses: found by lending it memory of two patterns, one after the other.
fn ram(old: &[u8], file: &[u8], len: usize) -> Result<u64, ApplyError> {
    let mut used = 0;
    for pattern in [0xa5, 0x5a] {
        let mut ram = vec![pattern; len];
        let decoded = patch::decode(old, file, "", &mut ram);
        decoded.map_err(ApplyError::early)?;
        let touched = ram.iter().rposition(|byte| *byte != pattern);
        used = used.max(touched.map_or(0, |last| last + 1));
    }
    Ok((used + size_of::<Applier>()) as u64)
}

fn on_flash(
    old: &[u8],
    new: &[u8],
    patch: &[u8],
    options: &Options,
) -> Result<FlashCost, FlashError> {
    let found = patch::inspect(patch);
    let blocks = found.map(|found| found.blocks).unwrap_or_default();
    let changed: Vec<u32> = blocks.iter().map(|block| block.block).collect();
    let update = Update {
        old,
        new,
        patch,
        block_len: options.block_len,
        changed: &changed,
    };
    update.run(&mut vec![0; options.profile.decode_ram() as usize])
}

impl PairFigures {
    /// Patch to the full image in LZMA.
    pub(super) fn to_full(&self) -> f64 {
        ratio(self.patch, self.full)
    }

    /// Patch to the smallest of any tool.
    pub(super) fn to_best(&self) -> Option<f64> {
        self.to_best_of(self.patch)
    }

    /// A patch of `len` bytes to the smallest of any tool.
    pub(super) fn to_best_of(&self, len: u64) -> Option<f64> {
        self.best.map(|best| ratio(len, best))
    }

    /// Patch to that of the tool that is in place and resumes.
    pub(super) fn to_in_place(&self) -> Option<f64> {
        self.in_place.map(|in_place| ratio(self.patch, in_place))
    }

    /// Whether the two images are one source linked twice, or nearly: the smallest patch of any
    /// tool is below 5 % of the full image in LZMA.
    pub(super) fn is_relink(&self) -> bool {
        self.best.is_some_and(|best| best * 20 < self.full)
    }

    /// Time to make the patch for each megabyte of the new image.
    pub(super) fn make_ms_per_mb(&self) -> f64 {
        self.make_ms / ratio(self.new_len, 1_000_000)
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
