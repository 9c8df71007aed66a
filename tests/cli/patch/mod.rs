//! `otarig patch`: from files to a patch and back, and everything that can be wrong with them.

mod bad_files;
mod bad_options;
mod bench;
mod corpus;
mod damage;
mod formats;
mod late;
mod reports;
mod tables;

use std::path::{Path, PathBuf};
use std::process::Output;

use rig_tests::{run, stdout};
use tempfile::TempDir;

/// A folder with two images and the patch between them.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With `old.bin`, `new.bin` and `p.otp`.
    fn with_patch() -> Self {
        let folder = Self::new();
        let (old, new) = images();
        folder.write("old.bin", &old);
        folder.write("new.bin", &new);
        let out = folder.patch(&["make", "old.bin", "new.bin", "-o", "p.otp"]);
        assert_eq!(out.status.code(), Some(0), "{}", words(&out));
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Names of all files, in order.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// Runs `otarig patch`; whatever has a dot in it, or begins with `in:`, is a name in the folder.
    fn patch(&self, args: &[&str]) -> Output {
        let full: Vec<String> = args.iter().map(|arg| self.full(arg)).collect();
        let mut all = vec!["patch"];
        all.extend(full.iter().map(String::as_str));
        run(&all)
    }

    fn full(&self, arg: &str) -> String {
        let name = arg.strip_prefix("in:");
        match name {
            Some(name) => text(&self.path(name)),
            None if arg.contains('.') && !arg.contains('/') => text(&self.path(arg)),
            None => arg.to_owned(),
        }
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// Everything that was said.
fn words(out: &Output) -> String {
    let errors = String::from_utf8(out.stderr.clone()).unwrap();
    let words = stdout(out) + &errors;
    assert!(!words.contains("panicked"), "{words}");
    words
}

/// An error in four fields, at 80 columns, with these words in it and this exit code.
fn assert_told(out: &Output, code: i32, wanted: &str) {
    let text = words(out);
    assert_eq!(out.status.code(), Some(code), "{text}");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(wanted), "{wanted} is not in:\n{text}");
    for field in ["  what ", "  cause ", "  next step "] {
        assert!(text.contains(field), "{field} is not in:\n{text}");
    }
    // A path that is longer than a line is not cut.
    let fits = |line: &str| line.chars().count() <= 80 || line.contains('/');
    assert!(text.lines().all(fits), "{text}");
}

/// Two images of five blocks with changes in three of them.
fn images() -> (Vec<u8>, Vec<u8>) {
    let old: Vec<u8> = (0..20_000_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let mut new = old.clone();
    new[5_000..5_100].fill(7);
    new[9_000] ^= 1;
    new.extend_from_slice(b"longer than before");
    (old, new)
}
