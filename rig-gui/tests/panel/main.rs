//! The real panel with the real engine, driven by accessible label, without a window.
//!
//! The tests wait for words of the engine's thread, never for a clock.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests make the files that the panel reads, and what they need besides"
)]

mod capture;
mod cpu;
mod faults;
mod faults_on_port;
mod files;
mod labels;
mod object;
mod outline;
mod palette;
mod pictures;
mod settings;
mod snapshots;
mod support;
mod sweep;
mod unplug;
mod update;
mod wall;
