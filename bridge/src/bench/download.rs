//! The download of a scenario: the module's fetch against a server in memory, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use fixtures::scenario::{DownloadSpec, Scenario};
use fixtures::server::{Answer, BodyEnd, ImageServer, Obstacle, Reply};
use protocol_spec::tick::Tick;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Told;
use crate::download::fault::NoConnection;
use crate::download::{
    Fetch, FetchConfig, FetchPhase, OpenHttp, OtaCommand, RangeRequest, ReplyHead, TryFault,
};
use crate::event::{Event, Phase, Stamped};
use crate::verdict::Verdict;

/// Bytes of a body that come at once.
const PIECE_BYTES: usize = 4096;
/// What a piece of a body takes on the way.
const PIECE_TIME: Duration = Duration::from_millis(2);

/// What a download brings.
pub(super) struct Fetched {
    /// The image, as the server sent it.
    pub(super) image: Vec<u8>,
    /// What the command says of it.
    pub(super) command: OtaCommand,
    /// When it was whole.
    pub(super) at: Tick,
}

/// Fetches `image` as the scenario's command says.
///
/// # Errors
/// How the update ends that has no image.
pub(super) fn fetch(
    scenario: &Scenario,
    spec: &DownloadSpec,
    image: &[u8],
    start: Tick,
    sink: &mut dyn FnMut(&Told<'_>),
) -> Result<Fetched, Box<Verdict>> {
    let event = Event::Phase(Phase::Download);
    sink(&Told::Engine(&Stamped { at: start, event }));
    let given = spec.command.clone();
    let text = given.unwrap_or_else(|| right_command(scenario, image));
    let command = OtaCommand::parse(text.as_bytes(), OpenHttp::Loopback)
        .map_err(|error| ended(error.verdict(), start, sink))?;
    let config = FetchConfig {
        range: spec.range,
        ..FetchConfig::default()
    };
    let mut run = Run {
        fetch: Fetch::new(command.clone(), config),
        server: ImageServer::new(Arc::new(image.to_vec()), spec.faults.clone()),
        latency: Duration::from_millis(spec.latency_ms.into()),
        now: start,
    };
    run.finish(sink);
    let at = run.now;
    match run.fetch.into_object() {
        Ok(image) => Ok(Fetched { image, command, at }),
        Err(fault) => Err(ended(fault.verdict(at), at, sink)),
    }
}

fn ended(verdict: Verdict, at: Tick, sink: &mut dyn FnMut(&Told<'_>)) -> Box<Verdict> {
    let verdict = Box::new(verdict);
    let event = Event::Verdict(verdict.clone());
    sink(&Told::Engine(&Stamped { at, event }));
    verdict
}

/// The command that orders what the scenario is about.
fn right_command(scenario: &Scenario, image: &[u8]) -> String {
    let digest = protocol_spec::digest::Digest(Sha256::digest(image).into());
    let version = scenario.module.offer_version.as_ref();
    json!({
        "type": "host_mcu",
        "url": "https://images.example/otarig/image.bin",
        "ver": version.unwrap_or(&scenario.image.version),
        "size": image.len(),
        "checksum": digest.to_string(),
    })
    .to_string()
}

struct Run {
    fetch: Fetch,
    server: ImageServer,
    latency: Duration,
    now: Tick,
}

impl Run {
    fn finish(&mut self, sink: &mut dyn FnMut(&Told<'_>)) {
        while !self.fetch.is_over() {
            if let Some(request) = self.fetch.poll_request(self.now) {
                self.tell(sink);
                self.answer(&request);
            } else if let Some(due) = self.fetch.poll_timeout() {
                self.now = self.now.max(due);
                self.fetch.handle_timeout(self.now);
            }
            self.tell(sink);
        }
    }

    fn tell(&mut self, sink: &mut dyn FnMut(&Told<'_>)) {
        while let Some(event) = self.fetch.poll_event() {
            sink(&Told::Download(self.now, &event));
        }
    }

    fn answer(&mut self, request: &RangeRequest) {
        match self.server.answer(Some((request.first, request.last))) {
            Answer::Silence => {}
            Answer::HungUp => {
                self.now += self.latency;
                self.fetch.handle_trouble(self.now, TryFault::Broken);
            }
            Answer::NoConnection(obstacle) => {
                self.now += self.latency;
                let why = TryFault::NoConnection(match obstacle {
                    Obstacle::Name => NoConnection::Name,
                    Obstacle::Port => NoConnection::Refused,
                    Obstacle::Tls => NoConnection::Tls,
                });
                self.fetch.handle_trouble(self.now, why);
            }
            Answer::Reply(reply) => self.reply(&reply),
        }
    }

    fn reply(&mut self, reply: &Reply) {
        self.now += self.latency;
        self.fetch.handle_reply(self.now, &head(reply));
        for piece in reply.body.chunks(PIECE_BYTES) {
            self.now += PIECE_TIME;
            self.fetch.handle_body(self.now, piece);
        }
        if self.fetch.phase() == FetchPhase::Body {
            match reply.end {
                BodyEnd::Whole => self.fetch.handle_end(self.now),
                BodyEnd::Closes => self.fetch.handle_trouble(self.now, TryFault::Short),
                BodyEnd::Stalls => {}
            }
        }
    }
}

fn head(reply: &Reply) -> ReplyHead {
    let field = |name: &str| {
        let found = reply.fields.iter().find(|(field, _)| *field == name);
        found.map(|(_, value)| value.clone())
    };
    ReplyHead {
        status: reply.status,
        content_range: field("content-range"),
        content_length: field("content-length").and_then(|len| len.parse().ok()),
        content_encoding: field("content-encoding"),
        location: field("location"),
        etag: field("etag"),
    }
}
