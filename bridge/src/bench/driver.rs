//! The clock that jumps, and the loop around engine and host.

use std::time::Duration;

use fixtures::host::Host;
use protocol_spec::tick::Tick;

use super::Told;
use crate::engine::Engine;
use crate::host_line::HostLine;
use crate::job::UpdateJob;
use crate::verdict::{Class, Verdict};

/// Most steps of one update; a run that needs more is a fault of the bench, not of the host.
pub const STEPS_MAX: u64 = 200_000_000;
/// Steps of the host between two looks at the engine.
const HOST_STEPS: u32 = 64;
/// How long the host may go on after the last verdict.
const SETTLE_TIME: Duration = Duration::from_secs(120);
/// Most steps of the host after the last verdict.
const SETTLE_STEPS: u32 = 20_000_000;

/// A host on its line, and the time.
pub(super) struct Bench {
    line: HostLine,
    now: Tick,
    limit: Tick,
    bytes: Vec<u8>,
}

impl Bench {
    pub(super) fn new(line: HostLine, limit: Tick) -> Self {
        Self {
            line,
            now: Tick::ZERO,
            limit,
            bytes: Vec::new(),
        }
    }

    pub(super) fn host(&self) -> &dyn Host {
        self.line.host()
    }

    /// Runs one update to its verdict.
    pub(super) fn update(&mut self, job: UpdateJob, sink: &mut dyn FnMut(&Told<'_>)) -> Verdict {
        let mut engine = Engine::new(job);
        engine.handle_timeout(self.now);
        for _ in 0..STEPS_MAX {
            self.line.advance(self.now, HOST_STEPS);
            self.serve(&mut engine);
            while let Some(note) = self.line.poll_note() {
                sink(&Told::Host(self.now, &note));
            }
            while let Some(event) = engine.poll_event() {
                sink(&Told::Engine(&event));
            }
            if let Some(verdict) = engine.verdict() {
                return verdict.clone();
            }
            let next = [engine.poll_timeout(), self.line.next()]
                .into_iter()
                .flatten()
                .min();
            let Some(next) = next else {
                return stuck("nothing is due any more", self.now);
            };
            if next > self.limit {
                return out_of_time(self.limit);
            }
            self.now = self.now.max(next);
        }
        stuck("too many steps", self.now)
    }

    /// Lets the host finish what it does.
    pub(super) fn settle(&mut self, sink: &mut dyn FnMut(&Told<'_>)) {
        self.line.advance(self.now + SETTLE_TIME, SETTLE_STEPS);
        while let Some(note) = self.line.poll_note() {
            sink(&Told::Host(self.now, &note));
        }
    }

    fn serve(&mut self, engine: &mut Engine) {
        self.bytes.clear();
        if self.line.pop(self.now, &mut self.bytes) > 0 {
            engine.handle_input(self.now, &self.bytes);
        }
        if engine.poll_timeout().is_some_and(|due| due <= self.now) {
            engine.handle_timeout(self.now);
        }
        loop {
            self.bytes.clear();
            if engine.poll_transmit(self.now, &mut self.bytes) == 0 {
                return;
            }
            self.line.push(self.now, &self.bytes);
        }
    }
}

fn out_of_time(limit: Tick) -> Verdict {
    Verdict {
        class: Class::HostFailed,
        ..Verdict::rig_error(
            format!("The time limit of the scenario, {limit} s, was reached"),
            "the update went on without an end; every wait has a timer, so something was \
             repeated again and again"
                .to_owned(),
            "read the end of the transcript (--transcript FILE)".to_owned(),
        )
    }
}

fn stuck(what: &str, now: Tick) -> Verdict {
    Verdict::rig_error(
        format!("The bench stopped at {now} s: {what}"),
        "this is a fault of otarig itself".to_owned(),
        "report it with the scenario and the seed".to_owned(),
    )
}
