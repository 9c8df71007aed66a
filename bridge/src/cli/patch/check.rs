//! `otarig patch check`: what a host would say to a patch, before anything is sent.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::board::limits_of;
use super::files::read_image;
use super::number::bytes;
use super::objection::Stop;
use crate::cli::output::Output;
use crate::patch::{Checked, DECODE_RAM_MAX, HostLimits, check};
use crate::patch_file;
use crate::text::{add_field, grouped};
use crate::trouble::Describe as _;

/// Most decode RAM that can be asked about, bytes.
const RAM_MAX: u32 = 1 << 20;

/// Say which code a host would raise for a patch, by number, before anything is sent; exit code 0
/// when it would take it, 1 when not.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The patch file.
    patch: PathBuf,
    /// The image that runs on the host.
    #[arg(long, value_name = "OLD")]
    against: PathBuf,
    /// Board of the host: its slot, staging, scratch and erase units are checked.
    #[arg(long, value_name = "NAME")]
    board: Option<String>,
    /// RAM that the host has for decoding, bytes; 8192 or the board's when left out.
    #[arg(long, value_name = "BYTES", value_parser = bytes::<0, RAM_MAX>, allow_negative_numbers = true)]
    decode_ram: Option<u32>,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("patch check", self.json);
        match self.check() {
            Ok((checked, limits)) => {
                output.text(&self.text(&checked, limits.as_ref()));
                output.json(|| self.json(&checked));
                output.done("a host would end with the new image")
            }
            Err(stop) => stop.tell(&output, "The host would not take this patch"),
        }
    }

    fn check(&self) -> Result<(Checked, Option<HostLimits>), Stop> {
        let limits = self.board.as_deref().map(limits_of).transpose();
        let limits = limits.map_err(|error| Stop::Here(error.trouble()))?;
        let (patch, old) = (
            patch_file::read_patch(&self.patch)?,
            read_image(&self.against)?,
        );
        let own = limits
            .as_ref()
            .map_or(DECODE_RAM_MAX, |limits| limits.decode_ram);
        let ram = self.decode_ram.unwrap_or(own);
        let checked = check(&patch, &old.bytes, limits.as_ref(), ram).map_err(Stop::Host)?;
        Ok((checked, limits))
    }

    fn text(&self, checked: &Checked, limits: Option<&HostLimits>) -> String {
        let mut out = String::new();
        let facts = &checked.facts;
        let host = limits.map_or_else(|| "a host".to_owned(), HostLimits::board_text);
        let path = self.patch.display();
        add_field(
            &mut out,
            "PASS",
            6,
            &format!("{path}: {host} would end with the new image"),
        );
        let changed = grouped(facts.sections.into());
        let size = grouped(facts.block_len.into());
        add_field(
            &mut out,
            "  blocks",
            13,
            &format!("{changed} change, {size} bytes each"),
        );
        if let (Some(needed), Some(limits)) = (checked.staging, limits) {
            let (needed, has) = (grouped(needed), grouped(limits.staging_len.into()));
            let staging = format!("{needed} of {has} bytes, marks included");
            add_field(&mut out, "  staging", 13, &staging);
        } else {
            let note = "only file, images and decode RAM were checked; --board checks the rest";
            add_field(&mut out, "  note", 13, note);
        }
        out
    }

    fn json(&self, checked: &Checked) -> Value {
        json!({
            "event": "patch_check",
            "path": self.patch.display().to_string(),
            "length": checked.facts.file_len,
            "new_length": checked.facts.new_len,
            "block_len": checked.facts.block_len,
            "changed": checked.facts.sections,
            "board": self.board,
            "staging": checked.staging,
        })
    }
}
