//! The object of a run: the image, a patch that exists, or one that is made for the host.

use std::sync::Arc;

use protocol_spec::digest::Digest;
use protocol_spec::patch::IMAGE_LEN_MAX;
use protocol_spec::tick::Tick;
use sha2::{Digest as _, Sha256};

use super::context::{Begin, Context};
use super::failure::Failure;
use super::preflight;
use super::{Engine, Order, State};
use crate::event::{Phase, ReportFacts};
use crate::image_source::ImageSource;
use crate::job::UpdateJob;
use crate::object::{DeltaObject, Object, PatchObject};
use crate::patch::{self, Made, Objection, Options};
use crate::text::{bytes, grouped};

/// How the image gets to the host.
#[derive(Debug)]
pub(super) enum Plan {
    /// As it is.
    Image,
    /// By this patch, or not at all.
    Patch(Box<PatchObject>),
    /// By a patch, if the host takes one and it is shorter.
    Delta(DeltaObject),
}

/// A patch that is to be made for the host on the line.
#[derive(Clone, Debug)]
pub struct PatchRequest {
    /// The image that the host runs.
    pub old: Arc<Vec<u8>>,
    /// The image that it is to run.
    pub new: Arc<Vec<u8>>,
    /// What the patch is made for.
    pub options: Options,
}

impl PatchRequest {
    /// Makes the patch and applies it in memory; takes about a second for a megabyte.
    ///
    /// # Errors
    /// Why there is none that gives the new image, in words.
    pub fn make(&self) -> Result<Made, String> {
        let (old, new, options) = (&self.old, &self.new, &self.options);
        patch::make_proven(old, new, options).map_err(|error| error.to_string())
    }
}

/// What a run begins with, and how its image gets to the host.
pub(super) fn split(job: UpdateJob) -> (Context, Plan) {
    let wanted = job.object.wanted();
    let (object, digest, plan): (Box<dyn ImageSource + Send>, Digest, Plan) = match job.object {
        Object::Image { source, digest } => (source, digest, Plan::Image),
        Object::Delta(delta) => (
            Box::new(Arc::clone(&delta.new)),
            delta.digest,
            Plan::Delta(delta),
        ),
        Object::Patch(patch) => (
            Box::new(Arc::clone(&patch.file)),
            Digest(Sha256::digest(&*patch.file).into()),
            Plan::Patch(Box::new(patch)),
        ),
    };
    let run = Context::new(Begin {
        object,
        digest,
        wanted,
        version: job.version,
        dialect: job.dialect.kind(),
        line: job.line,
        content: job.content,
        faults: job.faults,
    });
    (run, plan)
}

impl Engine {
    /// What is to be made for [`Self::provide_patch`]; told once.
    pub fn poll_patch_request(&mut self) -> Option<PatchRequest> {
        match &mut self.state {
            State::Make(request) => request.take().map(|request| *request),
            _ => None,
        }
    }

    /// Takes what became of the [`PatchRequest`], or why there is no patch; harmless when the run
    /// is over meanwhile.
    pub fn provide_patch(&mut self, now: Tick, made: Result<Made, String>) {
        self.begin(now);
        if matches!(self.state, State::Make(_)) {
            self.settle_patch(made);
            self.settle();
        }
    }

    /// Whether it must be known what the host runs before anything is offered.
    pub(super) fn needs_base(&self) -> bool {
        match &self.plan {
            Plan::Image => false,
            Plan::Patch(_) => self.run.host.layout.is_some(),
            Plan::Delta(_) => preflight::takes_patches(&self.run.host).is_ok(),
        }
    }

    /// Whether what runs is the image that the object is made from.
    pub(super) fn is_base(&self, report: &ReportFacts) -> bool {
        let Some(digest) = report.digest else {
            return false;
        };
        match &self.plan {
            Plan::Image => false,
            Plan::Patch(patch) => {
                let length = report.length.unwrap_or(patch.facts.old.length);
                patch.facts.old.is(length, &digest)
            }
            Plan::Delta(delta) => digest == Digest(Sha256::digest(&*delta.old).into()),
        }
    }

    /// The host is there, and `report` says what it runs where that matters: what is sent?
    pub(super) fn prepare(&mut self, report: Option<&ReportFacts>) {
        match core::mem::replace(&mut self.plan, Plan::Image) {
            Plan::Image => self.offer(),
            Plan::Patch(patch) => self.offer_patch(*patch, report),
            Plan::Delta(delta) => match self.request(&delta, report) {
                Ok(request) => self.await_patch(request),
                Err(why) => self.offer_image(&why),
            },
        }
    }

    fn offer_patch(&mut self, patch: PatchObject, report: Option<&ReportFacts>) {
        match preflight::takes(&self.run.host, report, &patch.facts) {
            Err(objection) if !self.run.faults.skip_preflight => {
                return self.fail(&Failure::Misfit(objection));
            }
            Err(Objection { status, what, .. }) => self
                .run
                .note(format!("sent on purpose, though {what} (code {status})")),
            Ok(()) => {}
        }
        self.run.take_patch(patch);
        self.offer();
    }

    /// What is to be made, or why nothing is.
    fn request(
        &self,
        delta: &DeltaObject,
        report: Option<&ReportFacts>,
    ) -> Result<PatchRequest, String> {
        let host = &self.run.host;
        let room = preflight::takes_patches(host).map_err(|objection| objection.what)?;
        let old = ImageSource::len(&*delta.old);
        if old.max(self.run.wanted.length) > IMAGE_LEN_MAX || old == 0 {
            return Err(format!(
                "a patch is for images of 1 to {}",
                bytes(IMAGE_LEN_MAX.into())
            ));
        }
        let runs = report.ok_or("the host does not say what it runs")?;
        if preflight::runs_nothing(runs) {
            return Err(preflight::no_image(host, Some(runs)).what);
        }
        let old_digest = Digest(Sha256::digest(&*delta.old).into());
        if runs.digest != Some(old_digest) || runs.length.is_some_and(|length| length != old) {
            return Err(format!(
                "the host runs version {}, another image than the old one given",
                runs.version
            ));
        }
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap_or_default();
        let scratch = room.limits.scratch_len;
        let block_len = room.limits.block_len_for(self.run.wanted.length);
        let block_len = block_len.ok_or_else(|| {
            let scratch = bytes(scratch.into());
            format!("with {scratch} of scratch the image has too many blocks")
        })?;
        Ok(PatchRequest {
            old: Arc::clone(&delta.old),
            new: Arc::clone(&delta.new),
            options: Options {
                block_len,
                profile: room.profile,
                // A name that no patch can hold is left out: the patch is for any board.
                board: String::from_utf8(room.limits.board).unwrap_or_default(),
                old_version: text(runs.version.as_bytes()),
                new_version: text(self.run.version.as_bytes()),
                load_address: delta.load_address,
            },
        })
    }

    fn await_patch(&mut self, request: PatchRequest) {
        self.run.note(format!(
            "a patch is made for this host: blocks of {}, {} of decode RAM",
            bytes(request.options.block_len.into()),
            bytes(request.options.profile.decode_ram().into())
        ));
        self.state = State::Make(Some(Box::new(request)));
    }

    fn settle_patch(&mut self, made: Result<Made, String>) {
        let made = match made {
            Ok(made) => made,
            Err(error) => return self.offer_image(&format!("no patch can be made: {error}")),
        };
        let patch = match PatchObject::new(made.file) {
            Ok(patch) => patch,
            Err(error) => return self.drop_patch(&format!("it is no good: {error}")),
        };
        let (len, image) = (patch.facts.file_len, self.run.wanted.length);
        if len >= image {
            let (len, image) = (bytes(len.into()), grouped(image.into()));
            return self.drop_patch(&format!("it has {len}, the image itself {image}"));
        }
        if let Err(objection) = preflight::stores(&self.run.host, &patch.facts) {
            return self.drop_patch(&objection.what);
        }
        self.run.take_patch(patch);
        self.offer();
    }

    fn drop_patch(&mut self, why: &str) {
        self.run.note(format!(
            "the patch that was made is not used, the whole image is sent: {why}"
        ));
        self.offer();
    }

    fn offer_image(&mut self, why: &str) {
        self.run.note(format!("the whole image is sent: {why}"));
        self.offer();
    }

    pub(super) fn offer(&mut self) {
        self.enter(State::Offer, Phase::Offer, Order::Offer);
    }
}
