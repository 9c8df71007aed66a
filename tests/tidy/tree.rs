//! Every file of the repository, read once, and what a rule finds in it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::mask::Halves;

/// One place that breaks a rule.
#[derive(Debug)]
pub struct Finding {
    file: String,
    line: usize,
    why: String,
}

impl Finding {
    /// A finding in `file` at `line`, counted from 1.
    pub fn new(file: &File, line: usize, why: impl Into<String>) -> Self {
        Self {
            file: file.path.clone(),
            line,
            why: why.into(),
        }
    }

    /// A finding about a file that is not there, or about all of it.
    pub fn of_path(path: &str, why: impl Into<String>) -> Self {
        Self {
            file: path.to_owned(),
            line: 1,
            why: why.into(),
        }
    }

    /// `file:line`.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.why)
    }
}

/// A text file of the repository.
pub struct File {
    /// Path from the top of the repository, with `/`.
    pub path: String,
    /// Its text; empty if it is not UTF-8.
    pub text: String,
    /// For a Rust file: the text with comments and literals blanked, line by line the same.
    pub code: String,
    /// For a Rust file: nothing but its literals, line by line the same.
    pub literals: String,
    /// May be executed by its owner.
    pub executable: bool,
    /// In the index of version control, as opposed to only lying there.
    pub tracked: bool,
}

impl File {
    fn new(path: &str, text: String) -> Self {
        let rust = Path::new(path).extension().is_some_and(|e| e == "rs");
        let halves = Halves::of(if rust { &text } else { "" });
        Self {
            path: path.to_owned(),
            text,
            code: halves.code,
            literals: halves.literals,
            executable: false,
            tracked: true,
        }
    }

    /// Lines of the text, numbered from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// Lines of the code without comments and literals, numbered from 1.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.code.lines())
    }

    /// Lines of nothing but literals, numbered from 1.
    pub fn literal_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.literals.lines())
    }

    /// First line of the tests inside this file; the line after the last if it has none.
    pub fn tests_from(&self) -> usize {
        if self.is_test() {
            return 1;
        }
        let marked = |line: &&str| line.trim_start().starts_with("#[cfg(test)]");
        let lines: Vec<&str> = self.code.lines().collect();
        let found = lines.windows(2).position(|w| {
            // `mod tests;` names another file; what follows it is no test.
            let inside = |line: &&str| line.contains("mod ") && line.contains('{');
            w.first().is_some_and(marked) && w.last().is_some_and(inside)
        });
        found.map_or(lines.len() + 1, |at| at + 1)
    }

    /// Is this file nothing but tests?
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.contains("/benches/")
            || self.path.ends_with("/tests.rs")
    }
}

/// Every file of the repository, ordered by path.
pub struct Tree {
    files: Vec<File>,
}

impl Tree {
    /// The repository that this test was built in.
    pub fn repository() -> &'static Self {
        static TREE: OnceLock<Tree> = OnceLock::new();
        TREE.get_or_init(|| Self::read(&top()))
    }

    /// A tree of made-up files, to try a rule on.
    pub fn planted(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| File::new(path, (*text).to_owned()))
            .collect();
        Self { files }
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// All Rust files.
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files().filter(|file| file.path.ends_with(".rs"))
    }

    /// The file at `path`.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files().find(|file| file.path == path)
    }

    fn read(top: &Path) -> Self {
        let tracked = git_files(top, &["--cached"]);
        let mut paths = git_files(top, &["--cached", "--others", "--exclude-standard"]);
        if paths.is_empty() {
            walk(top, top, &mut paths);
        }
        paths.sort();
        paths.dedup();
        let files = paths.iter().filter_map(|path| {
            let mut file = read_file(top, path)?;
            file.tracked = tracked.is_empty() || tracked.contains(path);
            Some(file)
        });
        Self {
            files: files.collect(),
        }
    }
}

/// The folder above this crate's.
fn top() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// Files that git knows of; none where there is no git or no repository.
fn git_files(top: &Path, which: &[&str]) -> Vec<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(top)
        .args(["ls-files", "-z"])
        .args(which)
        .output();
    let listed = output.ok().filter(|output| output.status.success());
    let listed = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let listed = listed.unwrap_or_default();
    listed
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Files below `folder`, but for build output and version control.
fn walk(top: &Path, folder: &Path, paths: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name == ".git" || (folder == top && name.starts_with("target")) {
            continue;
        }
        if path.is_dir() {
            walk(top, &path, paths);
        } else if let Ok(below) = path.strip_prefix(top) {
            paths.push(below.to_string_lossy().into_owned());
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver that reads the repository"
)]
fn read_file(top: &Path, path: &str) -> Option<File> {
    let full = top.join(path);
    let bytes = std::fs::read(&full).ok()?;
    let mut file = File::new(path, String::from_utf8(bytes).unwrap_or_default());
    file.executable = is_executable(&full);
    Some(file)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata()
        .is_ok_and(|data| data.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(_path: &Path) -> bool {
    true
}
