//! The ayla dialect: flagged and stuffed frames that carry TLV messages, stop and wait.
//!
//! Named after the protocol that it is compatible with. Source: SPEC.md, "The ayla dialect".

pub mod conf;
pub mod feature;
pub mod frame;
pub mod message;
pub mod opcode;
pub mod tlv;

#[cfg(test)]
mod tests;
