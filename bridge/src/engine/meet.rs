//! The first words of the host: whether anything is to be sent at all.

use super::failure::Failure;
use super::step::Order;
use super::{Engine, State};
use crate::event::{Event, HostFacts, Phase, ReportFacts};
use crate::job::DialectKind;

impl Engine {
    /// The host is there: refuse what cannot work, skip what is not needed.
    pub(super) fn meet(&mut self, facts: HostFacts) {
        let too_large = facts.image_max.filter(|max| self.run.wanted.length > *max);
        self.run.host = facts.clone();
        let unconfirmed = self.run.unconfirmed().is_some();
        self.run.emit(Event::Host(Box::new(facts)));
        match too_large {
            Some(image_max) => self.fail(&Failure::TooLarge { image_max }),
            None if self.may_run_already() || self.needs_base() || unconfirmed => {
                self.enter(State::Check, Phase::Hello, Order::Query);
            }
            None => self.prepare(None),
        }
    }

    /// Whether what the host says of itself is true of the image too.
    fn may_run_already(&self) -> bool {
        self.run.host.image_len == Some(self.run.wanted.length)
            && self.run.host.version == Some(self.run.version)
    }

    /// The host says what it runs: is it the image, or what a patch is to be applied to?
    pub(super) fn check(&mut self, report: &ReportFacts) {
        let same = report
            .digest
            .is_some_and(|digest| self.run.wanted.digest.is_of(&digest));
        if self.may_run_already() && same {
            self.run
                .note("the host already runs this very image; nothing to send");
            return self.confirm(report, true);
        }
        if self.may_run_already() {
            self.run
                .note("the host runs another image of the same version and length");
        }
        if self.is_unconfirmed_base(report) && !self.run.faults.withhold_confirm {
            self.run.note(format!(
                "the host runs version {}, not confirmed yet; it is the old image that was given, \
                 so that is confirmed first",
                report.version
            ));
            return self.enter(State::Base, Phase::Hello, Order::Acknowledge);
        }
        self.prepare(Some(report));
    }

    /// Whether the host runs what is to be built upon, left by an update that was cut off before
    /// its end: whoever names that very image vouches for it.
    fn is_unconfirmed_base(&self, report: &ReportFacts) -> bool {
        report.confirmed == Some(false) && self.is_base(report)
    }

    /// What is to be built upon runs: is it confirmed?
    pub(super) fn base(&mut self, report: &ReportFacts) {
        if !self.is_unconfirmed_base(report) {
            self.prepare(Some(report));
        }
    }

    /// The host refuses the offer because it runs that version.
    pub(super) fn already(&mut self) {
        match self.run.dialect {
            DialectKind::Ayla => self.pass(None, true),
            DialectKind::Rig => self.enter(State::Claim, Phase::Offer, Order::Query),
        }
    }

    pub(super) fn claim(&mut self, report: &ReportFacts) {
        if let Some(failure) = self.mismatch(report) {
            return self.fail(&failure);
        }
        self.confirm(report, true);
    }
}
