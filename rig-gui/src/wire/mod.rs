//! The frames of a capture, or of the run that goes on: plain data and the threads that bring it.
//!
//! - [`list`]: rows that one thread appends and others read; [`index`]: 32 bytes for each frame;
//! - [`filter`]: which frames are shown; [`tree`]: one frame, field by field;
//! - [`deed`]: what a frame does to the blocks; [`replay`]: the map as it was at a frame;
//! - [`view`]: what the panel knows; [`command`]: what a user can do;
//! - [`source`]: the threads that read files; [`live`]: frames of a run, as they come.
//!
//! Bytes stay in the file. The panel reads [`WireView`] and never waits: what was not read yet is
//! drawn as a place for it.

pub mod command;
pub mod deed;
pub mod disk;
pub mod filter;
pub mod index;
pub mod list;
pub mod live;
mod reading;
pub mod replay;
mod scan_capture;
mod scan_file;
mod scan_text;
mod sift;
pub mod source;
mod threads;
pub mod tree;
mod trouble;
pub mod view;

pub use command::WireCommand;
pub use live::Live;
pub use source::Source;
pub use view::WireView;
