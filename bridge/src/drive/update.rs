//! The engine on a real link.

use std::time::Duration;

use protocol_spec::tick::Tick;

use super::io::{CHUNK_BYTES, Outgoing, QUEUE_BYTES_MAX, Wait, Wake, wait};
use super::work::Work;
use super::{Clock, StopSignal};
use crate::engine::{Command, Engine};
use crate::event::Stamped;
use crate::link::BoxedPort;
use crate::verdict::Verdict;

/// Most time that the last frames get to leave after the verdict.
const LAST_FRAMES_TIME_MAX: Duration = Duration::from_secs(1);

/// Runs one update to its verdict; every event goes to `sink`, the verdict last.
///
/// A wish to stop becomes [`Command::Abort`]; a link that goes away becomes a verdict.
pub async fn drive_update(
    mut engine: Engine,
    mut port: BoxedPort,
    mut sink: impl FnMut(&Stamped),
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
        if engine.poll_timeout().is_some_and(|due| due <= now) {
            engine.handle_timeout(now);
        }
        take_frames(&mut engine, now, &mut out);
        while let Some(event) = engine.poll_event() {
            sink(&event);
        }
        if let Some(request) = engine.poll_patch_request() {
            work = Work::start(request);
        }
        if let Some(verdict) = engine.verdict().cloned() {
            let _ = tokio::time::timeout(LAST_FRAMES_TIME_MAX, flush(&mut port, &mut out)).await;
            return verdict;
        }
        let due = engine.poll_timeout();
        let what = Wait {
            clock: &clock,
            read: true,
            due,
            stop: &mut stop,
            heed_stop: !aborted,
            work: &mut work,
        };
        match wait(&mut port, &mut input, &mut out, what).await {
            Wake::Input(len) => {
                engine.handle_input(clock.now(), input.get(..len).unwrap_or_default());
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

/// Takes frames as long as few bytes wait for the link. The last ones are taken in any case: the
/// verdict does not wait for a link that takes nothing.
fn take_frames(engine: &mut Engine, now: Tick, out: &mut Outgoing) {
    while out.len() < QUEUE_BYTES_MAX || engine.is_closing() {
        if engine.poll_transmit(now, out.tail()) == 0 {
            return;
        }
    }
}

async fn flush(port: &mut BoxedPort, out: &mut Outgoing) {
    let (_keep, mut stop) = super::stop_pair();
    let clock = Clock::start();
    while out.len() > 0 {
        let what = Wait {
            clock: &clock,
            read: false,
            due: None,
            stop: &mut stop,
            heed_stop: false,
            work: &mut Work::default(),
        };
        if !matches!(wait(port, &mut [], out, what).await, Wake::Sent) {
            return;
        }
    }
}
