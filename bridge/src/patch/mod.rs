//! Making patch files, reading them, and trying them before anything is sent.

mod advice;
mod apply;
mod check;
mod craft;
mod decode;
mod encode;
mod fault_text;
mod full_image;
mod inspect;
mod limits;
mod load_address;
mod made;
mod make;
mod memory;
mod moves;
mod objection;
mod operations;
mod order;
mod parse;
mod plan;
mod prove;
mod refs;
mod suffix;
#[cfg(test)]
mod tests;
mod train;
mod writer;

pub use fixtures::board::DECODE_RAM_MAX;

pub use self::advice::{Advice, without_image};
pub use self::apply::{ApplyError, apply};
pub use self::check::{Checked, check};
pub use self::craft::{CraftError, craft};
pub use self::decode::{decode, decode_with};
pub use self::fault_text::{fault_text, patch_fault_text};
pub use self::full_image::compressed_len;
pub use self::inspect::{BlockReport, Defect, HeadReport, ImageReport, Inspection, inspect};
pub use self::limits::{HostLimits, staging_needed};
pub use self::load_address::{LOAD_ADDRESS_GRAIN, find_load_address};
pub use self::make::{Made, MakeError, Options, make, make_with};
pub use self::memory::Watch;
pub use self::objection::Objection;
pub use self::operations::{Operations, Predicted, Tally};
pub use self::prove::{ProofError, make_proven};
pub use self::train::{Counts, TrainError, train};
