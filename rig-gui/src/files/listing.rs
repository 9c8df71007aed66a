//! Reads a folder: on a thread, since a disk or a network may take its time.

use std::fs;
use std::path::Path;

use bridge::trouble::Trouble;

use super::Listing;

/// Most entries of a folder that are shown.
pub const ENTRIES_MAX: usize = 2_000;
/// Most entries of a folder that are looked at.
const LOOKED_AT_MAX: usize = 100_000;

/// Something in a folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Entry {
    /// Its name; bytes that are no text are replaced.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
    /// Bytes of a file.
    pub len: u64,
}

/// What a folder holds.
#[must_use]
pub fn list(folder: &Path) -> Listing {
    let read = match fs::read_dir(folder) {
        Ok(read) => read,
        Err(error) => {
            return Listing::Failed(Trouble::new(
                "The folder cannot be read",
                format!("{}: {error}", folder.display()),
                "It is gone, or you may not read it.",
                "Choose another folder above, or type a path.",
            ));
        }
    };
    let mut entries: Vec<Entry> = read
        .take(LOOKED_AT_MAX)
        .filter_map(|entry| entry_of(&entry.ok()?))
        .collect();
    entries.sort_by_cached_key(|entry| (!entry.folder, entry.name.to_lowercase()));
    let more = entries.len().saturating_sub(ENTRIES_MAX);
    entries.truncate(ENTRIES_MAX);
    Listing::Entries { entries, more }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that reads folders"
)]
fn entry_of(entry: &fs::DirEntry) -> Option<Entry> {
    // Through links: what counts is what they lead to.
    let about = fs::metadata(entry.path()).ok()?;
    Some(Entry {
        name: entry.file_name().to_string_lossy().into_owned(),
        folder: about.is_dir(),
        len: about.len(),
    })
}
