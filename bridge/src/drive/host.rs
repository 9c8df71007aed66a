//! An emulated host on a real link, in real time.

use std::sync::{Arc, Mutex};

use fixtures::host::HostNote;
use protocol_spec::tick::Tick;

use super::io::{CHUNK_BYTES, Outgoing, QUEUE_BYTES_MAX, Wait, Wake, wait};
use super::work::Work;
use super::{Clock, StopSignal};
use crate::capture::Tapped;
use crate::engine::LinkFailure;
use crate::host_line::HostLine;
use crate::link::BoxedPort;

/// Bytes on the way to the host above which no more are taken from the link, so that a sender
/// that is too fast for the line is held back.
const LINE_BYTES_MAX: usize = 512;
/// Steps of the host between two looks at the link.
const STEPS_MAX: u32 = 512;

/// How a host is driven.
#[derive(Debug, Default)]
pub struct HostOptions {
    /// Set by whoever mirrors the flash when that fails; ends the run.
    pub mirror_failure: Arc<Mutex<Option<String>>>,
}

/// Something that happened at a host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HostTold<'a> {
    /// It did something.
    Note(&'a HostNote),
    /// Its end of a tapped line heard or said something.
    Packet(&'a Tapped),
}

/// Runs a host until somebody asks to stop; what happens goes to `sink`.
///
/// # Errors
/// The link's failure when the link goes away, or the mirror's when the flash cannot be kept.
pub async fn drive_host(
    mut line: HostLine,
    mut port: BoxedPort,
    options: &HostOptions,
    mut sink: impl FnMut(Tick, HostTold<'_>),
    mut stop: StopSignal,
) -> Result<(), LinkFailure> {
    let clock = Clock::start();
    let mut input = vec![0; CHUNK_BYTES];
    let mut out = Outgoing::default();
    loop {
        let now = clock.now();
        let idle = line.advance(now, STEPS_MAX);
        line.pop(now, out.tail());
        while let Some(packet) = line.poll_packet() {
            sink(now, HostTold::Packet(&packet));
        }
        while let Some(note) = line.poll_note() {
            sink(now, HostTold::Note(&note));
        }
        if let Some(failure) = failure_of(options) {
            return Err(LinkFailure::Io(failure));
        }
        if out.len() > QUEUE_BYTES_MAX {
            // Nobody listens: on a wire these bytes would be gone.
            out.clear();
        }
        let due = if idle { line.next() } else { Some(now) };
        let read = line.queued_to_host() < LINE_BYTES_MAX;
        let what = Wait {
            clock: &clock,
            read,
            due,
            stop: &mut stop,
            heed_stop: true,
            work: &mut Work::default(),
        };
        match wait(&mut port, &mut input, &mut out, what).await {
            Wake::Input(len) => line.push(clock.now(), input.get(..len).unwrap_or_default()),
            Wake::Sent | Wake::Made(_) => {}
            Wake::Due => tokio::task::yield_now().await,
            Wake::Stop => return Ok(()),
            Wake::Closed(failure) => return Err(failure),
        }
    }
}

fn failure_of(options: &HostOptions) -> Option<String> {
    options
        .mirror_failure
        .lock()
        .map_or(None, |failure| failure.clone())
}
