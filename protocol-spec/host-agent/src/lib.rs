//! Reference host.
#![no_std]
#![warn(clippy::indexing_slicing)]

pub mod image_format;
pub mod effect;
mod executor;
pub mod flash;
pub mod layout;
pub mod marks;
pub mod planner;
pub mod policy;
pub mod record;
pub mod update_core;
