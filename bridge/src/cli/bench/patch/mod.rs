//! `otarig bench patch`: patches between the images of a folder, measured.

mod flash;
mod knowledge;
mod manifest;
mod measure;
pub(super) mod pairs;
mod rows;
mod summary;

use std::fmt::Write as _;
use std::path::PathBuf;

use protocol_spec::patch::{BLOCK_LEN_MAX, BLOCK_LEN_MIN, Profile};

use self::knowledge::Library;
use self::measure::{MeasureError, Setting, measure};
use self::pairs::Pair;
use self::summary::Summary;
use super::OVER_EXIT_CODE;
use super::lessons::Lessons;
use crate::cli::output::Output;
use crate::cli::patch::number::{bytes, profile};
use crate::text::add_field;
use crate::verdict::Class;

/// Make, apply and compare the patch of each pair in a folder: its subfolders hold old.bin and
/// new.bin.
///
/// LZMA: the whole new image compressed. Class C and class A come from MANIFEST.md in the folder,
/// where there is one: C is the smallest patch of any tool, A that of the one which is in place and
/// resumes after a power cut. Columns LZMA, C and A are ratios to these; make and apply are
/// milliseconds; RAM is what the decoder used, in bytes; er is the most erases of a unit of the slot; scr
/// counts the blocks that went through the scratch.
///
/// Exit code 1: a figure is over its bound, or a patch is wrong; 2: images of a pair are missing or
/// cannot be read. The other pairs are measured all the same.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The folder of pairs.
    folder: PathBuf,
    /// Bytes of a block.
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = bytes::<BLOCK_LEN_MIN, BLOCK_LEN_MAX>)]
    block_size: u32,
    /// RAM of the hosts for decoding, bytes: 4096 or 8192.
    #[arg(long, value_name = "BYTES", default_value = "8192", value_parser = profile)]
    decode_ram: Profile,
    /// Measure also what the model's tables are worth: each pair with tables made from the pairs
    /// that share no image with it, directly or through other pairs, and without tables.
    #[arg(long)]
    leave_one_out: bool,
    /// One JSON object per line on standard output (described in bridge/JSON.md).
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> u8 {
        let output = Output::new("bench patch", self.json);
        let pairs = match pairs::find(&self.folder) {
            Ok(pairs) => pairs,
            Err(error) => return output.trouble(&error),
        };
        let setting = Setting {
            block_len: self.block_size,
            profile: self.decode_ram,
        };
        let library = || Library::new(Lessons::of(&pairs));
        let mut library = self.leave_one_out.then(library);
        output.text(rows::HEAD);
        let (mut measured, mut failed) = (Vec::new(), Failed::default());
        for pair in &pairs {
            match measure(pair, setting, library.as_mut()) {
                Ok(figures) => {
                    output.text(&rows::text(&figures));
                    output.json(|| rows::json(&figures));
                    measured.push(figures);
                }
                Err(error) => failed.tell(&output, pair, &error),
            }
        }
        output.text(&rows::knowledge(&measured));
        let known = pairs.iter().any(Pair::has_processor);
        close(&output, &Summary::new(&measured, setting), &failed, known)
    }
}

/// Pairs without figures.
#[derive(Default)]
struct Failed {
    names: Vec<String>,
    /// One of them at least for what was given, not for what is measured.
    input: bool,
}

impl Failed {
    fn tell(&mut self, output: &Output, pair: &Pair, error: &MeasureError) {
        let (mut text, words) = (String::new(), format!("FAILED: {error}"));
        add_field(&mut text, &pair.name, rows::NAME_WIDTH + 1, &words);
        output.text(&text);
        output.json(|| rows::failed(&pair.name, error));
        self.names.push(pair.name.clone());
        self.input |= error.is_of_input();
    }
}

/// Prints means and bounds; returns the exit code. `known`: some processors are.
fn close(output: &Output, summary: &Summary<'_>, failed: &Failed, known: bool) -> u8 {
    output.text("\n");
    let figures = summary.figures();
    for figure in &figures {
        output.text(&figure.text());
        output.json(|| figure.json());
    }
    let mut text = String::new();
    let left_out = summary.left_out().join(", ");
    if !left_out.is_empty() {
        let why = if known {
            "no Cortex-M, or class C below 5 % of full LZMA (a relink)"
        } else {
            "no MANIFEST.md in the folder says which processors they are for"
        };
        add_field(
            &mut text,
            "left out of the Cortex-M means:",
            2,
            &format!("{left_out}: {why}"),
        );
    }
    let over = figures.iter().filter(|figure| figure.over()).count();
    let count = failed.names.len();
    let code = match over + count {
        0 => Class::Pass.exit_code(),
        // What is said of the others is not what was asked for.
        _ if failed.input => Class::RigError.exit_code(),
        _ => OVER_EXIT_CODE,
    };
    if over + count > 0 {
        let _ = writeln!(text, "{over} over the bound, {count} failed");
    }
    output.text(&text);
    output.json(|| summary.verdict(&figures, &failed.names, code));
    output.exit_with(code)
}
