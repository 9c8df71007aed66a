//! Patch files that are cut, damaged or made wrong on purpose: always a named code, never a panic,
//! a read of what is not there, or work without end.

mod crafted;
mod decoder;
mod file;
mod parsers;
mod server;
