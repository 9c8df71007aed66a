//! What the bench looks at while a host runs: what it enters, and what strikes it meanwhile.

use fixtures::host::{Host, HostNote};
use host_agent::event::HostEvent;

/// The two images of a run, and where the host runs one of them.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub(super) slot: u32,
    pub(super) old: Vec<u8>,
    pub(super) new: Vec<u8>,
}

/// What a slot holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holds {
    Old,
    New,
    Neither,
}

impl Watch {
    pub(super) fn holds(&self, host: &dyn Host) -> Holds {
        let is = |image: &[u8]| {
            let len = u32::try_from(image.len()).unwrap_or(u32::MAX);
            let held = host.flash().peek(self.slot, len);
            held.is_some_and(|bytes| bytes == image)
        };
        if is(&self.new) {
            Holds::New
        } else if is(&self.old) {
            Holds::Old
        } else {
            Holds::Neither
        }
    }
}

/// What was seen of a host so far.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) watch: Watch,
    /// Something that is neither image was entered.
    pub(super) mixed: bool,
    /// The image that runs is new and not confirmed.
    trial: bool,
    /// Operations of flash that had failed when such a trial began.
    failures: u64,
    /// A reset from outside, a loss of power or a failure of flash came in such a trial.
    struck: bool,
}

impl Look {
    pub(super) fn new(watch: Watch) -> Self {
        Self {
            watch,
            mixed: false,
            trial: false,
            failures: 0,
            struck: false,
        }
    }

    /// An update begins: what struck the host before has nothing to do with its end.
    pub(super) fn begin(&mut self) {
        self.struck = false;
    }

    /// Whether something struck the last trial of a new image on `host`.
    pub(super) fn was_struck(&self, host: &dyn Host) -> bool {
        self.struck || self.trial && host.flash().failures() > self.failures
    }

    /// Looks at `host`, which has just said `note`.
    pub(super) fn see(&mut self, note: &HostNote, host: &dyn Host) {
        match *note {
            HostNote::Agent(HostEvent::Entered { tried, .. }) => {
                self.mixed |= self.watch.holds(host) == Holds::Neither;
                self.struck = !tried && self.was_struck(host);
                (self.trial, self.failures) = (tried, host.flash().failures());
            }
            HostNote::Agent(HostEvent::Confirmed) => self.trial = false,
            HostNote::ForcedReset | HostNote::PowerLost => self.struck |= self.trial,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use fixtures::rng::Seed;
    use fixtures::scenario::parse;
    use protocol_spec::text::Version;

    use super::super::setup::Parts;
    use super::*;

    fn entered(tried: bool) -> HostNote {
        let version = Version::default();
        HostNote::Agent(HostEvent::Entered { version, tried })
    }

    #[test]
    fn a_reset_strikes_a_trial_that_is_not_over() {
        let text = "version = 1\ntitle = \"t\"\nboard = \"nrf52840\"\ndialect = \"ayla\"\n\
                    image = { size = 600, version = \"1.1\" }\nexpect = { class = \"pass\" }\n";
        let scenario = parse(text).unwrap();
        let mut parts = Parts::make(&scenario, Seed(1), None).unwrap();
        let line = parts.line.take().unwrap();
        let confirmed = HostNote::Agent(HostEvent::Confirmed);
        let (reset, lost) = (HostNote::ForcedReset, HostNote::PowerLost);
        let (tries, keeps) = (entered(true), entered(false));
        for (notes, struck) in [
            (&[tries, reset][..], true),
            (&[tries, lost, keeps], true),
            (&[tries, lost, tries], false),
            (&[reset, lost, tries], false),
            (&[tries, confirmed, reset], false),
            (&[reset], false),
            (&[keeps, lost], false),
        ] {
            let mut look = Look::new(parts.watch(&scenario));
            for note in notes {
                look.see(note, line.host());
            }
            assert_eq!(look.was_struck(line.host()), struck, "{notes:?}");
            look.begin();
            assert!(!look.was_struck(line.host()));
        }
    }
}
