//! From what happened to the verdict.

use core::time::Duration;

use protocol_spec::codes::{HostErr, Status};
use protocol_spec::text::version_matches;

use super::failure::{Failure, Meaning};
use super::step::Order;
use super::{Engine, State};
use crate::event::{Event, Phase, ReportFacts};
use crate::job::ContentCheck;
use crate::object::kind_name;
use crate::verdict::{Class, Confirmed, Content, Verdict};

impl Engine {
    /// What is wrong with what the host runs; `None` when it is the image as far as it tells.
    pub(super) fn mismatch(&self, report: &ReportFacts) -> Option<Failure> {
        let boxed = || Box::new(report.clone());
        if !version_matches(report.version.as_bytes(), self.run.version.as_bytes()) {
            return Some(Failure::WrongVersion(boxed()));
        }
        let digest_differs = report
            .digest
            .is_some_and(|digest| !self.run.wanted.digest.is_of(&digest));
        digest_differs.then(|| Failure::WrongDigest(boxed()))
    }

    pub(super) fn fail(&mut self, failure: &Failure) {
        let meaning = failure.meaning(&self.run);
        let abort = *failure == Failure::Aborted;
        self.close(meaning, Content::Unverified, Confirmed::No, abort);
    }

    pub(super) fn pass(&mut self, report: Option<&ReportFacts>, already: bool) {
        let content = self.content(report, already);
        let confirmed = match report.and_then(|report| report.confirmed) {
            Some(true) => Confirmed::Yes,
            Some(false) => Confirmed::No,
            None if self.run.faults.withhold_confirm => Confirmed::No,
            None => Confirmed::NotObservable,
        };
        self.note_doubts(content, confirmed, already);
        let host_err = (report.is_none() && already).then_some(HostErr::ALREADY);
        let meaning = self.pass_meaning(content, host_err, already);
        self.close(meaning, content, confirmed, false);
    }

    fn content(&self, report: Option<&ReportFacts>, already: bool) -> Content {
        let said = report.and_then(|report| report.digest);
        if said.is_some_and(|digest| self.run.wanted.digest.is_of(&digest)) {
            return Content::Digest;
        }
        match self.run.content {
            ContentCheck::AylaHead if !already => Content::HeadCrc,
            _ => Content::Unverified,
        }
    }

    fn note_doubts(&mut self, content: Content, confirmed: Confirmed, already: bool) {
        match content {
            Content::Digest => {}
            Content::HeadCrc => self.run.note(
                "content: the image carries a head with a CRC and the host accepted it; that \
                 proves the content as far as this host checks heads",
            ),
            Content::Unverified if already => self
                .run
                .note("content not verified: the host only says that it runs this version text"),
            Content::Unverified => self.run.note(
                "content not verified by the host: this dialect carries no digest and the image \
                 has no head with a CRC",
            ),
        }
        match confirmed {
            Confirmed::NotObservable if !already => self.run.note(
                "confirm not observable: in this dialect the host does not say whether it will \
                 keep the image; it was given time to write that down",
            ),
            Confirmed::No => self.run.note(
                "the confirmation was withheld on purpose: the host may fall back at its next reset",
            ),
            _ => {}
        }
    }

    fn pass_meaning(&self, content: Content, host_err: Option<HostErr>, already: bool) -> Meaning {
        let version = self.run.version;
        let proof = match content {
            Content::Digest => "its digest is the image's",
            Content::HeadCrc => "it accepted the CRC in the image's head",
            Content::Unverified => "its content was not verified by the host",
        };
        let (headline, what) = if already {
            (
                format!("already installed: the host runs {version}"),
                format!(
                    "Nothing had to be sent{}. The host runs version {version}; {proof}.",
                    self.left_before()
                ),
            )
        } else {
            (
                format!("the host runs {version}"),
                format!(
                    "It took the {}, restarted and reports version {version}; {proof}.",
                    kind_name(self.run.kind)
                ),
            )
        };
        Meaning {
            class: Class::Pass,
            status: Some(Status::DONE),
            host_err,
            headline,
            what,
            cause: String::new(),
            next_step: "Nothing: the update is complete.".to_owned(),
        }
    }

    /// What an earlier update had left undone, as a part of a sentence.
    fn left_before(&self) -> &'static str {
        match (self.run.applied_before, self.run.unconfirmed().is_some()) {
            (true, true) => {
                ": the host had to finish applying an earlier update, which is confirmed now"
            }
            (true, false) => ": the host had to finish applying an earlier update",
            (false, true) => ": an earlier update had got as far, and is confirmed now",
            (false, false) => "",
        }
    }

    /// The run is over; the last frames may still go out.
    fn close(&mut self, meaning: Meaning, content: Content, confirmed: Confirmed, abort: bool) {
        self.run.drop_signals();
        self.run.timers.clear_all();
        self.dialect.order(&mut self.run, Order::Close { abort });
        let run = &self.run;
        let in_stream = run.phase == Phase::Stream;
        let report = run.report.as_ref();
        self.state = State::Closing(Box::new(Verdict {
            class: meaning.class,
            status: meaning.status,
            host_err: meaning.host_err,
            phase: run.phase,
            offset: in_stream.then_some(run.progress.acked),
            headline: meaning.headline,
            what: meaning.what,
            cause: meaning.cause,
            next_step: meaning.next_step,
            content,
            confirmed,
            reported_version: report.map(|report| report.version).or(run.host.version),
            reported_digest: report.and_then(|report| report.digest),
            counts: run.counts,
            elapsed: run
                .started
                .map_or(Duration::ZERO, |started| run.now.since(started)),
            injected: None,
            notes: run.notes.clone(),
            replay: None,
        }));
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, State::Closing(_) | State::Done(_))
    }

    /// The last frame has gone out: now the verdict is said.
    pub(super) fn finish(&mut self) {
        if let State::Closing(verdict) = &self.state {
            let mut verdict = verdict.clone();
            verdict.counts = self.run.counts;
            self.run.emit(Event::Verdict(verdict.clone()));
            self.state = State::Done(verdict);
        }
    }
}
