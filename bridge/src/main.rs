//! The otarig command line.
fn main() {}
