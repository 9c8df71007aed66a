//! The host agent: five doors over one session and one update core.
//!
//! ```text
//! bytes  -> handle_input    -> session -> update core: offer, write, finish, boot, acknowledged
//! time   -> handle_timeout  -> session's timers, then at most one step of the update core
//! bytes  <- poll_transmit   <- session
//! time   <- poll_timeout    <- session's timers; now, while work or bytes wait
//! events <- poll_event
//! ```
//!
//! Building an agent is power-on. While the boot step runs nothing listens: bytes are lost, as on a
//! part whose loader only writes to the port.

use protocol_spec::Tick;

use crate::ayla::AylaSession;
use crate::config::{AgentConfig, Buffers, Decode, Dialect};
use crate::core_event::CoreEvent;
use crate::door::Io;
use crate::event::{Events, HostEvent};
use crate::flash::Flash;
use crate::planner::{Plan, Planner};
use crate::policy::{Policy, Production};
use crate::rig::RigSession;
use crate::timer::Timers;
use crate::update_core::UpdateCore;

/// A host: one session in the configured dialect over one update core.
///
/// `B` is the memory of the rig dialect; `P` and `L` are the decisions and the planner of the core.
#[derive(Clone)]
pub struct Agent<F, B, P = Production, L = Planner> {
    core: UpdateCore<F, P, L, B>,
    session: Session<B>,
    timers: Timers,
    events: Events,
    now: Tick,
    power: Power,
    /// Whether this boot swapped.
    swapped: bool,
}

#[derive(Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is no heap to box it, and one agent per host"
)]
enum Session<B> {
    Ayla(AylaSession),
    Rig(RigSession<B>),
}

/// How far the agent is between power-on and reset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Power {
    /// The boot step runs, and nothing listens.
    Booting,
    /// The session speaks.
    Up,
    /// The reset was told; the driver drops the agent.
    Reset,
}

impl<F: Flash, B: AsRef<[u8]> + AsMut<[u8]>, P: Policy> Agent<F, B, P> {
    /// The agent of a host at power-on.
    #[must_use]
    pub fn new(flash: F, config: AgentConfig, buffers: Buffers<B>) -> Self {
        let planner = Planner::new(&config.layout, flash.geometry());
        Self::with_plan(flash, planner, config, buffers)
    }
}

impl<F: Flash, B: AsRef<[u8]> + AsMut<[u8]>, P: Policy, L: Plan> Agent<F, B, P, L> {
    /// As `new`, with another planner than the usual one.
    #[must_use]
    pub fn with_plan(flash: F, planner: L, mut config: AgentConfig, buffers: Buffers<B>) -> Self {
        let Buffers {
            frame,
            window,
            decode,
        } = buffers;
        let ram = u32::try_from(decode.as_ref().len()).unwrap_or(u32::MAX);
        config.decode_ram = config.decode_ram.min(ram);
        let decode = Decode {
            board: config.board.clone(),
            ram: decode,
            ram_len: config.decode_ram,
        };
        let core = UpdateCore::with_decode(flash, config.layout, planner, decode);
        let session = match config.dialect {
            Dialect::Ayla => Session::Ayla(AylaSession::new(&config)),
            Dialect::Rig => Session::Rig(RigSession::new(config, frame, window)),
        };
        Self {
            core,
            session,
            timers: Timers::new(),
            events: Events::new(),
            now: Tick::ZERO,
            power: Power::Booting,
            swapped: false,
        }
    }

    /// Takes bytes from the line, in any pieces, with any content.
    pub fn handle_input(&mut self, now: Tick, bytes: &[u8]) {
        self.now = self.now.max(now);
        if self.power != Power::Up {
            return;
        }
        let mut io = Io {
            now: self.now,
            timers: &mut self.timers,
            events: &mut self.events,
        };
        match &mut self.session {
            Session::Ayla(session) => session.handle_input(&mut io, &mut self.core, bytes),
            Session::Rig(session) => session.handle_input(&mut io, &mut self.core, bytes),
        }
    }

    /// Serves the timers that expired, then does at most one step of the update core. Harmless when
    /// early.
    pub fn handle_timeout(&mut self, now: Tick) {
        self.now = self.now.max(now);
        if self.power == Power::Reset {
            return;
        }
        let mut io = Io {
            now: self.now,
            timers: &mut self.timers,
            events: &mut self.events,
        };
        match &mut self.session {
            Session::Ayla(session) => session.handle_timeout(&mut io),
            Session::Rig(session) => session.handle_timeout(&mut io),
        }
        if self.core.pending() && !self.announces() {
            self.step();
        }
    }

    /// Writes the next frame to `out` and returns its length; 0 when there is none.
    ///
    /// An `out` of 778 bytes holds every frame of both dialects.
    pub fn poll_transmit(&mut self, out: &mut [u8]) -> usize {
        if self.power != Power::Up {
            return self.transmit_in_boot(out);
        }
        let mut io = Io {
            now: self.now,
            timers: &mut self.timers,
            events: &mut self.events,
        };
        match &mut self.session {
            Session::Ayla(session) => session.poll_transmit(&mut io, &self.core, out),
            Session::Rig(session) => {
                let len = session.poll_transmit(&mut io, &self.core, out);
                if session.resets() {
                    self.reset();
                }
                len
            }
        }
    }

    /// The boot step tells how the blocks of a patch go, in the dialect that has words for it.
    fn transmit_in_boot(&mut self, out: &mut [u8]) -> usize {
        match &mut self.session {
            Session::Rig(session) if self.power == Power::Booting => session.transmit_block(out),
            _ => 0,
        }
    }

    /// When [`Self::handle_timeout`] wants to be called; a time that is past means now.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Tick> {
        if self.power == Power::Reset {
            return self.events.reset_waits().then_some(self.now);
        }
        let speaks = self.power == Power::Up
            && match &self.session {
                Session::Ayla(session) => session.has_transmit(),
                Session::Rig(session) => session.has_transmit(),
            };
        if self.core.pending() || speaks {
            Some(self.now)
        } else {
            self.timers.next()
        }
    }

    /// The next event, oldest first.
    pub fn poll_event(&mut self) -> Option<HostEvent> {
        self.events.pop()
    }

    /// The update core, to look at.
    #[must_use]
    pub const fn core(&self) -> &UpdateCore<F, P, L, B> {
        &self.core
    }

    /// The flash and the memory that patches were decoded in, for the agent of the next boot.
    #[must_use]
    pub fn into_parts(self) -> (F, B) {
        self.core.into_parts()
    }

    /// The flash, to look at.
    #[must_use]
    pub const fn flash(&self) -> &F {
        self.core.flash()
    }

    /// The flash, to arm faults or read counters.
    pub const fn flash_mut(&mut self) -> &mut F {
        self.core.flash_mut()
    }

    /// Whether a frame must tell of the next step before it is done.
    fn announces(&mut self) -> bool {
        let io = Io {
            now: self.now,
            timers: &mut self.timers,
            events: &mut self.events,
        };
        match &mut self.session {
            Session::Rig(session) if self.power == Power::Up => session.announces(&io, &self.core),
            _ => false,
        }
    }

    fn step(&mut self) {
        if let Some(event) = self.core.step() {
            self.note(&event);
            self.tell_session(&event);
        }
        if self.power != Power::Up {
            return;
        }
        let idle = !self.core.pending();
        match &mut self.session {
            Session::Ayla(session) => session.feed(&mut self.core),
            Session::Rig(session) => session.feed(&mut self.core, idle),
        }
    }

    fn tell_session(&mut self, event: &CoreEvent) {
        match event {
            CoreEvent::Entered { .. } | CoreEvent::Stopped(_) => {
                self.power = Power::Up;
                if let Session::Ayla(session) = &mut self.session {
                    session.entered(&self.core);
                }
            }
            _ => match &mut self.session {
                // The real library resets in its handler: nothing more leaves.
                Session::Ayla(_) if *event == CoreEvent::BootStored => self.reset(),
                Session::Ayla(session) => session.core_event(event),
                Session::Rig(session) => {
                    let io = Io {
                        now: self.now,
                        timers: &mut self.timers,
                        events: &mut self.events,
                    };
                    session.core_event(&io, &self.core, event);
                }
            },
        }
    }

    fn reset(&mut self) {
        self.power = Power::Reset;
        self.events.push(HostEvent::Reset);
    }

    /// Tells people.
    fn note(&mut self, event: &CoreEvent) {
        match *event {
            CoreEvent::Entered { tried } => self.note_entered(tried),
            CoreEvent::Stopped(status) => self.events.push(HostEvent::Stopped(status)),
            CoreEvent::Swap { step, of } => {
                self.swapped = true;
                self.events.push(HostEvent::Swapping { step, of });
            }
            CoreEvent::Installed { step, of } => {
                self.events.push(HostEvent::Installing { step, of });
            }
            CoreEvent::Block { block, state, code } => {
                self.events.push(HostEvent::Block { block, state, code });
            }
            CoreEvent::Accepted { offset } => self.events.push(HostEvent::OfferAccepted { offset }),
            CoreEvent::Refused(refusal) => self.events.push(HostEvent::Refused(refusal.status())),
            CoreEvent::Finished(outcome) => {
                let status = outcome
                    .err()
                    .map_or(protocol_spec::Status::DONE, |fault| fault.status());
                self.events.push(HostEvent::Verified(status));
            }
            CoreEvent::BootStored => self.events.push(HostEvent::BootOrdered),
            CoreEvent::Confirmed => self.events.push(HostEvent::Confirmed),
            CoreEvent::RunningDigest(digest) => self.events.push(HostEvent::RunningDigest(digest)),
            CoreEvent::Failed(fault) => self.events.push(HostEvent::Failed(fault.status())),
            CoreEvent::ConfirmFailed(fault) => {
                self.events.push(HostEvent::NotConfirmed(fault.status()));
            }
            CoreEvent::HashFailed(fault) => self.events.push(HostEvent::NoDigest(fault.status())),
            CoreEvent::Retried(fault) => self.events.push(HostEvent::Retried(fault.status())),
            CoreEvent::Stored { .. } | CoreEvent::Erased { .. } => {}
        }
    }

    fn note_entered(&mut self, tried: bool) {
        if self.swapped && self.core.fell_back() {
            self.events.push(HostEvent::FellBack);
        }
        let version = self.core.running().version;
        self.events.push(HostEvent::Entered { version, tried });
    }
}
