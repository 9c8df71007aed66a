//! Dialects: what turns the steps of an update into frames and back.

pub mod ayla;
mod named_timers;
pub mod rig;
pub mod words;

pub use named_timers::{NamedTimer, named_timers, set_timer};

use crate::engine::{Context, Order, Timer};

/// The module side of a dialect: it owns its handshake, timers and retry rules.
///
/// It takes orders from the engine and answers with signals through the [`Context`].
pub(crate) trait Dialect: core::fmt::Debug {
    /// Begins a step of the update.
    fn order(&mut self, run: &mut Context, order: Order);

    /// Takes bytes from the line up to the end of the next frame and returns the rest.
    ///
    /// The engine acts on what a frame brought before it hands over the rest, so that nothing
    /// depends on how the line has cut the bytes. Takes at least one byte of any.
    fn handle_input<'b>(&mut self, run: &mut Context, bytes: &'b [u8]) -> &'b [u8];

    /// A timer has fired.
    fn handle_timer(&mut self, run: &mut Context, timer: Timer);

    /// Appends the next frame to `out` and returns its length; 0 when there is none now.
    fn poll_transmit(&mut self, run: &mut Context, out: &mut Vec<u8>) -> usize;
}
