//! Frozen bytes: if a test here fails, revert your change; do not edit the bytes.
//!
//! A new version of a dialect adds a file. SPEC.md's tables alone are brought up to date, by
//! running the tests with `UPDATE=1`.

#[cfg(test)]
mod ayla_frames;
#[cfg(test)]
mod ayla_transcript;
#[cfg(test)]
mod codes;
mod coverage;
#[cfg(test)]
mod omitted;
#[cfg(test)]
mod patch_codes;
#[cfg(test)]
mod patch_file;
#[cfg(test)]
mod project;
mod spec;
#[cfg(test)]
mod suite;
#[cfg(test)]
mod sweep_patches;
#[cfg(test)]
mod v1;
