//! The hosts' applier and nothing else, some times over, for `tests/callgrind/count`.
//!
//! `apply_only OLD PATCH TIMES`: decodes every block of PATCH over OLD. Prints the bytes that one
//! decoding writes. What it does besides is the same for any TIMES, so that the difference between
//! two counts is the applier's alone.

#![expect(
    clippy::disallowed_methods,
    reason = "a program that is measured reads its input"
)]

use std::process::ExitCode;

use bridge::patch::{decode, inspect};

fn main() -> ExitCode {
    match run() {
        Ok(bytes) => {
            println!("{bytes}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("apply_only: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<u64, String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [old, patch, times] = args.as_slice() else {
        return Err("three arguments are needed: OLD PATCH TIMES".to_owned());
    };
    let read = |path: &String| std::fs::read(path).map_err(|error| format!("{path}: {error}"));
    let (old, patch) = (read(old)?, read(patch)?);
    let times: u32 = times.parse().map_err(|_| "TIMES is a number".to_owned())?;
    let found = inspect(&patch).map_err(|error| error.to_string())?;
    let mut ram = vec![0; found.head.profile.decode_ram() as usize];
    let board = found.head.board.unwrap_or_default();
    for _ in 0..times {
        let image =
            decode(&old, &patch, &board, &mut ram).map_err(|fault| fault.status().to_string())?;
        std::hint::black_box(image);
    }
    Ok(found
        .blocks
        .iter()
        .map(|block| u64::from(block.new_len))
        .sum())
}
