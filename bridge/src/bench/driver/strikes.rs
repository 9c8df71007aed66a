//! Faults on the bench: arming them, and telling which have struck.

use fixtures::rng::Seed;
use fixtures::scenario::{Dialect, End, Fault};
use host_agent::layout::Layout;

use super::Bench;
use crate::bench::Told;
use crate::bench::arm::{ArmError, Armoury, When, of_line};
use crate::bench::struck::Struck;
use crate::engine::Engine;
use crate::mischief::Mischief;

impl Bench {
    /// Lets faults be armed while updates run, for a host that speaks `dialect` and lays out its flash
    /// like this; `seed` feeds what is random in them.
    #[must_use]
    pub fn with_armoury(mut self, dialect: Dialect, layout: Layout, seed: Seed) -> Self {
        self.armoury = Some(Armoury::new(dialect, layout, seed));
        self
    }

    /// Arms a fault. Where it counts something, it counts from the moment that it is to strike.
    ///
    /// # Errors
    /// Why it cannot be armed.
    pub fn arm(&mut self, when: When, fault: Fault) -> Result<(), ArmError> {
        let armoury = self.armoury.as_mut().ok_or(ArmError::Closed)?;
        armoury.add(when, fault)
    }

    /// Tells which faults have struck since the last call.
    pub(super) fn tell_struck(&mut self, sink: &mut dyn FnMut(&Told<'_>)) {
        let mut tell = |struck| sink(&Told::Struck(self.now, &struck));
        if let Some(mischief) = &mut self.mischief {
            let made = mischief.take_made().into_iter();
            made.for_each(|fault| tell(Struck::Module(fault)));
        }
        while let Some(hit) = self.line.poll_hit() {
            tell(Struck::Line(hit));
        }
        if self.host_faults.any() {
            let left = self.line.host().faults_left();
            let struck = self.host_faults.take_struck(left).into_iter();
            struck.for_each(|fault| tell(Struck::Host(fault)));
        }
    }

    /// Puts the armed faults in place whose moment the next frame is.
    pub(super) fn strike_armed(&mut self, engine: &mut Engine) {
        let Some(armoury) = self.armoury.as_mut().filter(|it| !it.is_empty()) else {
            return;
        };
        armoury.next_frame();
        while let Some(event) = engine.poll_event() {
            armoury.see(&event);
            self.said.push_back(event);
        }
        let due = armoury.take_due(self.line.sent(End::Host).frames);
        due.into_iter().for_each(|fault| self.strike(fault));
    }

    fn strike(&mut self, fault: Fault) {
        let Some(armoury) = &self.armoury else { return };
        let (dialect, seed) = (armoury.dialect, armoury.seed);
        match fault {
            Fault::Line(fault) => {
                let fault = of_line(fault, |to| self.line.sent(to));
                self.line.add_faults(dialect, &[fault], seed);
            }
            Fault::Module(fault) => {
                let fault = armoury.of_module(fault);
                match &mut self.mischief {
                    Some(mischief) => mischief.add(fault),
                    none => *none = Mischief::new(dialect, &[fault]),
                }
            }
            fault => {
                let layout = armoury.layout;
                self.line.arm_host(dialect, &layout, fault);
                self.host_faults.add(fault);
            }
        }
    }
}
