//! The otarig panel: watch and drive one update.
//!
//! - [`model`], [`run_view`], [`log`]: what is known, plain data without egui;
//! - [`wire`]: the frames of a capture or of the run, and the threads that read them;
//! - [`views`]: draw the model and return [`Command`]s;
//! - [`App`]: owns the [`worker`]'s threads and carries commands out, at one point;
//! - [`theme`]: colours and sizes, [`units`]: numbers as text.
//!
//! Nothing here needs a window: `main.rs` opens one, tests do without.

pub mod actions;
mod app;
pub mod block_map;
pub mod cli_line;
mod command;
pub mod faults;
pub mod files;
pub mod log;
pub mod model;
pub mod palette;
pub mod plots;
pub mod replay;
pub mod run_view;
pub mod screen;
pub mod settings;
pub mod settings_file;
pub mod setup;
pub mod sweep;
pub mod theme;
pub mod units;
pub mod views;
pub mod wall;
pub mod wire;
pub mod worker;

pub use app::App;
pub use command::Command;
