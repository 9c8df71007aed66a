//! Wall-clock drivers: an engine or an emulated host on a real link.
//!
//! Both have the loop of the virtual bench: input, timeout, transmit, events, then wait for bytes
//! or for the nearest deadline. Neither knows the protocol.

mod clock;
mod conform;
mod download;
#[cfg(test)]
mod faulted_tests;
mod host;
mod io;
mod replay;
mod stop;
#[cfg(test)]
mod tests;
mod update;
mod way;
mod work;

pub use clock::{Clock, fresh_seed, since_1970};
pub use conform::drive_script;
pub use download::drive_download;
pub use host::{HostOptions, HostTold, drive_host};
pub use io::{CHUNK_BYTES, QUEUE_BYTES_MAX};
pub use replay::{ReplayDriven, drive_replay};
pub use stop::{StopSignal, Stopper, stop_pair};
pub use update::{drive_faulted, drive_update};
