//! Mistakes of the module, made on purpose, between its engine and the line.
//!
//! The engine says what is right; [`Mischief`] says something else to the host, and sees to it that
//! the engine does not notice: in ayla, where every frame has a number, it renumbers the frames
//! behind one that it has put in, and the acknowledgements back.

mod ayla;
mod plan;
mod rig;
#[cfg(test)]
mod tests;

use fixtures::scenario::{Dialect, ModuleFault};

use ayla::AylaTongue;
use plan::Plan;
use rig::RigTongue;

/// The module's mistakes of one run.
#[derive(Debug)]
pub struct Mischief {
    plan: Plan,
    tongue: Tongue,
}

#[derive(Debug)]
enum Tongue {
    Ayla(Box<AylaTongue>),
    Rig(Box<RigTongue>),
}

impl Mischief {
    /// The mistakes `faults`, each of them still to be made; `None` when there are none.
    #[must_use]
    pub fn new(dialect: Dialect, faults: &[ModuleFault]) -> Option<Self> {
        let mut mischief = Self::idle(dialect);
        faults.iter().for_each(|fault| mischief.add(*fault));
        (!faults.is_empty()).then_some(mischief)
    }

    /// No mistake yet: what is said is remembered, for mistakes that are added on the way.
    #[must_use]
    pub fn idle(dialect: Dialect) -> Self {
        let tongue = match dialect {
            Dialect::Ayla => Tongue::Ayla(Box::default()),
            Dialect::Rig => Tongue::Rig(Box::default()),
        };
        let plan = Plan::default();
        Self { plan, tongue }
    }

    /// One mistake more to be made.
    pub fn add(&mut self, fault: ModuleFault) {
        self.plan.add(fault);
    }

    /// The mistakes that were never made so far.
    pub fn faults_left(&self) -> impl Iterator<Item = ModuleFault> {
        self.plan.left()
    }

    /// The mistakes that were made since the last call, oldest first.
    pub fn take_made(&mut self) -> Vec<ModuleFault> {
        self.plan.take_made()
    }

    /// A new engine begins to speak.
    pub fn begin(&mut self) {
        match &mut self.tongue {
            Tongue::Ayla(tongue) => **tongue = AylaTongue::default(),
            Tongue::Rig(tongue) => **tongue = RigTongue::default(),
        }
    }

    /// What goes to the host instead of a frame of the engine, one frame after the other.
    pub fn speak(&mut self, frame: &[u8]) -> Vec<Vec<u8>> {
        match &mut self.tongue {
            Tongue::Ayla(tongue) => tongue.speak(&mut self.plan, frame),
            Tongue::Rig(tongue) => tongue.speak(&mut self.plan, frame),
        }
    }

    /// What goes to the engine instead of bytes of the host.
    #[must_use]
    pub fn hear(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        match &mut self.tongue {
            Tongue::Ayla(tongue) => tongue.hear(bytes),
            Tongue::Rig(_) => bytes,
        }
    }
}
