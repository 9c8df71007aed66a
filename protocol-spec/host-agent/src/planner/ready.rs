//! Serving the session: offers, bytes, verification, boot order, confirmation.

use super::prepare::PrepareStep;
use super::{Planner, Request, Standing, Task};
use crate::core_event::{CoreEvent, EraseWhen};
use crate::effect::{Draft, Effect, Mark, OfferFacts, Outcome, Store};
use crate::fault::{Fault, Refusal};
use crate::flash::READ_LEN_MAX;
use crate::policy::{HostFacts, Policy};
use crate::record::Phase;
use protocol_spec::codes::Status;

/// What is being done for the session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Op {
    None,
    Weigh(EraseWhen),
    Erase,
    Program(u32),
    Mark,
    HashStaged(u32),
    Check,
    Prepare(PrepareStep),
    HashRunning(u32),
}

/// A transfer; offsets are in the object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Transfer {
    length: u32,
    patch: bool,
    store: Store,
    erase: EraseWhen,
    accepted: bool,
    /// Bytes that have arrived.
    written: u32,
    /// Bytes that are in flash.
    stored: u32,
    /// Erase units from the first on that are filled or erased.
    erased: u32,
    /// Bytes in the digest.
    hashed: u32,
    finish: bool,
    /// What comes next once a patch has its digest.
    prepare: Option<PrepareStep>,
    verified: bool,
}

impl Planner {
    pub(super) fn ready_effect(&self, op: Op) -> Effect {
        let transfer = self.transfer.unwrap_or(Transfer::NONE);
        let store = transfer.store;
        match op {
            Op::None => Effect::Idle,
            Op::Weigh(_) => Effect::WeighOffer,
            Op::Erase => Effect::EraseStaging {
                store,
                unit: transfer.erased,
            },
            Op::Program(len) => Effect::ProgramStaging {
                store,
                offset: transfer.stored,
                len,
            },
            Op::Mark => Effect::Mark {
                area: self.area(),
                mark: Mark::Progress(self.marks),
            },
            Op::HashStaged(len) => Effect::HashStaging {
                store,
                offset: transfer.hashed,
                len,
            },
            Op::Check => Effect::CheckContent,
            Op::Prepare(step) => self.prepare_effect(step),
            Op::HashRunning(len) => {
                let offset = self.running_hashed;
                let last = offset.saturating_add(len) >= self.running_len();
                Effect::HashRunning { offset, len, last }
            }
        }
    }

    pub(super) fn settle_ready<P: Policy>(&mut self, op: Op, last: Outcome) {
        self.task = Task::Ready(Op::None);
        match (op, last) {
            (Op::None, _) => {}
            (Op::Weigh(erase), Outcome::Offer(offer)) => self.weighed::<P>(&offer, erase),
            (Op::Weigh(_), _) => self.refuse(Refusal::State),
            (Op::HashRunning(_), Outcome::Failed(fault)) => {
                self.running_hashed = self.running_len();
                self.tell = Some(CoreEvent::HashFailed(fault));
            }
            (Op::HashRunning(len), _) => self.running_hashed += len,
            (_, Outcome::Failed(fault)) => self.abandon(fault),
            (Op::Prepare(step), last) => self.settle_prepare(step, last),
            (Op::Mark, _) => self.marks = self.marks.saturating_add(1),
            (op, _) => {
                if let Some(transfer) = &mut self.transfer {
                    transfer.done(op);
                }
                if op == Op::Check && self.transfer.is_some_and(|it| it.verified) {
                    self.tell = Some(CoreEvent::Finished(Ok(())));
                }
            }
        }
    }

    /// Serves a request, or finds work that nobody waits for.
    pub(super) fn choose(&mut self) {
        if core::mem::take(&mut self.confirm)
            && self.standing == (Standing::Entered { tried: true })
        {
            return self.write(Draft::Confirm, None);
        }
        match self.wanted.take() {
            Some(Request::Offer(erase)) => self.weigh(erase),
            Some(Request::Abort) => self.transfer = None,
            Some(Request::Finish) => self.finish(),
            Some(Request::Boot) => self.order(),
            Some(Request::Written(_) | Request::Confirm) | None => self.work(),
        }
    }

    pub(super) fn arrived(&mut self, written: u32) {
        if let Some(transfer) = self.transfer.as_mut().filter(|transfer| transfer.accepted) {
            transfer.written = written.min(transfer.length);
        }
    }

    /// Takes bytes from now on, or first erases all room for them.
    pub(super) fn begin_transfer(&mut self) {
        let Some(transfer) = &mut self.transfer else {
            return;
        };
        let all = self.shape.units_of(transfer.store, transfer.length);
        if transfer.erase == EraseWhen::Ahead || transfer.erased >= all {
            transfer.accepted = true;
            let offset = transfer.stored;
            if !self.superseded() {
                self.tell = Some(CoreEvent::Accepted { offset });
            }
        }
    }

    fn weigh(&mut self, erase: EraseWhen) {
        self.transfer = None;
        match self.unusable {
            Some(refusal) => self.refuse(refusal),
            None => self.task = Task::Ready(Op::Weigh(erase)),
        }
    }

    fn weighed<P: Policy>(&mut self, offer: &OfferFacts, erase: EraseWhen) {
        let store = self.store_for(offer);
        let known = offer.same_object && self.phase() == Phase::of_transfer(store);
        let host = self.host_facts(store, offer.patch);
        if let Err(refusal) = P::accept(offer, &host) {
            return self.refuse(refusal);
        }
        let mut transfer = Transfer::new(offer.length, store, erase);
        transfer.patch = offer.patch;
        if !known {
            self.transfer = Some(transfer);
            let code = self.unrecorded_code();
            return self.write(Draft::Receive { store, code }, None);
        }
        transfer.resume(P::resume_at(offer, &host), self.shape.unit_of(store));
        self.marks = self.filled(offer.patch);
        self.transfer = Some(transfer);
        if self.fresh {
            self.begin_transfer();
        } else {
            self.renew();
        }
    }

    /// Why nothing runs, where the record in force is that of an update and knows of no failure: the
    /// boot step could not go on.
    fn unrecorded_code(&self) -> Status {
        let begun = matches!(
            self.phase(),
            Phase::Apply | Phase::Install | Phase::Swap | Phase::Revert
        );
        match self.standing {
            Standing::Stopped(code) if begun => code,
            _ => Status::DONE,
        }
    }

    /// A full image that staging does not hold goes straight to the slot of an in-place host.
    const fn store_for(&self, offer: &OfferFacts) -> Store {
        let staged = !self.shape.in_place || offer.patch || offer.length <= self.shape.staging_len;
        if staged { Store::Staging } else { Store::Slot }
    }

    fn host_facts(&self, store: Store, patch: bool) -> HostFacts {
        let resumable = self.phase() == Phase::of_transfer(store);
        let filled_len = self.filled(patch).saturating_mul(self.shape.unit_of(store));
        HostFacts {
            in_place: self.shape.in_place,
            slot_len: self.shape.slot_len,
            staging_len: self.shape.staging_len,
            update_pending: matches!(
                self.standing,
                Standing::Entered { tried: true } | Standing::Ordered
            ),
            running: matches!(self.standing, Standing::Entered { .. }),
            filled_len: if resumable { filled_len } else { 0 },
        }
    }

    /// Erase units of the object on record that need not be sent again. The first mark of a patch may
    /// share the last unit with its file, and a cut may have torn it.
    fn filled(&self, patch: bool) -> u32 {
        let all = self.marks_total();
        let torn = patch && !self.fresh && self.marks >= all;
        if torn {
            all.saturating_sub(1)
        } else {
            self.marks
        }
    }

    fn finish(&mut self) {
        match &mut self.transfer {
            Some(transfer) if transfer.verified => {
                self.tell = Some(CoreEvent::Finished(Ok(())));
            }
            Some(transfer) if transfer.accepted && transfer.written == transfer.length => {
                transfer.finish = true;
                self.work();
            }
            _ => self.tell = Some(CoreEvent::Finished(Err(Fault::State))),
        }
    }

    fn order(&mut self) {
        if self.standing == Standing::Ordered {
            self.tell = Some(CoreEvent::BootStored);
        } else if self.transfer.is_some_and(|transfer| transfer.verified) {
            self.write(Draft::Order, None);
        } else if self.may_try_again() {
            self.write(Draft::TryAgain, None);
        } else {
            self.refuse(Refusal::State);
        }
    }

    /// Whether the slot holds a new image that was tried as often as it may be, and no transfer has
    /// begun since.
    fn may_try_again(&self) -> bool {
        let image = self.record.is_some_and(|it| {
            it.phase == Phase::Stopped && it.code == Status::BOOT && it.other_len.is_some()
        });
        self.shape.in_place && image && self.transfer.is_none()
    }

    fn refuse(&mut self, refusal: Refusal) {
        if !self.superseded() {
            self.tell = Some(CoreEvent::Refused(refusal));
        }
    }

    /// Whether the session has turned to another offer since.
    const fn superseded(&self) -> bool {
        matches!(self.wanted, Some(Request::Offer(_) | Request::Abort))
    }

    /// Gives up the transfer, so that nothing resumes it.
    pub(super) fn abandon(&mut self, fault: Fault) {
        let tell = match self.transfer.take() {
            Some(transfer) if transfer.finish => CoreEvent::Finished(Err(fault)),
            Some(transfer) if !transfer.accepted => CoreEvent::Refused(Refusal::Flash(fault)),
            _ => CoreEvent::Failed(fault),
        };
        self.write(Draft::Abandon(fault), Some(tell));
    }

    fn work(&mut self) {
        let all = |it: &Transfer| self.shape.units_of(it.store, it.length);
        if self
            .transfer
            .is_some_and(|it| !it.accepted && it.erased >= all(&it))
        {
            return self.begin_transfer();
        }
        let op = self
            .transfer
            .and_then(|transfer| self.transfer_op(&transfer));
        let op = op.or_else(|| self.running_op());
        let op = op.or_else(|| self.transfer.and_then(|transfer| transfer.hash_op()));
        self.task = Task::Ready(op.unwrap_or(Op::None));
    }

    fn transfer_op(&self, transfer: &Transfer) -> Option<Op> {
        let unit = self.shape.unit_of(transfer.store);
        let all = self.shape.units_of(transfer.store, transfer.length);
        let filled = self.marks.saturating_mul(unit);
        let unit_end = filled.saturating_add(unit).min(transfer.length);
        if self.marks < all && transfer.stored >= unit_end {
            return Some(Op::Mark);
        }
        let waiting = transfer.written.saturating_sub(transfer.stored);
        let due =
            waiting > 0 && (waiting >= self.shape.piece_len || transfer.written == transfer.length);
        if due && transfer.stored / unit < transfer.erased {
            Some(Op::Program(waiting))
        } else if transfer.erased < all {
            Some(Op::Erase)
        } else if let Some(step) = transfer.prepare {
            Some(Op::Prepare(step))
        } else if transfer.finish && !transfer.verified && transfer.hashed == transfer.length {
            Some(Op::Check)
        } else {
            None
        }
    }

    fn running_op(&self) -> Option<Op> {
        let rest = self.running_len().saturating_sub(self.running_hashed);
        (rest > 0).then_some(Op::HashRunning(rest.min(READ_LEN_MAX)))
    }

    /// Length of the image that was entered; 0 before that.
    fn running_len(&self) -> u32 {
        let len = match self.standing {
            Standing::Entered { tried: true } => self.record.and_then(|record| record.other_len),
            Standing::Entered { tried: false } => self.record.and_then(|record| record.running_len),
            Standing::Booting | Standing::Stopped(_) | Standing::Ordered => None,
        };
        len.unwrap_or(0)
    }
}

impl Transfer {
    const NONE: Self = Self::new(0, Store::Staging, EraseWhen::Ahead);

    const fn new(length: u32, store: Store, erase: EraseWhen) -> Self {
        Self {
            length,
            patch: false,
            store,
            erase,
            accepted: false,
            written: 0,
            stored: 0,
            erased: 0,
            hashed: 0,
            finish: false,
            prepare: None,
            verified: false,
        }
    }

    const fn resume(&mut self, offset: u32, unit: u32) {
        self.written = offset;
        self.stored = offset;
        self.erased = offset.div_ceil(unit);
    }

    const fn done(&mut self, op: Op) {
        match op {
            Op::Erase => self.erased += 1,
            Op::Program(len) => self.stored += len,
            Op::HashStaged(len) => self.hashed += len,
            Op::Check if self.patch => self.prepare = Some(PrepareStep::Open),
            Op::Check => self.verified = true,
            Op::None | Op::Weigh(_) | Op::Mark | Op::Prepare(_) | Op::HashRunning(_) => {}
        }
    }

    /// Takes the next step of the preparation; after the last the patch is verified.
    pub(super) const fn prepared(&mut self, next: Option<PrepareStep>) {
        self.verified = next.is_none();
        self.prepare = next;
    }

    fn hash_op(&self) -> Option<Op> {
        let rest = self.stored.saturating_sub(self.hashed);
        let due = rest >= READ_LEN_MAX || rest > 0 && self.stored == self.length;
        due.then_some(Op::HashStaged(rest.min(READ_LEN_MAX)))
    }
}
