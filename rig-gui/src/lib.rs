//! The otarig panel: watch and drive one update.
//!
//! - [`model`], [`run_view`], [`log`]: what is known, plain data without egui;
//! - [`views`]: draw the model and return [`Command`]s;
//! - [`App`]: owns the [`worker`]'s threads and carries commands out, at one point;
//! - [`theme`]: colours and sizes, [`units`]: numbers as text.
//!
//! Nothing here needs a window: `main.rs` opens one, tests do without.

mod app;
mod command;
pub mod log;
pub mod model;
pub mod run_view;
pub mod theme;
pub mod units;
pub mod views;
pub mod worker;

pub use app::App;
pub use command::Command;
