//! Who runs a scenario: hears what happens, and decides how fast its time goes by.

use fixtures::host::Host;

use super::Told;
use super::driver::Bench;
use protocol_spec::tick::Tick;

/// Hears a run, and may hold it up, stop it, or arm faults in it.
pub trait Conductor {
    /// The host is there, and nothing has happened to it.
    fn meet(&mut self, _host: &mut (dyn Host + Send)) {}

    /// Hears what happened, oldest first.
    fn hear(&mut self, told: &Told<'_>);

    /// Something happens at `due` next: returns when that may be.
    fn pace(&mut self, _bench: &mut Bench, _due: Tick) {}
}

/// Only listens: the run goes as fast as it can.
pub(super) struct Listener<'a>(pub(super) &'a mut dyn FnMut(&Told<'_>));

impl Conductor for Listener<'_> {
    fn hear(&mut self, told: &Told<'_>) {
        (self.0)(told);
    }
}
