//! `otarig patch apply`: the new image from the old one, by the applier of the hosts.

use std::path::PathBuf;

use protocol_spec::digest::Digest;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::files::{OutputFile, read_image};
use super::objection::Stop;
use crate::cli::output::Output;
use crate::formats::FileFormat;
use crate::patch::{DECODE_RAM_MAX, check};
use crate::patch_file;
use crate::text::{add_field, bytes};

/// Apply a patch to an old image as a host would, and write the new image as plain bytes.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The image that the patch is for: bin, Intel HEX, S-record, ELF or UF2.
    old: PathBuf,
    /// The patch file.
    patch: PathBuf,
    /// File to write.
    #[arg(long, short, value_name = "NEW")]
    output: PathBuf,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("patch apply", self.json);
        match self.apply() {
            Ok(image) => {
                let path = self.output.display().to_string();
                let (length, digest) = (image.len() as u64, Digest(Sha256::digest(&image).into()));
                let note = self.note();
                let mut text = format!("{path}: {}\nSHA-256 {digest}\n", bytes(length));
                if let Some(note) = &note {
                    add_field(&mut text, "note", 6, note);
                }
                output.text(&text);
                output.json(|| {
                    let digest = digest.to_string();
                    let notes: Vec<String> = note.into_iter().collect();
                    json!({
                        "event": "image",
                        "path": path,
                        "length": length,
                        "digest": digest,
                        "notes": notes,
                    })
                });
                output.done("the patch gives the new image")
            }
            Err(stop) => stop.tell(&output, "The patch cannot be applied to this image"),
        }
    }

    /// What is wrong with the name of the result.
    fn note(&self) -> Option<String> {
        let promised = FileFormat::by_extension(&self.output);
        let promised = promised.filter(|format| *format != FileFormat::Bin)?;
        let name = promised.name();
        Some(format!(
            "plain bytes were written; the name promises {name}, so name it .bin"
        ))
    }

    fn apply(&self) -> Result<Vec<u8>, Stop> {
        let file = OutputFile::new(&self.output, &[&self.old, &self.patch])?;
        let (old, patch) = (read_image(&self.old)?, patch_file::read_patch(&self.patch)?);
        let checked = check(&patch, &old.bytes, None, DECODE_RAM_MAX).map_err(Stop::Host)?;
        file.write(&checked.image)?;
        Ok(checked.image)
    }
}
