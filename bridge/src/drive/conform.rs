//! Scripts on a real link.

use std::time::Duration;

use super::io::{CHUNK_BYTES, Outgoing, QUEUE_BYTES_MAX, Wait, Wake, wait};
use super::work::Work;
use super::{Clock, StopSignal};
use crate::conform::{Outcome, Runner};
use crate::link::BoxedPort;
use crate::verdict::Class;

/// Most time that the last frames get to leave.
const LAST_FRAMES_TIME_MAX: Duration = Duration::from_secs(1);

/// Plays one script to its end; a wish to stop aborts it.
pub async fn drive_script(
    runner: &mut Runner,
    port: &mut BoxedPort,
    stop: &mut StopSignal,
) -> Outcome {
    let clock = Clock::start();
    let mut input = vec![0; CHUNK_BYTES];
    let mut out = Outgoing::default();
    let mut work = Work::default();
    loop {
        let now = clock.now();
        if runner.poll_timeout().is_some_and(|due| due <= now) {
            runner.handle_timeout(now);
        }
        while out.len() < QUEUE_BYTES_MAX && runner.poll_transmit(now, out.tail()) > 0 {}
        if runner.poll_power().is_some() {
            let what = "the power of a host on a port cannot be switched".to_owned();
            return Outcome::new(Class::RigError, 0, what);
        }
        if let Some(outcome) = runner.outcome().cloned() {
            let _ = tokio::time::timeout(LAST_FRAMES_TIME_MAX, flush(port, &mut out)).await;
            return outcome;
        }
        let what = Wait {
            clock: &clock,
            read: true,
            due: runner.poll_timeout(),
            stop,
            heed_stop: true,
            work: &mut work,
        };
        match wait(port, &mut input, &mut out, what).await {
            Wake::Input(len) => {
                runner.handle_input(clock.now(), input.get(..len).unwrap_or_default());
            }
            Wake::Sent | Wake::Due | Wake::Made(_) => {}
            Wake::Stop => runner.abort(clock.now()),
            Wake::Closed(failure) => runner.link_closed(clock.now(), &failure),
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
