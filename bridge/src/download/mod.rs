//! How the module comes to an object: a platform's command, and a download in byte ranges.
//!
//! [`OtaCommand::parse`] reads the command, [`Fetch`] is the download without a socket, a clock or
//! a file, the drivers and the bench drive it. Whoever drives it hands the object to the engine when every
//! byte is there and sums up to what the command promises: nothing is offered to a host before.
//! Texts, events and errors never hold an address beyond its host, nor anything else of a command
//! that may be a secret.

pub mod checksum;
pub mod command;
pub mod fault;
pub mod fetch;
pub mod reply;
pub mod url;

pub use command::{CommandError, OtaCommand};
pub use fault::{DownloadFault, TryFault};
pub use fetch::{Fetch, FetchConfig, FetchEvent, FetchPhase, RangeRequest};
pub use reply::ReplyHead;
pub use url::{ImageUrl, OpenHttp};
