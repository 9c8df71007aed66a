//! Reference host.
#![no_std]
#![warn(clippy::indexing_slicing)]
