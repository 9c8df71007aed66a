//! The update as the ayla host sees it: offer, blocks, status, boot order.
//!
//! | state     | offer     | block                     | boot order           | core                  |
//! |-----------|-----------|---------------------------|----------------------|-----------------------|
//! | Idle      | Offered   | ERR OFFSET                | silence              |                       |
//! | Offered   | Offered   | not taken, comes again    | silence              | Receiving, or refused |
//! | Receiving | Offered   | next offset, or ERR, Idle | silence              | fault: ERR, Idle      |
//! | Verifying | Offered   | ERR OFFSET, Idle          | silence              | Staged, or ERR, Idle  |
//! | Staged    | Offered   | ERR OFFSET                | Booting              |                       |
//! | Booting   | not taken | not taken                 | not taken            | reset, or Staged      |

use heapless::Vec;
use protocol_spec::ayla::message::Tlvs;
use protocol_spec::ayla::tlv::{self, TlvType};
use protocol_spec::rig::message::ObjectKind;
use protocol_spec::text::version_matches;
use protocol_spec::{HostErr, Status, Version};

use crate::core_event::{CoreEvent, EraseWhen, Object};
use crate::door::Door;
use crate::fault::Fault;
use crate::image_format::ImageChecks;

/// Most bytes of a block: what a one-byte length can say.
const BLOCK_BYTES_MAX: usize = 255;

/// What becomes of the data frame that brought a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Settle {
    /// It is ACKed.
    Ack,
    /// It is ACKed later, or never.
    Hold,
    /// It is not taken: the module sends it again.
    Drop,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Idle,
    Offered { length: u32 },
    Receiving { length: u32, next: u32 },
    Verifying,
    Staged,
    Booting,
}

/// The update.
#[derive(Clone, Debug)]
pub(super) struct Update {
    checks: ImageChecks,
    state: State,
    /// The block that the core has not wholly taken.
    block: Vec<u8, BLOCK_BYTES_MAX>,
    /// Bytes of `block` that the core took.
    taken: usize,
    go_ahead: bool,
    status: Option<HostErr>,
}

impl Update {
    pub(super) const fn new(checks: ImageChecks) -> Self {
        Self {
            checks,
            state: State::Idle,
            block: Vec::new(),
            taken: 0,
            go_ahead: false,
            status: None,
        }
    }

    /// Whether the boot order is at work, after which the host says nothing more.
    pub(super) fn is_booting(&self) -> bool {
        self.state == State::Booting
    }

    /// Whether the go-ahead waits to be said.
    pub(super) const fn go_ahead(&self) -> bool {
        self.go_ahead
    }

    /// The status that waits to be said.
    pub(super) const fn status(&self) -> Option<HostErr> {
        self.status
    }

    pub(super) fn said_go_ahead(&mut self) {
        self.go_ahead = false;
    }

    pub(super) fn said_status(&mut self) {
        self.status = None;
    }

    /// Sets what the boot itself has to say.
    pub(super) fn entered(&mut self, core: &impl Door) {
        self.status = if core.first_boot() {
            Some(HostErr::NONE)
        } else {
            Some(core.last_code())
                .filter(|code| !code.is_done())
                .map(err_of_record)
        };
    }

    pub(super) fn offer(&mut self, core: &mut impl Door, tlvs: Tlvs<'_>) -> Settle {
        if self.state == State::Booting {
            return Settle::Drop;
        }
        // What was to be said of the blocks before this offer would be taken for its answer.
        self.status = self
            .status
            .filter(|err| *err == HostErr::NONE || *err == HostErr::BOOT);
        self.go_ahead = false;
        self.state = State::Idle;
        core.abort();
        match offered(tlvs) {
            Ok(object) => {
                self.state = State::Offered {
                    length: object.length,
                };
                core.offer(&object, self.checks, EraseWhen::BeforeAccept);
            }
            Err(err) => self.status = Some(err),
        }
        Settle::Ack
    }

    pub(super) fn block(&mut self, core: &mut impl Door, tlvs: Tlvs<'_>) -> Settle {
        let (length, next) = match self.state {
            State::Receiving { length, next } => (length, next),
            State::Offered { .. } | State::Booting => return Settle::Drop,
            State::Idle | State::Staged | State::Verifying => {
                return self.refuse(core, HostErr::OFFSET);
            }
        };
        let offset = tlvs
            .find(TlvType::OFF)
            .and_then(|value| value.try_into().ok());
        let bytes = tlvs.find(TlvType::BIN).filter(|bytes| !bytes.is_empty());
        let (Some(offset), Some(bytes)) = (offset.map(u32::from_be_bytes), bytes) else {
            return self.refuse(core, HostErr::SEQUENCE);
        };
        let end = u32::try_from(bytes.len())
            .ok()
            .and_then(|len| next.checked_add(len));
        let Some(next) = end.filter(|end| offset == next && *end <= length) else {
            return self.refuse(core, HostErr::OFFSET);
        };
        self.state = State::Receiving { length, next };
        self.block = Vec::from_slice(bytes).unwrap_or_default();
        self.taken = 0;
        if self.feed(core) {
            Settle::Ack
        } else {
            Settle::Hold
        }
    }

    pub(super) fn boot(&mut self, core: &mut impl Door, tlvs: Tlvs<'_>) -> Settle {
        let staged = core.staged().unwrap_or_default();
        let wanted = tlvs.find(TlvType::UTF8);
        let right = wanted.is_none_or(|wanted| version_matches(staged.as_bytes(), wanted));
        if self.state == State::Staged && right {
            self.state = State::Booting;
            core.boot();
            // The real library resets in its handler, before the ACK leaves.
            return Settle::Hold;
        }
        Settle::Ack
    }

    /// Hands the block to the core; whether all of it was taken.
    pub(super) fn feed(&mut self, core: &mut impl Door) -> bool {
        while let Some(rest) = self.block.get(self.taken..).filter(|rest| !rest.is_empty()) {
            match core.write(rest) {
                0 => return false,
                count => self.taken += count,
            }
        }
        if matches!(self.state, State::Receiving { length, next } if next == length) {
            self.state = State::Verifying;
            core.finish();
        }
        true
    }

    /// Takes what the core has to say; whether a held frame is to be ACKed.
    pub(super) fn core_event(&mut self, event: &CoreEvent) -> bool {
        match (event, self.state) {
            (CoreEvent::Accepted { .. }, State::Offered { length }) => {
                self.state = State::Receiving { length, next: 0 };
                self.go_ahead = true;
                false
            }
            (CoreEvent::Refused(refusal), State::Offered { .. }) => self.end(refusal.host_err()),
            (CoreEvent::Finished(Ok(())), State::Verifying) => {
                self.state = State::Staged;
                self.status = Some(HostErr::NONE);
                false
            }
            (CoreEvent::Finished(Err(fault)), State::Verifying) => self.end(fault.host_err()),
            (
                CoreEvent::Failed(fault),
                State::Offered { .. } | State::Receiving { .. } | State::Verifying,
            ) => self.end(fault.host_err()),
            (CoreEvent::Refused(_) | CoreEvent::Failed(_), State::Booting) => {
                self.state = State::Idle;
                true
            }
            _ => false,
        }
    }

    /// Ends the transfer; every further block is answered with the wrong-offset error.
    fn end(&mut self, err: HostErr) -> bool {
        self.state = State::Idle;
        self.status = Some(err);
        self.block.clear();
        true
    }

    fn refuse(&mut self, core: &mut impl Door, err: HostErr) -> Settle {
        if self.state != State::Staged {
            core.abort();
            self.state = State::Idle;
        }
        self.status = Some(err);
        Settle::Ack
    }
}

/// The ERR byte of the code on record: that of the fault behind it.
fn err_of_record(code: Status) -> HostErr {
    Fault::ON_RECORD
        .into_iter()
        .find(|fault| fault.status() == code)
        .map_or(HostErr::INTERNAL, Fault::host_err)
}

/// The object of an offer.
fn offered(tlvs: Tlvs<'_>) -> Result<Object, HostErr> {
    let version = tlvs.find(TlvType::UTF8).ok_or(HostErr::SEQUENCE)?;
    let length = tlvs
        .find(TlvType::LEN)
        .filter(|value| matches!(value.len(), 2 | 4));
    let length = length.and_then(tlv::uint).ok_or(HostErr::SEQUENCE)?;
    Ok(Object {
        kind: ObjectKind::Image,
        length: u32::try_from(length).map_err(|_| HostErr::LENGTH)?,
        digest: None,
        version: Version::from_bytes(version).ok_or(HostErr::LENGTH)?,
    })
}
