//! Making the tables of the model: counts over images and over patches between them.

mod counts;
mod weigh;

pub use self::counts::Counts;

use host_agent::patch::tables::TABLES;
use host_agent::update_core::Fault;

use super::decode::decode_with;
use super::make::{MakeError, Options, make};

/// Why nothing can be learned from a pair.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// No patch can be made.
    #[error("{0}")]
    Make(#[from] MakeError),
    /// The patch that was made cannot be applied: an error of the maker.
    #[error("its patch cannot be applied: {0:?}")]
    Apply(Fault),
}

/// What the patch from `old` to `new` teaches of predicted bytes, for blocks of 4096 bytes and 8192
/// bytes of decode RAM; `None` where no load address is found, as the images are no Thumb code.
///
/// Which bytes are predicted, and how, does not depend on the tables. Only what blocks are stored
/// as they are does, and these teach nothing.
///
/// # Errors
/// Why there is no patch to learn from.
pub fn train(old: &[u8], new: &[u8]) -> Result<Option<Counts>, TrainError> {
    let options = Options::default();
    let made = make(old, new, &options)?;
    if made.load_address.is_none() {
        return Ok(None);
    }
    let mut counts = Counts::default();
    let mut ram = vec![0; options.profile.decode_ram() as usize];
    decode_with(old, &made.file, "", &mut ram, &TABLES, &mut counts).map_err(TrainError::Apply)?;
    Ok(Some(counts))
}
