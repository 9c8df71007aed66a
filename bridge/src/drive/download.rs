//! A download over HTTP on the wall's clock: the one file that talks to an image server.

use std::io::{ErrorKind, Read as _};
use std::time::Duration;

use protocol_spec::tick::Tick;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use ureq::http::Response;
use ureq::{Agent, Body, Error, Timeout};

use super::{Clock, StopSignal};
use crate::download::fault::NoConnection;
use crate::download::{DownloadFault, Fetch, FetchEvent, RangeRequest, ReplyHead, TryFault};

/// From the request to a connection, TLS included.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// From the sent request to the head of the reply.
const REPLY_TIME: Duration = Duration::from_secs(20);
/// Between two pieces of a body.
const IDLE_TIME: Duration = Duration::from_secs(30);
/// For a whole body, on top of what [`SLOWEST`] takes for its bytes.
const BODY_TIME: Duration = Duration::from_secs(60);
/// The slowest server that is waited for, bytes a second.
const SLOWEST: u32 = 4096;
/// Bytes that are read at once.
const PIECE_BYTES: usize = 16 * 1024;
/// Longest head of a reply, bytes.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// The longest nap: a wish to stop is heard then.
const NAP: Duration = Duration::from_millis(50);

/// Fetches the object; `None` when the operator stopped it.
///
/// `sink` hears what happens, with the time since the start.
///
/// # Errors
/// Why there is no object.
pub async fn drive_download(
    fetch: Fetch,
    mut sink: impl FnMut(Tick, &FetchEvent),
    stop: StopSignal,
) -> Option<Result<Vec<u8>, DownloadFault>> {
    let (events, mut told) = unbounded_channel();
    let (clock, mut stopped, stops) = (Clock::start(), stop.clone(), stop);
    let work = tokio::task::spawn_blocking(move || run(fetch, clock, &stops, &events));
    loop {
        tokio::select! {
            biased;
            () = stopped.wait() => return None,
            event = told.recv() => match event {
                Some((at, event)) => sink(at, &event),
                None => break,
            },
        }
    }
    let fetch = work.await.ok()?;
    fetch.is_over().then(|| fetch.into_object())
}

type Events = UnboundedSender<(Tick, FetchEvent)>;

/// The loop of the bench, with a socket: ends when the download does, or somebody wants it to.
fn run(mut fetch: Fetch, clock: Clock, stop: &StopSignal, events: &Events) -> Fetch {
    let agent = agent();
    while !fetch.is_over() && !stop.is_set() {
        if let Some(request) = fetch.poll_request(clock.now()) {
            tell(&mut fetch, clock, events);
            ask(&agent, &request, &mut fetch, clock, stop);
        }
        tell(&mut fetch, clock, events);
        if let Some(due) = fetch.poll_timeout() {
            nap(due.since(clock.now()));
            fetch.handle_timeout(clock.now());
        }
    }
    tell(&mut fetch, clock, events);
    fetch
}

fn tell(fetch: &mut Fetch, clock: Clock, events: &Events) {
    while let Some(event) = fetch.poll_event() {
        // Whoever listened has gone; the download ends by itself.
        let _ = events.send((clock.now(), event));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this driver has a thread of its own, and waits before it tries again"
)]
fn nap(time: Duration) {
    std::thread::sleep(time.min(NAP));
}

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_response_header_size(HEAD_BYTES_MAX)
        .user_agent(concat!("otarig/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(CONNECT_TIME))
        .timeout_connect(Some(CONNECT_TIME))
        .timeout_send_request(Some(CONNECT_TIME))
        .timeout_recv_response(Some(REPLY_TIME))
        .timeout_per_read(Some(IDLE_TIME))
        .build()
        .new_agent()
}

fn ask(agent: &Agent, request: &RangeRequest, fetch: &mut Fetch, clock: Clock, stop: &StopSignal) {
    let len = request.last.saturating_sub(request.first);
    let body_time = BODY_TIME + Duration::from_secs(u64::from(len / SLOWEST));
    let mut call = agent
        .get(request.url.secret_text())
        .header("range", format!("bytes={}-{}", request.first, request.last))
        .header("accept-encoding", "identity")
        .config()
        .timeout_recv_body(Some(body_time));
    if request.url.is_loopback() {
        call = call.proxy(None);
    }
    match call.build().call() {
        Err(error) => fetch.handle_trouble(clock.now(), try_fault(&error)),
        Ok(mut reply) => {
            fetch.handle_reply(clock.now(), &head(&reply));
            body(&mut reply, fetch, clock, stop);
        }
    }
}

/// Hands over the body for as long as the download wants it.
fn body(reply: &mut Response<Body>, fetch: &mut Fetch, clock: Clock, stop: &StopSignal) {
    use crate::download::FetchPhase::Body;
    let mut reader = reply.body_mut().as_reader();
    let mut piece = vec![0; PIECE_BYTES];
    while fetch.phase() == Body && !stop.is_set() {
        match reader.read(&mut piece) {
            Ok(0) => fetch.handle_end(clock.now()),
            Ok(len) => fetch.handle_body(clock.now(), piece.get(..len).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                let why = match error.kind() {
                    ErrorKind::UnexpectedEof => TryFault::Short,
                    ErrorKind::TimedOut | ErrorKind::WouldBlock => TryFault::Stalled,
                    _ => try_fault(&Error::from(error)),
                };
                fetch.handle_trouble(clock.now(), why);
            }
        }
    }
}

fn head(reply: &Response<Body>) -> ReplyHead {
    let text = |name: &str| {
        let value = reply.headers().get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    ReplyHead {
        status: reply.status().as_u16(),
        content_range: text("content-range"),
        content_length: text("content-length").and_then(|len| len.parse().ok()),
        content_encoding: text("content-encoding"),
        location: text("location"),
        etag: text("etag"),
    }
}

/// Why a call failed; the error's own text may hold the address, so it goes no further.
fn try_fault(error: &Error) -> TryFault {
    let none = TryFault::NoConnection;
    match error {
        Error::HostNotFound | Error::Timeout(Timeout::Resolve) => none(NoConnection::Name),
        Error::ConnectionFailed | Error::Timeout(Timeout::Connect) => none(NoConnection::Refused),
        Error::Tls(_) | Error::Rustls(_) | Error::Pem(_) => none(NoConnection::Tls),
        Error::Timeout(Timeout::RecvBody) => TryFault::Stalled,
        Error::Timeout(_) => TryFault::NoReply,
        Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::AddrNotAvailable => none(NoConnection::Refused),
            // rustls speaks through the stream that it wraps.
            ErrorKind::InvalidData => none(NoConnection::Tls),
            _ => TryFault::Broken,
        },
        _ => TryFault::Broken,
    }
}
