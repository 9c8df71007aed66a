//! The applier alone, without a host's checks of file, images and blocks: for measuring it.

use host_agent::patch::Applier;
use host_agent::patch::tables::{TABLES, Tables};
use host_agent::update_core::Fault;

use super::memory::{Memory, Watch};

/// Decodes every block of `file` over `old`, in the order of the file: the new image.
///
/// `ram` is all the memory that the decoder is lent. Nothing is checked that the decoder itself
/// does not need; [`super::apply`] is for images that matter.
///
/// # Errors
/// What the applier says.
pub fn decode(old: &[u8], file: &[u8], board: &str, ram: &mut [u8]) -> Result<Vec<u8>, Fault> {
    decode_with(old, file, board, ram, &TABLES, &mut ())
}

/// As [`decode`], for a file that was made with `tables`, and tells `watch` of what it meets.
///
/// # Errors
/// What the applier or `watch` says.
pub fn decode_with<W: Watch>(
    old: &[u8],
    file: &[u8],
    board: &str,
    ram: &mut [u8],
    tables: &'static Tables<'static>,
    watch: &mut W,
) -> Result<Vec<u8>, Fault> {
    let mut memory = Memory::new(old, file, watch);
    let file_len = memory.file_len();
    let mut applier = Applier::open_with(&mut memory, file_len, board.as_bytes(), ram, tables)?;
    let made = memory.make_image(&mut applier, ram);
    made.map_err(|error| error.fault)
}
