//! What flash holds: digests and the image's own check, computed in steps.

use protocol_spec::digest::Digest;
use protocol_spec::patch::Profile;
use protocol_spec::text::Version;
use sha2::{Digest as _, Sha256};

use super::{Done, Executor};
use crate::core_event::{CoreEvent, Object};
use crate::effect::{OfferFacts, RecordArea, Store};
use crate::fault::{Fault, Place};
use crate::flash::Flash;
use crate::image_format::{ImageCheck, ImageChecks, ImageFormat};
use crate::policy::Policy;
use crate::record::Phase;

/// The offered object and the sums over flash.
#[derive(Clone, Default)]
pub(super) struct Content {
    offered: Option<(Object, ImageChecks)>,
    staged_sum: Sha256,
    check: Option<ImageCheck>,
    /// The object as it was verified: with the digest computed and the image's own version.
    verified: Option<Object>,
    running_sum: Sha256,
    running: Option<Digest>,
}

impl Content {
    pub(super) fn offered(&self) -> Option<&Object> {
        self.offered.as_ref().map(|(object, _)| object)
    }

    pub(super) const fn verified(&self) -> Option<Object> {
        self.verified
    }

    pub(super) const fn set_verified(&mut self, object: Object) {
        self.verified = Some(object);
    }

    pub(super) const fn running_digest(&self) -> Option<Digest> {
        self.running
    }

    pub(super) fn staged_version(&self) -> Option<Version> {
        self.verified
            .as_ref()
            .or(self.offered())
            .map(|object| object.version)
    }
}

impl<F: Flash, M: AsRef<[u8]> + AsMut<[u8]>> Executor<F, M> {
    /// Takes the last offer as the one that counts, and compares it with the record in force.
    pub(super) fn weigh_offer(&mut self, area: Option<RecordArea>) -> Result<OfferFacts, Fault> {
        let (object, mut checks) = self.asked.ok_or(Fault::State)?;
        if object.is_patch() {
            checks.format = ImageFormat::Raw;
        }
        self.content.offered = Some((object, checks));
        self.content.verified = None;
        let record = self.record(area);
        let same_object = record.is_some_and(|record| {
            matches!(record.phase, Phase::Receiving | Phase::Overwrite)
                && object.digest.is_some()
                && record.other == Some(object)
        });
        let same_as_running = record
            .and_then(|record| record.running)
            .is_some_and(|running| {
                running.version == object.version
                    && object
                        .digest
                        .is_none_or(|digest| running.digest == Some(digest))
            });
        let failed_before = record.is_some_and(|record| {
            let known = record.other.filter(|_| !record.code.is_done());
            let again = record.code.row().is_some_and(|row| row.retryable);
            object.is_patch() && known.is_some_and(|known| known == object) && !again
        });
        Ok(OfferFacts {
            patch: object.is_patch(),
            length: object.length,
            same_object,
            same_as_running,
            failed_before,
            decodable: Profile::for_ram(self.decode.ram_len).is_some(),
        })
    }

    pub(super) fn hash_staging(&mut self, store: Store, offset: u32, len: u32) -> Done {
        if offset == 0 {
            self.content.staged_sum = Sha256::new();
            self.content.check = self.content.offered.map(|(_, checks)| checks.start());
        }
        let address = self.store(store).start.saturating_add(offset);
        let (mut sum, mut check) = (self.content.staged_sum.clone(), self.content.check.clone());
        self.read_each(address, len, Place::Slot, |bytes| {
            sum.update(bytes);
            if let Some(check) = &mut check {
                check.update(bytes);
            }
        })?;
        (self.content.staged_sum, self.content.check) = (sum, check);
        Ok(None)
    }

    pub(super) fn check_content<P: Policy>(&mut self) -> Done {
        let (object, _) = self.content.offered.ok_or(Fault::State)?;
        let check = self.content.check.as_ref().ok_or(Fault::State)?;
        let computed = Digest(self.content.staged_sum.clone().finalize().into());
        if !P::content_matches(&computed, object.digest.as_ref()) {
            return Err(Fault::Digest);
        }
        let version = check.finish()?.unwrap_or(object.version);
        self.content.verified = Some(Object {
            digest: Some(computed),
            version,
            ..object
        });
        Ok(None)
    }

    pub(super) fn hash_running(&mut self, offset: u32, len: u32, last: bool) -> Done {
        if offset == 0 {
            self.content.running_sum = Sha256::new();
        }
        let address = self.layout.primary.start.saturating_add(offset);
        let mut sum = self.content.running_sum.clone();
        self.read_each(address, len, Place::Slot, |bytes| sum.update(bytes))?;
        self.content.running_sum = sum;
        if !last {
            return Ok(None);
        }
        let digest = Digest(self.content.running_sum.clone().finalize().into());
        self.content.running = Some(digest);
        Ok(Some(CoreEvent::RunningDigest(digest)))
    }
}
