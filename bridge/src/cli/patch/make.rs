//! `otarig patch make`: the patch from one image to another.

use std::path::PathBuf;

use protocol_spec::patch::{BLOCK_LEN_MAX, BLOCK_LEN_MIN, BLOCKS_MAX, Profile};
use protocol_spec::rig::message::VERSION_BYTES_MAX;

use super::board::{BoardError, limits_of};
use super::files::{FileError, Image, OutputFile, read_image};
use super::make_text::{Written, report};
use super::number::{bytes, load_address, profile};
use crate::cli::output::Output;
use crate::patch::{
    self, DECODE_RAM_MAX, HostLimits, LOAD_ADDRESS_GRAIN, Objection, Options, ProofError, check,
    compressed_len, find_load_address,
};
use crate::text::bytes as bytes_text;
use crate::trouble::{Describe, Trouble};

/// Bytes of a block, unless the board or the caller wants others.
const BLOCK_LEN: u32 = 4096;

/// Make the patch from an old image to a new one.
///
/// Images are bin, Intel HEX, S-record, ELF or UF2. The patch is applied in memory before it is
/// written.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The image that runs on the host.
    old: PathBuf,
    /// The image that is to run there.
    new: PathBuf,
    /// File to write.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Bytes of a block: whole erase units of the slot, at most the scratch; 4096 or what --board
    /// wants when left out.
    #[arg(long, value_name = "N", value_parser = bytes::<BLOCK_LEN_MIN, BLOCK_LEN_MAX>, allow_negative_numbers = true)]
    block_size: Option<u32>,
    /// Board that the patch is for; its sizes are checked.
    #[arg(long, value_name = "NAME")]
    board: Option<String>,
    /// Address of the images' first byte, as 0x08000000; from the file or found out when left out.
    #[arg(long, value_name = "ADDRESS", value_parser = load_address)]
    load_address: Option<u32>,
    /// RAM that the host has for decoding, 4096 or 8192 bytes; 8192 or the board's when left out.
    #[arg(long, value_name = "BYTES", value_parser = profile)]
    decode_ram: Option<Profile>,
    /// Version text of the old image, at most 72 bytes.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    old_version: String,
    /// Version text of the new image, at most 72 bytes.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    new_version: String,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

/// A patch that cannot be made.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Board(#[from] BoardError),
    #[error("--{0}-version has more than {VERSION_BYTES_MAX} bytes")]
    Version(&'static str),
    #[error("the old image begins at 0x{old:08x}, the new one at 0x{new:08x}")]
    Addresses { old: u32, new: u32 },
    #[error("the file says that the image begins at 0x{0:08x}")]
    OddAddress(u32),
    #[error("an image of {} from 0x{address:08x} on ends behind the last 32-bit address", bytes_text((*length).into()))]
    End { address: u32, length: u32 },
    #[error("{blocks} blocks of {block_len} bytes, at most {BLOCKS_MAX} are possible")]
    Blocks { blocks: u32, block_len: u32 },
    #[error("the scratch of {board} has {scratch} bytes, an erase unit of its slot {unit}")]
    Scratch {
        board: String,
        scratch: u32,
        unit: u32,
    },
    #[error("{board} has {has} bytes of decode RAM, at least 4096 are needed")]
    Ram { board: String, has: u32 },
    #[error("{board} would answer {}: {}", objection.status, objection.what)]
    Refused { board: String, objection: Objection },
    #[error(transparent)]
    Made(#[from] ProofError),
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("patch make", self.json);
        match self.make() {
            Ok(result) => {
                report(&output, &result);
                output.done("the patch is made, and gives the new image")
            }
            Err(error) => output.trouble(&error),
        }
    }

    fn make(&self) -> Result<Written, Error> {
        let inputs = [self.old.as_path(), self.new.as_path()];
        let file = OutputFile::new(&self.output, &inputs)?;
        for (name, text) in [("old", &self.old_version), ("new", &self.new_version)] {
            if text.len() > VERSION_BYTES_MAX {
                return Err(Error::Version(name));
            }
        }
        let limits = self.board.as_deref().map(limits_of).transpose()?;
        let (old, new) = (read_image(&self.old)?, read_image(&self.new)?);
        let options = self.options(limits.as_ref(), &old, &new)?;
        let made = patch::make_proven(&old.bytes, &new.bytes, &options)?;
        let staging = match &limits {
            Some(limits) => staging_on(limits, &made.file, &old.bytes)?,
            None => None,
        };
        file.write(&made.file)?;
        Ok(Written {
            path: self.output.display().to_string(),
            old_len: old.bytes.len() as u64,
            same: old.bytes == new.bytes,
            new_len: new.bytes.len() as u64,
            compressed: compressed_len(&new.bytes),
            staging,
            given: options.load_address.is_some(),
            notes: self.notes(&old, &new),
            options,
            made,
        })
    }

    fn options(
        &self,
        limits: Option<&HostLimits>,
        old: &Image,
        new: &Image,
    ) -> Result<Options, Error> {
        let new_len = u32::try_from(new.bytes.len()).unwrap_or(u32::MAX);
        let block_len = match (self.block_size, limits) {
            (Some(len), _) => len,
            (None, None) => BLOCK_LEN,
            (None, Some(limits)) => {
                let most = || limits.block_len(u32::MAX);
                let found = limits.block_len_for(new_len).or_else(most);
                found.ok_or_else(|| Error::Scratch {
                    board: limits.board_text(),
                    scratch: limits.scratch_len,
                    unit: limits.erase_unit,
                })?
            }
        };
        let blocks = new_len.div_ceil(block_len);
        if blocks > BLOCKS_MAX {
            return Err(Error::Blocks { blocks, block_len });
        }
        Ok(Options {
            block_len,
            profile: self.profile(limits)?,
            board: self.board.clone().unwrap_or_default(),
            old_version: self.old_version.clone(),
            new_version: self.new_version.clone(),
            load_address: self.fitting_address(old, new)?,
        })
    }

    fn profile(&self, limits: Option<&HostLimits>) -> Result<Profile, Error> {
        let has = limits.map_or(DECODE_RAM_MAX, |limits| limits.decode_ram);
        let most = Profile::for_ram(has).ok_or_else(|| Error::Ram {
            board: self.board.clone().unwrap_or_default(),
            has,
        })?;
        Ok(self.decode_ram.unwrap_or(most))
    }

    /// What the files said, and where they say another address than the caller.
    fn notes(&self, old: &Image, new: &Image) -> Vec<String> {
        let mut notes: Vec<String> = old.notes.iter().chain(&new.notes).cloned().collect();
        let Some(given) = self.load_address else {
            return notes;
        };
        let mut differs = |who: &str, said: Option<u32>| {
            if let Some(said) = said.filter(|said| *said != given) {
                notes.push(format!(
                    "--load-address 0x{given:08x} is used; by {who} it is 0x{said:08x}"
                ));
            }
        };
        differs("the file of the old image", old.address);
        differs("the file of the new image", new.address);
        if new.address.is_none() {
            let found = find_load_address(&new.bytes);
            differs("the pointers in the new image", found);
        }
        notes
    }

    /// As [`Self::address`], when the images can stand there.
    fn fitting_address(&self, old: &Image, new: &Image) -> Result<Option<u32>, Error> {
        let Some(address) = self.address(old, new)? else {
            return Ok(None);
        };
        if !address.is_multiple_of(LOAD_ADDRESS_GRAIN) {
            return Err(Error::OddAddress(address));
        }
        let longest = old.bytes.len().max(new.bytes.len());
        let length = u32::try_from(longest).unwrap_or(u32::MAX);
        if u64::from(address) + u64::from(length) > 1 << 32 {
            return Err(Error::End { address, length });
        }
        Ok(Some(address))
    }

    /// The address that was given, or that of both files.
    fn address(&self, old: &Image, new: &Image) -> Result<Option<u32>, Error> {
        match (self.load_address, old.address, new.address) {
            (Some(given), _, _) => Ok(Some(given)),
            (None, Some(old), Some(new)) if old != new => Err(Error::Addresses { old, new }),
            (None, old, new) => Ok(new.or(old)),
        }
    }
}

/// Bytes of staging that the patch takes on a host that it fits.
fn staging_on(limits: &HostLimits, file: &[u8], old: &[u8]) -> Result<Option<u64>, Error> {
    match check(file, old, Some(limits), limits.decode_ram) {
        Ok(checked) => Ok(checked.staging),
        Err(objection) => Err(Error::Refused {
            board: limits.board_text(),
            objection,
        }),
    }
}

impl Describe for Error {
    fn trouble(&self) -> Trouble {
        let (cause, next_step) = match self {
            Self::File(error) => return error.trouble(),
            Self::Board(error) => return error.trouble(),
            Self::Version(_) => (
                "a patch keeps at most 72 bytes of it",
                "give a shorter text".to_owned(),
            ),
            Self::Addresses { .. } => (
                "both images must begin where the slot begins; one of the files lacks or adds an area",
                "make both files alike, or say --load-address if that is meant".to_owned(),
            ),
            Self::OddAddress(_) => (
                "an image begins at a multiple of 4",
                "correct the file, or say --load-address".to_owned(),
            ),
            Self::End { .. } => (
                "no part has memory there, so the address or the image is wrong",
                "correct --load-address, or leave it out; else correct the file".to_owned(),
            ),
            Self::Blocks { blocks, block_len } => {
                let least =
                    (u64::from(*blocks) * u64::from(*block_len)).div_ceil(BLOCKS_MAX.into());
                (
                    "a host keeps a bit for each block",
                    format!(
                        "choose --block-size {} or more",
                        least.next_multiple_of(1024)
                    ),
                )
            }
            Self::Scratch { .. } => (
                "a block goes through the scratch, and it holds not one erase unit",
                "send the full image".to_owned(),
            ),
            Self::Ram { .. } => (
                "the host cannot decode patches",
                "send the full image".to_owned(),
            ),
            Self::Refused { objection, .. } => (
                "the patch was made and does not fit the board; it was not written",
                objection.advice.next_step.clone(),
            ),
            Self::Made(ProofError::Make(_)) => (
                "a length or a count does not fit the head of a patch",
                "choose another --block-size, or send the full image".to_owned(),
            ),
            Self::Made(_) => (
                "this is a fault of otarig; the patch was not written",
                "keep both images and report it; send the full image meanwhile".to_owned(),
            ),
        };
        Trouble::new(
            "The patch cannot be made",
            self.to_string(),
            cause,
            &next_step,
        )
    }
}
