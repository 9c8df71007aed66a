//! bridge

pub mod dialect;
pub mod engine;
pub mod event;
pub mod image_source;
pub mod job;
pub mod verdict;
