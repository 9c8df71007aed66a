//! The update core: everything of a host below its sessions.
//!
//! A session hands in offers, bytes and orders, calls [`UpdateCore::step`] while
//! [`UpdateCore::pending`], and reads the events. One step does at most one flash operation or one
//! read of at most 4096 bytes, so that a session can speak in between and a power cut can fall
//! between any two operations.

mod provision;
mod report_time;
#[cfg(test)]
mod tests;

use core::marker::PhantomData;

use protocol_spec::codes::Status;
use protocol_spec::text::Version;

pub use self::provision::{ProvisionError, initial_record, provision};
use crate::config::Decode;
pub use crate::core_event::{CoreEvent, EraseWhen, Object, Running};
use crate::effect::{Effect, Outcome};
use crate::executor::Executor;
pub use crate::fault::{Fault, Place, Refusal};
use crate::flash::Flash;
use crate::image_format::ImageChecks;
use crate::layout::Layout;
use crate::planner::{Plan, Planner, Request, Standing};
use crate::policy::{Policy, Production};
use crate::record::Phase;

/// The update core of a host with flash `F`, decisions `P`, planner `L` and decode memory `M`.
#[derive(Clone)]
pub struct UpdateCore<F, P = Production, L = Planner, M = [u8; 0]> {
    executor: Executor<F, M>,
    planner: L,
    last: Outcome,
    pending: bool,
    dead: bool,
    running: Running,
    policy: PhantomData<P>,
}

impl<F: Flash, P: Policy> UpdateCore<F, P> {
    /// The core of a host at power-on that takes no patches; the boot step runs in [`Self::step`].
    #[must_use]
    pub fn new(flash: F, layout: Layout) -> Self {
        let planner = Planner::new(&layout, flash.geometry());
        Self::with_plan(flash, layout, planner)
    }
}

impl<F: Flash, P: Policy, L: Plan> UpdateCore<F, P, L> {
    /// As `new`, with a planner that is already made.
    #[must_use]
    pub fn with_plan(flash: F, layout: Layout, planner: L) -> Self {
        Self::with_decode(flash, layout, planner, Decode::NONE)
    }
}

impl<F: Flash, P: Policy, L: Plan, M: AsRef<[u8]> + AsMut<[u8]>> UpdateCore<F, P, L, M> {
    /// As `with_plan`, for a host that decodes patches.
    #[must_use]
    pub fn with_decode(flash: F, layout: Layout, planner: L, decode: Decode<M>) -> Self {
        Self {
            executor: Executor::new(flash, layout, decode),
            planner,
            last: Outcome::PowerOn,
            pending: true,
            dead: false,
            running: Running::default(),
            policy: PhantomData,
        }
    }

    /// Does one effect; says what happened, if a session may care.
    pub fn step(&mut self) -> Option<CoreEvent> {
        if !self.pending() {
            return None;
        }
        let effect = self.planner.next::<P>(self.last);
        self.pending = effect != Effect::Idle;
        let (outcome, event) = self.executor.execute::<P>(effect, self.planner.view().area);
        self.dead = outcome == Outcome::Failed(Fault::Dead);
        self.last = outcome;
        self.running = self.running_now();
        event
    }

    /// Whether [`Self::step`] has something to do now.
    #[must_use]
    pub const fn pending(&self) -> bool {
        self.pending && !self.dead
    }

    /// What the next [`Self::step`] does, so that a session can announce a long one.
    #[must_use]
    pub fn upcoming(&self) -> Effect {
        if self.pending() {
            self.look_ahead().1
        } else {
            Effect::Idle
        }
    }

    /// The planner as it will be in the next [`Self::step`], and the effect that it will order then.
    #[must_use]
    pub fn look_ahead(&self) -> (L, Effect) {
        let mut planner = self.planner.clone();
        let effect = planner.next::<P>(self.last);
        (planner, effect)
    }

    /// Whether the power is gone; then nothing works until the core is built anew.
    #[must_use]
    pub const fn is_dead(&self) -> bool {
        self.dead
    }

    /// Offers an object; [`CoreEvent::Accepted`] or [`CoreEvent::Refused`] answers.
    ///
    /// A transfer under way is forgotten, as by [`Self::abort`].
    pub fn offer(&mut self, object: &Object, checks: ImageChecks, erase: EraseWhen) {
        self.executor.ask(object, checks);
        self.ask(Request::Offer(erase));
    }

    /// Bytes that [`Self::write`] takes now.
    #[must_use]
    pub fn room(&self) -> usize {
        self.executor.room()
    }

    /// Appends bytes to the object; returns how many were taken, at most [`Self::room`].
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        let taken = self.executor.write(bytes);
        if taken > 0 {
            self.ask(Request::Written(self.executor.written()));
        }
        taken
    }

    /// Offset of the next byte that [`Self::write`] takes; 0 without a transfer.
    #[must_use]
    pub fn written(&self) -> u32 {
        self.executor.written()
    }

    /// Every byte of the object below this offset is in flash; 0 without a transfer.
    #[must_use]
    pub fn stored(&self) -> u32 {
        self.executor.stored()
    }

    /// Verifies the object; [`CoreEvent::Finished`] answers.
    pub fn finish(&mut self) {
        self.ask(Request::Finish);
    }

    /// Stores the boot order for a verified object, or for an image in place that was not confirmed
    /// in its tries and is to have one more; [`CoreEvent::BootStored`] or
    /// [`CoreEvent::Refused`] answers.
    pub fn boot(&mut self) {
        self.ask(Request::Boot);
    }

    /// The report of the running image was acknowledged: an unconfirmed image is confirmed, and
    /// [`CoreEvent::Confirmed`] answers. Nothing happens to a confirmed one.
    pub fn report_acknowledged(&mut self) {
        self.ask(Request::Confirm);
    }

    /// Forgets the transfer in RAM. What flash holds can be resumed.
    pub fn abort(&mut self) {
        self.executor.close();
        self.ask(Request::Abort);
    }

    /// The image that runs; empty until the boot step is over.
    #[must_use]
    pub const fn running(&self) -> &Running {
        &self.running
    }

    /// Version text of the object on record that is staged or on its way; the image's own, once
    /// that was read from its head.
    #[must_use]
    pub fn staged(&self) -> Option<Version> {
        self.executor.staged_version()
    }

    /// Module status of the last update that failed on this host; `DONE` when there is none.
    #[must_use]
    pub fn last_code(&self) -> Status {
        if let Standing::Stopped(status) = self.planner.view().standing {
            return status;
        }
        let record = self.executor.record(self.planner.view().area);
        record.map_or(Status::DONE, |record| record.code)
    }

    /// Whether a new image runs that is not confirmed.
    #[must_use]
    pub fn first_boot(&self) -> bool {
        self.planner.view().standing == Standing::Entered { tried: true }
    }

    /// The new image that stands in the slot of an in-place host and was not confirmed in its tries:
    /// [`Self::boot`] gives it one more.
    #[must_use]
    pub fn not_confirmed(&self) -> Option<Object> {
        let stopped = self.planner.view().standing == Standing::Stopped(Status::BOOT);
        let record = self.executor.record(self.planner.view().area)?;
        let known = stopped && record.phase == Phase::Stopped && record.code == Status::BOOT;
        record.other.filter(|_| known)
    }

    /// Longest time from a reset now to the report of what runs then, by the record in force,
    /// milliseconds.
    #[must_use]
    pub fn report_ms_max(&self) -> u32 {
        let cost = self.executor.boot_cost(self.planner.view().area);
        report_time::report_ms_max(self.flash().geometry(), &cost)
    }

    /// Whether the last update ended in the old image because the new one was not confirmed.
    #[must_use]
    pub fn fell_back(&self) -> bool {
        let entered = self.planner.view().standing == Standing::Entered { tried: false };
        entered && self.last_code() == Status::BOOT
    }

    /// The flash.
    #[must_use]
    pub const fn flash(&self) -> &F {
        self.executor.flash()
    }

    /// The flash, to arm faults or read counters.
    pub const fn flash_mut(&mut self) -> &mut F {
        self.executor.flash_mut()
    }

    /// The flash, to build the core of the next boot.
    #[must_use]
    pub fn into_flash(self) -> F {
        self.into_parts().0
    }

    /// The flash, and the memory that patches were decoded in.
    #[must_use]
    pub fn into_parts(self) -> (F, M) {
        self.executor.into_parts()
    }

    /// The planner; comparable at a block boundary.
    #[must_use]
    pub const fn planner(&self) -> &L {
        &self.planner
    }

    fn running_now(&self) -> Running {
        let confirmed = match self.planner.view().standing {
            Standing::Entered { tried } => !tried,
            Standing::Ordered => true,
            Standing::Booting | Standing::Stopped(_) => return Running::default(),
        };
        let record = self.executor.record(self.planner.view().area);
        let image = record.and_then(|record| {
            if confirmed {
                record.running
            } else {
                record.other
            }
        });
        image.map_or_else(Running::default, |image| Running {
            version: image.version,
            length: image.length,
            confirmed,
            digest: self.executor.running_digest(),
            known: true,
        })
    }

    fn ask(&mut self, request: Request) {
        self.planner.request(request);
        self.pending = true;
    }
}
