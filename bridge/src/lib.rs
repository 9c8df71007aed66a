//! bridge

pub mod bench;
pub mod cli;
pub mod dialect;
pub mod drive;
pub mod engine;
pub mod event;
pub mod explain;
pub mod formats;
pub mod host_line;
pub mod image_head;
pub mod image_source;
pub mod job;
pub mod json;
pub mod link;
pub mod object;
pub mod patch;
pub mod patch_file;
pub mod progress;
pub mod report;
pub mod state_file;
pub mod text;
pub mod transcript;
pub mod trouble;
pub mod verdict;
