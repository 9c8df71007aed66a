//! Reference host.
#![no_std]
#![warn(clippy::indexing_slicing)]

#[cfg(test)]
extern crate std;

pub mod agent;
mod ayla;
pub mod config;
mod door;
pub mod event;
pub mod image_format;
mod rig;
pub mod timer;

pub mod effect;
mod executor;
pub mod flash;
pub mod layout;
pub mod marks;
pub mod planner;
pub mod policy;
pub mod record;
pub mod update_core;
