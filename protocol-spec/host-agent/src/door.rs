//! What the sessions need: the update core, the time, the timers, and a way to tell people.

use protocol_spec::{Status, Tick, Version};

use crate::core_event::{EraseWhen, Object, Running};
use crate::effect::Effect;
use crate::event::Events;
use crate::flash::{Flash, Geometry};
use crate::image_format::ImageChecks;
use crate::planner::Plan;
use crate::policy::Policy;
use crate::timer::Timers;
use crate::update_core::UpdateCore;

/// What a session may use besides the core.
pub(crate) struct Io<'a> {
    pub(crate) now: Tick,
    pub(crate) timers: &'a mut Timers,
    pub(crate) events: &'a mut Events,
}

/// The update core as the sessions see it: its three type parameters are none of their business.
///
/// Each method but the last is the one of the same name of [`UpdateCore`].
pub(crate) trait Door {
    fn offer(&mut self, object: &Object, checks: ImageChecks, erase: EraseWhen);
    fn write(&mut self, bytes: &[u8]) -> usize;
    fn written(&self) -> u32;
    fn stored(&self) -> u32;
    fn finish(&mut self);
    fn boot(&mut self);
    fn report_acknowledged(&mut self);
    fn abort(&mut self);
    fn running(&self) -> &Running;
    fn staged(&self) -> Option<Version>;
    fn last_code(&self) -> Status;
    fn not_confirmed(&self) -> Option<Object>;
    fn first_boot(&self) -> bool;
    fn geometry(&self) -> &Geometry;
    fn report_ms_max(&self) -> u32;
    /// Worst-case time of the next step when it erases, else 0; milliseconds.
    fn erase_ms_ahead(&self) -> u32;
}

impl<F: Flash, P: Policy, L: Plan, M: AsRef<[u8]> + AsMut<[u8]>> Door for UpdateCore<F, P, L, M> {
    fn offer(&mut self, object: &Object, checks: ImageChecks, erase: EraseWhen) {
        self.offer(object, checks, erase);
    }

    fn write(&mut self, bytes: &[u8]) -> usize {
        self.write(bytes)
    }

    fn written(&self) -> u32 {
        self.written()
    }

    fn stored(&self) -> u32 {
        self.stored()
    }

    fn finish(&mut self) {
        self.finish();
    }

    fn boot(&mut self) {
        self.boot();
    }

    fn report_acknowledged(&mut self) {
        self.report_acknowledged();
    }

    fn abort(&mut self) {
        self.abort();
    }

    fn running(&self) -> &Running {
        self.running()
    }

    fn staged(&self) -> Option<Version> {
        self.staged()
    }

    fn last_code(&self) -> Status {
        self.last_code()
    }

    fn not_confirmed(&self) -> Option<Object> {
        self.not_confirmed()
    }

    fn first_boot(&self) -> bool {
        self.first_boot()
    }

    fn report_ms_max(&self) -> u32 {
        self.report_ms_max()
    }

    fn geometry(&self) -> &Geometry {
        self.flash().geometry()
    }

    fn erase_ms_ahead(&self) -> u32 {
        match self.upcoming() {
            Effect::EraseRecord { .. }
            | Effect::EraseBlock { .. }
            | Effect::EraseStaging { .. } => self.flash().geometry().erase_ms_max,
            _ => 0,
        }
    }
}
