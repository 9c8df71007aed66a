//! The rig dialect: COBS frames, CRC-32, postcard messages, credit in bytes (ADR-0003).

mod cobs;
mod codec;
mod deframer;
pub mod frame;
pub mod hello;
pub mod kind;
pub mod message;

#[cfg(test)]
mod tests;
