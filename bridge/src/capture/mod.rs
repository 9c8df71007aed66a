//! Captures: the frames of a run with their times, in a file that other tools open as well.
//!
//! The file is pcapng with one interface of link type USER0 and times in nanoseconds. Each packet is a
//! frame, or a run of stray bytes, behind a small head ([`head`]); what else happened is a comment of
//! the packet before it, or of the first one. Times begin at 1970 where a run's time is virtual, so
//! that the same run gives the same bytes. CAPTURE.md beside this crate's Cargo.toml describes it.

pub mod head;
pub mod pair;
pub mod read;
pub mod replay;
pub mod scan;
pub mod tap;
#[cfg(test)]
mod tests;
pub mod write;

pub use head::{Head, Kind};
pub use read::{Item, Packet, ReadError, Reader};
pub use tap::{Tap, Tapped};
pub use write::Writer;
