//! What crosses the wire between an OTA module and a host MCU, and nothing else.
//!
//! Two dialects: [`ayla`] (flagged frames, TLV messages, stop and wait) and [`rig`] (COBS frames,
//! CRC-32, credit in bytes). [`codes`] holds the tables of status and error numbers. No clock, no
//! port, no heap (ADR-0001); `SPEC.md` beside this crate says the same for a reader without Rust.
#![no_std]
#![warn(clippy::indexing_slicing)]

#[cfg(test)]
extern crate std;

#[macro_use]
mod code_space;

pub mod ayla;
pub mod codes;
pub mod crc;
pub mod digest;
pub mod patch;
pub mod rig;
pub mod text;
pub mod tick;

pub use codes::{HostErr, Status};
pub use digest::Digest;
pub use text::Version;
pub use tick::Tick;
