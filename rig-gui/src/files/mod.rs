//! The file dialog: a folder, what lies in it, and what a file is wanted for.

mod listing;

use std::path::{Path, PathBuf};

pub use listing::{ENTRIES_MAX, Entry, list};

use bridge::trouble::Trouble;

/// What a file is chosen for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// The image of the next update.
    Image,
    /// The patch of the next update.
    Patch,
    /// The image that the host runs.
    OldImage,
    /// A capture or a transcript to look at.
    Frames,
    /// Where the capture that is open goes.
    Capture,
}

impl Purpose {
    /// The title of the dialog.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Image => "Choose an image",
            Self::Patch => "Choose a patch",
            Self::OldImage => "Choose the image that the host runs",
            Self::Frames => "Open a capture or a transcript",
            Self::Capture => "Save the capture",
        }
    }

    /// Ends of names that are shown at first; none = all files.
    #[must_use]
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Image | Self::OldImage => &[
                "bin", "hex", "ihex", "srec", "s19", "mot", "elf", "axf", "uf2",
            ],
            Self::Patch => &["otp", "patch"],
            Self::Frames | Self::Capture => &["pcapng", "txt", "log"],
        }
    }

    /// The word on the button that takes the file.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::Image | Self::Patch | Self::OldImage => "Use this file",
            Self::Frames => "Open this file",
            Self::Capture => "Save here",
        }
    }
}

/// What a folder holds, as far as it is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Listing {
    /// It is being read.
    Loading,
    /// It was read; folders first, then files, by name.
    Entries {
        /// The first of them.
        entries: Vec<Entry>,
        /// How many more there are.
        more: usize,
    },
    /// It could not be read.
    Failed(Trouble),
}

/// The open dialog.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dialog {
    /// What for.
    pub purpose: Purpose,
    /// The folder, absolute.
    pub folder: PathBuf,
    /// What it holds.
    pub listing: Listing,
    /// Name of the file, or a path, as typed or picked.
    pub name: String,
    /// Files of all kinds are shown.
    pub all: bool,
    /// The end that a name to save under gets when it has none.
    ending: Option<String>,
}

/// What the user wants of the dialog.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FilesCommand {
    /// Open it.
    Open(Purpose),
    /// Go to a folder.
    Go(PathBuf),
    /// Take a name, as typed or picked.
    Name(String),
    /// Show files of all kinds, or those that fit.
    ShowAll(bool),
    /// Take the file, or enter the folder, of the name.
    Take,
    /// The file that is there is to be replaced.
    Replace,
    /// The file that is there stays.
    Keep,
    /// Close it and take nothing.
    Cancel,
}

impl Dialog {
    /// A dialog that begins in a folder.
    #[must_use]
    pub fn new(purpose: Purpose, folder: PathBuf) -> Self {
        Self {
            purpose,
            folder,
            listing: Listing::Loading,
            name: String::new(),
            all: false,
            ending: None,
        }
    }

    /// The dialog with a name to save under; one that is typed later gets its end.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        let ending = Path::new(name).extension();
        self.ending = ending.map(|it| it.to_string_lossy().into_owned());
        name.clone_into(&mut self.name);
        self
    }

    /// The path of what is named; `None` when nothing is.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        let name = self.name.trim();
        let mut path = (!name.is_empty()).then(|| self.folder.join(name))?;
        if let Some(ending) = self.ending.as_ref().filter(|_| path.extension().is_none()) {
            path.set_extension(ending);
        }
        Some(path)
    }

    /// The entries that are to be shown.
    pub fn shown(&self) -> impl Iterator<Item = &Entry> {
        let entries = match &self.listing {
            Listing::Entries { entries, .. } => entries.as_slice(),
            _ => &[],
        };
        entries.iter().filter(|entry| self.all || self.fits(entry))
    }

    /// Whether the name is that of a folder in sight.
    #[must_use]
    pub fn names_folder(&self) -> bool {
        self.shown()
            .any(|entry| entry.folder && entry.name == self.name)
    }

    /// The folders from the root to the present one.
    pub fn steps(&self) -> impl Iterator<Item = &Path> {
        let mut steps: Vec<&Path> = self.folder.ancestors().collect();
        steps.reverse();
        steps.into_iter()
    }

    fn fits(&self, entry: &Entry) -> bool {
        let extensions = self.purpose.extensions();
        if entry.name.starts_with('.') {
            return false;
        }
        let end = Path::new(&entry.name).extension();
        let end = end.map(|end| end.to_string_lossy().to_lowercase());
        entry.folder
            || extensions.is_empty()
            || end.is_some_and(|end| extensions.contains(&end.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialog() -> Dialog {
        let entry = |name: &str, folder| Entry {
            name: name.to_owned(),
            folder,
            len: 5,
        };
        let entries = vec![
            entry("out", true),
            entry(".hidden", true),
            entry("new.BIN", false),
            entry("notes.txt", false),
        ];
        Dialog {
            listing: Listing::Entries { entries, more: 0 },
            ..Dialog::new(Purpose::Image, PathBuf::from("/a/b"))
        }
    }

    #[test]
    fn files_that_do_not_fit_are_shown_when_asked_for() {
        let mut dialog = dialog();
        let names = |dialog: &Dialog| -> Vec<String> {
            dialog.shown().map(|entry| entry.name.clone()).collect()
        };
        assert_eq!(names(&dialog), ["out", "new.BIN"]);
        dialog.all = true;
        assert_eq!(names(&dialog), ["out", ".hidden", "new.BIN", "notes.txt"]);
    }

    #[test]
    fn a_name_may_be_a_path() {
        let mut dialog = dialog();
        assert_eq!(dialog.path(), None);
        dialog.name = " new.BIN ".to_owned();
        assert_eq!(dialog.path(), Some(PathBuf::from("/a/b/new.BIN")));
        dialog.name = "/c/x.hex".to_owned();
        assert_eq!(dialog.path(), Some(PathBuf::from("/c/x.hex")));
        dialog.name = "out".to_owned();
        assert!(dialog.names_folder());
        assert_eq!(dialog.path(), Some(PathBuf::from("/a/b/out")));
        let steps: Vec<&Path> = dialog.steps().collect();
        assert_eq!(steps, [Path::new("/"), Path::new("/a"), Path::new("/a/b")]);
    }

    #[test]
    fn a_name_to_save_under_gets_an_end() {
        let mut dialog = dialog().named("update.pcapng");
        assert_eq!(dialog.path(), Some(PathBuf::from("/a/b/update.pcapng")));
        dialog.name = "mine".to_owned();
        assert_eq!(dialog.path(), Some(PathBuf::from("/a/b/mine.pcapng")));
        dialog.name = "mine.cap".to_owned();
        assert_eq!(dialog.path(), Some(PathBuf::from("/a/b/mine.cap")));
    }
}
