//! The engine on a real link.

use std::time::Duration;

use protocol_spec::tick::Tick;

use super::io::{CHUNK_BYTES, Outgoing, QUEUE_BYTES_MAX, Wait, Wake, wait};
use super::way::Way;
use super::work::Work;
use super::{Clock, StopSignal};
use crate::bench::Told;
use crate::engine::{Command, Engine};
use crate::event::Stamped;
use crate::inject::Injector;
use crate::link::BoxedPort;
use crate::verdict::Verdict;

/// Most time that the last frames get to leave after the verdict.
const LAST_FRAMES_TIME_MAX: Duration = Duration::from_secs(1);

/// Runs one update to its verdict; every event goes to `sink`, the verdict last.
///
/// A wish to stop becomes [`Command::Abort`]; a link that goes away becomes a verdict.
pub async fn drive_update(
    engine: Engine,
    port: BoxedPort,
    mut sink: impl FnMut(&Stamped),
    stop: StopSignal,
) -> Verdict {
    let mut events = |told: &Told<'_>| {
        if let Told::Engine(stamped) = told {
            sink(stamped);
        }
    };
    drive(engine, port, Way::new(None), &mut events, &mut |_| (), stop).await
}

/// As [`drive_update`], with faults between the engine and the port: what strikes is told as well,
/// and the verdict says what was injected.
///
/// `arm` is called again and again, before frames are sent, and may arm more.
pub async fn drive_faulted(
    engine: Engine,
    port: BoxedPort,
    faults: Injector,
    mut sink: impl FnMut(&Told<'_>),
    mut arm: impl FnMut(&mut Injector),
    stop: StopSignal,
) -> Verdict {
    let way = Way::new(Some(faults));
    drive(engine, port, way, &mut sink, &mut arm, stop).await
}

async fn drive(
    mut engine: Engine,
    mut port: BoxedPort,
    mut way: Way,
    sink: &mut dyn FnMut(&Told<'_>),
    arm: &mut dyn FnMut(&mut Injector),
    mut stop: StopSignal,
) -> Verdict {
    let clock = Clock::start();
    let mut input = vec![0; CHUNK_BYTES];
    let mut out = Outgoing::default();
    let mut work = Work::default();
    let mut aborted = false;
    engine.handle_timeout(clock.now());
    loop {
        let now = clock.now();
        way.arm(arm);
        way.handle_timeout(now, &mut engine);
        if engine.poll_timeout().is_some_and(|due| due <= now) {
            engine.handle_timeout(now);
        }
        take_frames(&mut engine, &mut way, now, &mut out, sink);
        if let Some(request) = engine.poll_patch_request() {
            work = Work::start(request);
        }
        if let Some(mut verdict) = engine.verdict().cloned() {
            way.mark(&mut verdict);
            let flushed = flush(&mut port, &mut way, &clock, &mut out);
            let _ = tokio::time::timeout(LAST_FRAMES_TIME_MAX, flushed).await;
            return verdict;
        }
        let due = [
            engine.poll_timeout(),
            way.poll_timeout(),
            way.looks_again(now),
        ];
        let what = Wait {
            clock: &clock,
            read: true,
            due: due.into_iter().flatten().min(),
            stop: &mut stop,
            heed_stop: !aborted,
            work: &mut work,
        };
        match wait(&mut port, &mut input, &mut out, what).await {
            Wake::Input(len) => {
                let bytes = input.get(..len).unwrap_or_default();
                way.arm(arm);
                way.strike(false);
                way.hear(clock.now(), bytes, &mut engine);
            }
            Wake::Sent | Wake::Due => {}
            Wake::Made(made) => engine.provide_patch(clock.now(), made),
            Wake::Stop => {
                aborted = true;
                engine.handle_command(clock.now(), Command::Abort);
            }
            Wake::Closed(failure) => engine.link_closed(clock.now(), &failure),
        }
    }
}

/// Takes frames as long as few bytes wait for the link, and tells what happens meanwhile. The last
/// frames are taken in any case: the verdict does not wait for a link that takes nothing.
pub(super) fn take_frames(
    engine: &mut Engine,
    way: &mut Way,
    now: Tick,
    out: &mut Outgoing,
    sink: &mut dyn FnMut(&Told<'_>),
) {
    way.take_to_host(now, out.tail());
    let mut frame = Vec::new();
    while out.len() + way.queued() < QUEUE_BYTES_MAX || engine.is_closing() {
        frame.clear();
        let len = engine.poll_transmit(now, &mut frame);
        way.tell(now, engine, sink);
        way.strike(len > 0);
        if len == 0 {
            return;
        }
        way.send(now, &frame, out.tail());
    }
    way.tell(now, engine, sink);
}

/// Sends what waits, also what a fault has delayed.
async fn flush(port: &mut BoxedPort, way: &mut Way, clock: &Clock, out: &mut Outgoing) {
    let (_keep, mut stop) = super::stop_pair();
    loop {
        way.take_to_host(clock.now(), out.tail());
        let due = way.next_to_host();
        if out.len() == 0 && due.is_none() {
            return;
        }
        let what = Wait {
            clock,
            read: false,
            due,
            stop: &mut stop,
            heed_stop: false,
            work: &mut Work::default(),
        };
        if !matches!(wait(port, &mut [], out, what).await, Wake::Sent | Wake::Due) {
            return;
        }
    }
}
