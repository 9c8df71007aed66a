//! What a file is good for, by its content and the end of its name.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use bridge::formats;
use bridge::scenario_file;
use bridge::trouble::{Describe as _, Trouble};

use super::outbox::Dropped;

/// The first bytes of a pcapng file.
const CAPTURE: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
/// Ends of the names of transcripts.
const TEXTS: [&str; 2] = ["txt", "log"];

/// Looks into a file.
///
/// # Errors
/// Why it is good for nothing here.
pub(super) fn inspect(path: &Path) -> Result<Dropped, Trouble> {
    let end = path
        .extension()
        .map(|end| end.to_string_lossy().to_lowercase());
    let end = end.unwrap_or_default();
    if begins_as_capture(path) || TEXTS.contains(&end.as_str()) {
        return Ok(Dropped::Frames);
    }
    if end == "toml" {
        let opened = scenario_file::open(&path.display().to_string());
        return opened
            .map(|_| Dropped::Scenario)
            .map_err(|error| error.trouble());
    }
    formats::open(path, None)
        .map(|_| Dropped::Image)
        .map_err(|error| error.trouble())
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the driver file that looks into dropped files"
)]
fn begins_as_capture(path: &Path) -> bool {
    // A pipe would be waited for.
    let file = path.is_file().then(|| File::open(path).ok()).flatten();
    let mut first = [0; CAPTURE.len()];
    file.is_some_and(|mut file| file.read_exact(&mut first).is_ok() && first == CAPTURE)
}
