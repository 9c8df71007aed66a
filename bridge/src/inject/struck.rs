//! Faults that have struck.

use std::fmt;

use fixtures::scenario::{Fault, ModuleFault};

use crate::link::faulty::LineHit;

/// A fault has struck.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Struck {
    /// The line was struck.
    Line(LineHit),
    /// The module has made a mistake on purpose.
    Module(ModuleFault),
    /// The host was struck, for the first time.
    Host(Fault),
}

impl fmt::Display for Struck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(hit) => hit.fmt(f),
            Self::Module(fault) => fault.fmt(f),
            Self::Host(fault) => fault.fmt(f),
        }
    }
}
