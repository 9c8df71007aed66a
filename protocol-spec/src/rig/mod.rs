//! The rig dialect: COBS frames, CRC-32, postcard messages, credit in bytes (ADR-0003).

pub mod message;
