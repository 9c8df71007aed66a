//! Faults that are armed for an update: when each is to strike, and which have struck.
//!
//! An [`Armoury`] keeps them until their moment. The bench puts them in place on its emulated line and
//! host; on a real port an [`Injector`] stands between the engine and the port, and does so there.

mod armoury;
mod injector;
mod struck;
mod when;

pub use armoury::ArmError;
pub(crate) use armoury::{Armoury, of_line};
pub use injector::Injector;
pub use struck::Struck;
pub use when::{When, WhenError};
