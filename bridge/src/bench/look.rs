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
    pub(super) fn begin(&mut self, host: &dyn Host) {
        (self.struck, self.failures) = (false, host.flash().failures());
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
    use fixtures::flash::{Defect, Operation};
    use fixtures::host::build_host;
    use fixtures::rng::Seed;
    use fixtures::scenario::parse;
    use host_agent::flash::Flash as _;
    use protocol_spec::text::Version;

    use super::super::setup::Parts;
    use super::*;

    enum Step {
        Note(HostNote),
        /// A read of flash fails.
        Fails,
        /// Another update begins.
        Begin,
    }

    fn entered(tried: bool) -> Step {
        let version = Version::default();
        Step::Note(HostNote::Agent(HostEvent::Entered { version, tried }))
    }

    /// Whether a trial was struck after these steps.
    fn struck(steps: Vec<Step>) -> bool {
        let text = "version = 1\ntitle = \"t\"\nboard = \"nrf52840\"\ndialect = \"ayla\"\n\
                    image = { size = 600, version = \"1.1\" }\nexpect = { class = \"pass\" }\n";
        let scenario = parse(text).unwrap();
        let board = fixtures::board(&scenario.board).unwrap();
        let setup = scenario.host_setup(board).unwrap();
        let mut host = build_host(setup, Seed(1)).unwrap();
        let parts = Parts::make(&scenario, Seed(1), None).unwrap();
        let mut look = Look::new(parts.watch(&scenario));
        for step in steps {
            match step {
                Step::Note(note) => look.see(&note, &*host),
                Step::Begin => look.begin(&*host),
                Step::Fails => {
                    let flash = host.flash_mut();
                    let start = flash.geometry().start();
                    flash.add_defect(Defect::new(start, 1, Operation::Read));
                    assert!(flash.read(start, &mut [0]).is_err());
                    flash.repair();
                }
            }
        }
        look.was_struck(&*host)
    }

    #[test]
    fn what_comes_in_a_trial_strikes_it() {
        let confirmed = || Step::Note(HostNote::Agent(HostEvent::Confirmed));
        let reset = || Step::Note(HostNote::ForcedReset);
        let lost = || Step::Note(HostNote::PowerLost);
        let (tries, keeps) = (|| entered(true), || entered(false));
        for steps in [
            vec![tries(), reset()],
            vec![tries(), lost(), keeps()],
            vec![tries(), Step::Fails],
            vec![Step::Fails, tries(), Step::Fails, keeps()],
        ] {
            assert!(struck(steps));
        }
        for steps in [
            vec![tries(), lost(), tries()],
            vec![reset(), lost(), tries()],
            vec![tries(), confirmed(), reset()],
            vec![reset()],
            vec![keeps(), lost()],
            vec![Step::Fails, tries()],
            vec![tries(), confirmed(), Step::Fails],
            vec![tries(), Step::Fails, tries()],
            vec![tries(), reset(), Step::Begin],
            vec![tries(), Step::Fails, Step::Begin],
        ] {
            assert!(!struck(steps));
        }
    }
}
