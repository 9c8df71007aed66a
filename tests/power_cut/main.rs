//! Updates of hosts in place, on strict flash and without a line, with the power cut before, inside
//! and after each flash operation.

mod apply;
mod bad_file;
mod codes;
mod device;
mod recovery;
mod scenarios;
mod sweep;
mod unstable;
mod worn;
