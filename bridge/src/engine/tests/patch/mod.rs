//! Patches: when one is made, when it is sent, when the image is sent instead, when nothing is.

mod base;
mod choice;
mod ends;
mod making;
mod misfit;

use super::line::{Outcome, run_calm};
use super::rig_host::{InPlace, Knobs, RigHost, Running};
use super::{LINE_FAST, digest, image, rig_job};
use crate::engine::Engine;
use crate::job::UpdateJob;
use crate::object::{DeltaObject, Object, PatchObject};
use crate::patch::{Options, make};

const TEXT: &[u8] = b"1.0.1";
const LEN: usize = 40_000;

fn old() -> Vec<u8> {
    image(LEN)
}

/// The old image with one block of 4096 bytes changed.
fn new() -> Vec<u8> {
    let mut image = old();
    image[9_000..9_100].fill(0);
    image
}

fn delta(old: Vec<u8>, new: &[u8]) -> UpdateJob {
    let digest = digest(new);
    UpdateJob {
        object: Object::Delta(DeltaObject {
            old: old.into(),
            new: new.to_vec().into(),
            digest,
            load_address: None,
        }),
        ..rig_job(new, TEXT)
    }
}

fn options() -> Options {
    Options {
        board: "test".to_owned(),
        new_version: "1.0.1".to_owned(),
        ..Options::default()
    }
}

fn patch(options: &Options) -> PatchObject {
    PatchObject::new(make(&old(), &new(), options).unwrap().file).unwrap()
}

fn patch_job(patch: PatchObject) -> UpdateJob {
    UpdateJob {
        object: Object::Patch(patch),
        ..rig_job(&new(), TEXT)
    }
}

/// An in-place host that runs the old image.
fn host_with(knobs: Knobs) -> RigHost {
    let mut host = RigHost::new(knobs);
    host.running = Running {
        version: b"1.0.0".to_vec(),
        image: old(),
        confirmed: true,
    };
    host
}

fn in_place() -> Knobs {
    Knobs {
        in_place: Some(InPlace::default()),
        ..Knobs::default()
    }
}

fn update(job: UpdateJob, knobs: Knobs) -> (Outcome, RigHost) {
    let mut host = host_with(knobs);
    let outcome = run_calm(Engine::new(job), &mut host, LINE_FAST);
    (outcome, host)
}

fn has_note(outcome: &Outcome, words: &str) -> bool {
    outcome
        .verdict
        .notes
        .iter()
        .any(|note| note.contains(words))
}
