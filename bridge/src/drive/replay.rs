//! A recorded host on a real link, in real time.

use protocol_spec::tick::Tick;

use super::io::{CHUNK_BYTES, Outgoing, QUEUE_BYTES_MAX, Wait, Wake, wait};
use super::work::Work;
use super::{Clock, StopSignal};
use crate::capture::replay::{ReplayCounts, ReplayEnd, ReplayEvent, ReplayLine};
use crate::engine::LinkFailure;
use crate::link::BoxedPort;

/// Bytes on the way to the host above which no more are taken from the link.
const LINE_BYTES_MAX: usize = 512;
/// Steps of the replay between two looks at the link.
const STEPS_MAX: u32 = 512;

/// How a replay on a link was left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplayDriven {
    /// How it ended; `None` when somebody asked to stop.
    pub end: Option<ReplayEnd>,
    /// What was heard and said.
    pub counts: ReplayCounts,
    /// Words of the module that were not heard.
    pub unheard: usize,
}

/// Plays a recorded host until its end, or until somebody asks to stop; what happens goes to
/// `sink`.
///
/// # Errors
/// The link's failure, but for a link that was closed: that is an end of the replay.
pub async fn drive_replay(
    mut line: ReplayLine,
    mut port: BoxedPort,
    mut sink: impl FnMut(Tick, &ReplayEvent),
    mut stop: StopSignal,
) -> Result<ReplayDriven, LinkFailure> {
    let clock = Clock::start();
    let mut input = vec![0; CHUNK_BYTES];
    let mut out = Outgoing::default();
    loop {
        let now = clock.now();
        let idle = line.advance(now, STEPS_MAX);
        line.pop(now, out.tail());
        if let Some(end) = tell(&mut line, now, &mut sink) {
            return Ok(driven(&line, Some(end)));
        }
        if out.len() > QUEUE_BYTES_MAX {
            // Nobody listens: on a wire these bytes would be gone.
            out.clear();
        }
        let due = if idle { line.next() } else { Some(now) };
        let what = Wait {
            clock: &clock,
            read: line.queued().0 < LINE_BYTES_MAX,
            due,
            stop: &mut stop,
            heed_stop: true,
            work: &mut Work::default(),
        };
        match wait(&mut port, &mut input, &mut out, what).await {
            Wake::Input(len) => line.push(clock.now(), input.get(..len).unwrap_or_default()),
            Wake::Sent | Wake::Made(_) => {}
            Wake::Due => tokio::task::yield_now().await,
            Wake::Stop => return Ok(driven(&line, None)),
            Wake::Closed(LinkFailure::Closed) => line.close(clock.now()),
            Wake::Closed(failure) => return Err(failure),
        }
    }
}

/// Tells what happened; the end, once there is one.
fn tell(
    line: &mut ReplayLine,
    now: Tick,
    sink: &mut impl FnMut(Tick, &ReplayEvent),
) -> Option<ReplayEnd> {
    let mut end = None;
    while let Some(event) = line.replay_mut().poll_event() {
        sink(now, &event);
        if let ReplayEvent::Ended(it) = event {
            end = Some(it);
        }
    }
    end
}

fn driven(line: &ReplayLine, end: Option<ReplayEnd>) -> ReplayDriven {
    let replay = line.replay();
    ReplayDriven {
        end,
        counts: replay.counts(),
        unheard: replay.unheard(),
    }
}
