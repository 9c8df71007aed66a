//! Frozen bytes: if a test here fails, revert your change; do not edit the bytes.
//!
//! A new version of a dialect adds a file. `spec.rs` alone may be brought up to date, with `UPDATE=1`.

mod ayla_frames;
mod ayla_transcript;
mod codes;
mod project;
mod spec;
mod v1;
