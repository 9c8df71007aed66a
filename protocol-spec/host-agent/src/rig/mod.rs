//! Host session of the rig dialect, version 1.
//!
//! Every request is answered, a repeated one again, and its work is done once. Before work that
//! keeps the host from listening the module is told for how long; while work goes on it is told
//! again and again. The transfer lives in [`transfer`], the ring in [`window`].

mod speak;
mod transfer;
mod window;

use core::time::Duration;

use heapless::Deque;
use protocol_spec::Status;
use protocol_spec::Tick;
use protocol_spec::rig::frame::{DecodeError, Deframer, Fed, decode_to_host};
use protocol_spec::rig::hello::choose_version;
use protocol_spec::rig::kind::Kind;
use protocol_spec::rig::message::{BlockStatus, Hello, ReportAck, Step, StepStatus, ToHost};

use self::transfer::Transfer;
use crate::config::{AgentConfig, frame_bytes_for};
use crate::core_event::CoreEvent;
use crate::door::Door;
use crate::door::Io;
use crate::event::HostEvent;
use crate::timer::Timer;

/// How long a busy host may at most be silent; it speaks twice as often.
const BUSY_PROMISE: Duration = Duration::from_millis(500);
/// Added to the worst case of one flash operation, for the way of the hint and of what follows it.
const BUSY_MARGIN: Duration = Duration::from_millis(20);
/// Work shorter than this is not announced, milliseconds.
const HINT_MS_MIN: u32 = 5;
/// Most step outcomes that wait to be said; a module repeats what it does not hear.
const STEPS_MAX: usize = 4;
/// Most states of blocks that wait to be said; a later one of the same block says as much.
const BLOCKS_WAITING_MAX: usize = 4;
/// Data frames that one acknowledgement covers.
const FRAMES_PER_ACK: u8 = 2;

/// The session.
#[derive(Clone, Debug)]
pub(crate) struct RigSession<B> {
    deframer: Deframer<B>,
    host: Host<B>,
}

/// Everything of the session but the bytes of a half frame.
#[derive(Clone, Debug)]
struct Host<B> {
    config: AgentConfig,
    ring: B,
    /// Bytes of the ring that are used.
    capacity: u32,
    data_max: u16,
    transfer: Option<Transfer>,
    pending: Pending,
    /// Data frames since the last acknowledgement.
    unacked: u8,
    /// The module was told that the host may be silent until then.
    promised: Tick,
    /// Whether the step to come was announced.
    hinted: bool,
    /// Whether the module asked what runs and the digest is not known yet.
    query_waits: bool,
    /// Code of the confirmation or the digest that could not be had, for the report.
    fault: Option<Status>,
    /// Whether the digest of the running image will not be known before the next boot.
    no_digest: bool,
    /// Number of the present report; a changed report has another.
    report_id: u16,
    reported: bool,
    /// Whether the confirmation is on its way to flash.
    confirming: bool,
    /// Whether the last hello found no common version: nothing but a hello is answered then.
    no_version: bool,
}

/// What waits to be said.
#[derive(Clone, Debug, Default)]
struct Pending {
    hello: Option<Hello>,
    accept: bool,
    steps: Deque<StepStatus, STEPS_MAX>,
    ack: bool,
    boot_answer: bool,
    report: bool,
    busy: bool,
    unsupported: Option<u8>,
    /// Said even while the boot step runs and nothing listens.
    blocks: Deque<BlockStatus, BLOCKS_WAITING_MAX>,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> RigSession<B> {
    pub(crate) fn new(config: AgentConfig, frame: B, window: B) -> Self {
        let window_len = u32::try_from(window.as_ref().len()).unwrap_or(u32::MAX);
        let capacity = config.window.min(window_len);
        let data_max = data_max(config.data_max, frame.as_ref().len());
        Self {
            deframer: Deframer::new(frame),
            host: Host {
                config,
                ring: window,
                capacity,
                data_max,
                transfer: None,
                pending: Pending::default(),
                unacked: 0,
                promised: Tick::ZERO,
                hinted: false,
                query_waits: false,
                fault: None,
                no_digest: false,
                report_id: 1,
                reported: false,
                confirming: false,
                no_version: false,
            },
        }
    }

    pub(crate) fn handle_input(&mut self, io: &mut Io<'_>, core: &mut impl Door, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (fed, tail) = self.deframer.feed(rest);
            rest = tail;
            match fed {
                Fed::More => {}
                Fed::Packet(packet) => self.host.packet(io, core, packet),
                Fed::Bad { len, .. } => io.events.push(HostEvent::BadFrame { len }),
            }
        }
        self.host.pump(core);
    }

    pub(crate) fn handle_timeout(&mut self, io: &mut Io<'_>) {
        if io.timers.take_expired(Timer::AckDelay, io.now) {
            self.host.pending.ack = true;
        }
        if io.timers.take_expired(Timer::StillBusy, io.now) && self.host.is_working() {
            self.host.say_busy(io);
        }
    }

    /// Announces the next step of the core when it is a long one; whether it must wait for that.
    pub(crate) fn announces(&mut self, io: &Io<'_>, core: &impl Door) -> bool {
        self.host.announces(io, core)
    }

    pub(crate) fn core_event(&mut self, io: &Io<'_>, core: &impl Door, event: &CoreEvent) {
        self.host.core_event(io, core, event);
    }

    /// Lets the core have what it has room for now; `idle`: it has nothing more to do.
    pub(crate) fn feed(&mut self, core: &mut impl Door, idle: bool) {
        self.host.pump(core);
        if idle && self.host.unacked > 0 {
            self.host.pending.ack = true;
        }
    }

    pub(crate) fn has_transmit(&self) -> bool {
        self.host.pending.any()
    }

    pub(crate) fn poll_transmit(
        &mut self,
        io: &mut Io<'_>,
        core: &impl Door,
        out: &mut [u8],
    ) -> usize {
        self.host.transmit(io, core, out)
    }

    /// Writes how a block of a patch goes; all that a host says during its boot step.
    pub(crate) fn transmit_block(&mut self, out: &mut [u8]) -> usize {
        self.host.next_block(out).and_then(Result::ok).unwrap_or(0)
    }

    /// Whether the boot order was answered and the host resets now.
    pub(crate) fn resets(&self) -> bool {
        !self.host.pending.boot_answer
            && self
                .host
                .transfer
                .as_ref()
                .is_some_and(Transfer::is_boot_stored)
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> Host<B> {
    fn packet(&mut self, io: &mut Io<'_>, core: &mut impl Door, packet: &[u8]) {
        match decode_to_host(packet) {
            Ok(ToHost::Hello(hello)) => self.hello(hello),
            _ if self.no_version => {}
            Ok(message) => self.message(io, core, &message),
            Err(DecodeError::UnknownKind(kind)) => self.unknown(kind),
            Err(_) => io.events.push(HostEvent::BadFrame { len: packet.len() }),
        }
    }

    fn message(&mut self, io: &mut Io<'_>, core: &mut impl Door, message: &ToHost<'_>) {
        match message {
            ToHost::Offer(offer) => self.offer(io, core, offer),
            ToHost::Data(data) => self.data(io, data),
            ToHost::Finish(finish) => self.finish(io, finish.transfer),
            ToHost::Boot(boot) => self.boot(io, core, boot.transfer),
            ToHost::Query(_) => self.query(io, core),
            ToHost::ReportAck(ack) => self.report_ack(io, core, *ack),
            ToHost::Abort(abort) => self.abort(core, abort.transfer),
            ToHost::Hello(_) | ToHost::Unsupported(_) => {}
        }
    }

    fn hello(&mut self, hello: Hello) {
        self.no_version = choose_version(hello.version_min, hello.version_max) == 0;
        self.pending.hello = Some(hello);
    }

    fn unknown(&mut self, kind: u8) {
        // An answer to "not known here" could be answered in turn, without end.
        if !matches!(
            Kind(kind),
            Kind::UNSUPPORTED_BY_HOST | Kind::UNSUPPORTED_BY_MODULE
        ) {
            self.pending.unsupported = Some(kind);
        }
    }

    fn query(&mut self, io: &mut Io<'_>, core: &impl Door) {
        let running = core.running();
        if running.known && running.digest.is_none() && !self.no_digest {
            self.query_waits = true;
            self.say_busy(io);
        } else {
            self.pending.report = true;
        }
    }

    fn report_ack(&mut self, io: &mut Io<'_>, core: &mut impl Door, ack: ReportAck) {
        let current = self.reported && ack.id == self.report_id;
        if !current {
            // The report that the module has not heard yet says more than silence.
            self.pending.report |= self.reported;
        } else if !core.running().confirmed && !self.confirming {
            self.confirming = true;
            core.report_acknowledged();
            self.say_busy(io);
        }
    }

    fn core_event(&mut self, io: &Io<'_>, core: &impl Door, event: &CoreEvent) {
        match event {
            CoreEvent::Confirmed => {
                self.confirming = false;
                self.fault = self.fault.filter(|_| self.no_digest);
                self.report_id = self.report_id.wrapping_add(1);
                self.pending.report = self.reported;
            }
            CoreEvent::ConfirmFailed(fault) => {
                self.confirming = false;
                self.report_fault(fault.status(), self.reported);
            }
            CoreEvent::HashFailed(fault) => {
                self.no_digest = true;
                let asked = core::mem::take(&mut self.query_waits);
                self.report_fault(fault.status(), asked);
            }
            CoreEvent::Block { block, state, code } => {
                let (block, state, code) = (*block, state.0, code.0);
                let status = BlockStatus { block, state, code };
                // A full queue belongs to a driver that does not poll.
                let _ = self.pending.blocks.push_back(status);
            }
            CoreEvent::RunningDigest(_) if self.query_waits => {
                self.query_waits = false;
                self.pending.report = true;
            }
            _ => self.transfer_event(io, core, event),
        }
    }

    /// Changes the report to one that carries `code`; `due`: a module waits for it.
    fn report_fault(&mut self, code: Status, due: bool) {
        self.fault = Some(code);
        self.report_id = self.report_id.wrapping_add(1);
        self.pending.report |= due;
    }

    fn announces(&mut self, io: &Io<'_>, core: &impl Door) -> bool {
        let erase_ms = core.erase_ms_ahead();
        let ends = io.now + Duration::from_millis(erase_ms.into());
        let told = core::mem::take(&mut self.hinted) || self.promised >= ends;
        if erase_ms < HINT_MS_MIN || told || !self.is_waited_for() {
            return false;
        }
        self.promise(io.now, erase_ms);
        self.hinted = true;
        if self.transfer.as_ref().is_some_and(Transfer::is_receiving) {
            self.pending.ack = true;
        } else {
            self.pending.busy = true;
        }
        true
    }

    /// Counts on being silent for an erase that begins now; the next frame that can will say so.
    fn promise(&mut self, now: Tick, erase_ms: u32) {
        if erase_ms >= HINT_MS_MIN {
            let ends = now + Duration::from_millis(erase_ms.into()) + BUSY_MARGIN;
            self.promised = self.promised.max(ends);
        }
    }

    /// Whether a module may be waiting for something that this host does.
    fn is_waited_for(&self) -> bool {
        self.is_working() || self.transfer.as_ref().is_some_and(Transfer::is_receiving)
    }

    /// Whether a request is being worked on.
    fn is_working(&self) -> bool {
        self.query_waits
            || self.confirming
            || self.transfer.as_ref().is_some_and(Transfer::is_working)
    }

    fn say_busy(&mut self, io: &mut Io<'_>) {
        self.pending.busy = true;
        self.promised = self.promised.max(io.now + BUSY_PROMISE);
        io.timers
            .set(Timer::StillBusy, io.now + self.config.still_busy);
    }

    fn push_step(&mut self, transfer: u16, step: Step, status: Status, detail: u32) {
        let outcome = StepStatus {
            transfer,
            step,
            code: status.0,
            detail,
        };
        if !self.pending.steps.iter().any(|waiting| *waiting == outcome) {
            // A full queue loses an answer that the module asks for again.
            let _ = self.pending.steps.push_back(outcome);
        }
    }
}

impl Pending {
    fn any(&self) -> bool {
        self.hello.is_some()
            || self.accept
            || !self.steps.is_empty()
            || self.ack
            || self.boot_answer
            || self.report
            || self.busy
            || self.unsupported.is_some()
            || !self.blocks.is_empty()
    }
}

/// The most object bytes of a data frame that fits a frame buffer of `frame_len` bytes.
fn data_max(wanted: u16, frame_len: usize) -> u16 {
    let spare = frame_len.saturating_sub(frame_bytes_for(0));
    let stuffing = spare / 254 + 1;
    let fits = u16::try_from(spare.saturating_sub(stuffing)).unwrap_or(u16::MAX);
    wanted.min(fits).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol_spec::rig::message::DATA_BYTES_MAX;

    #[test]
    fn the_data_limit_fits_the_frame_buffer() {
        let longest = u16::try_from(DATA_BYTES_MAX).unwrap();
        for wanted in [1, 100, 253, 254, 255, 1024, 2048, longest] {
            let frame = frame_bytes_for(wanted);
            let fits = data_max(u16::MAX, frame);
            assert!(frame_bytes_for(fits) <= frame, "{wanted}: {fits}");
            assert!(fits + 2 >= wanted, "{wanted}: only {fits}");
        }
    }
}
