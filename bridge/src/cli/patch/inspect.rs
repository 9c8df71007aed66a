//! `otarig patch inspect`: what a patch file says of itself.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::files::{FileError, read_image};
use super::number::percent;
use super::objection::Stop;
use crate::cli::output::Output;
use crate::patch::{
    self, BlockReport, DECODE_RAM_MAX, HeadReport, ImageReport, Inspection, Operations, Tally,
    check,
};
use crate::patch_file::{self, PatchFileError};
use crate::text::{COLUMNS, add_field, bytes, grouped, with_words_cut};
use crate::trouble::{Describe, Trouble};

/// Column where the texts begin.
const INDENT: usize = 15;

/// Show the head of a patch file and what it does to each block.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The patch file.
    patch: PathBuf,
    /// The image that the patch is for: also say how many bytes of copies are predicted.
    #[arg(long, value_name = "OLD")]
    old: Option<PathBuf>,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

/// A patch file that cannot be shown, or that is damaged.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Patch(#[from] PatchFileError),
    #[error("{path}: {defects}")]
    Damaged { path: String, defects: String },
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("patch inspect", self.json);
        match self.inspect(&output) {
            Ok(None) => output.done("the patch file is whole"),
            Ok(Some(stop)) => stop.tell(&output, "The patch is not for this image"),
            Err(error) => output.trouble(&error),
        }
    }

    /// Shows the file, or says why it cannot be applied to the old image.
    fn inspect(&self, output: &Output) -> Result<Option<Stop>, Error> {
        let path = || self.patch.display().to_string();
        let file = patch_file::read(&self.patch)?;
        let mut found = patch::inspect(&file).map_err(|error| PatchFileError::Head {
            path: path(),
            error,
        })?;
        if let (Some(old), true) = (&self.old, found.defects.is_empty()) {
            let old = read_image(old)?.bytes;
            if let Err(objection) = check(&file, &old, None, DECODE_RAM_MAX) {
                return Ok(Some(Stop::Host(objection)));
            }
            // It was applied a moment ago.
            let _ = found.predict(&file, &old);
        }
        output.text(&text(&found));
        output.json(|| head_json(&found.head, found.jumps()));
        for block in &found.blocks {
            output.json(|| block_json(block));
        }
        if found.defects.is_empty() {
            return Ok(None);
        }
        let defects: Vec<String> = found.defects.iter().map(ToString::to_string).collect();
        let (path, defects) = (path(), defects.join("; "));
        Err(Error::Damaged { path, defects })
    }
}

fn text(found: &Inspection) -> String {
    let head = &found.head;
    let mut out = String::new();
    let mut add = |label: &str, text: &str| {
        add_field(
            &mut out,
            label,
            INDENT,
            &with_words_cut(text, COLUMNS - INDENT),
        );
    };
    add("old image", &image(&head.old));
    add("new image", &image(&head.new));
    add("board", head.board.as_deref().unwrap_or("any"));
    let order = order(&found.blocks);
    add(
        "blocks",
        &format!(
            "{} of {} change, {} each, {order}",
            grouped(head.sections.into()),
            grouped(head.blocks.into()),
            bytes(head.block_len.into())
        ),
    );
    let address = head.load_address.map(|address| format!("0x{address:08x}"));
    add("load address", address.as_deref().unwrap_or("not known"));
    add("decode RAM", &bytes(head.profile.decode_ram().into()));
    let [whole, own, ops] = [
        head.file_len.into(),
        head.head_len as u64,
        head.ops_len.into(),
    ];
    let file = format!(
        "{}: head {}, operations {}",
        bytes(whole),
        grouped(own),
        grouped(ops)
    );
    add("file", &format!("{file}, authenticator {}", head.auth_len));
    if !found.blocks.is_empty() {
        out.push_str(&table(&found.blocks));
    }
    out
}

/// The order in which the blocks are applied, as listed.
fn order(blocks: &[BlockReport]) -> &'static str {
    let goes = |on: fn(u32, u32) -> bool| {
        let pairs = blocks.iter().zip(blocks.iter().skip(1));
        pairs.fold(true, |all, (one, next)| all && on(one.block, next.block))
    };
    if goes(|one, next| one < next) {
        "first block first"
    } else if goes(|one, next| one > next) {
        "last block first"
    } else {
        "in the order listed"
    }
}

fn image(image: &ImageReport) -> String {
    let len = bytes(image.length.into());
    let version = match image.version.as_str() {
        "" => String::new(),
        version => format!(", version {version}"),
    };
    format!("{len}, SHA-256 {}...{version}", hex(&image.digest))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One line for each block, and for what it does where that is known.
fn table(blocks: &[BlockReport]) -> String {
    let operations = || blocks.iter().filter_map(|block| block.operations.as_ref());
    let known = operations().next().is_some();
    let predicted = operations().any(|operations| operations.predicted.is_some());
    let mut out = format!(
        "\n{:>5} {:>9} {:>9}  before after",
        "block", "bytes", "coded"
    );
    if known {
        let _ = write!(out, " {:>6} {:>6} {:>6}", "copy", "match", "lit");
    }
    if predicted {
        let _ = write!(out, " {:>7}", "hit");
    }
    out.push_str(if known { "  sources\n" } else { "\n" });
    for block in blocks {
        let mut line = format!(
            "{:>5} {:>9} {:>9}  {:04x}   {:04x} ",
            block.block,
            grouped(block.new_len.into()),
            grouped(block.coded_len.into()),
            block.before,
            block.after
        );
        if let Some(operations) = &block.operations {
            add_operations(&mut line, operations);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn add_operations(line: &mut String, operations: &Operations) {
    for tally in [operations.copies, operations.matches, operations.literals] {
        let _ = write!(line, " {:>6}", tally.bytes);
    }
    if let Some(predicted) = operations.predicted {
        let all = predicted.hits + predicted.misses;
        let hit = match all {
            0 => "-".to_owned(),
            _ => percent(predicted.hits.into(), all.into()),
        };
        let _ = write!(line, " {hit:>7}");
    }
    line.push_str("  ");
    let room = COLUMNS.saturating_sub(line.chars().count());
    line.push_str(&ranges(&operations.sources, room));
}

/// Ascending numbers, runs of them as one: `3-5 9`; those for which there is no room as `..`.
fn ranges(numbers: &[u32], room: usize) -> String {
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
    let mut texts: Vec<String> = runs.iter().map(text).collect();
    let all = texts.join(" ");
    if all.len() <= room {
        return all;
    }
    while !texts.is_empty() && texts.join(" ").len() + " ..".len() > room {
        texts.pop();
    }
    texts.push("..".to_owned());
    texts.join(" ")
}

fn head_json(head: &HeadReport, jumps: usize) -> Value {
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
        "jumps": jumps,
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
        line["sources"] = json!(operations.sources);
        if let Some(predicted) = operations.predicted {
            line["hits"] = predicted.hits.into();
            line["misses"] = predicted.misses.into();
        }
    }
    line
}

impl Describe for Error {
    fn trouble(&self) -> Trouble {
        match self {
            Self::File(error) => error.trouble(),
            Self::Patch(error) => error.trouble(),
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
    use crate::patch::Predicted;

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
            predicted: Some(Predicted {
                hits: 3_990,
                misses: 10,
            }),
            sources: vec![1, 2, 3, 9],
            ..Operations::default()
        });
        let known = table(std::slice::from_ref(&block));
        assert!(known.ends_with("99.8 %  1-3 9\n"), "{known}");
        assert!(known.contains(" hit  sources\n"), "{known}");
        assert_eq!(block_json(&block)["copies"]["bytes"], 4_000);
        assert_eq!(block_json(&block)["misses"], 10);
        if let Some(operations) = &mut block.operations {
            operations.predicted = None;
            operations.sources = (0..400).step_by(3).collect();
        }
        let long = table(std::slice::from_ref(&block));
        assert!(!long.contains("hit"), "{long}");
        assert!(long.ends_with(" ..\n"), "{long}");
        assert!(long.lines().all(|line| line.chars().count() <= 80));
        assert!(block_json(&block).get("hits").is_none());
    }

    #[test]
    fn the_order_is_that_of_the_list() {
        let list = |blocks: &[u32]| {
            let report = |block: &u32| BlockReport {
                block: *block,
                offset: 0,
                head_len: 5,
                coded_len: 0,
                new_len: 1,
                before: 0,
                after: 0,
                operations: None,
            };
            order(&blocks.iter().map(report).collect::<Vec<_>>())
        };
        assert_eq!(list(&[1, 2, 9]), "first block first");
        assert_eq!(list(&[9, 2, 1]), "last block first");
        assert_eq!(list(&[1, 9, 2]), "in the order listed");
    }

    #[test]
    fn sources_fill_the_room_and_no_more() {
        assert_eq!(ranges(&[1, 2, 3, 9], 5), "1-3 9");
        assert_eq!(ranges(&[1, 2, 3, 9, 11], 8), "1-3 9 11");
        assert_eq!(ranges(&[1, 2, 3, 9, 11], 7), "1-3 ..");
        assert_eq!(ranges(&[], 5), "");
    }
}
