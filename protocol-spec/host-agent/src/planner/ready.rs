//! Serving the session: offers, bytes, verification, boot order, confirmation.

use super::{Planner, Request, Standing, Task};
use crate::core_event::{CoreEvent, EraseWhen};
use crate::effect::{Draft, Effect, Mark, OfferFacts, Outcome, Part};
use crate::fault::{Fault, Refusal};
use crate::flash::READ_LEN_MAX;
use crate::policy::{HostFacts, Policy};
use crate::record::Phase;

/// What is being done for the session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Op {
    None,
    Weigh(EraseWhen),
    Erase,
    Program(u32),
    Mark(Part),
    HashStaged(u32),
    Check,
    HashRunning(u32),
}

/// A transfer; offsets are in the object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Transfer {
    length: u32,
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
    verified: bool,
}

impl Planner {
    pub(super) fn ready_effect(&self, op: Op) -> Effect {
        let transfer = self.transfer.unwrap_or(Transfer::new(0, EraseWhen::Ahead));
        match op {
            Op::None => Effect::Idle,
            Op::Weigh(_) => Effect::WeighOffer,
            Op::Erase => Effect::EraseStaging {
                unit: transfer.erased,
            },
            Op::Program(len) => Effect::ProgramStaging {
                offset: transfer.stored,
                len,
            },
            Op::Mark(part) => {
                let mark = Mark::Progress(self.marks.set);
                Effect::Mark {
                    area: self.area(),
                    mark,
                    part,
                }
            }
            Op::HashStaged(len) => Effect::HashStaging {
                offset: transfer.hashed,
                len,
            },
            Op::Check => Effect::CheckContent,
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
            (Op::Mark(Part::Begun), _) => self.task = Task::Ready(Op::Mark(Part::Set)),
            (Op::Mark(Part::Set), _) => self.task = Task::Ready(Op::Mark(Part::Firm)),
            (Op::Mark(Part::Firm), _) => self.marks.set = self.marks.set.saturating_add(1),
            (op, _) => {
                if let Some(transfer) = &mut self.transfer {
                    transfer.done(op);
                }
                if op == Op::Check {
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
        let all = self.shape.units_of(transfer.length);
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
        let host = self.host_facts();
        if let Err(refusal) = P::accept(offer, &host) {
            return self.refuse(refusal);
        }
        let mut transfer = Transfer::new(offer.length, erase);
        if !offer.same_object {
            self.transfer = Some(transfer);
            return self.write(Draft::Receive, None);
        }
        transfer.resume(P::resume_at(offer, &host), self.shape.slot_unit);
        self.transfer = Some(transfer);
        if self.marks.doubtful {
            self.write(
                Draft::Renew {
                    base: self.marks.set,
                },
                None,
            );
        } else {
            self.begin_transfer();
        }
    }

    fn host_facts(&self) -> HostFacts {
        let receiving = self.phase() == Phase::Receiving;
        HostFacts {
            slot_len: self.shape.slot_len,
            update_pending: matches!(
                self.standing,
                Standing::Entered { tried: true } | Standing::Ordered
            ),
            running: matches!(self.standing, Standing::Entered { .. }),
            filled_len: if receiving { self.filled_len() } else { 0 },
        }
    }

    fn filled_len(&self) -> u32 {
        self.marks.set.saturating_mul(self.shape.slot_unit)
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
        } else {
            self.refuse(Refusal::State);
        }
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
    fn abandon(&mut self, fault: Fault) {
        let tell = match self.transfer.take() {
            Some(transfer) if transfer.finish => CoreEvent::Finished(Err(fault)),
            Some(transfer) if !transfer.accepted => CoreEvent::Refused(Refusal::Flash(fault)),
            _ => CoreEvent::Failed(fault),
        };
        self.write(Draft::Abandon(fault), Some(tell));
    }

    fn work(&mut self) {
        let all = |transfer: &Transfer| self.shape.units_of(transfer.length);
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
        let all = self.shape.units_of(transfer.length);
        let unit_end = self
            .filled_len()
            .saturating_add(self.shape.slot_unit)
            .min(transfer.length);
        if self.marks.set < all && transfer.stored >= unit_end {
            return Some(Op::Mark(Part::Begun));
        }
        let waiting = transfer.written.saturating_sub(transfer.stored);
        let due =
            waiting > 0 && (waiting >= self.shape.piece_len || transfer.written == transfer.length);
        if due && transfer.stored / self.shape.slot_unit < transfer.erased {
            Some(Op::Program(waiting))
        } else if transfer.erased < all {
            Some(Op::Erase)
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
    const fn new(length: u32, erase: EraseWhen) -> Self {
        Self {
            length,
            erase,
            accepted: false,
            written: 0,
            stored: 0,
            erased: 0,
            hashed: 0,
            finish: false,
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
            Op::Check => self.verified = true,
            Op::None | Op::Weigh(_) | Op::Mark(_) | Op::HashRunning(_) => {}
        }
    }

    fn hash_op(&self) -> Option<Op> {
        let rest = self.stored.saturating_sub(self.hashed);
        let due = rest >= READ_LEN_MAX || rest > 0 && self.stored == self.length;
        due.then_some(Op::HashStaged(rest.min(READ_LEN_MAX)))
    }
}
