//! One transfer of the rig dialect, from the offer to the boot order.

use protocol_spec::rig::message::{Data, Offer, Step};
use protocol_spec::{Digest, Status, Version};

use super::window::{Arrival, Window};
use super::{FRAMES_PER_ACK, Host};
use crate::core_event::{CoreEvent, EraseWhen, Object};
use crate::door::Door;
use crate::door::Io;
use crate::fault::Refusal;
use crate::image_format::ImageChecks;
use crate::timer::Timer;

/// How far a transfer has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// The core judges the offer.
    Offered,
    /// Bytes come.
    Receiving,
    /// The module asked for the verification; `begun`: the core has all bytes and works on it.
    Finishing { begun: bool },
    /// The outcome of the verification.
    Finished(Status),
    /// The core stores the boot order.
    Booting,
    /// The boot order is in flash.
    BootStored,
    /// It ended on an error: what there is to say of it.
    Ended {
        step: Step,
        status: Status,
        detail: u32,
    },
}

/// The transfer.
#[derive(Clone, Debug)]
pub(super) struct Transfer {
    number: u16,
    object: Object,
    window: Window,
    state: State,
}

impl Transfer {
    pub(super) const fn number(&self) -> u16 {
        self.number
    }

    pub(super) const fn window(&self) -> &Window {
        &self.window
    }

    pub(super) const fn window_mut(&mut self) -> &mut Window {
        &mut self.window
    }

    pub(super) fn is_receiving(&self) -> bool {
        self.state == State::Receiving
    }

    pub(super) fn is_boot_stored(&self) -> bool {
        self.state == State::BootStored
    }

    /// Whether the core works on a request about it.
    pub(super) const fn is_working(&self) -> bool {
        matches!(
            self.state,
            State::Offered | State::Finishing { .. } | State::Booting
        )
    }

    /// Whether the boot order was given, after which there is no way back.
    const fn is_booting(&self) -> bool {
        matches!(self.state, State::Booting | State::BootStored)
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> Host<B> {
    pub(super) fn offer(&mut self, io: &mut Io<'_>, core: &mut impl Door, offer: &Offer<'_>) {
        let object = Object {
            kind: offer.kind,
            length: offer.length,
            digest: Some(Digest(offer.digest)),
            version: Version::from_bytes(offer.version).unwrap_or_default(),
        };
        match &self.transfer {
            Some(known) if known.number == offer.transfer && known.object == object => {
                self.repeat_offer(io);
            }
            Some(known) if known.is_booting() => {
                self.push_step(offer.transfer, Step::Offer, Status::STATE, 0);
            }
            _ => self.new_offer(core, offer.transfer, object),
        }
    }

    fn new_offer(&mut self, core: &mut impl Door, number: u16, object: Object) {
        let checks = ImageChecks {
            format: self.config.image_format,
            image_max: self.config.layout.primary.len,
        };
        let window = Window::new(0, object.length);
        self.transfer = Some(Transfer {
            number,
            object,
            window,
            state: State::Offered,
        });
        self.pending.accept = false;
        self.pending.ack = false;
        self.pending.steps.clear();
        self.unacked = 0;
        core.offer(&object, checks, EraseWhen::Ahead);
    }

    fn repeat_offer(&mut self, io: &mut Io<'_>) {
        match self
            .transfer
            .as_ref()
            .map(|known| (known.number, known.state))
        {
            Some((_, State::Offered)) => self.say_busy(io),
            Some((
                number,
                State::Ended {
                    step,
                    status,
                    detail,
                },
            )) => self.push_step(number, step, status, detail),
            Some(_) => self.pending.accept = true,
            None => {}
        }
    }

    pub(super) fn data(&mut self, io: &mut Io<'_>, data: &Data<'_>) {
        let (number, at) = (data.transfer, data.offset);
        match self
            .transfer
            .as_ref()
            .filter(|known| known.number == number)
            .map(|known| known.state)
        {
            Some(State::Receiving) => self.piece(io, data),
            Some(State::Offered) => {}
            Some(State::Ended {
                step,
                status,
                detail,
            }) => self.push_step(number, step, status, detail),
            Some(_) => self.pending.ack = true,
            None => self.push_step(number, Step::Data, Status::STATE, at),
        }
    }

    fn piece(&mut self, io: &mut Io<'_>, data: &Data<'_>) {
        let Some(transfer) = &mut self.transfer else {
            return;
        };
        let end = u64::from(data.offset) + data.bytes.len() as u64;
        if end > u64::from(transfer.object.length) {
            let length = transfer.object.length;
            self.push_step(data.transfer, Step::Data, Status::OP_LEN, length);
            return;
        }
        let capacity = usize::try_from(self.capacity).unwrap_or(usize::MAX);
        let ring = self.ring.as_mut().get_mut(..capacity).unwrap_or(&mut []);
        let arrival = transfer.window.insert(ring, data.offset, data.bytes);
        self.unacked = self.unacked.saturating_add(1);
        let at_once = arrival != Arrival::InOrder || transfer.window.is_full();
        if at_once || self.unacked >= FRAMES_PER_ACK {
            self.pending.ack = true;
        } else {
            io.timers
                .start(Timer::AckDelay, io.now + self.config.ack_delay);
        }
    }

    pub(super) fn finish(&mut self, io: &mut Io<'_>, number: u16) {
        let known = self
            .transfer
            .as_mut()
            .filter(|known| known.number == number);
        let Some(transfer) = known else {
            self.push_step(number, Step::Finish, Status::STATE, 0);
            return;
        };
        match transfer.state {
            State::Receiving if transfer.window.is_full() => {
                transfer.state = State::Finishing { begun: false };
                self.say_busy(io);
            }
            State::Receiving => {
                let next = transfer.window.next();
                self.push_step(number, Step::Finish, Status::STATE, next);
                self.pending.ack = true;
            }
            State::Offered | State::Finishing { .. } => self.say_busy(io),
            State::Finished(status) => self.push_step(number, Step::Finish, status, 0),
            State::Booting | State::BootStored => {
                self.push_step(number, Step::Finish, Status::DONE, 0);
            }
            State::Ended {
                step,
                status,
                detail,
            } => self.push_step(number, step, status, detail),
        }
    }

    pub(super) fn boot(&mut self, io: &mut Io<'_>, core: &mut impl Door, number: u16) {
        let known = self
            .transfer
            .as_mut()
            .filter(|known| known.number == number);
        let Some(transfer) = known else {
            return self.boot_again(io, core, number);
        };
        match transfer.state {
            State::Finished(Status::DONE) => {
                transfer.state = State::Booting;
                core.boot();
                self.say_busy(io);
            }
            State::Booting => self.say_busy(io),
            State::BootStored => self.pending.boot_answer = true,
            _ => self.push_step(number, Step::Boot, Status::STATE, 0),
        }
    }

    /// A boot order without a transfer: one more try for an image that was not confirmed.
    fn boot_again(&mut self, io: &mut Io<'_>, core: &mut impl Door, number: u16) {
        let Some(object) = core.not_confirmed().filter(|_| self.transfer.is_none()) else {
            return self.push_step(number, Step::Boot, Status::STATE, 0);
        };
        self.transfer = Some(Transfer {
            number,
            object,
            window: Window::new(object.length, object.length),
            state: State::Booting,
        });
        core.boot();
        self.say_busy(io);
    }

    pub(super) fn abort(&mut self, core: &mut impl Door, number: u16) {
        let known = self
            .transfer
            .as_ref()
            .filter(|known| known.number == number);
        let status = match known.map(Transfer::is_booting) {
            Some(true) => Status::STATE,
            Some(false) => {
                core.abort();
                self.transfer = None;
                self.pending.accept = false;
                self.pending.ack = false;
                self.pending.steps.clear();
                Status::DONE
            }
            None => Status::DONE,
        };
        self.push_step(number, Step::Abort, status, 0);
    }

    /// Moves what arrived from the ring to the core, and sees what that allows.
    pub(super) fn pump(&mut self, core: &mut impl Door) {
        let Some(transfer) = &mut self.transfer else {
            return;
        };
        if !matches!(
            transfer.state,
            State::Receiving | State::Finishing { begun: false }
        ) {
            return;
        }
        let capacity = usize::try_from(self.capacity).unwrap_or(usize::MAX);
        let ring = self.ring.as_ref().get(..capacity).unwrap_or(&[]);
        while core.write(transfer.window.readable(ring, core.written())) > 0 {}
        let written = core.written();
        if transfer.state == (State::Finishing { begun: false })
            && written == transfer.object.length
        {
            transfer.state = State::Finishing { begun: true };
            core.finish();
        }
        let window = &transfer.window;
        let new_limit = window.limit_for(written, self.capacity);
        let more = new_limit - window.limit();
        let left = window.limit() - window.next().min(window.limit());
        let useful = more >= self.capacity / 2
            || (left < u32::from(self.data_max) && more >= self.data_max.into());
        let last = more > 0 && new_limit == transfer.object.length;
        // An acceptance that still waits brings the credit itself.
        if (useful || last) && !self.pending.accept {
            self.pending.ack = true;
        }
    }

    /// Takes what the core has to say of the transfer.
    pub(super) fn transfer_event(&mut self, io: &Io<'_>, core: &impl Door, event: &CoreEvent) {
        let Some(transfer) = &mut self.transfer else {
            return;
        };
        let number = transfer.number;
        match (event, transfer.state) {
            (CoreEvent::Accepted { offset }, State::Offered) => {
                transfer.window = Window::new(*offset, transfer.object.length);
                transfer.state = State::Receiving;
                self.pending.accept = true;
                self.promise(io.now, core.erase_ms_ahead());
            }
            (CoreEvent::Refused(refusal), State::Offered) => {
                let detail = match refusal {
                    Refusal::TooLarge if transfer.object.is_patch() => {
                        self.config.layout.secondary.len
                    }
                    Refusal::TooLarge => self.config.layout.primary.len,
                    _ => 0,
                };
                self.end(Step::Offer, refusal.status(), detail);
            }
            (CoreEvent::Finished(outcome), State::Finishing { .. }) => {
                let status = outcome.err().map_or(Status::DONE, |fault| fault.status());
                transfer.state = State::Finished(status);
                self.push_step(number, Step::Finish, status, 0);
            }
            (CoreEvent::BootStored, State::Booting) => {
                transfer.state = State::BootStored;
                self.pending.boot_answer = true;
            }
            (CoreEvent::Refused(refusal), State::Booting) => {
                self.end(Step::Boot, refusal.status(), 0);
            }
            (CoreEvent::Failed(fault), state) => {
                let step = match state {
                    State::Offered => Step::Offer,
                    State::Receiving => Step::Data,
                    State::Finishing { .. } => Step::Finish,
                    State::Booting => Step::Boot,
                    State::Finished(_) | State::BootStored | State::Ended { .. } => return,
                };
                self.end(step, fault.status(), core.stored());
            }
            _ => {}
        }
    }

    /// Ends the transfer on an error and says so.
    fn end(&mut self, step: Step, status: Status, detail: u32) {
        if let Some(transfer) = &mut self.transfer {
            transfer.state = State::Ended {
                step,
                status,
                detail,
            };
            let number = transfer.number;
            self.push_step(number, step, status, detail);
        }
    }
}
