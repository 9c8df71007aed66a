//! The command line as people and scripts see it: exit codes, texts, JSON.

#![expect(
    clippy::disallowed_methods,
    reason = "tests of a program give it files"
)]

mod bad_input;
mod capture;
mod command;
mod conform;
mod coverage;
mod explain;
mod faults;
mod json;
mod odd_arguments;
mod outputs;
mod patch;
mod power;
mod replay;
mod stop;
mod sweep;
