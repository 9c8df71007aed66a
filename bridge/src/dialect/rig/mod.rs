//! The rig dialect, module side: COBS frames, a credit window, resume.

mod config;

pub use config::RigConfig;
