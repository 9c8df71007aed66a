//! `otarig bench tables`: the tables of the model, made from pairs of images.

use std::path::{Path, PathBuf};

use host_agent::patch::tables::TABLES;
use serde_json::json;

use super::lessons::Lessons;
use super::patch::pairs::{self, PairsError};
use crate::cli::output::Output;
use crate::cli::patch::files::{FileError, OutputFile};
use crate::text::{add_field, grouped};
use crate::trouble::{Describe, Trouble};

/// Column where the texts begin.
const INDENT: usize = 15;

/// Make the tables that the model of patches begins with, from the pairs in a folder: its
/// subfolders hold old.bin and new.bin.
///
/// Pairs in whose new image no load address is found teach nothing. Where images of a pair cannot be
/// read, nothing is written, and every such pair is named. The tables are part of the
/// patch format: maker and host must have the same ones.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The folder of pairs.
    folder: PathBuf,
    /// File to write.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Leave out this pair and every one that shares an image with it, directly or through other
    /// pairs; may be given more than once.
    #[arg(long, value_name = "PAIR")]
    leave_out: Vec<String>,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

/// Why no tables can be made.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Pairs(#[from] PairsError),
    #[error("{}", .0.join("; "))]
    Unlearned(Vec<String>),
    #[error("{folder}: it has no pair {pair}")]
    NoSuchPair { folder: String, pair: String },
    #[error("{folder}: no pair is left to learn from")]
    Nothing { folder: String },
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("bench tables", self.json);
        match self.make(&output) {
            Ok(()) => output.done("the tables are made"),
            Err(error) => output.trouble(&error),
        }
    }

    fn make(&self, output: &Output) -> Result<(), Error> {
        let pairs = pairs::find(&self.folder)?;
        let images: Vec<&Path> = pairs.iter().flat_map(|pair| pair.paths()).collect();
        let file = OutputFile::new(&self.output, &images)?;
        let lessons = Lessons::of(&pairs);
        let left_out = self.left_out(&lessons)?;
        let failed = lessons.failed().iter();
        let failed = failed.filter(|(pair, _)| !self.leave_out.contains(pair));
        let failed: Vec<String> = failed.map(|(_, error)| error.to_string()).collect();
        if !failed.is_empty() {
            return Err(Error::Unlearned(failed));
        }
        let teachers = lessons.teachers(&left_out);
        if teachers.is_empty() {
            return Err(Error::Nothing {
                folder: self.folder.display().to_string(),
            });
        }
        let tables = lessons.tables(&left_out);
        file.write(tables.as_slice())?;
        let passed_over = lessons.passed_over();
        let shipped = tables.as_slice() == TABLES.bytes();
        let path = self.output.display().to_string();
        output.json(|| {
            json!({
                "event": "tables",
                "path": path,
                "length": tables.len(),
                "learned_from": teachers,
                "no_load_address": passed_over,
                "as_shipped": shipped,
            })
        });
        output.text(&text(&path, tables.len(), shipped, &teachers, &passed_over));
        Ok(())
    }

    /// The families that are left out; a pair that cannot be learned from has none.
    fn left_out(&self, lessons: &Lessons) -> Result<Vec<usize>, Error> {
        let mut families = Vec::new();
        for pair in &self.leave_out {
            match lessons.family(pair) {
                Some(family) => families.push(family),
                None if lessons.failed().iter().any(|(failed, _)| failed == pair) => {}
                None => {
                    return Err(Error::NoSuchPair {
                        folder: self.folder.display().to_string(),
                        pair: pair.clone(),
                    });
                }
            }
        }
        Ok(families)
    }
}

fn text(path: &str, len: usize, shipped: bool, teachers: &[&str], passed_over: &[&str]) -> String {
    let mut text = String::new();
    let mut add = |label: &str, words: &str| add_field(&mut text, label, INDENT, words);
    let same = if shipped {
        "the same as the tables of this program"
    } else {
        "not the same as the tables of this program"
    };
    add(
        "tables",
        &format!("{path}: {} bytes, {same}", grouped(len as u64)),
    );
    add("learned from", &teachers.join(", "));
    if !passed_over.is_empty() {
        let names = passed_over.join(", ");
        add("passed over", &format!("{names}: no load address found"));
    }
    text
}

impl Describe for Error {
    fn trouble(&self) -> Trouble {
        let (cause, next_step) = match self {
            Self::File(error) => return error.trouble(),
            Self::Pairs(error) => return error.trouble(),
            Self::Unlearned(_) => (
                "images are missing or cannot be read, or no patch between them can be applied",
                "complete these pairs, or leave them out with --leave-out",
            ),
            Self::NoSuchPair { .. } => (
                "a pair is named by its subfolder",
                "name one of the subfolders with --leave-out",
            ),
            Self::Nothing { .. } => (
                "all are left out, or no load address is found in their new images: they are no \
                 Thumb code, or too short",
                "name a folder with Cortex-M firmware, or leave out fewer",
            ),
        };
        Trouble::new("No tables can be made", self.to_string(), cause, next_step)
    }
}
