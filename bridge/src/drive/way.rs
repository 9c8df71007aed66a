//! What lies between an engine and its port: nothing, or faults on purpose.

use std::time::Duration;

use protocol_spec::tick::Tick;

use crate::bench::Told;
use crate::engine::{Engine, LinkFailure};
use crate::event::{Event, Stamped};
use crate::inject::Injector;
use crate::verdict::Verdict;

/// Longest time from the arming of a fault to its place on the way, while nothing else happens.
const ARM_EVERY: Duration = Duration::from_millis(25);

/// The way of bytes from an engine to its port and back.
#[derive(Debug)]
pub(super) struct Way {
    faults: Option<Box<Injector>>,
    bytes: Vec<u8>,
}

impl Way {
    /// A way on which faults may be armed, if there is somebody to inject them.
    pub(super) fn new(faults: Option<Injector>) -> Self {
        Self {
            faults: faults.map(Box::new),
            bytes: Vec::new(),
        }
    }

    /// Lets somebody arm more.
    pub(super) fn arm(&mut self, arm: &mut dyn FnMut(&mut Injector)) {
        if let Some(faults) = &mut self.faults {
            arm(faults);
        }
    }

    /// Does what is due: bytes that were delayed reach the engine, a port that goes is gone.
    pub(super) fn handle_timeout(&mut self, now: Tick, engine: &mut Engine) {
        let Some(faults) = &mut self.faults else {
            return;
        };
        faults.handle_timeout(now);
        self.bytes.clear();
        if faults.take_to_module(now, &mut self.bytes) > 0 {
            engine.handle_input(now, &self.bytes);
        }
        if faults.closes_at().is_some_and(|at| at <= now) {
            engine.link_closed(now, &LinkFailure::Closed);
        }
    }

    /// Hands bytes of the port to the engine.
    pub(super) fn hear(&mut self, now: Tick, bytes: &[u8], engine: &mut Engine) {
        match &mut self.faults {
            None => engine.handle_input(now, bytes),
            Some(faults) => {
                faults.hear(now, bytes);
                self.handle_timeout(now, engine);
            }
        }
    }

    /// Tells all that has happened: what has struck, what the engine says of it.
    pub(super) fn tell(&mut self, now: Tick, engine: &mut Engine, sink: &mut dyn FnMut(&Told<'_>)) {
        if let Some(faults) = &mut self.faults {
            for struck in faults.take_struck(now) {
                sink(&Told::Struck(now, &struck));
            }
        }
        while let Some(mut stamped) = engine.poll_event() {
            self.note(&mut stamped);
            sink(&Told::Engine(&stamped));
        }
    }

    /// Puts those faults in place whose moment has come, at the next frame if there is one.
    pub(super) fn strike(&mut self, frame: bool) {
        if let Some(faults) = &mut self.faults {
            faults.strike(frame);
        }
    }

    /// Hands a frame of the engine over, and appends what goes to the port to `out`.
    pub(super) fn send(&mut self, now: Tick, frame: &[u8], out: &mut Vec<u8>) {
        match &mut self.faults {
            None => out.extend_from_slice(frame),
            Some(faults) => {
                faults.send(now, frame);
                faults.take_to_host(now, out);
            }
        }
    }

    /// Appends what goes to the port by `now` to `out`.
    pub(super) fn take_to_host(&mut self, now: Tick, out: &mut Vec<u8>) {
        if let Some(faults) = &mut self.faults {
            faults.take_to_host(now, out);
        }
    }

    /// When somebody is to be asked again whether a fault is to be armed.
    pub(super) fn looks_again(&self, now: Tick) -> Option<Tick> {
        self.faults.as_ref().map(|_| now + ARM_EVERY)
    }

    /// When something is due here.
    pub(super) fn poll_timeout(&self) -> Option<Tick> {
        self.faults.as_ref()?.poll_timeout()
    }

    /// When bytes that wait here may go to the port.
    pub(super) fn next_to_host(&self) -> Option<Tick> {
        self.faults.as_ref()?.next_to_host()
    }

    /// Bytes for the port that wait here.
    pub(super) fn queued(&self) -> usize {
        self.faults.as_ref().map_or(0, |faults| faults.queued())
    }

    /// Says in a verdict what was done to its update.
    pub(super) fn mark(&self, verdict: &mut Verdict) {
        if let Some(faults) = &self.faults {
            faults.mark(verdict);
        }
    }

    fn note(&mut self, stamped: &mut Stamped) {
        if let Event::Verdict(verdict) = &mut stamped.event {
            self.mark(verdict);
        } else if let Some(faults) = &mut self.faults {
            faults.see(stamped);
        }
    }
}
