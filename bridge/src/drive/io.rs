//! One wait for whatever comes first: bytes, room for bytes, a deadline, a wish to stop.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use protocol_spec::tick::Tick;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};

use super::work::Work;
use super::{Clock, StopSignal};
use crate::engine::LinkFailure;
use crate::link::BoxedPort;
use crate::patch::Made;

/// Most bytes that are taken from a link at once.
pub const CHUNK_BYTES: usize = 4096;
/// Most bytes that wait for the link to take them before no further frame is asked for.
pub const QUEUE_BYTES_MAX: usize = 16 << 10;

/// What a wait ended with.
#[derive(Debug)]
pub(super) enum Wake {
    /// Bytes arrived: so many at the start of the input buffer.
    Input(usize),
    /// The link took bytes.
    Sent,
    /// The deadline is reached.
    Due,
    /// Somebody asks to stop.
    Stop,
    /// The work is done.
    Made(Result<Made, String>),
    /// The link is gone.
    Closed(LinkFailure),
}

/// Bytes that wait for the link to take them.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    bytes: Vec<u8>,
    sent: usize,
}

impl Outgoing {
    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.sent
    }

    /// Where frames are appended; what the link has taken is let go, so that a queue that is never
    /// empty does not grow.
    pub(super) fn tail(&mut self) -> &mut Vec<u8> {
        if self.sent == self.bytes.len() {
            self.clear();
        } else if self.sent >= QUEUE_BYTES_MAX {
            self.bytes.drain(..self.sent);
            self.sent = 0;
        }
        &mut self.bytes
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.sent = 0;
    }

    fn pending(&self) -> &[u8] {
        self.bytes.get(self.sent..).unwrap_or_default()
    }
}

/// What to wait for.
pub(super) struct Wait<'a> {
    pub(super) clock: &'a Clock,
    /// Whether bytes from the link are wanted.
    pub(super) read: bool,
    pub(super) due: Option<Tick>,
    pub(super) stop: &'a mut StopSignal,
    /// Whether a wish to stop ends the wait.
    pub(super) heed_stop: bool,
    /// Work that goes on beside the line.
    pub(super) work: &'a mut Work,
}

/// Waits for the first of all that can happen; bytes that came are never left behind for others.
pub(super) async fn wait(
    port: &mut BoxedPort,
    input: &mut [u8],
    out: &mut Outgoing,
    what: Wait<'_>,
) -> Wake {
    let heed_stop = what.heed_stop;
    let work = what.work;
    let past = what.due.is_some_and(|due| due <= what.clock.now());
    let due = what.due.map(|due| what.clock.instant(due));
    let mut sleep = pin!(async move {
        match due {
            Some(due) => tokio::time::sleep_until(due).await,
            None => std::future::pending().await,
        }
    });
    let mut stopped = pin!(what.stop.wait());
    poll_fn(|cx| {
        if heed_stop && stopped.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Wake::Stop);
        }
        if what.read
            && let Poll::Ready(wake) = poll_input(port, input, cx)
        {
            return Poll::Ready(wake);
        }
        if let Poll::Ready(wake) = poll_output(port, out, cx) {
            return Poll::Ready(wake);
        }
        if let Poll::Ready(made) = work.poll(cx) {
            return Poll::Ready(Wake::Made(made));
        }
        if past {
            Poll::Ready(Wake::Due)
        } else {
            sleep.as_mut().poll(cx).map(|()| Wake::Due)
        }
    })
    .await
}

fn poll_input(port: &mut BoxedPort, input: &mut [u8], cx: &mut Context<'_>) -> Poll<Wake> {
    let mut buffer = ReadBuf::new(input);
    match Pin::new(port).poll_read(cx, &mut buffer) {
        Poll::Pending => Poll::Pending,
        Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
            Poll::Ready(Wake::Closed(LinkFailure::Closed))
        }
        Poll::Ready(Ok(())) => Poll::Ready(Wake::Input(buffer.filled().len())),
        Poll::Ready(Err(error)) => Poll::Ready(Wake::Closed(failure(&error))),
    }
}

fn poll_output(port: &mut BoxedPort, out: &mut Outgoing, cx: &mut Context<'_>) -> Poll<Wake> {
    if out.len() == 0 {
        return Poll::Pending;
    }
    match Pin::new(port).poll_write(cx, out.pending()) {
        Poll::Pending => Poll::Pending,
        Poll::Ready(Ok(0)) => Poll::Ready(Wake::Closed(LinkFailure::Closed)),
        Poll::Ready(Ok(sent)) => {
            out.sent += sent;
            Poll::Ready(Wake::Sent)
        }
        Poll::Ready(Err(error)) => Poll::Ready(Wake::Closed(failure(&error))),
    }
}

/// A port that vanishes answers with an error or with nothing, depending on its kind and on who
/// asks first; all of that means that it is gone.
fn failure(error: &io::Error) -> LinkFailure {
    /// Linux: input/output error, no such device or address, no such device.
    const GONE: [i32; 3] = [5, 6, 19];
    let gone = error
        .raw_os_error()
        .is_some_and(|number| GONE.contains(&number))
        || matches!(
            error.kind(),
            io::ErrorKind::BrokenPipe
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::UnexpectedEof
        );
    if gone {
        LinkFailure::Closed
    } else {
        LinkFailure::Io(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_is_never_empty_does_not_grow() {
        let mut out = Outgoing::default();
        for round in 0..10_000_u32 {
            let byte = round.to_le_bytes()[0];
            out.tail().extend([byte; 1000]);
            assert_eq!(out.pending().last(), Some(&byte));
            if out.len() > QUEUE_BYTES_MAX {
                out.sent += 1000;
            }
        }
        assert!(
            out.bytes.len() < 4 * QUEUE_BYTES_MAX,
            "{} bytes are held",
            out.bytes.len()
        );
        assert_eq!(out.pending().len(), out.len());
    }
}
