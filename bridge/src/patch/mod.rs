//! Making patch files, reading them, and trying them before anything is sent.

mod check;
mod decode;
mod encode;
mod fault_text;
mod full_image;
mod inspect;
mod load_address;
mod make;
mod memory;
mod moves;
mod order;
mod parse;
mod plan;
mod refs;
mod suffix;
#[cfg(test)]
mod tests;
mod writer;

pub use self::check::{Checked, DECODE_RAM_MAX, HostLimits, Objection, check, staging_needed};
pub use self::decode::decode;
pub use self::fault_text::{fault_text, patch_fault_text};
pub use self::full_image::compressed_len;
pub use self::inspect::{
    BlockReport, Defect, HeadReport, ImageReport, Inspection, Operations, Tally, inspect,
};
pub use self::make::{Made, MakeError, Options, make};
pub use self::memory::{ApplyError, apply};
