//! What a file is good for, by its content and the end of its name.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use bridge::formats;
use bridge::patch_file;
use bridge::scenario_file;
use bridge::trouble::{Describe as _, Trouble};
use protocol_spec::patch::MAGIC;

use super::outbox::Dropped;

/// The first bytes of a pcapng file.
const CAPTURE: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
/// Bytes that tell a kind of file from the others.
const FIRST_BYTES: u64 = 4;
/// Ends of the names of captures and transcripts.
const FRAMES: [&str; 4] = ["pcapng", "pcap", "txt", "log"];

/// Looks into a file.
///
/// # Errors
/// Why it is good for nothing here.
pub(super) fn inspect(path: &Path) -> Result<Dropped, Trouble> {
    let end = path
        .extension()
        .map(|end| end.to_string_lossy().to_lowercase());
    let end = end.unwrap_or_default();
    let first = first_bytes(path);
    if first.starts_with(&CAPTURE) || FRAMES.contains(&end.as_str()) {
        return Ok(Dropped::Frames);
    }
    if end == "toml" {
        let opened = scenario_file::open(&path.display().to_string());
        return opened
            .map(|_| Dropped::Scenario)
            .map_err(|error| error.trouble());
    }
    if first.starts_with(&MAGIC) {
        let opened = patch_file::open(path);
        return opened
            .map(|_| Dropped::Patch)
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
fn first_bytes(path: &Path) -> Vec<u8> {
    let mut first = Vec::new();
    // A pipe would be waited for.
    if let Some(file) = path.is_file().then(|| File::open(path).ok()).flatten() {
        // What cannot be read is told by who reads all of it.
        let _ = file.take(FIRST_BYTES).read_to_end(&mut first);
    }
    first
}
