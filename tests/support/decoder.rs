//! The applier against bytes from anywhere, in memory that knows who may read what.
//!
//! [`decode`] is the one entry of the fuzz target in `tests/fuzz` and of the tests.

use std::sync::OnceLock;

use bridge::patch::Options;
use fixtures::image::{Format, ImageSpec, edited, make};
use host_agent::flash::PROGRAM_BYTES_MAX;
use host_agent::patch::{Applier, Facts, PatchFault, Section, View};
use host_agent::update_core::{Fault, Place};
use protocol_spec::crc::CRC16;
use protocol_spec::patch::head::{CRC, HEAD_BYTES_MIN, file_crc};
use protocol_spec::patch::{FORMAT, MAGIC, Profile};
use protocol_spec::text::Version;
use sha2::{Digest as _, Sha256};

/// Bytes of the old image.
const OLD_BYTES: u32 = 3000;
/// Bytes of the slot: longer images are refused, as a host does.
const SLOT_BYTES: u32 = 16 * 1024;
/// Bytes in front of the file: [`Trial`].
pub const TRIAL_BYTES: usize = 3;

/// What is done with a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Trial {
    /// Magic, format, lengths, the old image's digest and the CRC are made right.
    pub repair: bool,
    /// Decode RAM is 4096 bytes; otherwise 8192.
    pub small_ram: bool,
    /// Nothing is checked before blocks are decoded, as if staging had changed since.
    pub unchecked: bool,
    /// Number of the read that fails, once.
    pub fails: Option<u16>,
}

impl Trial {
    /// The trial that the first bytes of `data` ask for, and the file behind them.
    #[must_use]
    pub fn split(data: &[u8]) -> Option<(Self, &[u8])> {
        let ([flags, low, high], file) = data.split_first_chunk::<TRIAL_BYTES>()?;
        let trial = Self {
            repair: flags & 1 != 0,
            small_ram: flags & 2 != 0,
            unchecked: flags & 4 != 0,
            fails: (flags & 8 != 0).then_some(u16::from_le_bytes([*low, *high])),
        };
        Some((trial, file))
    }

    /// The first bytes that ask for it.
    #[must_use]
    pub fn bytes(&self) -> [u8; TRIAL_BYTES] {
        let [low, high] = self.fails.unwrap_or(0).to_le_bytes();
        let flags = u8::from(self.repair)
            | u8::from(self.small_ram) << 1
            | u8::from(self.unchecked) << 2
            | u8::from(self.fails.is_some()) << 3;
        [flags, low, high]
    }
}

/// The image that runs.
pub fn old_image() -> &'static [u8] {
    static OLD: OnceLock<Vec<u8>> = OnceLock::new();
    OLD.get_or_init(|| image(OLD_BYTES, "1.0.0", 0))
}

/// An image of the project's own making.
///
/// # Panics
/// If the recipe is not one.
#[must_use]
pub fn image(size: u32, version: &str, seed: u64) -> Vec<u8> {
    let spec = ImageSpec {
        format: Format::Raw,
        size,
        version: Version::from_bytes(version.as_bytes()).expect("short"),
        seed,
    };
    make(&spec).expect("a good recipe")
}

/// Patches from [`old_image`] to images that are like it, longer, shorter, or nothing like it.
///
/// # Panics
/// If the maker makes none.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let old = old_image();
    let moved = edited(old, 6, 1);
    let shrunk = old[..1900].to_vec();
    let grown = [&moved[..], &image(700, "1.1.0", 3)].concat();
    let turned = [&old[1024..], &old[..1024]].concat();
    let other = image(1200, "2.0.0", 9);
    let mut files = Vec::new();
    for new in [moved, shrunk, grown, turned, other, old.to_vec()] {
        files.push(patch(&new, 256, Profile::Small));
        files.push(patch(&new, 1024, Profile::Large));
    }
    files
}

/// The patch from [`old_image`] to `new`.
///
/// # Panics
/// If the maker makes none.
#[must_use]
pub fn patch(new: &[u8], block_len: u32, profile: Profile) -> Vec<u8> {
    let options = Options {
        block_len,
        profile,
        load_address: Some(0x0800_0000),
        ..Options::default()
    };
    let made = bridge::patch::make(old_image(), new, &options);
    made.expect("in range").file
}

/// How a file ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct End {
    /// The new image, or what is wrong.
    pub outcome: Result<Vec<u8>, Fault>,
    /// Blocks that were written.
    pub written: u32,
}

/// Decodes the file behind the first bytes of `data` as they say, and panics when the applier reads
/// what it must not, reads without end, or says something else the second time.
pub fn decode(data: &[u8]) -> Option<End> {
    let (trial, file) = Trial::split(data)?;
    let mut file = file.to_vec();
    if trial.repair {
        repair(&mut file);
    }
    let end = Flash::new(&file, trial, 0).run(PROGRAM_BYTES_MAX);
    let again = Flash::new(&file, trial, 0xa5).run(PROGRAM_BYTES_MAX);
    assert_eq!(end, again, "what RAM held before matters");
    let in_pieces = Flash::new(&file, trial, 0xa5).run(97);
    // Of two things that are wrong in one block, the piece decides which is met first.
    let ends = |end: &End| (end.outcome.clone().ok(), end.written);
    assert_eq!(ends(&end), ends(&in_pieces), "the cut in pieces matters");
    if trial.fails.is_some() {
        let without = Trial {
            fails: None,
            ..trial
        };
        let without = Flash::new(&file, without, 0).run(PROGRAM_BYTES_MAX);
        assert_eq!(end, without, "a read that fails once changes nothing");
    }
    Some(end)
}

/// Makes what a host checks first right.
pub fn repair(file: &mut [u8]) {
    if file.len() < HEAD_BYTES_MIN {
        return;
    }
    let len = u32::try_from(file.len()).unwrap_or(u32::MAX);
    let new_len = [file[20], file[21], file[22], file[23]];
    let new_len = u32::from_le_bytes(new_len).min(SLOT_BYTES);
    file[..4].copy_from_slice(&MAGIC);
    file[4] = FORMAT;
    file[12..16].copy_from_slice(&len.to_le_bytes());
    file[16..20].copy_from_slice(&OLD_BYTES.to_le_bytes());
    file[20..24].copy_from_slice(&new_len.to_le_bytes());
    file[24..40].copy_from_slice(&Sha256::digest(old_image())[..16]);
    reseal(file);
}

/// Makes the CRC of the file right.
pub fn reseal(file: &mut [u8]) {
    if let Some(crc) = file_crc(file) {
        file[CRC].copy_from_slice(&crc.to_le_bytes());
    }
}

/// A staged file, a slot and a scratch, in memory.
struct Flash<'a> {
    file: &'a [u8],
    slot: Vec<u8>,
    /// Which bytes of the slot mean something: those of the old image, and of blocks written since.
    content: Vec<bool>,
    /// What was decoded of the block at work.
    scratch: Vec<u8>,
    trial: Trial,
    ram: Vec<u8>,
    reads: u64,
    decoded: u64,
    written: u32,
}

impl<'a> Flash<'a> {
    fn new(file: &'a [u8], trial: Trial, ram: u8) -> Self {
        let mut slot = old_image().to_vec();
        let mut content = vec![true; slot.len()];
        slot.resize(SLOT_BYTES as usize, 0xff);
        content.resize(slot.len(), false);
        Self {
            file,
            slot,
            content,
            scratch: Vec::new(),
            trial,
            ram: vec![ram; if trial.small_ram { 4096 } else { 8192 }],
            reads: 0,
            decoded: 0,
            written: 0,
        }
    }

    fn run(mut self, piece_len: usize) -> End {
        let outcome = self.apply(piece_len);
        End {
            outcome,
            written: self.written,
        }
    }

    /// As a host does it.
    fn apply(&mut self, piece_len: usize) -> Result<Vec<u8>, Fault> {
        let file_len = u32::try_from(self.file.len()).unwrap_or(u32::MAX);
        let mut applier = self.retried(|flash, ram| Applier::head(flash, file_len, b"", ram))?;
        while !self.retried(|flash, ram| applier.survey(flash, ram))? {}
        let facts = *applier.facts();
        if facts.old_len.max(facts.new_len) > SLOT_BYTES {
            return Err(PatchFault::SlotLength.into());
        }
        if !self.trial.unchecked {
            self.check(&mut applier, &facts)?;
        }
        applier.rewind();
        while let Some(section) = self.retried(|flash, ram| applier.seek(flash, ram))? {
            self.retried(|flash, ram| flash.block(&mut applier, ram, &facts, section, piece_len))?;
            if CRC16.checksum(&self.scratch) != section.after && !self.trial.unchecked {
                return Err(PatchFault::BlockAfter.into());
            }
            self.write_back((section.block * facts.block_len) as usize);
        }
        let new = &self.slot[..facts.new_len as usize];
        if Sha256::digest(new)[..16] != facts.new_digest && !self.trial.unchecked {
            return Err(PatchFault::ImageAfter.into());
        }
        Ok(new.to_vec())
    }

    fn check(&mut self, applier: &mut Applier, facts: &Facts) -> Result<(), Fault> {
        if file_crc(self.file) != Some(facts.crc) {
            return Err(PatchFault::FileCrc.into());
        }
        let digest = Sha256::digest(old_image());
        if facts.old_len != OLD_BYTES || digest[..16] != facts.old_digest {
            return Err(PatchFault::Base.into());
        }
        self.retried(|flash, ram| {
            applier.rewind();
            while applier.seek(flash, ram)?.is_some() {
                applier.check(flash, ram)?;
            }
            Ok(())
        })
    }

    fn block(
        &mut self,
        applier: &mut Applier,
        ram: &mut [u8],
        facts: &Facts,
        section: Section,
        piece_len: usize,
    ) -> Result<(), Fault> {
        self.scratch.clear();
        let start = (section.block * facts.block_len) as usize;
        let before = &self.slot[start..start + facts.old_in(section.block) as usize];
        if CRC16.checksum(before) != section.before && !self.trial.unchecked {
            return Err(PatchFault::BlockBefore.into());
        }
        applier.begin(self, ram)?;
        let len = facts.new_in(section.block) as usize;
        while self.scratch.len() < len {
            let mut piece = vec![0x5a; piece_len.min(len - self.scratch.len())];
            self.decoded += piece.len() as u64;
            applier.decode(self, ram, &mut piece)?;
            self.scratch.extend_from_slice(&piece);
        }
        Ok(())
    }

    /// Does `step` again if it was the one read that failed.
    fn retried<T>(
        &mut self,
        mut step: impl FnMut(&mut Self, &mut [u8]) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut ram = std::mem::take(&mut self.ram);
        let armed = self.trial.fails.is_some();
        let mut result = step(self, &mut ram);
        if armed && self.trial.fails.is_none() {
            assert_eq!(result.err(), Some(FAILED), "a failure is told");
            result = step(self, &mut ram);
        }
        self.ram = ram;
        result
    }

    fn write_back(&mut self, start: usize) {
        let end = start + self.scratch.len();
        self.slot[start..end].copy_from_slice(&self.scratch);
        self.content[start..end].fill(true);
        self.written += 1;
    }

    /// Counts a read of `len` bytes; the bytes that are read stand at `offset..` of `has`.
    fn read(&mut self, offset: u32, len: usize, has: usize) -> Result<usize, Fault> {
        self.reads += 1;
        let most = 64 + 8 * self.file.len() as u64 + 4 * self.decoded;
        assert!(
            self.reads <= most,
            "{} reads, {most} are enough",
            self.reads
        );
        let start = offset as usize;
        if start + len > has {
            assert!(self.trial.unchecked, "{start} + {len} of {has} is read");
            return Err(PatchFault::SourceRange.into());
        }
        if self.trial.fails == Some(0) {
            self.trial.fails = None;
            return Err(FAILED);
        }
        self.trial.fails = self.trial.fails.map(|left| left - 1);
        Ok(start)
    }
}

/// What the one read says that fails.
const FAILED: Fault = Fault::Read(Place::Slot);

impl View for Flash<'_> {
    fn patch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        let start = self.read(offset, out.len(), self.file.len())?;
        out.copy_from_slice(&self.file[start..start + out.len()]);
        Ok(())
    }

    fn slot(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        let start = self.read(offset, out.len(), self.slot.len())?;
        let range = start..start + out.len();
        let content = self.content[range.clone()].iter().all(|content| *content);
        assert!(content || self.trial.unchecked, "{range:?} is empty");
        out.copy_from_slice(&self.slot[range]);
        Ok(())
    }

    fn scratch(&mut self, offset: u32, out: &mut [u8]) -> Result<(), Fault> {
        let start = self.read(offset, out.len(), self.scratch.len())?;
        out.copy_from_slice(&self.scratch[start..start + out.len()]);
        Ok(())
    }
}
