//! What crosses the wire between an OTA module and a host MCU, and nothing else.
#![no_std]
#![warn(clippy::indexing_slicing)]
pub mod rig;
pub mod tick;
