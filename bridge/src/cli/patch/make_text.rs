//! What `otarig patch make` says of the patch that it made.

use serde_json::{Value, json};

use super::number::percent;
use crate::cli::output::Output;
use crate::patch::{Made, Options};
use crate::text::{add_field, bytes, grouped};

/// Column where the texts begin.
const INDENT: usize = 15;

/// A patch that was made and written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) path: String,
    pub(super) old_len: u64,
    /// Both images have the same bytes.
    pub(super) same: bool,
    pub(super) new_len: u64,
    /// Bytes of the new image in LZMA.
    pub(super) compressed: Option<u64>,
    /// Bytes of staging that file and marks take on the board.
    pub(super) staging: Option<u64>,
    /// The load address was given, on the command line or in the files.
    pub(super) given: bool,
    pub(super) notes: Vec<String>,
    pub(super) options: Options,
    pub(super) made: Made,
}

/// Tells it as text and as JSON.
pub(super) fn report(output: &Output, written: &Written) {
    output.text(&written.text());
    output.json(|| written.json());
}

impl Written {
    /// Whether sending the whole image, as it is or compressed, would take no more bytes.
    fn full_is_better(&self) -> bool {
        let len = self.made.file.len() as u64;
        let compressed = self.compressed.is_some_and(|full| full <= len);
        !self.same && (compressed || self.new_len <= len)
    }

    /// What speaks against the patch.
    fn doubt(&self) -> Option<&'static str> {
        if self.same {
            Some("the two images are the same: there is nothing to update")
        } else if !self.full_is_better() {
            None
        } else if self.new_len <= self.made.file.len() as u64 {
            Some("the full image serves better: it has no more bytes than this patch")
        } else {
            Some("the full image serves better: compressed it has no more bytes than this patch")
        }
    }

    fn text(&self) -> String {
        let (made, len) = (&self.made, self.made.file.len() as u64);
        let (own, new) = (bytes(len), grouped(self.new_len));
        let of_new = if len > self.new_len {
            format!("more than the new image's {new}")
        } else {
            let share = percent(len, self.new_len);
            format!("{share} of the new image's {new}")
        };
        let first = format!("{}: {own}, {of_new}", self.path);
        let mut out = String::new();
        add_field(&mut out, "", 0, &first);
        let mut add = |label: &str, text: &str| add_field(&mut out, label, INDENT, text);
        let (changed, blocks) = (grouped(made.changed.into()), grouped(made.blocks.into()));
        let size = grouped(self.options.block_len.into());
        add(
            "  blocks",
            &format!("{changed} of {blocks} change, {size} bytes each"),
        );
        if let Some(full) = self.compressed {
            let full = grouped(full);
            add(
                "  full image",
                &format!("{full} bytes in LZMA, for comparison"),
            );
        }
        add("  load address", &self.address());
        let ram = self.options.profile.decode_ram();
        add("  decode RAM", &format!("{} bytes", grouped(ram.into())));
        if let Some(staging) = self.staging {
            let board = &self.options.board;
            add(
                "  staging",
                &format!("{} bytes of {board} with marks", grouped(staging)),
            );
        }
        if let Some(doubt) = self.doubt() {
            add("  note", doubt);
        }
        self.notes.iter().for_each(|note| add("  note", note));
        out
    }

    fn address(&self) -> String {
        match self.made.load_address {
            Some(address) if self.given => format!("0x{address:08x}"),
            Some(address) => format!("0x{address:08x}, found in the images"),
            None => "not known: addresses in the images are not predicted".to_owned(),
        }
    }

    fn json(&self) -> Value {
        let len = self.made.file.len() as u64;
        json!({
            "event": "patch",
            "path": self.path,
            "length": len,
            "old_length": self.old_len,
            "new_length": self.new_len,
            "block_len": self.options.block_len,
            "blocks": self.made.blocks,
            "changed": self.made.changed,
            "load_address": self.made.load_address,
            "decode_ram": self.options.profile.decode_ram(),
            "board": (!self.options.board.is_empty()).then_some(&self.options.board),
            "staging": self.staging,
            "full_lzma": self.compressed,
            "full_image_better": self.full_is_better(),
            "same_images": self.same,
            "notes": self.notes,
        })
    }
}
