//! `otarig patch inspect`: what a patch file says of itself.

use std::fmt::Write as _;
use std::path::PathBuf;

use protocol_spec::patch::HeadError;
use serde_json::{Value, json};

use super::files::{FileError, read_patch};
use super::number::percent;
use crate::cli::output::Output;
use crate::patch::{self, BlockReport, HeadReport, ImageReport, Inspection, Operations, Tally};
use crate::text::{add_field, grouped};
use crate::trouble::{Describe, Trouble};
use crate::verdict::Class;

/// Column where the texts begin.
const INDENT: usize = 15;

/// Show the head of a patch file and what it does to each block.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The patch file.
    patch: PathBuf,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

/// A patch file that cannot be shown, or that is damaged.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{path}: {error}")]
    Head { path: String, error: HeadError },
    #[error("{path}: {defects}")]
    Damaged { path: String, defects: String },
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("patch inspect", self.json);
        match self.inspect(&output) {
            Ok(()) => output.exit(Class::Pass),
            Err(error) => output.trouble(&error),
        }
    }

    fn inspect(&self, output: &Output) -> Result<(), Error> {
        let path = || self.patch.display().to_string();
        let file = read_patch(&self.patch)?;
        let found = patch::inspect(&file).map_err(|error| Error::Head {
            path: path(),
            error,
        })?;
        output.text(&text(&found));
        output.json(|| head_json(&found.head));
        for block in &found.blocks {
            output.json(|| block_json(block));
        }
        if found.defects.is_empty() {
            return Ok(());
        }
        let defects: Vec<String> = found.defects.iter().map(ToString::to_string).collect();
        let (path, defects) = (path(), defects.join("; "));
        Err(Error::Damaged { path, defects })
    }
}

fn text(found: &Inspection) -> String {
    let head = &found.head;
    let mut out = String::new();
    let mut add = |label: &str, text: &str| add_field(&mut out, label, INDENT, text);
    add("old image", &image(&head.old));
    add("new image", &image(&head.new));
    add("board", head.board.as_deref().unwrap_or("any"));
    let bytes = |len: u64| grouped(len);
    let order = if head.descending {
        "last block first"
    } else {
        "first block first"
    };
    add(
        "blocks",
        &format!(
            "{} of {} change, {} bytes each, {order}",
            head.sections,
            head.blocks,
            bytes(head.block_len.into())
        ),
    );
    let address = head.load_address.map(|address| format!("0x{address:08x}"));
    add("load address", address.as_deref().unwrap_or("not known"));
    add(
        "decode RAM",
        &format!("{} bytes", bytes(head.profile.decode_ram().into())),
    );
    let [whole, own, ops] = [
        head.file_len.into(),
        head.head_len as u64,
        head.ops_len.into(),
    ];
    let file = format!(
        "{} bytes: head {}, operations {}",
        bytes(whole),
        bytes(own),
        bytes(ops)
    );
    add("file", &format!("{file}, authenticator {}", head.auth_len));
    if !found.blocks.is_empty() {
        out.push_str(&table(&found.blocks));
    }
    out
}

fn image(image: &ImageReport) -> String {
    let len = grouped(image.length.into());
    let version = match image.version.as_str() {
        "" => String::new(),
        version => format!(", version {version}"),
    };
    format!("{len} bytes, SHA-256 {}...{version}", hex(&image.digest))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One line for each block, and for what it does where that is known.
fn table(blocks: &[BlockReport]) -> String {
    let known = blocks.iter().any(|block| block.operations.is_some());
    let mut out = format!(
        "\n{:>5} {:>9} {:>9}  before after",
        "block", "bytes", "coded"
    );
    if known {
        let _ = write!(
            out,
            " {:>6} {:>6} {:>6} {:>7}  sources",
            "copy", "match", "lit", "hit"
        );
    }
    out.push('\n');
    for block in blocks {
        let _ = write!(
            out,
            "{:>5} {:>9} {:>9}  {:04x}   {:04x} ",
            block.block,
            grouped(block.new_len.into()),
            grouped(block.coded_len.into()),
            block.before,
            block.after
        );
        if let Some(operations) = &block.operations {
            out.push_str(&operations_text(operations));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

fn operations_text(operations: &Operations) -> String {
    let [copy, matched, literal] =
        [operations.copies, operations.matches, operations.literals].map(|tally| tally.bytes);
    let predicted = operations.hits + operations.misses;
    let hit = percent(operations.hits.into(), predicted.into());
    let sources = ranges(&operations.sources);
    format!(" {copy:>6} {matched:>6} {literal:>6} {hit:>7}  {sources}")
}

/// Ascending numbers, runs of them as one: `3-5 9`.
fn ranges(numbers: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let text = |(first, last): &(u32, u32)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    runs.iter().map(text).collect::<Vec<_>>().join(" ")
}

fn head_json(head: &HeadReport) -> Value {
    let image = |image: &ImageReport| {
        json!({
            "length": image.length,
            "digest": hex(&image.digest),
            "version": image.version,
        })
    };
    json!({
        "event": "patch_head",
        "length": head.file_len,
        "head_len": head.head_len,
        "ops_len": head.ops_len,
        "old": image(&head.old),
        "new": image(&head.new),
        "board": head.board,
        "block_len": head.block_len,
        "blocks": head.blocks,
        "changed": head.sections,
        "descending": head.descending,
        "load_address": head.load_address,
        "decode_ram": head.profile.decode_ram(),
        "auth_len": head.auth_len,
    })
}

fn block_json(block: &BlockReport) -> Value {
    let mut line = json!({
        "event": "patch_block",
        "block": block.block,
        "offset": block.offset,
        "head_len": block.head_len,
        "coded_len": block.coded_len,
        "new_len": block.new_len,
        "before": block.before,
        "after": block.after,
    });
    let tally = |tally: Tally| json!({ "count": tally.count, "bytes": tally.bytes });
    if let Some(operations) = &block.operations {
        line["copies"] = tally(operations.copies);
        line["matches"] = tally(operations.matches);
        line["literals"] = tally(operations.literals);
        line["hits"] = operations.hits.into();
        line["misses"] = operations.misses.into();
        line["sources"] = json!(operations.sources);
    }
    line
}

impl Describe for Error {
    fn trouble(&self) -> Trouble {
        match self {
            Self::File(error) => error.trouble(),
            Self::Head { .. } => Trouble::new(
                "That is no patch file",
                self.to_string(),
                "it is another file, was cut short, or is of another format version",
                "name a file that 'otarig patch make' wrote",
            ),
            Self::Damaged { .. } => Trouble::new(
                "The patch file is damaged",
                self.to_string(),
                "bytes were changed or lost since it was made; a host would refuse it",
                "make it again, or copy it again",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_block_does_is_shown_where_it_is_known() {
        let mut block = BlockReport {
            block: 7,
            offset: 100,
            head_len: 6,
            coded_len: 1_234,
            new_len: 4_096,
            before: 0xab,
            after: 0xcdef,
            operations: None,
        };
        let plain = table(std::slice::from_ref(&block));
        assert!(
            plain.ends_with("    7     4 096     1 234  00ab   cdef\n"),
            "{plain}"
        );
        assert!(block_json(&block).get("hits").is_none());
        block.operations = Some(Operations {
            copies: Tally {
                count: 2,
                bytes: 4_000,
            },
            hits: 3_990,
            misses: 10,
            sources: vec![1, 2, 3, 9],
            ..Operations::default()
        });
        let known = table(std::slice::from_ref(&block));
        assert!(known.ends_with("99.8 %  1-3 9\n"), "{known}");
        assert_eq!(block_json(&block)["copies"]["bytes"], 4_000);
    }
}
