//! Fetching an object in byte ranges: bytes and time in, requests and the object out.
//!
//! | state | waits for | then |
//! |---|---|---|
//! | Ready | the driver takes the request | Asked |
//! | Asked | a reply, at most `reply` | Body, Waits, Ready (redirected), or an end |
//! | Body  | bytes, at most `idle` between two pieces | Ready (next range), Waits, or an end |
//! | Waits | the pause before the next try | Ready |
//!
//! A try that fails keeps what it brought: the next one asks for the rest of the range. A range that
//! is whole begins the count of tries anew, so the work has an end whatever a server does.

mod config;
mod event;

use std::collections::VecDeque;

use protocol_spec::tick::Tick;

pub use self::config::FetchConfig;
pub use self::event::FetchEvent;
use super::command::OtaCommand;
use super::fault::{DownloadFault, TryFault};
use super::reply::{ReplyHead, Taken, take};
use super::url::ImageUrl;

/// Bytes that are wanted of the server, both ends included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RangeRequest {
    /// Where.
    pub url: ImageUrl,
    /// First byte.
    pub first: u32,
    /// Last byte.
    pub last: u32,
}

/// One download.
#[derive(Debug)]
pub struct Fetch {
    command: OtaCommand,
    config: FetchConfig,
    url: ImageUrl,
    state: State,
    object: Vec<u8>,
    /// First byte of the range at work.
    range_start: u32,
    /// End of the range at work.
    range_end: u32,
    /// Tries of the range at work that failed.
    failed: u32,
    /// Tries to connect that failed one after another.
    unconnected: u32,
    redirects: u32,
    /// What the server calls this content.
    tag: Option<String>,
    events: VecDeque<FetchEvent>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum State {
    Ready,
    Waits { until: Tick },
    Asked { deadline: Tick },
    Body { deadline: Tick },
    Done,
    Failed(DownloadFault),
}

/// What a fetch waits for, by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FetchPhase {
    /// The driver takes a request.
    Ready,
    /// The pause before the next try.
    Waits,
    /// A reply.
    Asked,
    /// Bytes.
    Body,
    /// Nothing: the object is there.
    Done,
    /// Nothing: it has failed.
    Failed,
}

impl Fetch {
    /// The download that `command` orders.
    #[must_use]
    pub fn new(command: OtaCommand, config: FetchConfig) -> Self {
        let range_end = config.range.max(1).min(command.length);
        Self {
            url: command.url.clone(),
            command,
            config,
            state: State::Ready,
            object: Vec::new(),
            range_start: 0,
            range_end,
            failed: 0,
            unconnected: 0,
            redirects: 0,
            tag: None,
            events: VecDeque::new(),
        }
    }

    /// The request to send now; taking it starts its timer.
    pub fn poll_request(&mut self, now: Tick) -> Option<RangeRequest> {
        if self.state != State::Ready {
            return None;
        }
        let deadline = now + self.config.reply;
        self.state = State::Asked { deadline };
        let (first, last) = (self.got(), self.range_end.saturating_sub(1));
        let attempt = self.failed + self.unconnected + 1;
        self.events.push_back(FetchEvent::Asked {
            first,
            last,
            attempt,
        });
        let url = self.url.clone();
        Some(RangeRequest { url, first, last })
    }

    /// The head of the reply to the last request.
    pub fn handle_reply(&mut self, now: Tick, head: &ReplyHead) {
        if !matches!(self.state, State::Asked { .. }) {
            return;
        }
        self.unconnected = 0;
        match take(head, self.got(), self.range_end, self.command.length) {
            Ok(Taken::Range) => self.begin_body(now, head),
            Ok(Taken::Whole) => {
                self.range_end = self.command.length;
                self.events.push_back(FetchEvent::Unranged);
                self.begin_body(now, head);
            }
            Ok(Taken::Elsewhere(location)) => self.redirect(location),
            Err(fault) => self.fault(now, fault),
        }
    }

    /// Bytes of the body.
    pub fn handle_body(&mut self, now: Tick, bytes: &[u8]) {
        if !matches!(self.state, State::Body { .. }) {
            return;
        }
        let room = self.range_end.saturating_sub(self.got()) as usize;
        if bytes.len() > room {
            // Whatever came is not what was asked for.
            self.object.truncate(self.range_start as usize);
            return self.fault(now, TryFault::Surplus.into());
        }
        self.object.extend_from_slice(bytes);
        let deadline = now + self.config.idle;
        self.state = State::Body { deadline };
    }

    /// The body ended as it should.
    pub fn handle_end(&mut self, now: Tick) {
        if !matches!(self.state, State::Body { .. }) {
            return;
        }
        if self.got() < self.range_end {
            return self.fault(now, TryFault::Short.into());
        }
        let (bytes, of) = (self.got(), self.command.length);
        self.events.push_back(FetchEvent::Got { bytes, of });
        self.failed = 0;
        if bytes < of {
            self.range_start = bytes;
            self.range_end = bytes.saturating_add(self.config.range.max(1)).min(of);
            self.state = State::Ready;
        } else {
            self.check();
        }
    }

    /// The request, or the reply to it, came to nothing.
    pub fn handle_trouble(&mut self, now: Tick, why: TryFault) {
        if matches!(self.state, State::Asked { .. } | State::Body { .. }) {
            self.fault(now, why.into());
        }
    }

    /// Does what is due; harmless when early.
    pub fn handle_timeout(&mut self, now: Tick) {
        match self.state {
            State::Waits { until } if until <= now => self.state = State::Ready,
            State::Asked { deadline } if deadline <= now => {
                self.fault(now, TryFault::NoReply.into());
            }
            State::Body { deadline } if deadline <= now => {
                self.fault(now, TryFault::Stalled.into());
            }
            _ => {}
        }
    }

    /// When [`Self::handle_timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Tick> {
        match self.state {
            State::Waits { until } => Some(until),
            State::Asked { deadline } | State::Body { deadline } => Some(deadline),
            State::Ready | State::Done | State::Failed(_) => None,
        }
    }

    /// What happened, oldest first.
    pub fn poll_event(&mut self) -> Option<FetchEvent> {
        self.events.pop_front()
    }

    /// What is waited for.
    #[must_use]
    pub fn phase(&self) -> FetchPhase {
        match self.state {
            State::Ready => FetchPhase::Ready,
            State::Waits { .. } => FetchPhase::Waits,
            State::Asked { .. } => FetchPhase::Asked,
            State::Body { .. } => FetchPhase::Body,
            State::Done => FetchPhase::Done,
            State::Failed(_) => FetchPhase::Failed,
        }
    }

    /// Whether nothing more is to be done.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Done | State::Failed(_))
    }

    /// The object.
    ///
    /// # Errors
    /// Why there is none; [`DownloadFault::Unfinished`] while it is fetched.
    pub fn into_object(self) -> Result<Vec<u8>, DownloadFault> {
        match self.state {
            State::Done => Ok(self.object),
            State::Failed(fault) => Err(fault),
            _ => Err(DownloadFault::Unfinished),
        }
    }

    fn got(&self) -> u32 {
        u32::try_from(self.object.len()).unwrap_or(u32::MAX)
    }

    fn begin_body(&mut self, now: Tick, head: &ReplyHead) {
        let tag = head.etag.as_ref();
        if self.tag.is_some() && tag.is_some() && self.tag.as_ref() != tag {
            return self.fail(DownloadFault::Changed);
        }
        self.tag = self.tag.take().or_else(|| tag.cloned());
        let deadline = now + self.config.idle;
        self.state = State::Body { deadline };
    }

    fn redirect(&mut self, location: &str) {
        self.redirects += 1;
        if self.redirects > self.config.redirects_max {
            return self.fail(DownloadFault::Redirects);
        }
        match self.url.redirected(location, self.config.open) {
            Err(error) => self.fail(DownloadFault::Redirect(error)),
            Ok(to) => {
                self.events
                    .push_back(FetchEvent::Redirected { to: to.clone() });
                self.url = to;
                self.state = State::Ready;
            }
        }
    }

    fn fault(&mut self, now: Tick, fault: DownloadFault) {
        let DownloadFault::Try { why, .. } = fault else {
            return self.fail(fault);
        };
        let count = match why {
            TryFault::NoConnection(_) => &mut self.unconnected,
            _ => &mut self.failed,
        };
        *count += 1;
        let tries = *count;
        if tries >= self.config.tries_max {
            let (first, last) = (self.got(), self.range_end.saturating_sub(1));
            return self.fail(DownloadFault::Try {
                why,
                tries,
                first,
                last,
            });
        }
        let pause = self.config.retry * 2_u32.saturating_pow((tries - 1).min(8));
        self.state = State::Waits { until: now + pause };
        self.events.push_back(FetchEvent::TryFailed { why, pause });
    }

    fn check(&mut self) {
        let promised = self.command.checksum;
        match promised.filter(|sum| sum.of(&self.object) != *sum) {
            Some(sum) => self.fail(DownloadFault::Checksum {
                method: sum.method(),
                found: sum.of(&self.object),
                promised: sum,
            }),
            None => {
                self.state = State::Done;
                self.events.push_back(FetchEvent::Whole {
                    bytes: self.got(),
                    checked: promised.map(|sum| sum.method()),
                });
            }
        }
    }

    fn fail(&mut self, fault: DownloadFault) {
        self.state = State::Failed(fault);
    }
}

#[cfg(test)]
mod tests;
