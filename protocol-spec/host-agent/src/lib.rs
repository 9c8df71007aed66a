//! Reference host.
#![no_std]
#![warn(clippy::indexing_slicing)]

#[cfg(test)]
extern crate std;

pub mod agent;
mod ayla;
pub mod config;
mod core_event;
mod door;
pub mod event;
mod fault;
pub mod image_format;
mod rig;
pub mod timer;

pub mod effect;
mod executor;
pub mod flash;
pub mod layout;
pub mod marks;
pub mod patch;
pub mod planner;
pub mod policy;
pub mod record;
pub mod update_core;
